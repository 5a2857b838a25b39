//! SQUEEZE: removes dimensions of 1 from the same bytes, without code.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{OpKind, OpOptions};
use crate::ops::checker::{Checker, resolve_axis};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::shared::alias;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::SQUEEZE,
    versions: 1..=2,
    inputs: 1..=1,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: &[],
    reference: "squeeze.cc",
    support: &[Support::bytes("any", Cores::NoCode)],
};

/// Maximum number of dimensions named: as many as the reference reads.
const MAX_DIMENSIONS: usize = 8;

/// Its options: the dimensions to remove; if empty, all that are 1.
#[derive(Debug, Default)]
struct Options {
    dimensions: Vec<i32>,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, budget: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Squeeze(o)) = table else { return or_default::<Options>(table) };
    read(Options { dimensions: budget.numbers(o.squeeze_dims()?, MAX_DIMENSIONS, "dimensions of SQUEEZE")? })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let shape = &input.shape;
    let mut gone: Vec<bool> = shape.iter().map(|&n| n == 1 && options.dimensions.is_empty()).collect();
    for &dimension in &options.dimensions {
        match resolve_axis(dimension, shape.len()).filter(|&axis| shape[axis] == 1) {
            Some(axis) => gone[axis] = true,
            None => checker.bad(format!("dimension {dimension} of {shape:?}"), "dimensions of 1"),
        }
    }
    let expected: Vec<usize> = shape.iter().zip(gone).filter(|(_, gone)| !gone).map(|(&n, _)| n).collect();
    checker.shape(output, &expected);
    alias::of_any_type(checker, input, output)
}
