//! FILL: a tensor filled with one value, `move.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::moved::{self, Gaps, Moved};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::FILL,
    versions: 1..=3,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "fill.cc",
    support: &[
        Support::bytes("int8, int32, float32, of a shape known at compile time", Cores::Portable),
        Support::bytes("any, of values known at compile time", Cores::NoCode),
    ],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (dimensions, value, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    let types = moved::types(checker, value, output, &[DType::Int8, DType::Int32, DType::Float32]);
    (types & checker.rank(dimensions, 1) & checker.rank(value, 0)).then_some(())?;
    let expected: Vec<usize> =
        checker.constant_integers(dimensions)?.iter().map(|&n| usize::try_from(n).unwrap_or(usize::MAX)).collect();
    checker.shape(output, &expected).then_some(())?;
    Some(Box::new(Moved { gaps: Gaps::Element(value), ..Moved::new(value, output, Vec::new()) }))
}
