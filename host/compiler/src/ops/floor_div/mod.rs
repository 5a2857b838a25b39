//! FLOOR_DIV and FLOOR_MOD: of float32, `floor_div.h`; of integers at compile time.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::{Kernel, kernels};
use crate::ops::shared::ahead;
use crate::ops::shared::binary::{self, Binary};

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // The quotient, rounded down.
    definition(OpKind::FLOOR_DIV, "floor_div.cc", kernels!["floor_div.h"]),
    // The remainder, with the sign of the divisor.
    definition(OpKind::FLOOR_MOD, "floor_mod.cc", &[]),
];

const SUPPORT: &[Support] = &[
    Support::bytes("float32", Cores::Portable),
    Support::bytes("int32, int64, of values known at compile time", Cores::NoCode),
];

/// Maximum number of dimensions of shapes that differ, in the reference.
const RANK: usize = 4;

const fn definition(kind: OpKind, reference: &'static str, kernels: &'static [Kernel]) -> Definition {
    Definition {
        kind,
        versions: 1..=3,
        inputs: 2..=2,
        outputs: 1..=1,
        options: None,
        check,
        kernels,
        reference,
        support: SUPPORT,
    }
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let first = checker.input(0)?;
    if first.dtype == DType::Float32 {
        return check_float(checker);
    }
    (ahead::refuse_later(checker) & checker.dtype(first, &[DType::Int32, DType::Int64])).then_some(())?;
    match checker.op.kind {
        OpKind::FLOOR_DIV => ahead::arithmetic(checker, quotient, |_, _| f32::NAN),
        _ => ahead::arithmetic(checker, remainder, |_, _| f32::NAN),
    }
}

/// On float32.
struct Float<'a> {
    binary: Binary<'a>,
    /// Whether a run ends if a divisor is 0.
    fails: bool,
}

fn check_float<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let binary = binary::check(checker, &[DType::Float32])?;
    let [a, b] = &binary.inputs;
    if a.shape != b.shape && a.shape.len().max(b.shape.len()) > RANK {
        checker
            .bad(format!("shapes {:?} and {:?}", a.shape, b.shape), format!("equal ones, or up to {RANK} dimensions"));
    }
    let divides = checker.op.kind == OpKind::FLOOR_DIV;
    let divisors = b.f32_data();
    if divides && divisors.iter().flatten().any(|&divisor| divisor == 0.0) {
        checker.bad_tensor(b.id, "a divisor of 0", "other divisors");
    }
    Some(Box::new(Float { fails: divides && divisors.is_none(), binary }))
}

impl Checked for Float<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let function =
            if lowering.op.kind == OpKind::FLOOR_DIV { "tvmk_float_floor_div" } else { "tvmk_float_floor_mod" };
        let call = |tensors: &str| format!("    {function}({tensors});\n");
        let (divisors, count) = ("input2", self.binary.inputs[1].elements());
        let before = match self.fails {
            true => format!("    if (tvmk_any_zero({divisors}, {count})) {{\n        return -1;\n    }}\n"),
            false => String::new(),
        };
        match self.binary.lower(lowering, "floor_div.h", &before, call) {
            Lowered::Layer(layer) if self.fails => {
                Lowered::Layer(Layer { fails: true, body: layer.body + "    return 0;\n", ..layer })
            }
            other => other,
        }
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
