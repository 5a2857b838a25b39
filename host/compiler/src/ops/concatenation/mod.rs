//! CONCATENATION of any type: `move.h`. Inputs of int8 are quantised like the output; `passes::requantise` has put QUANTIZE in
//! front of those that are not.

use crate::ir::graph::{Activation, DType, OpKind, OpOptions, Operator, Subgraph, Tensor, TensorId};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::shared::moves::{Level, Move};
use crate::ops::{OpDefinition, resolve_axis, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::CONCATENATION, versions: 1..=4, arity: (1..=usize::MAX, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::Concatenation { axis, activation } = checker.op.options else {
        checker.bad("no options", "options of CONCATENATION");
        return None;
    };
    if activation != Activation::None {
        checker.bad(format!("fused activation {activation}"), "none");
    }
    let (output, result) = checker.output(0)?;
    let Some(axis) = resolve_axis(axis, result.shape.len()) else {
        checker.bad(format!("axis {axis}"), format!("a dimension of {:?}", result.shape));
        return None;
    };
    let mut length = 0;
    for i in 0..checker.op.inputs.len() {
        let (input, tensor) = checker.input(i)?;
        checker.dtype(input, &[result.dtype]);
        let mut expected = result.shape.clone();
        expected[axis] = tensor.shape.get(axis).copied().unwrap_or(0);
        checker.shape(input, &expected).then_some(())?;
        length += expected[axis];
        check_quantization(checker, input, tensor, result);
    }
    if length != result.shape[axis] || result.dtype.size() == 0 {
        checker.bad_tensor(output, format!("shape {:?}", result.shape), format!("{length} along dimension {axis}"));
    }
    Some(())
}

/// What the reference copies: int8 and uint8 quantised like the output, int16 without a zero point.
fn check_quantization(checker: &mut Checker<'_>, id: TensorId, input: &Tensor, output: &Tensor) {
    let describe = |tensor: &Tensor| match tensor.per_tensor() {
        Some((scale, zero_point)) => format!("scale {scale} and zero point {zero_point}"),
        None => "no quantisation".to_owned(),
    };
    let fits = match output.dtype {
        DType::Int8 | DType::Uint8 => match (input.per_tensor(), output.per_tensor()) {
            (None, None) => input.quant == output.quant,
            (a, b) => a == b,
        },
        DType::Int16 => [input, output].iter().all(|tensor| tensor.per_tensor().is_none_or(|(_, zero)| zero == 0)),
        _ => true,
    };
    if !fits && output.dtype == DType::Int16 {
        let found = format!("{} for an output of {}", describe(input), describe(output));
        checker.bad_tensor(id, found, "zero point 0 of int16");
    } else if !fits {
        checker.bad_tensor(id, describe(input), format!("{} as the output", describe(output)));
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let OpOptions::Concatenation { axis, .. } = op.options else { return Err(fail()) };
    let output = *op.outputs.first().ok_or_else(fail)?;
    let result = graph.tensor(output);
    let axis = resolve_axis(axis, result.shape.len()).ok_or_else(fail)?;
    let rows: usize = result.shape[..axis].iter().product();
    let width = |shape: &[usize]| shape[axis..].iter().product::<usize>() * result.dtype.size();
    let total = width(&result.shape);
    let (mut arguments, mut body, mut offset, mut moved) = (Vec::new(), String::new(), 0, false);
    for i in 0..op.inputs.len() {
        let (id, tensor) = lowering.input(op, i).ok_or_else(fail)?;
        let name = format!("input{i}");
        let block = width(&tensor.shape);
        let level = Level { count: rows, input: block as i64, output: total as i64 };
        let part = Move::new(&[level], block, 0, offset).ok_or_else(fail)?;
        moved |= !part.is_single();
        if i == 0 && part.is_single() {
            body += &format!("    if ((const void *)output != (const void *){name}) {{\n    ");
            body += &part.statements("part0", &name, "output");
            body += "    }\n";
        } else {
            body += &part.statements(&format!("part{i}"), &name, "output");
        }
        arguments.push(Argument::input(&name, id));
        offset += block;
    }
    let in_place = match arguments.first() {
        Some(first) if !moved && !repeated(op) => {
            vec![InPlace { input: first.tensor, output, lead: 0, reason: "the first part stays where it is" }]
        }
        _ => Vec::new(),
    };
    arguments.push(Argument::output("output", output));
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("CONCATENATION of {} tensors along dimension {axis}", op.inputs.len()),
        arguments,
        in_place,
        headers: vec!["move.h"],
        body,
        ..Layer::default()
    }))
}

/// Whether the first input is needed again.
fn repeated(op: &Operator) -> bool {
    op.inputs.iter().skip(1).any(|input| *input == op.inputs[0])
}
