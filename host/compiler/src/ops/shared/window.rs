//! The check that windows of convolutions and pools have in common.

use crate::math::window::{Window, WindowOptions};
use crate::ops::checker::{Checker, Operand};

/// The window of `size` (height, width) over `input`; the output must have the shape it gives, with `channels` channels.
pub fn check(
    checker: &mut Checker<'_>,
    input: Operand<'_>,
    size: (usize, usize),
    options: WindowOptions,
    output: Operand<'_>,
    channels: usize,
) -> Option<Window> {
    match Window::new(&input.shape, size, options) {
        Ok(w) => {
            checker.shape(output, &[w.batches, w.out_height, w.out_width, channels]);
            Some(w)
        }
        Err((found, supported)) => {
            checker.bad(found, supported);
            None
        }
    }
}
