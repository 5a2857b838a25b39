//! Recognises handwritten digits on a Cortex-M4F, as whole pictures and row by row, and reports over semihosting how often it was right.

#![no_std]
#![no_main]
#![deny(unsafe_code)]

use core::panic::PanicInfo;
use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};

tvm_embedded::include_model!(digits);
tvm_embedded::include_model!(digit_rows);

static PICTURES: &[u8] = include_bytes!("../../../models/digits/test_images.bin");
static LABELS: &[u8] = include_bytes!("../../../models/digits/test_labels.bin");

/// The statics of the entry are `&'static mut`: memory that is neither on the stack nor on a heap.
#[allow(unsafe_code, reason = "the attribute makes the references of the two statics, and calls this once")]
#[entry]
fn main() -> ! {
    static mut MEMORY: digits::Memory = digits::Memory::new();
    static mut ROWS: digit_rows::Memory = digit_rows::Memory::new();
    let status = match in_one_go(MEMORY).and_then(|()| row_by_row(ROWS)) {
        Ok(()) => debug::EXIT_SUCCESS,
        Err(error) => {
            hprintln!("the model failed: {}", error);
            debug::EXIT_FAILURE
        }
    };
    debug::exit(status);
    loop {}
}

/// The picture at a position, in the form that the models take.
fn picture(at: usize) -> [i8; digits::INPUT_IMAGE_ELEMENTS] {
    let mut picture = [0; digits::INPUT_IMAGE_ELEMENTS];
    for (pixel, byte) in picture.iter_mut().zip(&PICTURES[at * digits::INPUT_IMAGE_ELEMENTS..]) {
        *pixel = *byte as i8;
    }
    picture
}

fn most_probable(probabilities: &[i8]) -> usize {
    (0..probabilities.len()).rev().max_by_key(|&digit| probabilities[digit]).unwrap_or(0)
}

fn in_one_go(memory: &mut digits::Memory) -> tvm_embedded::Result<()> {
    let mut net = digits::Model::in_memory(memory);
    let mut output = digits::Output::new();
    let mut right = 0;
    for (at, label) in LABELS.iter().enumerate() {
        net.run(&digits::Input { image: picture(at) }, &mut output)?;
        right += usize::from(most_probable(&output.probabilities) == usize::from(*label));
    }
    hprintln!("digits: right in {} of {} pictures", right, LABELS.len());
    Ok(())
}

fn row_by_row(memory: &mut digit_rows::Memory) -> tvm_embedded::Result<()> {
    // A model with state can't run before its reset: such code does not compile.
    let mut net = digit_rows::Model::in_memory(memory).reset()?;
    let mut output = digit_rows::Output::new();
    let mut right = 0;
    for (at, label) in LABELS.iter().enumerate() {
        for row in picture(at).as_chunks().0 {
            net.run(&digit_rows::Input { row: *row }, &mut output)?;
        }
        right += usize::from(most_probable(&output.probabilities) == usize::from(*label));
    }
    hprintln!("digit_rows: right in {} of {} pictures", right, LABELS.len());
    Ok(())
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    debug::exit(debug::EXIT_FAILURE);
    loop {}
}
