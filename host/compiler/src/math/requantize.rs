//! From accumulators to output bytes: the table of constants a kernel uses for each channel, in the cheapest form that is
//! proved exact for the actual weights. `base.h` uses the tables, `docs/kernels.md` has the proofs.

use crate::math::quantize::Multiplier;

/// What is known of one output channel at compile time.
#[derive(Debug, Clone, Copy)]
pub struct Channel {
    /// Bias of the file, or 0.
    pub bias: i32,
    /// Sum of the positive weights.
    pub positive: i64,
    /// Sum of the negative weights' magnitudes.
    pub negative: i64,
    /// Scale from accumulator to output.
    pub multiplier: Multiplier,
}

impl Channel {
    /// Gathers the sums over a channel's weights.
    pub fn new(bias: i32, weights: impl IntoIterator<Item = impl Into<i64>>, multiplier: Multiplier) -> Self {
        let mut channel = Channel { bias, positive: 0, negative: 0, multiplier };
        channel.add(weights);
        channel
    }

    /// Adds further weights to the sums.
    pub fn add(&mut self, weights: impl IntoIterator<Item = impl Into<i64>>) {
        for weight in weights {
            let weight: i64 = weight.into();
            if weight > 0 { self.positive += weight } else { self.negative -= weight }
        }
    }

    /// The largest values of the accumulator and of its sum with the bias for any input bytes, if they do not fit int32:
    /// signed overflow, which is undefined in the reference's language. Partial sums lie within the full sums.
    pub fn overflow(&self, input_zero_point: i32) -> Option<i64> {
        let (zero_point, bias) = (i64::from(input_zero_point), i64::from(self.bias));
        let high = (127 - zero_point) * self.positive + (128 + zero_point) * self.negative;
        let low = -(128 + zero_point) * self.positive - (127 - zero_point) * self.negative;
        // The last two: these kernels sum the raw bytes.
        let raw = (127 * self.positive + 128 * self.negative, -128 * self.positive - 127 * self.negative);
        let sums = [high, low, high + bias, low + bias, raw.0, raw.1];
        sums.into_iter().filter(|&sum| i32::try_from(sum).is_err()).max_by_key(|sum| sum.abs())
    }

    /// A channel without weights whose output is the zero point plus `difference`, −255 … 255. It has the short form.
    pub fn constant(difference: i32) -> Self {
        // 4 · difference / 4, without a remainder to round.
        let multiplier = Multiplier { mantissa: 1 << 30, shift: -1 };
        Channel { bias: 4 * difference, positive: 0, negative: 0, multiplier }
    }

    /// The output, clamped to `range`, if it is the same for all input bytes: the output never falls where
    /// the accumulator rises, so the accumulator's two limits decide. `None` also where something might overflow.
    pub fn only_output(&self, input_zero_point: i32, output_zero_point: i32, range: (i32, i32)) -> Option<i32> {
        let (low, high) = self.ends(input_zero_point);
        let (low, high) = (self.output(low, output_zero_point, range)?, self.output(high, output_zero_point, range)?);
        (low == high).then_some(low)
    }

    /// The output, clamped to `range`, of an accumulator with its bias; `None` where something might overflow.
    pub fn output(&self, sum: i64, output_zero_point: i32, range: (i32, i32)) -> Option<i32> {
        let scaled = self.multiplier.checked_apply(i32::try_from(sum).ok()?)?;
        Some(scaled.checked_add(output_zero_point)?.clamp(range.0, range.1))
    }

    /// Whether the channel has the short form.
    pub fn is_short(&self, input_zero_point: i32, output_zero_point: i32) -> bool {
        short(self, input_zero_point, output_zero_point).is_some()
    }

    /// Whether the kernels for depthwise rows can compute the channel from its general form: it would have the short form, or its
    /// shift is to the left and twice the accumulator does not overflow.
    pub fn is_short_or_left(&self, input_zero_point: i32, output_zero_point: i32) -> bool {
        match self.multiplier.shift {
            shift @ 0..=30 => self.bound(input_zero_point) < 1 << (30 - shift),
            _ => short(self, input_zero_point, output_zero_point).is_some_and(|words| words != [0, 0]),
        }
    }

