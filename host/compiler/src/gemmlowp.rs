//! gemmlowp's fixed-point functions, bit for bit, for tables made at compile time.
//!
//! Reference: `fixedpoint/fixedpoint.h`.

use crate::quantize::{rounding_divide_by_pot, saturating_rounding_doubling_high_mul as high_mul};

/// `exp_on_negative_values` of a number with 5 integer and 26 fractional bits, at most 0; the result has 31 fractional bits.
pub fn exp_on_negative_values(a: i32) -> i32 {
    if a == 0 {
        return i32::MAX;
    }
    const QUARTER: i32 = 1 << 24;
    /// exp(−2^i) for i from −2, in Q0.31.
    const POWERS: [i32; 7] = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];
    let below_quarter = (a & (QUARTER - 1)) - QUARTER;
    let mut result = exp_between_minus_quarter_and_zero(below_quarter << 5);
    let remainder = below_quarter.wrapping_sub(a);
    for (i, power) in POWERS.into_iter().enumerate() {
        if remainder & (1 << (24 + i)) != 0 {
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

#[cfg(test)]
mod tests {
    use super::*;

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
