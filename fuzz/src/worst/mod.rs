//! Files of up to 64 MiB that are as bad as we know how to make them, for each way in which time or memory could grow faster
//! than the file. Made when they are needed: in the repository they would weigh a gigabyte.

mod archives;
mod flatbuffer;
mod models;

/// The largest file that is promised to be answered within the bounds.
pub const LARGEST: usize = 64 << 20;

/// A file, and what is bad about it.
pub struct Case {
    /// What it holds, in a few words that can be a file's name.
    pub name: &'static str,
    /// Suffix of the file: `tar` or `tflite`.
    pub suffix: &'static str,
    /// Makes it.
    pub make: fn() -> Vec<u8>,
    /// Whether the model is sound and within the limits, so that it must be taken.
    pub sound: bool,
}

const fn case(name: &'static str, suffix: &'static str, sound: bool, make: fn() -> Vec<u8>) -> Case {
    Case { name, suffix, make, sound }
}

/// All of them.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    archives::CASES.iter().chain(models::CASES)
}
