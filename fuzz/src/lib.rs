//! The functions tested with hostile input, and what must hold for every input.
//!
//! Each function takes any bytes. It must return: without a panic, quickly, and with little memory (libFuzzer checks
//! the last two). It also checks the properties of a result. libFuzzer calls them from `fuzz_targets/`, the tests of
//! this crate with the committed corpus.

#![forbid(unsafe_code)]

mod base;
mod check;
mod compiled;
pub mod corpus;
mod memory;
mod names;
mod source;
mod structured;
pub mod worst;

pub use compiled::{generate_compiled, sound_header};
pub use names::{Names, generate_named};

use tvm_embedded_compiler as compiler;
use tvm_embedded_mlf::{Archive, Limits};

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// All targets, by the name of their program and of their directory in `corpus/`.
pub const TARGETS: [(&str, Target); 6] = [
    ("archive", archive),
    ("metadata", metadata),
    ("structured", structured),
    ("names", names),
    ("tflite", tflite),
    ("compiled", compiled),
];

/// Passes bytes to one of [`TARGETS`], within the memory that it may use.
///
/// # Panics
/// If a property does not hold. A process that takes too much memory is aborted.
pub fn run(target: Target, bytes: &[u8]) {
    memory::bounded(bytes.len(), || target(bytes));
}

/// The bytes are an archive.
pub fn archive(bytes: &[u8]) {
    check::archive(bytes);
}

/// The bytes are the `metadata.json` of an otherwise sound archive.
pub fn metadata(bytes: &[u8]) {
    let mut members = base::members(0);
    members[0].1 = bytes.to_vec();
    check::archive(&base::pack(&members));
}

/// The bytes say how a sound archive is damaged: its texts, which no checksum protects, and its tar headers, with correct
/// checksums.
pub fn structured(bytes: &[u8]) {
    check::archive(&structured::archive(bytes));
}

/// The bytes are the names of a module, of its tensors and of its pool.
pub fn names(bytes: &[u8]) {
    if let Ok(generated) = generate_named(&Names::from_bytes(bytes)) {
        check::generated(&generated);
    }
}

/// The bytes are a static library, or, beginning as C does, TVM's header and the facts of one.
pub fn compiled(bytes: &[u8]) {
    compiled::compiled(bytes);
}

/// The bytes are a `.tflite` file. The rest of the tool must accept an archive made from it.
pub fn tflite(bytes: &[u8]) {
    match compiler::compile(bytes, &compiler::Options::default()) {
        Err(problems) => {
            let text = problems.to_string();
            assert!(!text.is_empty(), "a refusal without a message");
        }
        Ok(output) => {
            let archive = Archive::from_bytes("model.tar", &output.archive, Limits::default());
            let archive = archive.unwrap_or_else(|e| panic!("our own archive is refused: {e}"));
            let library = tvm_embedded_mlf::Library::parse(&archive);
            let library = library.unwrap_or_else(|e| panic!("our own archive is refused: {e}"));
            for module in &library.modules {
                let generated = tvm_embedded_interface::generate(&archive, &library, module, &Default::default());
                match generated {
                    Ok(generated) => check::generated(&generated),
                    // A descriptor counts bytes and tensors with fewer bits than a file.
                    Err(tvm_embedded_interface::Error::Limit { .. }) => {}
                    Err(error) => panic!("no interface for the compiler's archive: {error}"),
                }
            }
        }
    }
}
