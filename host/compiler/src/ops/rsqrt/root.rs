//! The reference's 1 / sqrt of a stored number.

use crate::math::gemmlowp::inverse_square_root;
use crate::math::quantize::Multiplier;

/// Bits by which the reference shifts a root to the left before rounding it, as the kernel on int16 does.
const KEPT: i32 = 20;

/// What the root of a stored number is multiplied with.
pub fn factor(in_scale: f32, out_scale: f32) -> Multiplier {
    Multiplier::new(1.0 / (f64::from(in_scale).sqrt() * f64::from(out_scale)))
}

/// 1 / sqrt of a stored number above 0, times the factor; `None` where the reference's arithmetic would overflow.
pub fn root(x: i32, factor: Multiplier) -> Option<i32> {
    let root = inverse_square_root(x);
    let large = Multiplier { shift: root.shift + KEPT, ..root }.checked_apply(1)?;
    let factor = Multiplier { shift: factor.shift.checked_sub(KEPT)?, ..factor };
    (factor.shift >= -31).then(|| factor.checked_apply(large))?
}
