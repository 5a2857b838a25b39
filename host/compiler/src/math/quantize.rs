//! Quantisation arithmetic, bit for bit as TensorFlow Lite Micro does it.
//!
//! Reference: `tensorflow/lite/kernels/internal/quantization_util.cc` and `common.h`, double rounding as in gemmlowp
//! (`TFLITE_SINGLE_ROUNDING` not defined).

use crate::ir::graph::Activation;

/// A real factor as a 32-bit mantissa and a power of two: factor = mantissa · 2^(shift − 31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Multiplier {
    /// 0, or 2^30 … 2^31 − 1.
    pub mantissa: i32,
    /// Positive to the left, −31 … 31 for any sensible model.
    pub shift: i32,
}

impl Multiplier {
    /// `QuantizeMultiplier`. A factor of a magnitude below 2^-32 becomes 0. A factor that is not finite gets a shift so
    /// large that nothing but 0 can be multiplied by it: [`Multiplier::checked_apply`] has no result.
    pub fn new(factor: f64) -> Self {
        if !factor.is_finite() {
            return Multiplier { mantissa: i32::MAX, shift: i32::MAX };
        }
        let (fraction, mut shift) = frexp(factor);
        // `TfLiteRound` is `std::round`: halves away from zero, as `f64::round`.
        let mut mantissa = (fraction * (1i64 << 31) as f64).round() as i64;
        if mantissa == 1 << 31 {
            mantissa /= 2;
            shift += 1;
        }
        if mantissa == 0 || shift < -31 {
            return Multiplier { mantissa: 0, shift: 0 };
        }
        Multiplier { mantissa: mantissa as i32, shift }
    }

    /// `MultiplyByQuantizedMultiplier`, defined for all inputs: left shifts wrap where the reference's would overflow.
    pub fn apply(self, x: i32) -> i32 {
        let left = self.shift.clamp(0, 31) as u32;
        let right = (-self.shift).clamp(0, 31) as u32;
        rounding_divide_by_pot(saturating_rounding_doubling_high_mul(x.wrapping_shl(left), self.mantissa), right)
    }
}

impl Multiplier {
    /// [`Multiplier::apply`] where the reference defines it: `None` if the shift to the left or the rounding would overflow.
    pub fn checked_apply(self, x: i32) -> Option<i32> {
        let left = self.shift.max(0) as u32;
        // The reference multiplies by a power of two that is an `int`.
        let shifted = x.checked_mul(1i32.checked_shl(left).filter(|&power| power > 0)?)?;
        Some(Multiplier { shift: self.shift.min(0), ..self }.apply(shifted))
    }
}

/// `frexp`: x = fraction · 2^exponent with 0.5 ≤ fraction < 1; (0, 0) for 0.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    if exponent == 0 {
        // Subnormal: scale up first.
        let (fraction, exponent) = frexp(x * (1u64 << 54) as f64);
        return (fraction, exponent - 54);
    }
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent - 1022)
}

/// gemmlowp's `SaturatingRoundingDoublingHighMul`.
pub fn saturating_rounding_doubling_high_mul(a: i32, b: i32) -> i32 {
    if a == i32::MIN && b == i32::MIN {
        return i32::MAX;
    }
    let product = i64::from(a) * i64::from(b);
    let nudge = if product >= 0 { 1i64 << 30 } else { 1 - (1i64 << 30) };
    // Division truncates towards zero, as in C.
    ((product + nudge) / (1i64 << 31)) as i32
}

/// gemmlowp's `RoundingDivideByPOT` on 16 bits; `exponent` is 0 … 31. From 16 on its mask, narrowed to 16 bits, is −1, and every
/// number becomes 1 or −1 by its sign.
pub fn rounding_divide_by_pot_16(x: i16, exponent: u32) -> i16 {
    let mask = ((1i64 << exponent) - 1) as i16;
    let remainder = x & mask;
    let threshold = (mask >> 1) + i16::from(x < 0);
    ((i32::from(x) >> exponent) + i32::from(remainder > threshold)) as i16
}

/// gemmlowp's `RoundingDivideByPOT`: halves away from zero. `exponent` is 0 … 31.
pub fn rounding_divide_by_pot(x: i32, exponent: u32) -> i32 {
    let mask = ((1i64 << exponent) - 1) as i32;
    let remainder = x & mask;
    let threshold = (mask >> 1) + i32::from(x < 0);
    (x >> exponent) + i32::from(remainder > threshold)
}

/// `CalculateActivationRangeQuantized`: the clamp of an output with the given type range. `None` for an unknown activation, and
/// where a bound does not fit in 32 bits: the reference refuses that.
///
/// All arithmetic is in float32, as in the reference.
pub fn activation_range(
    activation: Activation,
    scale: f32,
    zero_point: i32,
    type_min: i32,
    type_max: i32,
) -> Option<(i32, i32)> {
    let quantize = |real: f32| {
        let steps = (real / scale).round();
        (steps.abs() < 2f32.powi(31)).then(|| zero_point.checked_add(steps as i32)).flatten()
    };
    Some(match activation {
        Activation::None => (type_min, type_max),
        Activation::Relu => (type_min.max(quantize(0.0)?), type_max),
        Activation::Relu6 => (type_min.max(quantize(0.0)?), type_max.min(quantize(6.0)?)),
        Activation::ReluN1To1 => (type_min.max(quantize(-1.0)?), type_max.min(quantize(1.0)?)),
        Activation::Other(_) => return None,
    })
}

