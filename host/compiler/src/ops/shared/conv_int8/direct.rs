//! Convolutions without scratch memory: `conv_2d_direct.h`.

use super::fields;
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ir::options::Scratch;
use crate::math::window::Window;
use crate::ops::shared::text;
use crate::ops::shared::unsigned;
use crate::ops::shared::weighted::{self, Weighted};
use std::sync::Arc;

/// The layer of a convolution on groups of this many channels in and out, with weights `[channel][row][column][channel of the group]`.
pub fn layer(
    lowering: &Lowering<'_>,
    window: &Window,
    weighted: &Weighted<'_>,
    weights: Arc<Vec<i8>>,
    (group_in, group_out): (usize, usize),
    summary: String,
) -> Lowered {
    let channels = weighted.bias.len();
    let shape = format!("[{channels}][{}][{}][{group_in}]", window.height, window.width);
    let macs = window.batches as u64 * window.positions() as u64 * weights.len() as u64;
    let (constants, is_short) = weighted::plain_constants(lowering, weighted, weights, &shape);
    let mut fields = fields::fields(lowering, window, weighted);
    fields.extend([("group_in", group_in.to_string()), ("group_out", group_out.to_string())]);
    let mut body = text::constant_struct("tvmk_conv_2d_direct_t", "layer", &fields);
    let pointers = [("input", window.in_elements()), ("output", window.positions() * channels)];
    let (zero, form) = (weighted.weights_zero_point, if is_short { "" } else { "_long" });
    let limit = if zero == 0 {
        body += &text::call(&format!("tvmk_conv_2d_direct{form}"), window.batches, &pointers, false);
        weighted::thrift(Scratch::None)
    } else {
        let function = format!("tvmk_conv_2d_direct_offset{form}");
        body += &text::call_with(&function, window.batches, &pointers, &[&zero.to_string()]);
        unsigned::offset()
    };
    Lowered::Layer(Layer {
        scratch_align: 1,
        limits: vec![limit],
        constants,
        headers: vec!["conv_2d_direct.h"],
        body,
        macs,
        ..lowering.layer_of(summary, weighted.input.id, weighted.output.id)
    })
}
