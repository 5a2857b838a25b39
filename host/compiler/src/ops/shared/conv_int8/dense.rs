//! One group of channels: `conv_2d.h`, or `fully_connected.h` where one window is the whole input.

use super::direct;
use super::fields::{fields, summary};
use crate::ir::layer::{Constant, InPlace, Layer, Lowered, Lowering};
use crate::ir::options::Scratch;
use crate::math::pack;
use crate::math::window::Window;
use crate::ops::fully_connected;
use crate::ops::shared::weighted::{self, Form, Weighted};
use crate::ops::shared::{int4, text};
use std::sync::Arc;

/// Maximum number of positions for which the overlap of output and input is computed, one by one.
pub(super) const MAX_POSITIONS: usize = 1 << 20;

/// The layer of a convolution with weights `[channel][row][column][input channel]`.
pub fn layer(lowering: &Lowering<'_>, window: &Window, weighted: &Weighted<'_>, weights: Arc<Vec<i8>>) -> Lowered {
    let channels = weighted.bias.len();
    let depth = depth(window);
    let summary = summary(lowering, window, weighted);
    if window.is_whole() {
        return fully_connected::layer(lowering, weighted, weights, window.batches, summary);
    }
    if lowering.scratch == Scratch::None {
        return direct::layer(lowering, window, weighted, weights, (window.in_channels, channels), summary);
    }
    let window = &window.flattened();
    let all = weights.clone();
    let (constants, form, is_thrifty) = chosen(lowering, window, weighted, weights);
    let is_int4 = matches!(form, Form::Int4 | Form::Int4General);
    let summary = summary + int4::note(weighted, is_int4);
    let (input, output) = (weighted.input.id, weighted.output.id);
    let mut in_place = Vec::new();
    if window.batches == 1 && window.positions() <= MAX_POSITIONS {
        let reason = "positions in order: the windows of a few are copied to scratch before their outputs are written";
        in_place.push(InPlace { input, output, lead: window.lead(channels), reason });
    }
    let mut body = text::constant_struct("tvmk_conv_2d_t", "layer", &fields(lowering, window, weighted));
    let pointers = [("input", window.in_elements()), ("output", window.positions() * channels)];
    let scratch_bytes = scratch_bytes(window, form);
    let packed = if form == Form::Unpacked { 0 } else { 1 + i32::from(is_int4) };
    let mut limits = Vec::new();
    // Weights left unpacked to save scratch memory have the short form: that memory is their only limit.
    if !is_thrifty {
        limits = weighted::limits(weighted, &all, form);
    }
    if lowering.scratch == Scratch::Less {
        limits.push(weighted::thrift(Scratch::Less));
    }
    let function = if is_thrifty { "tvmk_conv_2d_bytes".to_owned() } else { function(form) };
    body += &text::scratch(&format!("tvmk_conv_2d_scratch(&layer, {packed})"), scratch_bytes);
    body += &text::call(&function, window.batches, &pointers, true);
    Lowered::Layer(Layer {
        in_place,
        scratch_bytes,
        scratch_align: 4,
        limits,
        constants,
        headers: vec![if is_int4 { "conv_2d_int4.h" } else { "conv_2d.h" }],
        body,
        macs: (window.batches * window.positions()) as u64 * (depth * channels) as u64,
        ..lowering.layer_of(summary, input, output)
    })
}

/// Weights and table, the form, and whether the form is unpacked for less scratch memory only.
fn chosen(
    lowering: &Lowering<'_>,
    window: &Window,
    weighted: &Weighted<'_>,
    weights: Arc<Vec<i8>>,
) -> (Vec<Constant>, Form, bool) {
    if lowering.scratch == Scratch::Less {
        let shape = shape(window, weighted.bias.len());
        let (constants, is_short) = weighted::plain_constants(lowering, weighted, weights.clone(), &shape);
        if is_short {
            return (constants, Form::Unpacked, true);
        }
    }
    let best = if lowering.scratch == Scratch::Best { Form::Short } else { Form::Unpacked };
    let (constants, form) = constants(lowering, window, weighted, weights, best);
    (constants, form, false)
}

/// Weights and table, in a form that is not better than `best`.
pub fn constants(
    lowering: &Lowering<'_>,
    window: &Window,
    weighted: &Weighted<'_>,
    weights: Arc<Vec<i8>>,
    best: Form,
) -> (Vec<Constant>, Form) {
    let (runs, _) = runs(window);
    let (depth, shape) = (depth(window), shape(window, weighted.bias.len()));
    // All parts of a layer have the same form: packing is decided for the whole layer.
    let count = weighted.weights.elements();
    if lowering.scratch == Scratch::Best && int4::stay_packed(lowering, weighted, count, depth) {
        return int4::constants(lowering, weighted, &weights, Some(runs), &shape, best);
    }
    weighted::packed_constants(lowering, weighted, weights, runs, depth, &shape, best)
}

/// Elements of a window.
pub fn depth(window: &Window) -> usize {
    window.height * window.width * window.in_channels
}

/// The number of runs of adjacent bytes in a window, and the bytes of each.
pub fn runs(window: &Window) -> (usize, usize) {
    if window.dilation_width == 1 {
        (window.height, window.width * window.in_channels)
    } else {
        (window.height * window.width, window.in_channels)
    }
}

/// The shape of the weights, for comments.
pub fn shape(window: &Window, channels: usize) -> String {
    format!("[{channels}][{}][{}][{}]", window.height, window.width, window.in_channels)
}

/// The kernel.
pub fn function(form: Form) -> String {
    format!("tvmk_conv_2d{}", form.suffix())
}

/// Bytes of scratch that the kernel needs.
pub fn scratch_bytes(window: &Window, form: Form) -> usize {
    let depth = depth(window);
    if form == Form::Unpacked {
        return 2 * depth;
    }
    // Four columns of int16, and what four neighbouring windows touch of a row, for those across the border.
    let (runs, run) = runs(window);
    let pairs = runs * pack::pairs(run).len();
    let is_int4 = matches!(form, Form::Int4 | Form::Int4General);
    let columns = 16 * if is_int4 { pairs.next_multiple_of(2) } else { pairs };
    let span = 3 * window.stride_width + (window.width - 1) * window.dilation_width + 1;
    let line = if window.is_padded() { (span * window.in_channels).next_multiple_of(4) } else { 0 };
    (columns + line).max(2 * depth)
}
