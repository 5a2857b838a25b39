//! A group for each channel: `depthwise_conv_2d.h`, or `depthwise_whole.h` where one window is the whole input.

use super::fields::summary;
use super::{direct, whole};
use crate::ir::layer::{Constant, ConstantData, Core, InPlace, Layer, Limit, Lowered, Lowering, Path};
use crate::ir::options::{Int4, Scratch};
use crate::math::requantize::Table;
use crate::math::window::Window;
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::shared::{int4, text, unsigned, window};

/// The layer of a depthwise convolution with weights `[channel][row][column]`.
pub fn layer(lowering: &Lowering<'_>, window: &Window, weighted: &Weighted<'_>, weights: Vec<i8>) -> Lowered {
    let (height, width, channels) = (window.height, window.width, weighted.bias.len());
    let taps = height * width;
    let is_int4 = is_int4(lowering, window, weighted, weights.len());
    let summary = summary(lowering, window, weighted) + int4::note(weighted, is_int4);
    let multiplier = channels / window.in_channels;
    let sums = weighted.channels(&weights);
    let table = Table::new(&sums, weighted.input_zero_point, weighted.output_zero_point);
    let zero = weighted.weights_zero_point;
    if zero == 0 && window.is_whole() && window.batches == 1 && multiplier == 1 && table.short && !is_int4 {
        return whole::layer(lowering, window, weighted, &weights, &table, summary);
    }
    if lowering.scratch == Scratch::None {
        return direct::layer(lowering, window, weighted, weights.into(), (1, multiplier), summary);
    }
    let long = weighted::long_channels(weighted, &weights);
    let turned = is_better_turned(window);
    let (window, weights) =
        if turned { (window.transposed(), transposed(&weights, height, width)) } else { (*window, weights) };
    let steps = steps(&window, channels, turned);
    let (band, mut scratch_bytes) = band(&window, multiplier, lowering.scratch);
    let (input, output) = (weighted.input.id, weighted.output.id);
    let reason = "a channel is copied to scratch before its output is written, and channels keep their places";
    let overwrites = multiplier == 1 && window.batches == 1 && band == window.out_height;
    let in_place = overwrites.then_some(InPlace { input, output, lead: 0, reason });
    let fields = fields(lowering, &window, weighted, steps, multiplier, band);
    let mut body = text::constant_struct("tvmk_depthwise_conv_2d_t", "layer", &fields);
    let mixed = !table.short
        && sums.iter().all(|channel| channel.is_short_or_left(weighted.input_zero_point, weighted.output_zero_point));
    let limits = limits(lowering, &window, long, mixed, zero);
    let function = function(&window, table.short, mixed, zero);
    let pointers = [("input", window.in_elements()), ("output", window.positions() * channels)];
    body += &if is_int4 {
        scratch_bytes += int4_bytes(&window, multiplier);
        let words = if table.short { "TVMK_SHORT_WORDS" } else { "TVMK_GENERAL_WORDS" };
        let others = ["scratch", function, words];
        text::scratch("tvmk_depthwise_conv_2d_int4_scratch(&layer)", scratch_bytes)
            + &text::call_with("tvmk_depthwise_conv_2d_int4", window.batches, &pointers, &others)
    } else {
        let zero = zero.to_string();
        let others: &[&str] = if zero == "0" { &["scratch"] } else { &["scratch", &zero] };
        text::scratch("tvmk_depthwise_conv_2d_scratch(&layer)", scratch_bytes)
            + &text::call_with(function, window.batches, &pointers, others)
    };
    let mut constants = vec![weighted::table_constant(lowering, &table)];
    constants.extend(packings(lowering, &window, channels, weights, is_int4));
    Lowered::Layer(Layer {
        in_place: in_place.into_iter().collect(),
        scratch_bytes,
        scratch_align: 4,
        limits,
        constants,
        headers: vec![header(is_int4, zero)],
        body,
        macs: (window.batches * window.positions()) as u64 * (taps * channels) as u64,
        ..lowering.layer_of(summary, input, output)
    })
}

/// Whether this many weights of int4 stay packed. A window that is the whole input has a kernel without scratch memory, which reads
/// bytes.
fn is_int4(lowering: &Lowering<'_>, window: &Window, weighted: &Weighted<'_>, count: usize) -> bool {
    lowering.scratch == Scratch::Best
        && int4::stay_packed(lowering, weighted, count, window.height * window.width)
        && (lowering.options.int4 == Int4::Packed || !window.is_whole())
}

