//! ZEROS_LIKE: bytes of 0 in the shape of the input, which is not read.

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::moved::{self, Gaps, Moved};

/// The operator; zero points are ignored.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::ZEROS_LIKE,
    versions: 1..=1,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "zeros_like.cc",
    support: &[Support::bytes("int8, int32, int64, float32", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let types = [DType::Int8, DType::Int32, DType::Int64, DType::Float32];
    (moved::types(checker, input, output, &types) && checker.shape(output, &input.shape)).then_some(())?;
    Some(Box::new(Moved { gaps: Gaps::Byte(0), ..Moved::new(input, output, Vec::new()) }))
}
