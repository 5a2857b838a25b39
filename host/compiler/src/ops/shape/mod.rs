//! SHAPE and RANK: properties of a tensor that are known at compile time; no code.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, OptionsReader, ReadOptions, Support, or_default, read};
use crate::ops::shared::ahead;

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // The dimensions of a tensor.
    definition(
        OpKind::SHAPE,
        Some(options),
        "shape.cc",
        &[Support::bytes("any to int32, int64, at compile time", Cores::NoCode)],
    ),
    // Their number.
    definition(
        OpKind::RANK,
        None,
        "none, as in TensorFlow Lite",
        &[Support::bytes("any to int32, at compile time", Cores::NoCode)],
    ),
];

const fn definition(
    kind: OpKind,
    options: Option<OptionsReader>,
    reference: &'static str,
    support: &'static [Support],
) -> Definition {
    Definition {
        kind,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 1..=1,
        options,
        check,
        kernels: &[],
        reference,
        support,
    }
}

/// The options of SHAPE repeat the output's type.
#[derive(Debug, Default)]
struct Options;

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Shape(_)) = table else { return or_default::<Options>(table) };
    read(Options)
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let rank = input.shape.len();
    let (values, shape, types): (Vec<i64>, _, &[DType]) = match checker.op.kind {
        OpKind::RANK => (vec![rank as i64], vec![], &[DType::Int32]),
        _ => (input.shape.iter().map(|&n| n as i64).collect(), vec![rank], &[DType::Int32, DType::Int64]),
    };
    (checker.dtype(output, types) & checker.shape(output, &shape)).then_some(())?;
    ahead::only(checker, ahead::integers(output.dtype, &values)?)
}