/// The distances in input and output: from column to column, from row to row.
fn steps(window: &Window, channels: usize, turned: bool) -> [(usize, usize); 2] {
    if turned {
        [(window.in_channels, window.in_height * window.in_channels), (channels, window.out_height * channels)]
    } else {
        [(window.in_width * window.in_channels, window.in_channels), (window.out_width * channels, channels)]
    }
}

/// The kernel. `mixed`: those for 3 × 3 that choose the output form for each channel.
fn function(window: &Window, short: bool, mixed: bool, zero_point: i32) -> &'static str {
    match kernel(window) {
        _ if zero_point != 0 => offset_function(window, short),
        Some(1) if mixed => "tvmk_depthwise_conv_2d_mixed_3x3",
        Some(_) if mixed => "tvmk_depthwise_conv_2d_mixed_3x3_stride2",
        _ if !short => "tvmk_depthwise_conv_2d_general",
        Some(1) => "tvmk_depthwise_conv_2d_3x3",
        Some(_) => "tvmk_depthwise_conv_2d_3x3_stride2",
        None => "tvmk_depthwise_conv_2d",
    }
}

/// The kernel's file.
fn header(is_int4: bool, zero_point: i32) -> &'static str {
    match zero_point {
        0 if is_int4 => "depthwise_conv_2d_int4.h",
        0 => "depthwise_conv_2d.h",
        _ => "depthwise_conv_2d_offset.h",
    }
}

/// The kernel for weights with a zero point.
fn offset_function(window: &Window, short: bool) -> &'static str {
    match kernel(window) {
        _ if !short => "tvmk_depthwise_conv_2d_offset_general",
        Some(1) => "tvmk_depthwise_conv_2d_offset_3x3",
        Some(_) => "tvmk_depthwise_conv_2d_offset_3x3_stride2",
        None => "tvmk_depthwise_conv_2d_offset",
    }
}

/// Bytes of scratch for unpacked weights, `TVMK_DEPTHWISE_INT4_CHANNELS` input channels at a time.
fn int4_bytes(window: &Window, multiplier: usize) -> usize {
    const CHANNELS: usize = 8;
    let lanes = 2 * window.in_channels.min(4);
    let made = window.in_channels.min(2 * CHANNELS - 1) * multiplier;
    made.next_multiple_of(lanes) * window.height * window.width + 8
}

/// The members of the kernel's struct. `steps` are those of input and output: from column to column, from row to row.
fn fields(
    lowering: &Lowering<'_>,
    window: &Window,
    weighted: &Weighted<'_>,
    [in_row, out_row]: [(usize, usize); 2],
    multiplier: usize,
    band: usize,
) -> Vec<(&'static str, String)> {
    // Bytes of two weights are not int8 numbers.
    let pointer = format!("(const int8_t *){}", lowering.constant("weights"));
    let mut fields = vec![
        ("weights", pointer),
        ("requant", weighted.requant(&lowering.constant("table"))),
        ("in_step", format!("{{{}, {}}}", in_row.0, in_row.1)),
        ("out_step", format!("{{{}, {}}}", out_row.0, out_row.1)),
    ];
    fields.extend(window::members(window, &[("multiplier", multiplier)]));
    fields.extend([("band", band.to_string()), ("pad", weighted.input_zero_point.to_string())]);
    fields
}

/// The weights for MVE, a few channels side by side, and unchanged for all others.
fn packings(
    lowering: &Lowering<'_>,
    window: &Window,
    channels: usize,
    weights: Vec<i8>,
    is_int4: bool,
) -> Vec<Constant> {
    let constant = |core, weights: Vec<i8>, comment: String| match is_int4 {
        true => {
            let comment = comment + ", two in a byte: 16 * (second + 8) + first + 8";
            lowering.array("weights", core, ConstantData::U8(int4::pairs_of_neighbours(&weights)), comment)
        }
        false => lowering.array("weights", core, ConstantData::I8(weights), comment),
    };
    let shape = format!("[{}][{}]", window.height, window.width);
    let lanes = 2 * window.in_channels.min(4);
    let comment = format!("[{} blocks]{shape}[{lanes} channels]", channels.div_ceil(lanes));
    vec![
        constant(Core::Mve, in_lanes(&weights, window.height * window.width, lanes), comment),
        constant(Core::NoMve, weights, format!("[{channels}]{shape}")),
    ]
}

