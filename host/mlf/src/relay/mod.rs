//! The text of the Relay program: types of `@main`'s parameters and results.

mod infer;
mod signature;
#[cfg(test)]
mod tests;
mod text;
mod types;

pub(crate) use types::{Main, Parameter, Partial, TensorType};

/// Longest text that is read, in bytes; TVM's are some 100 KiB for large models.
const LONGEST: usize = 8 << 20;

/// Reads `@main`; `None` when the text has none, is not understood or too long.
pub(crate) fn main_function(text: &str) -> Option<Main> {
    if text.len() > LONGEST {
        return None;
    }
    let marker = "def @main(";
    let at_line_start = |at: &usize| *at == 0 || text.as_bytes()[at - 1] == b'\n';
    let at = text.match_indices(marker).map(|(at, _)| at).find(at_line_start)?;
    infer::function(&text[at + marker.len()..], 0)
}
