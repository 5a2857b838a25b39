//! FLOOR_DIV and FLOOR_MOD of integers, at compile time.

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::ahead;

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // The quotient, rounded down.
    definition(OpKind::FLOOR_DIV),
    // What that leaves, with the sign of the divisor.
    definition(OpKind::FLOOR_MOD),
];

const SUPPORT: &[Support] = &[Support::bytes("int32, int64, of values known at compile time", Cores::NoCode)];

const fn definition(kind: OpKind) -> Definition {
    Definition {
        kind,
        versions: 1..=3,
        inputs: 2..=2,
        outputs: 1..=1,
        options: None,
        check,
        kernels: &[],
        reference: "none, as in TensorFlow Lite",
        support: SUPPORT,
    }
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let first = checker.input(0)?;
    (ahead::refuse_later(checker) & checker.dtype(first, &[DType::Int32, DType::Int64])).then_some(())?;
    match checker.op.kind {
        OpKind::FLOOR_DIV => ahead::arithmetic(checker, quotient, |_, _| f32::NAN),
        _ => ahead::arithmetic(checker, remainder, |_, _| f32::NAN),
    }
}

fn quotient(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if remainder(a, b)? != a.checked_rem(b)? { quotient - 1 } else { quotient })
}

fn remainder(a: i64, b: i64) -> Option<i64> {
    let remainder = a.checked_rem(b)?;
    Some(if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_rounded_down() {
        for (a, b, expected) in
            [(7, 2, (3, 1)), (-7, 2, (-4, 1)), (7, -2, (-4, -1)), (-7, -2, (3, -1)), (6, -2, (-3, 0))]
        {
            assert_eq!((quotient(a, b), remainder(a, b)), (Some(expected.0), Some(expected.1)), "{a} / {b}");
        }
        assert_eq!((quotient(1, 0), quotient(i64::MIN, -1)), (None, None));
    }
}
