//! The work of kernels with windows: convolutions, depthwise ones, pools.

use super::fields::Fields;
use super::lines::Lines;

/// Adds the amounts of a layer with windows.
pub fn add(fields: &Fields, add: &mut impl FnMut(&'static str, u64)) {
    let get = |name: &str| fields.get(name).unwrap_or(1);
    let images = get("batches") * fields.loops;
    let positions = images * get("out_height") * get("out_width");
    let taps = get("window_height") * get("window_width");
    add("image_rows", images * get("out_height"));
    add("positions", positions);
    add("taps", positions * taps);
    match fields.get("out_channels") {
        Some(channels) => {
            convolution(fields, positions, taps, channels, add);
            add("clamped", if fields.is_clamped() { positions * channels } else { 0 });
        }
        None => {
            let inputs = fields.get("in_channels").or(fields.get("channels")).unwrap_or(1);
            let channels = inputs * get("multiplier");
            planes(fields, images, inputs, add);
            channelwise(fields, images, channels, add);
            add("clamped", if fields.is_clamped() { positions * channels } else { 0 });
        }
    }
}

/// Two tiles of 2 × 2 outputs at a time: their inputs, and four channels of their outputs, in pairs of inputs.
pub fn winograd(fields: &Fields, add: &mut impl FnMut(&'static str, u64)) {
    let get = |name: &str| fields.get(name).unwrap_or(1);
    let tiles = fields.loops * get("out_height").div_ceil(2) * get("out_width").div_ceil(4);
    let (quads, pairs) = (tiles * get("out_channels").div_ceil(4), get("in_channels") / 2);
    add("tile_twos", tiles);
    add("tile_two_inputs", tiles * get("in_channels"));
    add("tile_two_quads", quads);
    add("tile_two_pairs", quads * pairs);
    add("tile_two_eights", quads * pairs.div_ceil(8));
}

/// Windows become columns; then tiles of two channels at four positions (DSP extension), or vectors of 16 products (MVE).
fn convolution(fields: &Fields, positions: u64, taps: u64, channels: u64, add: &mut impl FnMut(&'static str, u64)) {
    let get = |name: &str| fields.get(name).unwrap_or(1);
    let inputs = fields.get("group_in").unwrap_or(get("in_channels"));
    let run = if get("dilation_width") == 1 { get("window_width") * inputs } else { inputs };
    let depth = taps * inputs;
    let runs = depth / run.max(1);
    let pairs = runs * run.div_ceil(2);
    let tiles = positions / 4 * (channels / 2);
    let done = if channels > 1 { positions - positions % 4 } else { 0 };
    let loops = (positions - done) * channels.div_ceil(2) + done * (channels % 2);
    add("runs", positions * runs);
    add("gathered", positions * depth);
    add("gathered_words", positions * runs * (run / 4));
    add("gathered_rests", positions * runs * (run % 4));
    add("gathered_vectors", positions * runs * run.div_ceil(16));
    add("tiles", tiles);
    add("tile_pairs", tiles * pairs);
    add("tile_rows", positions.div_ceil(4));
    add("loops", loops);
    add("loop_pairs", loops * pairs);
    add("products", positions * channels * depth);
    add("product_runs", positions * channels * taps);
    vectors(positions, channels, depth, add);
    // Positions of one row with windows of one element are the input's bytes in order.
    if taps != 1 || get("out_height") != 1 || get("out_width") != get("in_width") {
        add("columns", positions);
    } else {
        add("copied_columns", positions.div_ceil(2));
    }
    let (lines, images) = (Lines::new(fields), fields.loops * fields.get("batches").unwrap_or(1));
    add("lines_across", lines.across * images);
    add("bytes_across", lines.bytes * images);
    add("positions_across", lines.positions * images);
    add("lines_outside", lines.outside * images);
    add("border_columns", lines.border * images);
    add("border_runs", lines.border * images * runs);
    add("inside_runs", positions.saturating_sub(lines.border * images) * runs);
}

/// Two positions and two channels at a time, or one position and four channels; a short depth may stay in registers.
fn vectors(positions: u64, channels: u64, depth: u64, add: &mut impl FnMut(&'static str, u64)) {
    let twos = positions / 2;
    let steps = depth.div_ceil(16);
    if depth <= 64 && depth.is_multiple_of(16) && channels.is_multiple_of(2) {
        add("short_sums", twos * channels);
        add("short_steps", twos * channels * steps);
    } else {
        add("pair_sums", twos * channels.div_ceil(2));
        add("pair_steps", twos * channels.div_ceil(2) * steps);
    }
    add("one_sums", positions % 2 * channels.div_ceil(4));
    add("one_steps", positions % 2 * channels.div_ceil(4) * steps);
    add("result_blocks", positions.div_ceil(2) * channels.div_ceil(24));
    add("result_quads", positions * channels.div_ceil(4));
    shared_vectors(positions, channels, depth, add);
}

/// With MVE, what is computed of several positions at once: `mve_short.h` by depth, `mve_tile.h` three channels of 24 at a time.
fn shared_vectors(positions: u64, channels: u64, depth: u64, add: &mut impl FnMut(&'static str, u64)) {
    let (twos, steps) = (positions / 2, depth.div_ceil(16));
    match (channels.is_multiple_of(2), depth) {
        (true, ..=16) => add("four_sums", positions / 4 * channels),
        (true, 17..=32) => add("two_sums", twos * channels),
        (true, 33..=64) => {
            add("row_sums", twos * channels);
            add("row_steps", twos * channels * steps);
        }
        _ => {
            let (blocks, last) = (channels / 24, channels % 24);
            let triples = twos * (blocks * 8 + last / 3);
            let rests = if last.is_multiple_of(3) { 0 } else { twos };
            add("triple_sums", triples);
            add("triple_steps", triples * steps);
            add("rest_sums", rests);
            add("rest_steps", rests * steps);
        }
    }
}

/// Planes of a few channels that depthwise kernels copy, in bands of rows.
fn planes(fields: &Fields, images: u64, channels: u64, add: &mut impl FnMut(&'static str, u64)) {
    let get = |name: &str| fields.get(name).unwrap_or(1);
    let band = fields.get("band").filter(|&band| band > 0).unwrap_or(get("out_height")).max(1);
    let bands = get("out_height").div_ceil(band) * images;
    let rows_of = |rows: u64| {
        rows.saturating_sub(1) * get("stride_height") + (get("window_height") - 1) * get("dilation_height") + 1
    };
    let rest = get("out_height") % band;
    let rows = get("out_height") / band * rows_of(band) + if rest > 0 { rows_of(rest) } else { 0 };
    let width = (get("out_width") - 1) * get("stride_width") + (get("window_width") - 1) * get("dilation_width") + 1;
    add("bands", bands);
    add("band_channels", bands * channels);
    add("plane_rows", rows * images * channels.div_ceil(4));
    add("plane_elements", rows * images * width * channels.div_ceil(4));
    add("plane8_rows", rows * images * channels.div_ceil(8));
    add("plane8_elements", rows * images * width * channels.div_ceil(8));
    add("plane_bytes", rows * images * width * channels);
}

/// Sums of each channel by itself, or of eight side by side.
fn channelwise(fields: &Fields, images: u64, channels: u64, add: &mut impl FnMut(&'static str, u64)) {
    let get = |name: &str| fields.get(name).unwrap_or(1);
    let (height, width) = (get("out_height") * images, get("out_width"));
    let taps = get("window_height") * get("window_width");
    let blocks = channels.div_ceil(8);
    add("channels", channels * images);
    add("channel_rows", channels * height);
    add("channel_pairs", channels * height * width.div_ceil(2));
    add("channel_quads", channels * height * (width / 4));
    add("channel_rests", channels * height * (width % 4));
    add("products", channels * height * width * taps);
    add("vectors", height * width * channels.div_ceil(16));
    add("tap_vectors", height * width * taps * channels.div_ceil(16));
    add("words", height * width * channels.div_ceil(4));
    add("tap_words", height * width * taps * channels.div_ceil(4));
    add("blocks8", blocks * images);
    add("block8_rows", blocks * height);
    add("block8_pairs", blocks * height * width.div_ceil(2));
    add("block8_taps", blocks * height * width.div_ceil(2) * taps);
}