    /// The bias minus `zero_point` · Σ weights, for kernels that multiply raw input bytes.
    fn folded_bias(&self, input_zero_point: i32) -> i64 {
        i64::from(self.bias) - i64::from(input_zero_point) * (self.positive - self.negative)
    }

    /// The least and the largest accumulator with its bias for any input bytes.
    fn ends(&self, input_zero_point: i32) -> (i64, i64) {
        let bias = self.folded_bias(input_zero_point);
        (bias - 128 * self.positive - 127 * self.negative, bias + 127 * self.positive + 128 * self.negative)
    }

    /// Largest magnitude the accumulator with its bias can take for any input bytes.
    fn bound(&self, input_zero_point: i32) -> i64 {
        let (low, high) = self.ends(input_zero_point);
        high.abs().max(low.abs())
    }
}

/// Constants of a layer's channels, ready for `tvmk_requant_t`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Two words a channel if `short`, else three.
    pub words: Vec<i32>,
    /// Which form: short (four instructions an output on Cortex-M4) or general.
    pub short: bool,
}

impl Table {
    /// The short form where it is proved for every channel, else the general one.
    pub fn new(channels: &[Channel], input_zero_point: i32, output_zero_point: i32) -> Table {
        let short: Option<Vec<[i32; 2]>> =
            channels.iter().map(|channel| short(channel, input_zero_point, output_zero_point)).collect();
        match short {
            Some(words) => Table { words: words.concat(), short: true },
            None => Table::general(channels, input_zero_point),
        }
    }

    /// The general form, exact for every channel.
    pub fn general(channels: &[Channel], input_zero_point: i32) -> Table {
        let words = channels
            .iter()
            .flat_map(|channel| {
                // Wraps; the sum of both fits, see [`Channel::overflow`].
                let bias = channel.folded_bias(input_zero_point) as i32;
                [bias, channel.multiplier.mantissa, channel.multiplier.shift]
            })
            .collect();
        Table { words, short: false }
    }
}

