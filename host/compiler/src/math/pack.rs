//! Weights in the order the DSP kernels read them.
//!
//! Two output channels share a 16-bit element, 256 · second + first: `SMLAD` on the raw elements accumulates
//! 256 · Σ second · x + Σ first · x, on their sign-extended low bytes (`SXTB16`) Σ first · x, and the difference gives the
//! other sum. One widening is used for four weights. Along the depth, elements come in the order in which `SXTB16` delivers
//! activations: of each four neighbours first 0 and 2, then 1 and 3.

use crate::ir::constant::Packed;
use std::sync::Arc;

/// `TVMK_DSP_BLOCK` pairs: sums of this many elements take at most 24 bits, whatever the weights.
pub const BLOCK: usize = 2 * 248;

/// The order of one run of neighbouring activations, in pairs; `None` is a position with weight 0.
pub fn pairs(run: usize) -> Vec<[Option<usize>; 2]> {
    let mut pairs = Vec::with_capacity(run.div_ceil(2));
    let whole = run / 4 * 4;
    for i in (0..whole).step_by(4) {
        pairs.push([Some(i), Some(i + 2)]);
        pairs.push([Some(i + 1), Some(i + 3)]);
    }
    match run - whole {
        1 => pairs.push([Some(whole), None]),
        2 => pairs.push([Some(whole), Some(whole + 1)]),
        3 => pairs.extend([[Some(whole), Some(whole + 2)], [Some(whole + 1), None]]),
        _ => {}
    }
    pairs
}

/// Whether [`dsp`] can pack such weights, rows of `depth` bytes: no sum needs more than 24 bits, and each pair fits in 16.
pub fn fits(weights: &[i8], channels: usize, depth: usize, block: usize) -> bool {
    let sum = |block: &[i8]| block.iter().map(|&weight| i64::from(weight).abs()).sum::<i64>();
    let sums_fit = weights.chunks(depth).all(|channel| channel.chunks(block).all(|block| sum(block) * 128 < 1 << 23));
    // 256 · −128 is the lowest 16-bit number; with any other second weight every first one fits.
    let pairs_fit = (1..channels).step_by(2).all(|second| {
        let (first, second) = weights[(second - 1) * depth..(second + 1) * depth].split_at(depth);
        first.iter().zip(second).all(|(&first, &second)| second > -128 || first >= 0)
    });
    sums_fit && pairs_fit
}

/// The result of [`dsp`], computed later; `None` if it has none.
pub fn later(weights: Arc<Vec<i8>>, channels: usize, runs: usize, block: usize) -> Option<Packed> {
    let run = weights.len() / channels / runs;
    let elements = channels.div_ceil(2) * runs * pairs(run).len() * 2;
    let pack: fn(&Packed) -> Option<Vec<i16>> = |packed| {
        let run = packed.weights.len() / packed.channels / packed.runs;
        dsp(&packed.weights, packed.channels, packed.runs, run, packed.block)
    };
    fits(&weights, channels, runs * run, block).then_some(Packed { weights, channels, runs, block, elements, pack })
}

/// Packs `weights`, `channels` rows of `runs · run` bytes. An odd last channel is stored alone, as plain 16-bit numbers.
///
/// The kernel separates the sums after at most `block` elements of the depth.
///
/// `None` where the trick is not exact: a sum that might need more than 24 bits, or a pair that does not fit in 16.
pub fn dsp(weights: &[i8], channels: usize, runs: usize, run: usize, block: usize) -> Option<Vec<i16>> {
    let depth = runs * run;
    if !fits(weights, channels, depth, block) {
        return None;
    }
    let order = pairs(run);
    let mut packed = Vec::with_capacity(channels.div_ceil(2) * runs * order.len() * 2);
    for pair in (0..channels).step_by(2) {
        let first = &weights[pair * depth..(pair + 1) * depth];
        let second = if pair + 1 < channels { Some(&weights[(pair + 1) * depth..(pair + 2) * depth]) } else { None };
        for start in (0..depth).step_by(run) {
            for place in order.iter().flatten() {
                let element = match *place {
                    None => 0,
                    Some(i) => {
                        let high = second.map_or(0, |second| i32::from(second[start + i]));
                        256 * high + i32::from(first[start + i])
                    }
                };
                packed.push(i16::try_from(element).ok()?);
            }
        }
    }
    Some(packed)
}

