//! Weights of windows of 3 × 3 for Winograd's F(2 × 2, 3 × 3) in integers, in the order in which `winograd.h` reads them.
//!
//! Three weights g of a row or a column become 2·g0, g0 + g1 + g2, g0 − g1 + g2, 2·g2: twice what the algorithm has, so that no weight is a
//! fraction, and the outputs are four times the sums of the convolution. `docs/kernels.md` has the proofs.

use crate::math::pack;

/// The places of a column's frequencies 0 to 3.
const PLACES: [usize; 4] = [2, 0, 1, 3];

/// Weights `[channel][3][3][input channel]` as `[four channels][row's frequency][column's frequency 1, 2, 0, 3][pair of inputs][channel][input]`.
///
/// `None` unless both numbers of channels are multiples of 4 and four times the sums fit in 32 bits for any input bytes. Sums on the way are
/// modulo 2^32, so that only the last ones need to fit.
pub fn weights(weights: &[i8], channels: usize) -> Option<Vec<i16>> {
    let inputs = weights.len() / channels / 9;
    if !channels.is_multiple_of(4) || !inputs.is_multiple_of(4) || !fits(weights, 9 * inputs) {
        return None;
    }
    let pairs = pack::pairs(inputs);
    let mut packed = vec![0; 16 * inputs * channels];
    for (channel, window) in weights.chunks(9 * inputs).enumerate() {
        for (pair, both) in pairs.iter().enumerate() {
            for (half, &input) in both.iter().enumerate() {
                let frequencies =
                    frequencies(|row, column| i32::from(window[(3 * row + column) * inputs + input.unwrap_or(0)]));
                for (i, row) in frequencies.iter().enumerate() {
                    for (j, &weight) in row.iter().enumerate() {
                        let frequency = (channel / 4 * 4 + j) * 4 + PLACES[i];
                        let at = ((frequency * pairs.len() + pair) * 4 + channel % 4) * 2 + half;
                        packed[at] = i16::try_from(weight).ok()?;
                    }
                }
            }
        }
    }
    Some(packed)
}

/// Whether four times a channel's sum, without its bias, fits in 32 bits.
fn fits(weights: &[i8], depth: usize) -> bool {
    let reach = |channel: &[i8]| channel.iter().map(|&weight| 128 * i64::from(weight).abs()).sum::<i64>();
    weights.chunks(depth).all(|channel| 4 * reach(channel) <= i64::from(i32::MAX))
}

/// 4 × 4 weights of one window.
fn frequencies(weight: impl Fn(usize, usize) -> i32) -> [[i32; 4]; 4] {
    let one = |[a, b, c]: [i32; 3]| [2 * a, a + b + c, a - b + c, 2 * c];
    let rows = [0, 1, 2].map(|row| one([weight(row, 0), weight(row, 1), weight(row, 2)]));
    let columns = [0, 1, 2, 3].map(|column| one([rows[0][column], rows[1][column], rows[2][column]]));
    [0, 1, 2, 3].map(|row| columns.map(|column| column[row]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four elements of the input as the kernels change them.
    fn values([a, b, c, d]: [i32; 4]) -> [i32; 4] {
        [a - c, b + c, c - b, d - b]
    }

    /// Two outputs of four sums.
    fn outputs([a, b, c, d]: [i32; 4]) -> [i32; 2] {
        [a.wrapping_add(b).wrapping_add(c), b.wrapping_sub(c).wrapping_add(d)]
    }

    #[test]
    fn outputs_are_four_times_the_sums_even_where_those_on_the_way_wrap() {
        // Inputs and weights of one sign and of both, so many channels that sums of a frequency exceed 32 bits.
        for (inputs, extreme) in [(4, 0), (8, 1), (3600, 1), (3600, 2)] {
            let element = |i: usize, low: i32, high: i32| match extreme {
                0 => (i as i32).wrapping_mul(77).rem_euclid(high - low + 1) + low,
                1 => low,
                _ => {
                    if i.is_multiple_of(2) {
                        low
                    } else {
                        high
                    }
                }
            };
            let window: Vec<i8> = (0..9 * inputs).map(|i| element(i + 5, -127, 127) as i8).collect();
            let all: Vec<i8> = window.iter().copied().cycle().take(4 * window.len()).collect();
            let packed = weights(&all, 4).unwrap();
            let image = |y: usize, x: usize, c: usize| element(4 * y + x + 3 * c, -128, 127);
            let mut sums = [[0i32; 4]; 4];
            for (pair, both) in pack::pairs(inputs).iter().enumerate() {
                for (half, input) in both.iter().enumerate() {
                    let rows = [0, 1, 2, 3].map(|y| values([0, 1, 2, 3].map(|x| image(y, x, input.unwrap()))));
                    for j in 0..4 {
                        for (i, value) in values(rows.map(|row| row[j])).into_iter().enumerate() {
                            let weight = packed[(((4 * j + PLACES[i]) * inputs / 2 + pair) * 4 + 1) * 2 + half];
                            sums[i][j] = sums[i][j].wrapping_add(i32::from(weight) * value);
                        }
                    }
                }
            }
            let rows = sums.map(outputs);
            for x in 0..2 {
                for (y, four_times) in outputs(rows.map(|row| row[x])).into_iter().enumerate() {
                    let products = (0..9 * inputs)
                        .map(|k| i32::from(window[k]) * image(y + k / inputs / 3, x + k / inputs % 3, k % inputs));
                    assert_eq!(four_times >> 2, products.sum::<i32>(), "{inputs} channels");
                    assert_eq!(four_times & 3, 0);
                }
            }
        }
    }

    #[test]
    fn weights_whose_outputs_may_exceed_32_bits_have_none() {
        // 9 · 3668 · 127 · 128 · 4 is below 2^31, with four channels more it is not.
        assert!(weights(&vec![127; 4 * 9 * 3668], 4).is_some());
        assert!(weights(&vec![127; 4 * 9 * 3672], 4).is_none());
        assert!(weights(&[1; 4 * 9 * 3], 4).is_none() && weights(&[1; 2 * 9 * 4], 2).is_none());
    }
}