/// One channel in the short form, if that is exact for every input.
fn short(channel: &Channel, input_zero_point: i32, output_zero_point: i32) -> Option<[i32; 2]> {
    let Multiplier { mantissa, shift } = channel.multiplier;
    let bound = channel.bound(input_zero_point);
    // Doubling the accumulator must not overflow.
    if bound >= 1 << 30 {
        return None;
    }
    let exponent = -i64::from(shift);
    let product = (bound * i64::from(mantissa) + (1 << 30)) >> 31;
    // A multiplier of 0, or one so small that every product rounds to 0: the output is the zero point.
    if product == 0 || (1..=31).contains(&exponent) && product < 1 << (exponent - 1) {
        return Some([0, 0]);
    }
    if exponent < 1 {
        return None;
    }
    // The sum before the shift: product, minus one for its sign, rounding and zero point.
    let zero_point = (i64::from(output_zero_point).abs() + 1) << exponent;
    if product + 1 + zero_point > i64::from(i32::MAX) {
        return None;
    }
    let doubled = 2 * channel.folded_bias(input_zero_point);
    if !(-(1 << 26)..1 << 26).contains(&doubled) {
        return None;
    }
    Some([mantissa, (doubled as i32) << 5 | (exponent as i32 - 1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tvmk_requantize_short` of `base.h`.
    fn apply(sum: i32, [mantissa, word]: [i32; 2], zero_point: i32) -> i32 {
        let a = (sum << 1) + (word >> 5);
        let x = ((i64::from(a) * i64::from(mantissa) + (1 << 31)) >> 32) as i32;
        let t = x + (a >> 31) + ((2 * zero_point + 1) << (word & 31));
        t >> (word & 31) >> 1
    }

    #[test]
    fn the_short_form_equals_the_reference_wherever_it_is_offered() {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as i32
        };
        let mut offered = 0;
        for _ in 0..20_000 {
            let multiplier = Multiplier { mantissa: (1 << 30) | random(), shift: -(random() % 33) };
            let weight_sum = 1i64 << (random() % 20);
            let bias = random() >> (random() % 20 + 6);
            let channel = Channel { bias, positive: weight_sum, negative: weight_sum / 3, multiplier };
            let (zx, zy) = (random() % 256 - 128, random() % 256 - 128);
            let Some(words) = short(&channel, zx, zy) else { continue };
            offered += 1;
            let fold = channel.folded_bias(zx) as i32;
            let (high, low) =
                (127 * channel.positive + 128 * channel.negative, -128 * channel.positive - 127 * channel.negative);
            for i in 0..64i64 {
                let sum = match i {
                    0 => high,
                    1 => low,
                    // Around zero, where signs change.
                    2..20 => (-i64::from(fold) + i - 10).clamp(low, high),
                    _ => low + i64::from(random()) % (high - low + 1),
                } as i32;
                let expected = multiplier.apply(sum + fold) + zy;
                assert_eq!(apply(sum, words, zy), expected, "{channel:?} zx {zx} zy {zy} sum {sum}");
            }
        }
        assert!(offered > 2000, "only {offered} channels took the short form");
    }

    #[test]
    fn sums_out_of_range_of_int32_are_found_exactly() {
        let channel =
            |bias, positive, negative| Channel { bias, positive, negative, multiplier: Multiplier::default() };
        // Input -128 … 127 less a zero point of -128: 0 … 255.
        assert_eq!(channel(i32::MAX - 255 * 127, 127, 0).overflow(-128), None);
        assert_eq!(channel(i32::MAX - 255 * 127 + 1, 127, 0).overflow(-128), Some(1 << 31));
        assert_eq!(channel(i32::MIN + 255 * 127, 0, 127).overflow(-128), None);
        assert_eq!(channel(i32::MIN + 255 * 127 - 1, 0, 127).overflow(-128), Some(-(1 << 31) - 1));
        // A bias that brings an overflowed sum back does not help.
        assert_eq!(channel(-1_000_000, 8_421_505, 0).overflow(-128), Some(8_421_505 * 255));
        assert_eq!(channel(i32::MIN, 0, 0).overflow(-128), None);
    }

    #[test]
    fn factors_of_a_half_and_more_take_the_general_form() {
        let channel = Channel::new(0, [1, -1], Multiplier { mantissa: 1 << 30, shift: 0 });
        let table = Table::new(&[channel], 0, 0);
        assert!(!table.short);
        assert_eq!(table.words, [0, 1 << 30, 0]);
    }

    #[test]
    fn channels_of_one_output_are_found_and_have_the_short_form() {
        // The bias is larger than all that weights can change, in both directions, and a clamp hides the small differences.
        let multiplier = Multiplier { mantissa: 3 << 29, shift: -5 };
        for (bias, range, expected) in [
            (1_000_000, (-128, 127), Some(127)),
            (-1_000_000, (-128, 127), Some(-128)),
            (-1000, (-3, 127), Some(-3)),
            (0, (-128, 127), None),
            (i32::MAX, (-128, 127), None),
        ] {
            let channel = Channel::new(bias, [3, -1], multiplier);
            assert_eq!(channel.only_output(-128, -3, range), expected, "bias {bias}");
        }
        for zero_point in -128..=127 {
            for value in -128..=127 {
                let words = short(&Channel::constant(value - zero_point), -5, zero_point).unwrap();
                assert_eq!(apply(0, words, zero_point), value);
                let channel = Channel::constant(value - zero_point);
                assert_eq!(channel.multiplier.apply(channel.bias) + zero_point, value);
            }
        }
    }

    #[test]
    fn with_a_dead_channel_the_others_keep_the_short_form() {
        let dead = Channel::new(0, [0, 0], Multiplier { mantissa: 1 << 30, shift: 3 });
        let live = Channel::new(5, [10, -3], Multiplier { mantissa: 1 << 30, shift: -7 });
        let table = Table::new(&[dead, live], -128, 3);
        assert!(table.short);
        assert_eq!(table.words[..2], [0, 0]);
    }
}