/// [`activation_range`] of an int8 output.
pub fn activation_range_i8(activation: Activation, scale: f32, zero_point: i32) -> Option<(i32, i32)> {
    activation_range(activation, scale, zero_point, -128, 127)
}

/// Padding before the first element along one dimension and the output size.
///
/// `ComputePaddingHeightWidth` and `ComputeOutSize`: returns `(before, output)`; the window is `(filter − 1) · dilation + 1` wide.
/// `None` where the window does not fit or a number is zero.
pub fn padding(same: bool, input: usize, filter: usize, stride: usize, dilation: usize) -> Option<(usize, usize)> {
    if stride == 0 || filter == 0 || dilation == 0 || input == 0 {
        return None;
    }
    let window = (filter - 1).checked_mul(dilation)?.checked_add(1)?;
    if same {
        let output = input.div_ceil(stride);
        let needed = ((output - 1) * stride).checked_add(window)?;
        Some((needed.saturating_sub(input) / 2, output))
    } else if window > input {
        None
    } else {
        Some((0, (input - window) / stride + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiplier_is_normalised() {
        assert_eq!(Multiplier::new(0.5), Multiplier { mantissa: 1 << 30, shift: 0 });
        assert_eq!(Multiplier::new(1.0), Multiplier { mantissa: 1 << 30, shift: 1 });
        assert_eq!(Multiplier::new(0.0), Multiplier::default());
        // The mantissa rounds up to 2^31.
        assert_eq!(Multiplier::new(1.0 - 1e-16), Multiplier { mantissa: 1 << 30, shift: 1 });
        assert_eq!(Multiplier::new(1e-12), Multiplier::default());
        assert_eq!(Multiplier::new(-0.75), Multiplier { mantissa: -0x6000_0000, shift: 0 });
        assert_eq!(Multiplier::new(-0.5), Multiplier { mantissa: -1 << 30, shift: 0 });
    }

    #[test]
    fn what_overflows_has_no_result() {
        assert_eq!(Multiplier::new(f64::INFINITY).checked_apply(1), None);
        assert_eq!(Multiplier::new(1e30).checked_apply(0), None);
        assert_eq!(Multiplier::new(2f64.powi(30)).checked_apply(0), None);
        assert_eq!(Multiplier::new(2f64.powi(29)).checked_apply(0), Some(0));
        assert_eq!(Multiplier::new(2f64.powi(29)).checked_apply(4), None);
    }

    #[test]
    fn a_bound_beyond_32_bits_is_none() {
        assert_eq!(activation_range_i8(Activation::Relu6, 1e-9, 0), None);
        assert_eq!(activation_range_i8(Activation::Relu6, 1e-8, 0), Some((0, 127)));
        assert_eq!(activation_range_i8(Activation::ReluN1To1, 1e-10, 0), None);
        assert_eq!(activation_range_i8(Activation::Relu, 1e-30, 5), Some((5, 127)));
    }

    #[test]
    fn frexp_takes_subnormals_apart() {
        let tiny = f64::from_bits(3);
        let (fraction, exponent) = frexp(tiny);
        assert!((0.5..1.0).contains(&fraction));
        assert_eq!(fraction * 2f64.powi(exponent + 100) * 2f64.powi(-100), tiny);
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(rounding_divide_by_pot(3, 1), 2);
        assert_eq!(rounding_divide_by_pot(-3, 1), -2);
        assert_eq!(rounding_divide_by_pot(-5, 1), -3);
        assert_eq!(rounding_divide_by_pot(i32::MIN, 31), -1);
        assert_eq!(rounding_divide_by_pot(7, 0), 7);
        assert_eq!(rounding_divide_by_pot_16(-3, 1), -2);
        assert_eq!(rounding_divide_by_pot_16(16384, 15), 1);
        assert_eq!(rounding_divide_by_pot_16(16383, 15), 0);
    }

    #[test]
    fn dividing_16_bits_by_2_to_the_16_or_more_keeps_the_sign() {
        for exponent in 16..=31 {
            assert_eq!([0, 1, 32767].map(|x| rounding_divide_by_pot_16(x, exponent)), [1; 3]);
            assert_eq!([-1, -32768].map(|x| rounding_divide_by_pot_16(x, exponent)), [-1; 2]);
        }
    }

    #[test]
    fn the_high_product_saturates_in_one_case() {
        assert_eq!(saturating_rounding_doubling_high_mul(i32::MIN, i32::MIN), i32::MAX);
        assert_eq!(saturating_rounding_doubling_high_mul(i32::MIN, i32::MAX), -i32::MAX);
        assert_eq!(saturating_rounding_doubling_high_mul(1, 1 << 30), 1);
        assert_eq!(saturating_rounding_doubling_high_mul(-1, 1 << 30), 0);
    }

    #[test]
    fn same_padding_puts_the_odd_element_last() {
        assert_eq!(padding(true, 49, 10, 2, 1), Some((4, 25)));
        assert_eq!(padding(true, 10, 4, 2, 1), Some((1, 5)));
        assert_eq!(padding(false, 5, 3, 1, 2), Some((0, 1)));
        assert_eq!(padding(false, 4, 3, 1, 2), None);
    }
}
