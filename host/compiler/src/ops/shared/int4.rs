//! Weights of int4 that stay two in a byte in flash, for the kernels on `int4.h`.

use super::weighted::{Form, Weighted, table_constant};
use crate::ir::constant::{Constant, ConstantData, Core};
use crate::ir::graph::DType;
use crate::ir::layer::Lowering;
use crate::ir::options::Int4;
use crate::math::pack;
use crate::math::requantize::Table;

/// Number of weights from which on half a byte each is more than the code that unpacks them (docs/kernels.md, "int4").
const WORTH: usize = 2048;

/// Maximum number of elements of a window whose sums fit in 32 bits, with both channels' weights in one product.
const DEEPEST: usize = 65_535;

/// Whether a layer's weights, `count` in windows of `depth`, stay packed.
pub fn stay_packed(lowering: &Lowering<'_>, weighted: &Weighted<'_>, count: usize, depth: usize) -> bool {
    let wanted = match lowering.options.int4 {
        Int4::Packed => true,
        Int4::Bytes => false,
        Int4::Auto => count >= WORTH,
    };
    wanted && depth <= DEEPEST && weighted.weights.dtype == DType::Int4
}

/// The part of a layer's summary about its weights.
pub fn note(weighted: &Weighted<'_>, packed: bool) -> &'static str {
    match (weighted.weights.dtype == DType::Int4, packed) {
        (false, _) => "",
        (true, true) => ", weights of int4 two in a byte",
        (true, false) => ", weights of int4 as bytes",
    }
}

/// Packed weights and table of a layer, and its form. `weights` are `[channel][element]`; the DSP path reads the elements of windows
/// in `runs` runs in the order of their pairs, or unchanged. The form is not better than `best`.
pub fn constants(
    lowering: &Lowering<'_>,
    weighted: &Weighted<'_>,
    weights: &[i8],
    runs: Option<usize>,
    shape: &str,
    best: Form,
) -> (Vec<Constant>, Form) {
    let channels = weighted.channels(weights);
    let mut table = Table::new(&channels, weighted.input_zero_point, weighted.output_zero_point);
    let form = if table.short && best != Form::Int4General { Form::Int4 } else { Form::Int4General };
    if form == Form::Int4General {
        table = Table::general(&channels, weighted.input_zero_point);
    }
    let depth = weights.len() / channels.len();
    let plain = pairs_of_channels(weights, depth, &in_order(depth));
    let dsp = runs.map(|runs| pairs_of_channels(weights, depth, &in_pairs(runs, depth / runs)));
    let packing = "two channels in a byte: 16 * (second + 8) + first + 8";
    let constant = |core, data, comment: String| lowering.array("weights", core, ConstantData::U8(data), comment);
    let mut constants = match dsp.filter(|dsp| *dsp != plain) {
        None => vec![constant(Core::Any, plain, format!("{shape}, {packing}"))],
        Some(dsp) => vec![
            constant(Core::Dsp, dsp, format!("{shape}, {packing}, order of UXTB16")),
            constant(Core::Plain, plain, format!("{shape}, {packing}")),
        ],
    };
    constants.push(table_constant(lowering, &table));
    (constants, form)
}

/// Adjacent weights two in a byte, 16 · (second + 8) + first + 8.
pub fn pairs_of_neighbours(weights: &[i8]) -> Vec<u8> {
    weights.chunks(2).map(|pair| byte(pair[0], pair.get(1).copied().unwrap_or(0))).collect()
}

fn byte(first: i8, second: i8) -> u8 {
    (16 * (i32::from(second) + 8) + i32::from(first) + 8) as u8
}

/// Rows of two channels each, in an order of elements; missing ones have weight 0.
fn pairs_of_channels(weights: &[i8], depth: usize, order: &[Option<usize>]) -> Vec<u8> {
    let row = |pair: &[i8]| -> Vec<u8> {
        let at = |place: Option<usize>| place.and_then(|place| pair.get(place)).copied().unwrap_or(0);
        order.iter().map(|&place| byte(at(place), at(place.map(|place| depth + place)))).collect()
    };
    weights.chunks(2 * depth).flat_map(row).collect()
}

/// Whole words of elements, unchanged.
fn in_order(depth: usize) -> Vec<Option<usize>> {
    (0..depth.next_multiple_of(4)).map(|i| (i < depth).then_some(i)).collect()
}

/// Whole words of pairs as the DSP path widens activations to: bytes 0 and 2 are one pair, 1 and 3 the next.
fn in_pairs(runs: usize, run: usize) -> Vec<Option<usize>> {
    let pairs = pack::pairs(run);
    let places = (0..runs).flat_map(|i| pairs.iter().flatten().map(move |place| place.map(|place| i * run + place)));
    let mut order: Vec<Option<usize>> = places.collect();
    order.resize(order.len().next_multiple_of(4), None);
    order.chunks_mut(4).for_each(|word| word.swap(1, 2));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_in_one_order_on_all_cores() {
        for (runs, run) in [(1, 4), (3, 12), (9, 64), (5, 20)] {
            assert_eq!(in_pairs(runs, run), in_order(runs * run), "{runs} {run}");
        }
    }

    #[test]
    fn every_element_has_one_place_in_whole_words() {
        for runs in 1..6 {
            for run in 1..20 {
                let order = in_pairs(runs, run);
                assert_eq!(order.len() % 4, 0);
                let mut places: Vec<usize> = order.iter().flatten().copied().collect();
                places.sort_unstable();
                assert!(places.into_iter().eq(0..runs * run), "{runs} {run}");
            }
        }
    }

    #[test]
    fn bytes_hold_two_weights() {
        assert_eq!(pairs_of_neighbours(&[-8, 7, 0]), [0xf0, 0x88]);
        assert_eq!(
            pairs_of_channels(&[1, 2, 3, 4, 5, 6], 2, &in_order(2)),
            [0xb9, 0xca, 0x88, 0x88, 0x8d, 0x8e, 0x88, 0x88]
        );
    }
}
