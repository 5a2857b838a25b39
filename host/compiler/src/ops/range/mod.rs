//! RANGE: numbers in equal steps, at compile time.

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::ahead;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::RANGE,
    versions: 1..=2,
    inputs: 3..=3,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "none, as in TensorFlow Lite",
    support: &[Support::bytes("int32, int64, of values known at compile time", Cores::NoCode)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (start, limit, delta) = (checker.input(0)?, checker.input(1)?, checker.input(2)?);
    let output = checker.output(0)?;
    ahead::refuse_later(checker).then_some(())?;
    checker.dtype(output, &[DType::Int32, DType::Int64]).then_some(())?;
    let [start, limit, delta] = [start, limit, delta].map(|operand| number(checker, operand, output.dtype));
    let (start, limit, delta) = (i128::from(start?), i128::from(limit?), i128::from(delta?));
    if delta == 0 {
        checker.bad("steps of 0", "any other step");
        return None;
    }
    let distance = if delta > 0 { limit - start } else { start - limit };
    let size = delta.abs();
    let count = usize::try_from((distance.max(0) + size - 1) / size).unwrap_or(usize::MAX);
    checker.shape(output, &[count]).then_some(())?;
    let values: Vec<i64> =
        (0..count as i128).map(|i| i64::try_from(start + i * delta)).collect::<Result<_, _>>().ok()?;
    ahead::only(checker, ahead::integers(output.dtype, &values)?)
}

/// A scalar of the output's type.
fn number(checker: &mut Checker<'_>, operand: Operand<'_>, dtype: DType) -> Option<i64> {
    (checker.dtype(operand, &[dtype]) & checker.rank(operand, 0)).then_some(())?;
    checker.constant_integers(operand)?.first().copied()
}
