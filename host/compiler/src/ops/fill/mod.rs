//! FILL: a value again and again, at compile time.

use crate::ir::graph::OpKind;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::ahead;

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
    support: &[Support::bytes("any, of values known at compile time", Cores::NoCode)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (dimensions, value, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    ahead::refuse_later(checker).then_some(())?;
    let fits = checker.rank(dimensions, 1) & checker.rank(value, 0) & checker.dtype(output, &[value.dtype]);
    fits.then_some(())?;
    let expected: Vec<usize> =
        checker.constant_integers(dimensions)?.iter().map(|&n| usize::try_from(n).unwrap_or(usize::MAX)).collect();
    checker.shape(output, &expected).then_some(())?;
    ahead::only(checker, value.data.as_ref()?.repeat(output.elements()))
}
