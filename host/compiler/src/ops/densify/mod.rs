//! DENSIFY of constants: the file's sparse contents are dense since they were read (`import/sparse.rs`).

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::ahead;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::DENSIFY,
    versions: 1..=1,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "none, as in TensorFlow Lite",
    support: &[Support::bytes("float32, float16, int8, of constants", Cores::NoCode)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let fits = checker.dtype(input, &[DType::Float32, DType::Float16, DType::Int8]);
    (fits & checker.dtype(output, &[input.dtype]) & checker.shape(output, &input.shape)).then_some(())?;
    ahead::refuse_later(checker).then_some(())?;
    Some(ahead::known(Ok(vec![input.data.clone()?])))
}
