//! Functions of one byte: computed here for all 256 bytes, looked up on the target: `kernels/table.h`. Exact by construction.

use crate::check::Checker;
use crate::graph::{DType, Operator, Subgraph, TensorId};
use crate::lower::{Argument, Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::op::one_to_one;
use crate::problem::Problem;

/// Checks input and output of a function of one element: same shape, each of one of these types, one scale each.
/// Gives scale and zero point of input and output.
pub fn check(checker: &mut Checker<'_>, input: &[DType], output: &[DType]) -> Option<[(f32, i32); 2]> {
    let (from, tensor) = checker.input(0)?;
    let (to, _) = checker.output(0)?;
    (checker.dtype(from, input) & checker.dtype(to, output) & checker.shape(to, &tensor.shape)).then_some(())?;
    Some([checker.per_tensor(from)?, checker.per_tensor(to)?])
}

/// Scale and zero point of a tensor that passed its check.
pub fn quant(graph: &Subgraph, op: &Operator, id: TensorId) -> Result<(f32, i32), Problem> {
    let missing = || Problem::tensor(graph, op, id, "no quantisation", "one scale and zero point");
    graph.tensor(id).per_tensor().ok_or_else(missing)
}

/// The layer that looks up `function`. It gets the input as stored and gives the output as stored; `None` where the
/// reference's arithmetic would overflow.
pub fn lower(
    lowering: &Lowering<'_>,
    op: &Operator,
    function: impl Fn(i32) -> Option<i32>,
) -> Result<Lowered, Problem> {
    let (input, output) = one_to_one(lowering, op)?;
    let tensor = lowering.graph.tensor(input);
    let signed = tensor.dtype == DType::Int8;
    let mut table = Vec::with_capacity(256);
    for byte in 0..=255u8 {
        let stored = if signed { i32::from(byte as i8) } else { i32::from(byte) };
        let value = function(stored).ok_or_else(|| {
            let found = format!("scales so far apart that {stored} overflows 32 bits");
            Problem::operator(lowering.graph, op, found, "scales of similar size")
        })?;
        table.push(value as u8);
    }
    let name = lowering.constant("table");
    let body = format!("    tvmk_table({name}, (const uint8_t *)input, (uint8_t *)output, {});\n", tensor.elements());
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("{} of {} elements by table", op.kind, tensor.elements()),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        in_place: vec![InPlace { input, output, lead: 0, reason: "element by element" }],
        constants: vec![Constant {
            name,
            data: ConstantData::U8(table),
            align: 1,
            row: 16,
            comment: "output byte for each input byte".into(),
            core: Core::Any,
        }],
        headers: vec!["table.h"],
        body,
        ..Layer::default()
    }))
}
