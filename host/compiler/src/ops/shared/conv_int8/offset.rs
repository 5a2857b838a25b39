//! Weights with a zero point, of models of uint8: `conv_2d_offset.h`, or `conv_2d_direct.h` where a channel has no short form.

use super::{dense, direct, fields};
use crate::ir::layer::{ConstantData, Core, InPlace, Layer, Lowered, Lowering, Path};
use crate::ir::options::Scratch;
use crate::math::pack;
use crate::math::requantize::Table;
use crate::math::window::Window;
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::shared::{text, unsigned};
use std::sync::Arc;

/// The layer of a convolution with weights `[channel][row][column][channel of the group]`.
pub fn layer(
    lowering: &Lowering<'_>,
    window: &Window,
    weighted: &Weighted<'_>,
    weights: Arc<Vec<i8>>,
    groups: usize,
) -> Lowered {
    let (channels, zero) = (weighted.bias.len(), weighted.weights_zero_point);
    let summary = fields::summary(lowering, window, weighted);
    let flat = &window.flattened();
    let (runs, _) = dense::runs(flat);
    let depth = weights.len() / channels;
    let table = Table::new(&weighted.channels(&weights), weighted.input_zero_point, weighted.output_zero_point);
    let usable = groups == 1 && table.short && lowering.scratch == Scratch::Best;
    let packed =
        usable.then(|| pack::with_zero_point(&weights, channels, runs, zero, extra(depth)).map(ConstantData::I16));
    let Some(packed) = packed.flatten() else {
        let of_group = (window.in_channels / groups, channels / groups);
        return direct::layer(lowering, window, weighted, weights, of_group, summary + &format!(", {groups} groups"));
    };
    let (input, output) = (weighted.input.id, weighted.output.id);
    let mut in_place = Vec::new();
    if flat.batches == 1 && flat.positions() <= dense::MAX_POSITIONS {
        let reason = "positions in order: the windows of a few are copied to scratch before their outputs are written";
        in_place.push(InPlace { input, output, lead: flat.lead(channels), reason });
    }
    let scratch_bytes = dense::scratch_bytes(flat, weighted::Form::Short) + 16 * extra(depth);
    let pointers = [("input", flat.in_elements()), ("output", flat.positions() * channels)];
    let body = text::constant_struct("tvmk_conv_2d_t", "layer", &fields::fields(lowering, flat, weighted))
        + &text::scratch("tvmk_conv_2d_offset_scratch(&layer)", scratch_bytes)
        + &text::call_with("tvmk_conv_2d_offset", flat.batches, &pointers, &["scratch", &zero.to_string()]);
    let shape = dense::shape(window, channels);
    let comment = format!("{shape} and the zero point, two channels in each element, order of SXTB16");
    Lowered::Layer(Layer {
        in_place,
        scratch_bytes,
        scratch_align: 4,
        limits: unsigned::limits(Vec::new(), &[Path::Mve]),
        constants: vec![
            lowering.array("weights", Core::Dsp, packed, comment),
            lowering.array("weights", Core::Plain, ConstantData::Shared(weights), &shape),
            weighted::table_constant(lowering, &table),
        ],
        headers: vec!["conv_2d_offset.h"],
        body,
        macs: (flat.batches * flat.positions()) as u64 * (depth * channels) as u64,
        ..lowering.layer_of(summary, input, output)
    })
}

/// `tvmk_conv_2d_extra`: pairs of halfwords for the sum of a window.
fn extra(depth: usize) -> usize {
    depth.div_ceil(255).div_ceil(2)
}
