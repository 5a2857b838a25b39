//! Recognises handwritten digits, as whole pictures and row by row. The pictures are the 360 that were not used for training.

#![forbid(unsafe_code)]

use std::error::Error;
use tvm_embedded::{Aligned16, Status};

tvm_embedded::include_model!(digits);
tvm_embedded::include_model!(digit_rows);
tvm_embedded::include_model!(placed);
tvm_embedded::include_model!(pooled);

static PICTURES: &[u8] = include_bytes!("../../../models/digits/test_images.bin");
static LABELS: &[u8] = include_bytes!("../../../models/digits/test_labels.bin");

fn main() -> Result<(), Box<dyn Error>> {
    let answers = in_one_go()?;
    row_by_row()?;
    inside_the_workspace(&answers)?;
    constants_in_pools(&answers)?;
    Ok(())
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

fn in_one_go() -> Result<Vec<[i8; 10]>, tvm_embedded::Error> {
    // The program's own memory, at any address; a size that is too small is refused.
    let mut memory = [0; digits::WORKSPACE_BYTES];
    let short = digits::Model::new(&mut memory[..digits::WORKSPACE_WORKSPACE_ALIGNED_BYTES - 1]);
    assert_eq!(short.err(), Some(Status::WorkspaceTooSmall.into()));
    let mut net = digits::Model::new(&mut memory)?;
    let (mut right, mut answers) = (0, Vec::new());
    let mut output = digits::Output::new();
    for (at, label) in LABELS.iter().enumerate() {
        let input = digits::Input { image: picture(at) };
        net.run(&input, &mut output)?;
        right += usize::from(most_probable(&output.probabilities) == usize::from(*label));
        answers.push(output.probabilities);
    }
    let best = output.probabilities[most_probable(&output.probabilities)];
    println!("digits: right in {right} of {} pictures", LABELS.len());
    println!("the last with a probability of {:.3}", digits::OUTPUT_PROBABILITIES_QUANTIZATION.dequantize(best));
    Ok(answers)
}

fn row_by_row() -> Result<(), tvm_embedded::Error> {
    let mut memory = digit_rows::Memory::new();
    // A model with state can't run before its reset: such code does not compile.
    let mut net = digit_rows::Model::in_memory(&mut memory).reset()?;
    let mut right = 0;
    let mut output = digit_rows::Output::new();
    for (at, label) in LABELS.iter().enumerate() {
        for row in picture(at).as_chunks().0 {
            net.run_on(row, &mut output.probabilities)?;
        }
        right += usize::from(most_probable(&output.probabilities) == usize::from(*label));
    }
    println!("digit_rows: right in {right} of {} pictures", LABELS.len());

    // A new stream gives the same results as the first.
    let first_picture = picture(0);
    let row: &[i8; 8] = &first_picture.as_chunks().0[0];
    let (mut first, mut again) = ([0; 10], [0; 10]);
    for answer in [&mut first, &mut again] {
        net.reset()?;
        net.run_on(row, answer)?;
    }
    assert_eq!(first, again);
    Ok(())
}

/// Without copies: the picture is written where the model reads it.
fn inside_the_workspace(expected: &[[i8; 10]]) -> Result<(), tvm_embedded::Error> {
    let mut fast = Aligned16([0; placed::WORKSPACE_FAST_ALIGNED_BYTES]);
    let mut slow = vec![0; placed::WORKSPACE_SLOW_BYTES];
    let mut net = placed::Model::new(&mut fast.0, &mut slow)?;
    for (at, expected) in expected.iter().enumerate() {
        *net.input_image() = picture(at);
        net.run()?;
        assert_eq!(net.output_probabilities(), expected);
    }
    println!("placed: the same {} answers", expected.len());
    Ok(())
}

/// The constants are outside of the model's code; where they are is the linker script's business.
fn constants_in_pools(expected: &[[i8; 10]]) -> Result<(), tvm_embedded::Error> {
    let mut memory = [0; pooled::WORKSPACE_BYTES];
    let mut net = pooled::Model::new(&mut memory)?;
    let mut output = pooled::Output::new();
    for (at, expected) in expected.iter().enumerate() {
        net.run(&pooled::Input { image: picture(at) }, &mut output)?;
        assert_eq!(output.probabilities, *expected);
    }
    println!("pooled: the same {} answers", expected.len());
    Ok(())
}
