//! UNPACK: the slices along one dimension, each a tensor without it: `move.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::shared::moved;
use crate::ops::split::Split;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::UNPACK,
    versions: 1..=4,
    inputs: 1..=1,
    outputs: 1..=usize::MAX,
    options: Some(options),
    check,
    kernels: &[],
    reference: "unpack.cc",
    support: &[Support::bytes("int8, uint8, int16, int32, float32", Cores::Portable)],
};

/// Its options.
#[derive(Debug, Default)]
struct Options {
    count: i32,
    axis: i32,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Unpack(o)) = table else { return or_default::<Options>(table) };
    read(Options { count: o.num()?, axis: o.axis()? })
}

const TYPES: &[DType] = &[DType::Int8, DType::Uint8, DType::Int16, DType::Int32, DType::Float32];

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let input = checker.input(0)?;
    let axis = checker.axis(options.axis, input)?;
    let (length, outputs) = (input.shape[axis], checker.op.outputs.len());
    if usize::try_from(options.count).ok() != Some(outputs) || outputs != length {
        let found = format!("{} parts into {outputs} tensors", options.count);
        checker.bad(found, format!("{length}, as dimension {axis} of {:?}", input.shape));
        return None;
    }
    let mut expected = input.shape.clone();
    expected.remove(axis);
    let mut parts = Vec::new();
    for i in 0..outputs {
        let part = checker.output(i)?;
        (moved::types(checker, input, part, TYPES) && checker.shape(part, &expected)).then_some(())?;
        parts.push((part, 1));
    }
    Some(Box::new(Split { input, parts, axis }))
}
