//! The description of a bad file.

/// The largest file for which the bounds are guaranteed.
pub const LARGEST: usize = 64 << 20;

/// A file, and what is bad about it.
pub struct Case {
    /// What it contains, in a few words that are valid in a file name.
    pub name: &'static str,
    /// Suffix of the file: `tar`, `tflite`, or `a` for a library.
    pub suffix: &'static str,
    /// Makes it.
    pub make: fn() -> Vec<u8>,
    /// Whether the model is sound and within the limits, so that it must be accepted.
    pub sound: bool,
}

/// A case from its parts.
pub const fn case(name: &'static str, suffix: &'static str, sound: bool, make: fn() -> Vec<u8>) -> Case {
    Case { name, suffix, make, sound }
}