/// The same for weights with a zero point: after those of each channel come `more` pairs of the zero point, to be multiplied with minus
/// the sum of the activations. Sums are separated once, at the end of the depth.
pub fn with_zero_point(weights: &[i8], channels: usize, runs: usize, zero_point: i32, more: usize) -> Option<Vec<i16>> {
    let depth = weights.len() / channels;
    // Only the difference of both sums needs the second one to have 24 bits: on the way there they may wrap.
    let reach = |row: &[i8]| row.iter().map(|&weight| (i64::from(weight) - i64::from(zero_point)).abs()).sum::<i64>();
    weights.chunks(depth).all(|row| reach(row) * 128 < 1 << 23).then_some(())?;
    let order = pairs(depth / runs);
    let mut packed = Vec::with_capacity(channels.div_ceil(2) * (runs * order.len() + more) * 2);
    for rows in weights.chunks(2 * depth) {
        let (first, second) = rows.split_at(depth);
        let both = |first: i32, second: i32| i16::try_from(256 * second + first).ok();
        for start in (0..depth).step_by(depth / runs) {
            for place in order.iter().flatten() {
                let of = |row: &[i8]| place.and_then(|i| row.get(start + i)).map_or(0, |&weight| i32::from(weight));
                packed.push(both(of(first), of(second))?);
            }
        }
        let zero_of_second = if second.is_empty() { 0 } else { zero_point };
        packed.extend(vec![both(zero_point, zero_of_second)?; 2 * more]);
    }
    Some(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_of_a_run_has_one_place() {
        for run in 1..40 {
            let pairs = pairs(run);
            assert_eq!(pairs.len(), run.div_ceil(2));
            let mut places: Vec<usize> = pairs.iter().flatten().flatten().copied().collect();
            places.sort_unstable();
            assert!(places.iter().copied().eq(0..run));
        }
    }

    #[test]
    fn packed_sums_are_separated_exactly() {
        let weights: Vec<i8> = (0..3 * 7).map(|i| ((i * 37) % 255 - 127) as i8).collect();
        let x: Vec<i32> = (0..7).map(|i| (i * 91) % 256 - 128).collect();
        let packed = dsp(&weights, 3, 1, 7, 7).unwrap();
        let order = pairs(7);
        let places: Vec<Option<usize>> = order.into_iter().flatten().collect();
        let dot = |channel: usize| -> i32 { (0..7).map(|k| i32::from(weights[channel * 7 + k]) * x[k]).sum() };
        let (mut raw, mut low, mut last) = (0, 0, 0);
        for (i, place) in places.iter().enumerate() {
            let x = place.map_or(99, |k| x[k]);
            raw += i32::from(packed[i]) * x;
            low += i32::from(packed[i] as i8) * x;
            last += i32::from(packed[places.len() + i]) * x;
        }
        assert_eq!((low, (raw - low) >> 8, last), (dot(0), dot(1), dot(2)));
    }

    #[test]
    fn a_zero_point_is_one_more_weight() {
        let weights: Vec<i8> = (0..3 * 6).map(|i| ((i * 37) % 255 - 127) as i8).collect();
        let packed = with_zero_point(&weights, 3, 2, 5, 1).unwrap();
        let plain = dsp(&weights, 3, 2, 3, 6).unwrap();
        assert_eq!(packed.len(), plain.len() + 2 * 2);
        assert_eq!((&packed[..8], &packed[8..10]), (&plain[..8], &[256 * 5 + 5; 2][..]));
        assert_eq!((&packed[10..18], &packed[18..]), (&plain[8..], &[5; 2][..]));
        assert!(with_zero_point(&weights, 3, 2, -128, 1).is_none());
        assert!(with_zero_point(&[127; 260], 1, 1, -127, 1).is_none());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(dsp(&[-1, -128], 2, 1, 1, 1).is_none());
        assert!(dsp(&[-128, -127], 2, 1, 1, 1).is_some());
        assert!(dsp(&[127; 517], 1, 1, 517, 517).is_none());
        assert!(dsp(&[127; 516], 1, 1, 516, 516).is_some());
        assert!(dsp(&[127; 4000], 1, 1, 4000, 512).is_some());
        assert!(dsp(&[-128; 4000], 1, 1, 4000, BLOCK).is_some());
    }

    #[test]
    fn only_the_lowest_number_has_no_room_for_a_negative_one() {
        for second in i8::MIN..=i8::MAX {
            for first in i8::MIN..=i8::MAX {
                let in_16_bits = i16::try_from(256 * i32::from(second) + i32::from(first)).is_ok();
                assert_eq!(fits(&[first, second], 2, 1, 1), in_16_bits, "{first} {second}");
                assert_eq!(dsp(&[first, second], 2, 1, 1, 1).is_some(), in_16_bits, "{first} {second}");
            }
        }
    }
}
