//! The C kernels, as text to copy into archives.

/// A kernel header: its unique name, and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel {
    /// File name, such as `conv_2d.h`.
    pub name: &'static str,
    /// Contents.
    pub text: &'static str,
}

/// Kernel files beside the source file that names them.
macro_rules! kernels {
    ($($name:literal),* $(,)?) => {
        &[$($crate::ops::kernels::Kernel { name: $name, text: include_str!($name) }),*]
    };
}
pub(crate) use kernels;

/// Names in the `#include "…"` lines of a C file.
pub fn includes(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.trim().strip_prefix("#include \"")?.strip_suffix('"'))
}
