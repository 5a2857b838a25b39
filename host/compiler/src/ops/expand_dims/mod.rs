//! EXPAND_DIMS: one more dimension of 1 for the same bytes, without code.

use crate::ir::graph::OpKind;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::alias;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::EXPAND_DIMS,
    versions: 1..=1,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "expand_dims.cc",
    support: &[Support::bytes("any", Cores::NoCode)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, axis, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    let values = checker.constant_i32(axis)?;
    let (&[value], 0..=1) = (values.as_slice(), axis.shape.len()) else {
        checker.bad_tensor(axis.id, format!("an axis of shape {:?}", axis.shape), "one number");
        return None;
    };
    // The new dimension may come after the last one.
    let rank = input.shape.len() as i64;
    let resolved = i64::from(value) + if value < 0 { rank + 1 } else { 0 };
    let Some(at) = usize::try_from(resolved).ok().filter(|&at| at <= input.shape.len()) else {
        checker.bad(format!("axis {value}"), format!("a position in {:?}", input.shape));
        return None;
    };
    let mut expected = input.shape.clone();
    expected.insert(at, 1);
    checker.shape(output, &expected);
    alias::of_any_type(checker, input, output)
}
