//! The members of `tvmk_conv_2d_t`, with which the structs of other convolutions begin.

use crate::ir::layer::Lowering;
use crate::math::window::Window;
use crate::ops::shared::weighted::Weighted;

/// The members of the kernel's struct.
pub fn fields(lowering: &Lowering<'_>, window: &Window, weighted: &Weighted<'_>) -> [(&'static str, String); 17] {
    let number = |n: usize| n.to_string();
    [
        ("weights", lowering.constant("weights")),
        ("requant", weighted.requant(&lowering.constant("table"))),
        ("in_height", number(window.in_height)),
        ("in_width", number(window.in_width)),
        ("in_channels", number(window.in_channels)),
        ("out_height", number(window.out_height)),
        ("out_width", number(window.out_width)),
        ("out_channels", number(weighted.bias.len())),
        ("window_height", number(window.height)),
        ("window_width", number(window.width)),
        ("stride_height", number(window.stride_height)),
        ("stride_width", number(window.stride_width)),
        ("dilation_height", number(window.dilation_height)),
        ("dilation_width", number(window.dilation_width)),
        ("pad_top", number(window.pad_top)),
        ("pad_left", number(window.pad_left)),
        ("pad", weighted.input_zero_point.to_string()),
    ]
}