/// Why the layer can't use the kernels for windows of 3 × 3 in the short form. `long`: channels without that form; `mixed`:
/// the row kernels support each of them.
fn limits(lowering: &Lowering<'_>, window: &Window, long: Option<String>, mixed: bool, zero_point: i32) -> Vec<Limit> {
    let mut limits = Vec::new();
    let window_fits = kernel(window).is_some();
    if !window_fits {
        let reason = "no fast kernel for this window: there are kernels for 3x3, a stride of up to 2 and no dilation along the rows";
        limits.push(Limit { paths: Path::ALL, reason: reason.to_owned(), general: false });
    }
    // If there is a row kernel for both output forms, products are equally fast.
    limits.extend(long.map(|reason| Limit {
        paths: Path::ALL,
        reason,
        general: !(mixed && window_fits && zero_point == 0),
    }));
    limits.extend((lowering.scratch == Scratch::Less).then(|| weighted::thrift(Scratch::Less)));
    if zero_point == 0 { limits } else { unsigned::limits(limits, &[Path::Mve]) }
}

/// The step along the rows of the matching kernel for windows of 3 × 3, if there is one.
fn kernel(window: &Window) -> Option<usize> {
    let fits = window.height == 3 && window.width == 3 && window.dilation_width == 1 && window.stride_width <= 2;
    fits.then_some(window.stride_width)
}

/// Whether the image's columns are better rows: the kernel computes pairs along a row, and each row has a fixed cost.
fn is_better_turned(window: &Window) -> bool {
    let turned = window.transposed();
    let cost = |window: &Window| window.out_height * (18 * window.out_width.div_ceil(2) + 40);
    match (kernel(window), kernel(&turned)) {
        (Some(_), Some(_)) => cost(&turned) < cost(window),
        (None, Some(_)) => true,
        // The kernel for any window computes four outputs of a row at a time, and in shorter rows each output four times.
        (None, None) => window.out_width < 4 && window.out_height >= 4,
        (Some(_), None) => false,
    }
}

/// Each channel's `height` × `width` weights with rows and columns exchanged.
fn transposed(weights: &[i8], height: usize, width: usize) -> Vec<i8> {
    weights
        .chunks(height * width)
        .flat_map(|channel| (0..width).flat_map(move |x| (0..height).map(move |y| channel[y * width + x])))
        .collect()
}

/// Weights `[channel][tap]` as `[block of channels][tap][lane]`, with zeros for channels that are missing in the last block, and
/// up to eight lanes after the last tap.
fn in_lanes(weights: &[i8], taps: usize, lanes: usize) -> Vec<i8> {
    let mut blocks: Vec<i8> = weights
        .chunks(taps * lanes)
        .flat_map(|block| (0..taps * lanes).map(move |i| block.get(i % lanes * taps + i / lanes).copied().unwrap_or(0)))
        .collect();
    blocks.extend(vec![0; 8 - lanes]);
    blocks
}

/// Output rows computed from one filling of the planes, and bytes of scratch: planes of up to four channels of
/// int16, and a row of sums.
///
/// All rows if the planes are smaller than the output, which can then overwrite the input; otherwise as many as keep the
/// planes below a quarter of the output. One row for less scratch memory.
fn band(window: &Window, multiplier: usize, scratch: Scratch) -> (usize, usize) {
    let width = (window.out_width - 1) * window.stride_width + (window.width - 1) * window.dilation_width + 1;
    let bytes = |rows: usize| {
        let height = (rows - 1) * window.stride_height + (window.height - 1) * window.dilation_height + 1;
        height * width.next_multiple_of(2) * 2 * window.in_channels.min(4) + window.out_width.next_multiple_of(2) * 4
    };
    if scratch != Scratch::Best {
        return (1, bytes(1));
    }
    let output = window.positions() * window.in_channels * multiplier;
    let all = bytes(window.out_height);
    if all <= output && multiplier == 1 {
        return (window.out_height, all);
    }
    let rows = (1..=window.out_height).rev().find(|&rows| bytes(rows) <= output / 4).unwrap_or(1);
    (rows, bytes(rows))
}
