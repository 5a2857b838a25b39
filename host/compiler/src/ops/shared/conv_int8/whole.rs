//! A depthwise convolution of one window that is the whole input: `depthwise_whole.h`.

use crate::ir::layer::{ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::math::requantize::Table;
use crate::math::window::Window;
use crate::ops::shared::text;
use crate::ops::shared::weighted::{self, Weighted};

/// The layer, from weights `[channel][row][column]`.
pub fn layer(
    lowering: &Lowering<'_>,
    window: &Window,
    weighted: &Weighted<'_>,
    weights: &[i8],
    table: &Table,
    summary: String,
) -> Lowered {
    let (taps, channels) = (window.height * window.width, window.in_channels);
    let by_tap = (0..taps * channels).map(|i| weights[i % channels * taps + i / channels]).collect();
    let mut body = text::constant_struct(
        "tvmk_depthwise_whole_t",
        "layer",
        &[
            ("weights", lowering.constant("weights")),
            ("requant", weighted.requant(&lowering.constant("table"))),
            ("taps", taps.to_string()),
            ("channels", channels.to_string()),
        ],
    );
    body += &text::call("tvmk_depthwise_whole", 1, &[("input", 0), ("output", 0)], false);
    let comment = format!("[{taps}][{channels}]");
    let weights = lowering.array("weights", Core::Any, ConstantData::I8(by_tap), comment);
    let (input, output) = (weighted.input.id, weighted.output.id);
    let reason = "a channel's last element is read before its output is written";
    Lowered::Layer(Layer {
        in_place: vec![InPlace { input, output, lead: 0, reason }],
        scratch_align: 1,
        constants: vec![weights, weighted::table_constant(lowering, table)],
        headers: vec!["depthwise_whole.h"],
        body,
        macs: taps as u64 * channels as u64,
        ..lowering.layer_of(summary, input, output)
    })
}
