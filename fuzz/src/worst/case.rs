//! What a bad file is.

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

/// A case by its parts.
pub const fn case(name: &'static str, suffix: &'static str, sound: bool, make: fn() -> Vec<u8>) -> Case {
    Case { name, suffix, make, sound }
}
