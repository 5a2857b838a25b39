//! From a unit's gates to its states, on int8 and int16: `lstm_unit.h`.

use super::operands::{CELL, HIDDEN, Options};
use crate::ir::graph::DType;
use crate::math::quantize::Multiplier;
use crate::ops::checker::Checker;
use crate::ops::shared::elements_int16;

/// Factors, arguments and the clip of all units.
pub struct Unit {
    add: Multiplier,
    result: Multiplier,
    cell_argument: (i32, i32),
    /// Of the hidden state.
    pub zero_point: i32,
    clip: i32,
}

/// Checks how both states are quantised.
pub fn check(checker: &mut Checker<'_>, options: &Options) -> Option<Unit> {
    let (hidden, cell) = (checker.input(HIDDEN)?, checker.input(CELL)?);
    checker.dtype(cell, &[DType::Int16]).then_some(())?;
    let ((hidden_scale, zero_point), (cell_scale, cell_zero)) =
        (checker.per_tensor(hidden)?, checker.per_tensor(cell)?);
    let power = elements_int16::log2(cell_scale.into()).filter(|power| (-26..=2).contains(power) && cell_zero == 0);
    let Some(power) = power else {
        let found = format!("scale {cell_scale} and zero point {cell_zero}");
        checker.bad_tensor(cell.id, found, "scale 2^-26 to 2^2, a power of two, and zero point 0");
        return None;
    };
    let (cell_scale, gate_scale) = (f64::from(cell_scale), 2f64.powi(-15));
    let result = Multiplier::new(gate_scale * gate_scale / f64::from(hidden_scale));
    if !(-30..=-1).contains(&result.shift) {
        checker.bad_tensor(hidden.id, format!("scale {hidden_scale}"), "a scale from 2^-28 to 1/2");
        return None;
    }
    let left = 12 + power;
    Some(Unit {
        add: Multiplier::new(gate_scale * gate_scale / cell_scale),
        result,
        cell_argument: if left < 0 { (3, -left) } else { (3 << left, 0) },
        zero_point,
        // Any clip above 0 is used, even if it rounds to 0.
        clip: match options.cell_clip > 0.0 {
            true => (f64::from(options.cell_clip) / cell_scale).clamp(-32768.0, 32767.0) as i32,
            false => -1,
        },
    })
}

impl Unit {
    /// The initialiser of `tvmk_lstm_unit_t` with this table.
    pub fn initialiser(&self, table: &str) -> String {
        let factor = |m: &Multiplier| format!("{{{}, {}}}", m.mantissa, -m.shift - 1);
        let (table, (multiplier, shift)) = (format!("(const uint16_t *){table}"), self.cell_argument);
        let cell = format!("{{{table}, {multiplier}, {shift}}}");
        format!(
            "{{{table}, {}, {}, {cell}, {}, {}}}",
            factor(&self.add),
            factor(&self.result),
            self.zero_point,
            self.clip
        )
    }
}
