//! What operators on two tensors have in common: broadcasting, in-place results, the call.

use crate::ir::graph::{Activation, DType, OpOptions, Operator};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::broadcast::Broadcast;
use crate::ops::unchecked;
use crate::passes::check::Checker;
use crate::passes::emit::float_literal;

/// The fused activation of an arithmetic operator.
pub fn activation(op: &Operator) -> Activation {
    match op.options {
        OpOptions::Arithmetic { activation } => activation,
        _ => Activation::None,
    }
}

/// Checks types and shapes: both inputs and the output of one of these types, shapes that broadcast.
pub fn check(checker: &mut Checker<'_>, types: &[DType]) -> Option<()> {
    let (first, first_tensor) = checker.input(0)?;
    let (second, second_tensor) = checker.input(1)?;
    let (output, result) = checker.output(0)?;
    checker.dtype(first, types).then_some(())?;
    let same = [first_tensor.dtype];
    (checker.dtype(second, &same) & checker.dtype(output, &same)).then_some(())?;
    if Broadcast::new([&first_tensor.shape, &second_tensor.shape], &result.shape).is_none() {
        let [a, b, to] = [first_tensor, second_tensor, result].map(|tensor| &tensor.shape);
        checker.bad(format!("shapes {a:?} and {b:?} to {to:?}"), "shapes that broadcast, of up to four dimensions");
        return None;
    }
    Some(())
}

/// The layer that calls `call(input1, input2)`, which gives the kernel's call with what it needs besides the shapes.
pub fn lower(
    lowering: &Lowering<'_>,
    op: &Operator,
    header: &'static str,
    body: &str,
    call: impl Fn(&str) -> String,
) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let inputs = [lowering.input(op, 0).ok_or_else(fail)?, lowering.input(op, 1).ok_or_else(fail)?];
    let output = *op.outputs.first().ok_or_else(fail)?;
    let result = graph.tensor(output);
    let shapes = [inputs[0].1.shape.as_slice(), inputs[1].1.shape.as_slice()];
    let broadcast = Broadcast::new(shapes, &result.shape).ok_or_else(fail)?;
    let in_place = inputs.iter().filter(|(_, tensor)| tensor.elements() == result.elements());
    let in_place =
        in_place.map(|&(input, _)| InPlace { input, output, lead: 0, reason: "element by element" }).collect();
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("{} {:?} and {:?}, activation {:?}", op.kind, shapes[0], shapes[1], activation(op)),
        arguments: vec![
            Argument::input("input1", inputs[0].0),
            Argument::input("input2", inputs[1].0),
            Argument::output("output", output),
        ],
        in_place,
        headers: vec![header],
        body: body.to_owned() + &broadcast.statements() + &call("&shapes, input1, input2, output"),
        ..Layer::default()
    }))
}

/// Range of a fused activation on float32, as two C literals.
pub fn float_range(activation: Activation) -> String {
    let (low, high) = match activation {
        Activation::Relu => (0.0, f32::MAX),
        Activation::Relu6 => (0.0, 6.0),
        Activation::ReluN1To1 => (-1.0, 1.0),
        Activation::None | Activation::Other(_) => (f32::MIN, f32::MAX),
    };
    format!("{}, {}", float_literal(low), float_literal(high))
}
