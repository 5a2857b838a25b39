//! gemmlowp's fixed-point functions, bit for bit, for tables made at compile time.
//!
//! Reference: `fixedpoint/fixedpoint.h`.

use crate::math::quantize::{Multiplier, rounding_divide_by_pot, saturating_rounding_doubling_high_mul as high_mul};

/// `exp_on_negative_values` of a number with 5 integer and 26 fractional bits, at most 0; the result has 31 fractional bits.
pub fn exp_on_negative_values(a: i32) -> i32 {
    exp_of_fixed_point(a, 26)
}

/// `exp_on_negative_values` of a number with 26 or 27 fractional bits, at most 0; the result has 31 fractional bits.
fn exp_of_fixed_point(a: i32, fraction_bits: u32) -> i32 {
    if a == 0 {
        return i32::MAX;
    }
    let quarter = 1 << (fraction_bits - 2);
    /// exp(−2^i) for i from −2, in Q0.31.
    const POWERS: [i32; 7] = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];
    let below_quarter = (a & (quarter - 1)) - quarter;
    let mut result = exp_between_minus_quarter_and_zero(below_quarter << (31 - fraction_bits));
    let remainder = below_quarter.wrapping_sub(a);
    for (bit, power) in (fraction_bits - 2..31).zip(POWERS) {
        if remainder & (1 << bit) != 0 {
            result = high_mul(result, power);
        }
    }
    result
}

/// `exp_on_interval_between_negative_one_quarter_and_0_excl`, in and out with 31 fractional bits.
fn exp_between_minus_quarter_and_zero(a: i32) -> i32 {
    const EXP_MINUS_EIGHTH: i32 = 1_895_147_668;
    const THIRD: i32 = 715_827_883;
    let x = a + (1 << 28);
    let x2 = high_mul(x, x);
    let x3 = high_mul(x2, x);
    let x4 = high_mul(x2, x2);
    let x4_quarter = rounding_divide_by_pot(x4, 2);
    let higher = rounding_divide_by_pot(high_mul(x4_quarter + x3, THIRD) + x2, 1);
    EXP_MINUS_EIGHTH + high_mul(EXP_MINUS_EIGHTH, x + higher)
}

/// `logistic` of a number with 4 integer and 27 fractional bits; the result has 31 fractional bits.
pub fn logistic(a: i32) -> i32 {
    if a == 0 {
        return 1 << 30;
    }
    let positive = one_over_one_plus_x(exp_of_fixed_point(a.saturating_abs().wrapping_neg(), 27));
    if a > 0 { positive } else { i32::MAX - positive }
}

/// `tanh` of a number with 4 integer and 27 fractional bits; the result has 31 fractional bits.
pub fn tanh(a: i32) -> i32 {
    // exp(−2·|a|): one more integer bit for the same raw number.
    let exp = exp_of_fixed_point(a.saturating_abs().wrapping_neg(), 26);
    let negative = -left_saturating(newton_reciprocal(exp).wrapping_sub(1 << 29), 2);
    match a.signum() {
        0 => 0,
        1 => -negative,
        _ => negative,
    }
}

/// `one_over_one_plus_x_for_x_in_0_1`, in and out with 31 fractional bits.
fn one_over_one_plus_x(a: i32) -> i32 {
    // Half of it, with 2 integer bits, is the same raw number with 1.
    left_saturating(newton_reciprocal(a), 1)
}

/// 2 / (1 + a) with 29 fractional bits, by three steps of Newton and Raphson.
fn newton_reciprocal(a: i32) -> i32 {
    const ONE: i32 = 1 << 29;
    const START: i32 = 1_515_870_810;
    const SLOPE: i32 = -1_010_580_540;
    // `RoundingHalfSum` of a and 1; neither is negative.
    let half_denominator = ((i64::from(a) + i64::from(i32::MAX) + 1) / 2) as i32;
    let mut x = START.wrapping_add(high_mul(half_denominator, SLOPE));
    for _ in 0..3 {
        let error = ONE - high_mul(half_denominator, x);
        x = x.wrapping_add(left_saturating(high_mul(x, error), 2));
    }
    x
}

/// `GetInvSqrtQuantizedMultiplierExp`: 1 / sqrt(x) for x ≥ 1; 0 is taken as 1.
pub fn inverse_square_root(x: i32) -> Multiplier {
    if x <= 1 {
        return Multiplier { mantissa: i32::MAX, shift: 0 };
    }
    let (mut x, mut right) = (x, 11);
    while x >= 1 << 29 {
        x /= 4;
        right += 1;
    }
    let pairs = (x.leading_zeros() as i32 - 1) / 2 - 1;
    right -= pairs;
    let half = rounding_divide_by_pot((x << (2 * pairs)) >> 1, 1);
    // Five steps of Newton and Raphson from 1, with 28 fractional bits.
    let mut y = 1 << 28;
    for _ in 0..5 {
        let cube = left_saturating(high_mul(high_mul(y, y), y), 6);
        y = left_saturating(high_mul((1 << 28) + (1 << 27), y).wrapping_sub(high_mul(half, cube)), 3);
    }
    const HALF_SQRT_2: i32 = 1_518_500_250;
    let mantissa = high_mul(y, HALF_SQRT_2);
    Multiplier { mantissa: mantissa << (-right).max(0), shift: (-right).min(0) }
}

fn left_saturating(x: i32, by: u32) -> i32 {
    (i64::from(x) << by).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logistic_and_tanh_are_close_to_the_real_functions() {
        for step in -2000..2000 {
            let a = step * 1_000_000;
            let real = f64::from(a) / f64::from(1 << 27);
            let (logistic, tanh) = (f64::from(logistic(a)) / 2f64.powi(31), f64::from(tanh(a)) / 2f64.powi(31));
            assert!((1.0 / (1.0 + (-real).exp()) - logistic).abs() < 1e-6, "logistic of {real}: {logistic}");
            assert!((real.tanh() - tanh).abs() < 1e-6, "tanh of {real}: {tanh}");
        }
    }

    #[test]
    fn inverse_square_root_is_close_to_the_real_function() {
        for x in (1..3000).chain([1 << 27, 1 << 28, (1 << 29) - 1, 1 << 29, 1 << 30, i32::MAX]) {
            let Multiplier { mantissa, shift } = inverse_square_root(x);
            let ours = f64::from(mantissa) * 2f64.powi(shift - 31);
            assert!((ours * f64::from(x).sqrt() - 1.0).abs() < 2e-6, "of {x}: {ours}");
        }
    }

    #[test]
    fn close_to_the_real_function() {
        for step in 0..4000 {
            let a = -step * 500_000;
            let real = (f64::from(a) / f64::from(1 << 26)).exp();
            let ours = f64::from(exp_on_negative_values(a)) / 2f64.powi(31);
            assert!((real - ours).abs() < 3e-7, "exp of {a}: {ours}, not {real}");
        }
    }
}
