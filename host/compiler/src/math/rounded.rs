//! Sums rounded once, as a product in float64 is: one whole number for the factor, which gives the same result for every sum.

/// A factor of at most 63 bits with which (sum · factor + 2^(shift - 1)) >> shift is the rounded product of a sum and a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounded {
    /// The scale times 2^shift, rounded so that all results are right.
    pub factor: i64,
    /// 1 to 61.
    pub shift: u32,
    /// The least and the largest sum for which this is true: sums beyond have the same results as these, once they are clamped.
    pub ends: (i32, i32),
}

/// The product of a sum and a scale as TensorFlow Lite's reference of FULLY_CONNECTED on uint8 rounds it: halves away from zero.
fn value(sum: i32, scale: f64) -> f64 {
    (f64::from(sum) * scale).round()
}

/// Whether the products of all sums from `low` to `high`, and any zero point added to them, fit in int32, as the reference converts them.
pub fn is_defined(scale: f64, (low, high): (i32, i32)) -> bool {
    let fits = |sum| value(sum, scale).abs() < f64::from(i32::MAX - 255);
    fits(low) && fits(high)
}

/// The factor for sums from `sums.0` to `sums.1`, whose products are clamped to `range`. `None` if there is none: a sum is so close to the
/// middle of two results that the factor has too few bits.
pub fn rounded(scale: f64, sums: (i32, i32), range: (i32, i32)) -> Option<Rounded> {
    if range.0 >= range.1 {
        return Some(Rounded { factor: 1, shift: 1, ends: (0, 0) });
    }
    let first = |result: i32| first(scale, sums, result);
    let least = first(range.0 + 1).map_or(sums.1, |sum| sum.saturating_sub(1).max(sums.0));
    let most = first(range.1).unwrap_or(sums.1);
    let largest = f64::from(least.unsigned_abs().max(most.unsigned_abs())) * scale + 1.0;
    let shift = (1..=61u32).rev().find(|shift| largest * (1u64 << shift) as f64 <= (1u64 << 61) as f64)?;
    let mut factors = Factors { low: 0, high: 1 << 62 };
    for result in range.0 + 1..=range.1 {
        let middle = (2 * i128::from(result) - 1) << (shift - 1);
        match first(result) {
            Some(sum) => {
                factors.reach(sum, middle);
                if sum > least {
                    factors.stay_below(sum - 1, middle);
                }
            }
            None => factors.stay_below(most, middle),
        }
    }
    let near = (scale * (1u64 << shift) as f64).round() as i128;
    let factor = (factors.low <= factors.high).then(|| near.clamp(factors.low, factors.high))?;
    Some(Rounded { factor: factor as i64, shift, ends: (least, most) })
}

/// The first sum whose result is not less than `result`: results never fall where sums rise.
fn first(scale: f64, (low, high): (i32, i32), result: i32) -> Option<i32> {
    let reaches = |sum: i64| value(sum as i32, scale) >= f64::from(result);
    let (mut low, mut high) = (i64::from(low), i64::from(high));
    if !reaches(high) {
        return None;
    }
    while low < high {
        let middle = (low + high) >> 1;
        if reaches(middle) { high = middle } else { low = middle + 1 }
    }
    Some(low as i32)
}

/// The factors that are still possible.
struct Factors {
    low: i128,
    high: i128,
}

impl Factors {
    /// sum · factor is at least `middle`.
    fn reach(&mut self, sum: i32, middle: i128) {
        let sum = i128::from(sum);
        match sum.signum() {
            1 => self.low = self.low.max(-(-middle).div_euclid(sum)),
            -1 => self.high = self.high.min((-middle).div_euclid(-sum)),
            _ if middle > 0 => self.high = -1,
            _ => {}
        }
    }

    /// sum · factor is less than `middle`.
    fn stay_below(&mut self, sum: i32, middle: i128) {
        let (sum, most) = (i128::from(sum), middle - 1);
        match sum.signum() {
            1 => self.high = self.high.min(most.div_euclid(sum)),
            -1 => self.low = self.low.max(-most.div_euclid(-sum)),
            _ if most < 0 => self.high = -1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(found: &Rounded, sum: i32, range: (i32, i32)) -> i32 {
        let sum = i64::from(sum.clamp(found.ends.0, found.ends.1));
        let product = sum.checked_mul(found.factor).unwrap().checked_add(1 << (found.shift - 1)).unwrap();
        ((product >> found.shift) as i32).clamp(range.0, range.1)
    }

    #[test]
    fn every_sum_near_a_middle_is_rounded_as_in_float64() {
        let mut scales = vec![0.5, 0.25, 1.0 / 1024.0, 1.5, 3.0, 48.0, 100.25, 0.0, 1e-9, 65_000.0];
        let mut bits = 1u64;
        for _ in 0..300 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let product = |n: u64| f64::from(f32::from_bits(0x3a00_0000 + (n as u32 & 0x03ff_ffff)));
            scales.push(product(bits >> 33) * product(bits >> 7) / product(bits >> 20));
        }
        let sums = (-4_000_000, 5_000_000);
        for scale in scales {
            for range in [(-128, 127), (0, 255), (-255, 0), (-3, 9)] {
                let found = rounded(scale, sums, range).unwrap_or_else(|| panic!("no factor for {scale}"));
                let right = |sum: i32| value(sum, scale).clamp(f64::from(range.0), f64::from(range.1)) as i32;
                for result in range.0..=range.1 {
                    let near = first(scale, sums, result).unwrap_or(sums.1);
                    for sum in (near - 3).max(sums.0)..=(near + 3).min(sums.1) {
                        assert_eq!(applied(&found, sum, range), right(sum), "{sum} times {scale}");
                    }
                }
                for sum in [sums.0, -1, 0, 1, sums.1] {
                    assert_eq!(applied(&found, sum, range), right(sum), "{sum} times {scale}");
                }
            }
        }
    }

    #[test]
    fn a_middle_that_needs_more_bits_has_no_factor() {
        let all = (i32::MIN, i32::MAX);
        assert!(rounded(2f64.powi(-22), all, (-128, 127)).is_some());
        assert_eq!(rounded(3.519604174024896e-7, all, (-128, 127)), None);
        assert!(!is_defined(2.0, (i32::MIN, 0)) && is_defined(2.0, (-(1 << 29), 1 << 29)));
    }
}
