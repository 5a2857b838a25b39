//! The weights and biases of all gates, on int8 and int16 alike.

use super::operands::{BIASES, GATES, Sizes};
use crate::ir::graph::DType;
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};

/// The vectors that the gates' rows are multiplied by.
pub struct Source<'a> {
    /// The input or the hidden state.
    pub operand: Operand<'a>,
    /// Place of the first gate's weights among the inputs.
    pub first: usize,
    /// Elements of a row.
    pub elements: usize,
    /// Type of the biases; the hidden state has none.
    pub bias: Option<DType>,
}

/// What the caller makes of a row, and what it needs to be refused.
pub struct Row<T> {
    pub row: T,
    /// The largest magnitude of its sum.
    pub most: i128,
    /// Whether the reference's arithmetic holds that sum and what the factor makes of it.
    pub fits: bool,
}

/// The weights `[unit][gate]` of a source, and what `make` makes of each row's bias, weights and factor to 2^-12; `supported` says
/// what fits.
pub fn rows<'a, T>(
    checker: &mut Checker<'a>,
    sizes: &Sizes,
    source: &Source<'a>,
    supported: &str,
    make: impl Fn(i64, &[i8], Multiplier) -> Row<T>,
) -> Option<(Vec<i8>, Vec<T>)> {
    let (scale, _) = checker.per_tensor(source.operand)?;
    let (units, elements) = (sizes.units, source.elements);
    let mut gates = Vec::new();
    for gate in 0..GATES {
        let weights = checker.input(source.first + gate)?;
        (checker.dtype(weights, &[DType::Int8]) & checker.shape(weights, &[units, elements])).then_some(())?;
        let (weights_scale, weights_zero) = checker.per_tensor(weights)?;
        if weights_zero != 0 {
            checker.bad_tensor(weights.id, format!("zero point {weights_zero}"), "symmetric weights");
        }
        let data = weights.i8_data();
        if data.is_none() {
            checker.bad_tensor(weights.id, "weights computed at run time", "constant weights");
        }
        let bias = bias(checker, gate, units, source.bias)?;
        let factor = Multiplier::new(f64::from(scale) * f64::from(weights_scale) / 2f64.powi(-12));
        gates.push((weights, data?, bias, factor));
    }
    let (mut all, mut rows) = (Vec::new(), Vec::new());
    for unit in 0..units {
        for (weights, data, bias, factor) in &gates {
            let elements = &data[unit * elements..(unit + 1) * elements];
            let Row { row, most, fits } = make(bias[unit], elements, *factor);
            if !fits {
                let found = format!("sums up to {most} in unit {unit}, times 2^{}", factor.shift);
                checker.bad_tensor(weights.id, found, supported);
                return None;
            }
            all.extend_from_slice(elements);
            rows.push(row);
        }
    }
    Some((all, rows))
}

fn bias(checker: &mut Checker<'_>, gate: usize, units: usize, dtype: Option<DType>) -> Option<Vec<i64>> {
    let Some(dtype) = dtype else { return Some(vec![0; units]) };
    let bias = checker.input(BIASES + gate)?;
    (checker.dtype(bias, &[dtype]) & checker.shape(bias, &[units])).then_some(())?;
    checker.constant_integers(bias)
}
