//! RESHAPE: another shape for the same bytes, without code.

use crate::ir::graph::OpKind;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::alias;

/// The operator. The new shape is that of the output tensor; the second input and the options are not needed.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::RESHAPE,
    versions: 1..=1,
    inputs: 1..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "reshape.cc",
    support: &[Support::bytes("any", Cores::NoCode)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    alias::of_any_type(checker, input, output)
}
