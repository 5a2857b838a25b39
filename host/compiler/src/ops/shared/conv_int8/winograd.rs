//! Windows of 3 × 3 with stride 1 by Winograd's F(2 × 2, 3 × 3), where that takes fewer instructions: `conv_2d_winograd.h`. For
//! `--optimize speed`; the weights take 3.6 times the flash.

use super::dense::{MAX_POSITIONS, shape};
use super::fields::{fields, summary};
use crate::ir::graph::DType;
use crate::ir::layer::{ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::ir::options::{Int4, Optimize, Scratch, Target};
use crate::math::requantize::Table;
use crate::math::window::Window;
use crate::math::winograd;
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::shared::{int4, text};
use std::sync::Arc;

/// The layer; `None` if the kernel can't compute it or would not be faster.
pub fn layer(
    lowering: &Lowering<'_>,
    window: &Window,
    weighted: &Weighted<'_>,
    weights: &Arc<Vec<i8>>,
) -> Option<Lowered> {
    let channels = weighted.bias.len();
    let wanted = lowering.options.optimize == Optimize::Speed && lowering.scratch == Scratch::Best;
    // Weights of int4 that the user wants packed would take 14 times the flash.
    let packed = weighted.weights.dtype == DType::Int4 && lowering.options.int4 == Int4::Packed;
    if !wanted || packed || !is_faster(window, channels, lowering.options.target) {
        return None;
    }
    let table = Table::new(&weighted.channels(weights), weighted.input_zero_point, weighted.output_zero_point);
    table.short.then_some(())?;
    let transformed = winograd::weights(weights, channels)?;
    let (input, output) = (weighted.input.id, weighted.output.id);
    let mut in_place = Vec::new();
    if window.batches == 1 && window.positions() <= MAX_POSITIONS {
        let reason = "two rows at a time: the rows of the input that later ones need are not overwritten";
        in_place.push(InPlace { input, output, lead: lead(window, channels), reason });
    }
    let pointers = [("input", window.in_elements()), ("output", window.positions() * channels)];
    let scratch_bytes = 64 * window.in_channels + (24 * window.in_channels).max(256 + 8 * channels);
    let body = text::constant_struct("tvmk_conv_2d_t", "layer", &fields(lowering, window, weighted))
        + &text::scratch("tvmk_conv_2d_winograd_scratch(&layer)", scratch_bytes)
        + &text::call("tvmk_conv_2d_winograd", window.batches, &pointers, true);
    let pairs = window.in_channels / 2;
    let comment = format!("[{}][4][4][{pairs} pairs][4 channels][2], as winograd.h describes", channels / 4);
    let plain = ConstantData::Shared(weights.clone());
    Some(Lowered::Layer(Layer {
        in_place,
        scratch_bytes,
        scratch_align: 4,
        constants: vec![
            lowering.array("weights", Core::NoMve, ConstantData::I16(transformed), comment),
            lowering.array("weights", Core::Mve, plain, shape(window, channels)),
            weighted::table_constant(lowering, &table),
        ],
        headers: vec!["conv_2d_winograd.h"],
        body,
        macs: (window.batches * window.positions()) as u64 * weights.len() as u64,
        ..lowering.layer_of(
            summary(lowering, window, weighted) + int4::note(weighted, false) + ", Winograd",
            input,
            output,
        )
    }))
}

/// Whether the kernel takes at least a tenth fewer instructions than that of `conv_2d.h`, on each kind of core that the code is for and
/// that has it. The numbers of instructions are from measurements on Cortex-M4 and Cortex-M3, gcc 12.2 -O2.
fn is_faster(window: &Window, channels: usize, target: Target) -> bool {
    let shape = (window.height, window.width, window.stride_height, window.stride_width);
    if shape != (3, 3, 1, 1) || (window.dilation_height, window.dilation_width) != (1, 1) {
        return false;
    }
    let tiles = (window.out_height.div_ceil(2) * window.out_width.div_ceil(4)) as u64;
    let (positions, inputs, channels) = (window.positions() as u64, window.in_channels as u64, channels as u64);
    let dsp = || {
        let made = tiles * (channels * (88 * inputs + 630) / 4 + 116 * inputs + 300);
        // The last positions are not computed four at a time.
        let usual = (positions + 3 * (positions % 4)) * (channels * (27 * inputs + 38) / 4 + 10 * inputs);
        10 * made <= 9 * usual
    };
    let portable = || {
        let made = tiles * (channels * (384 * inputs + 3200) / 4 + 272 * inputs + 400);
        let usual = positions * (channels * (21 * inputs + 36) + 41 * inputs);
        10 * made <= 9 * usual
    };
    match target {
        Target::All => dsp() && portable(),
        Target::Dsp => dsp(),
        Target::Portable => portable(),
        Target::Mve => false,
    }
}

/// How many bytes before the input an output must start so that it may overwrite it. Two rows of outputs are written while four
/// rows of the input are read, the first of which begins before them.
fn lead(window: &Window, channels: usize) -> usize {
    let written = |row: usize| (row + 2).min(window.out_height) * window.out_width * channels;
    let needed =
        |row: usize| row.saturating_sub(window.pad_top).min(window.in_height) * window.in_width * window.in_channels;
    (0..window.out_height).step_by(2).map(|row| written(row).saturating_sub(needed(row))).max().unwrap_or(0)
}
