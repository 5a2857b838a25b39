//! What all of them have: the comment above a layer, and the members of `tvmk_conv_2d_t`, with which the structs of others begin.

use crate::ir::layer::Lowering;
use crate::math::window::Window;
use crate::ops::shared::weighted::Weighted;
use crate::ops::shared::window;

/// The members of the kernel's struct.
pub fn fields(lowering: &Lowering<'_>, window: &Window, weighted: &Weighted<'_>) -> Vec<(&'static str, String)> {
    let mut fields =
        vec![("weights", lowering.constant("weights")), ("requant", weighted.requant(&lowering.constant("table")))];
    fields.extend(window::members(window, &[("out_channels", weighted.bias.len())]));
    fields.push(("pad", weighted.input_zero_point.to_string()));
    fields
}

/// The comment above the layer of a convolution.
pub fn summary(lowering: &Lowering<'_>, window: &Window, weighted: &Weighted<'_>) -> String {
    format!(
        "{} {}, {}x{}x{} to {}x{}x{}, activation {:?}",
        lowering.op.kind,
        window.describe(),
        window.in_height,
        window.in_width,
        window.in_channels,
        window.out_height,
        window.out_width,
        weighted.bias.len(),
        weighted.activation,
    )
}
