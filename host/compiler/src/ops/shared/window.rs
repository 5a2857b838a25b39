//! Shared by the windows of convolutions and pools: their check, and the members of kernels' structs that describe them.

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

/// The members that say which elements a window reads, in the order of the structs, as C++ requires. `channels` come after the
/// size of the output.
pub fn members(window: &Window, channels: &[(&'static str, usize)]) -> Vec<(&'static str, String)> {
    let image = [
        ("in_height", window.in_height),
        ("in_width", window.in_width),
        ("in_channels", window.in_channels),
        ("out_height", window.out_height),
        ("out_width", window.out_width),
    ];
    let reach = [
        ("window_height", window.height),
        ("window_width", window.width),
        ("stride_height", window.stride_height),
        ("stride_width", window.stride_width),
        ("dilation_height", window.dilation_height),
        ("dilation_width", window.dilation_width),
        ("pad_top", window.pad_top),
        ("pad_left", window.pad_left),
    ];
    let all = image.iter().chain(channels).chain(&reach);
    all.map(|&(name, value)| (name, value.to_string())).collect()
}

/// The same for kernels that go through all batches, and through groups of channels.
pub fn members_of_batches(window: &Window, channels: usize, groups: usize) -> Vec<(&'static str, String)> {
    let of_group =
        [("out_channels", channels), ("group_in", window.in_channels / groups), ("group_out", channels / groups)];
    let mut all = vec![("batches", window.batches.to_string())];
    all.extend(members(window, &of_group));
    all
}
