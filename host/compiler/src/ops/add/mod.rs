//! ADD on int8, with broadcasting: `add.h`.

use crate::ir::graph::{Activation, DType, OpKind, OpOptions, Operator, Subgraph, Tensor};
use crate::ir::layer::{Argument, Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::{Multiplier, activation_range_i8};
use crate::ops::shared::float;
use crate::ops::shared::text;
use crate::ops::shared::weighted::check_activation;
use crate::ops::{OpDefinition, is_float};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::ADD, versions: 1..=5, arity: (2..=2, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        return float::check(&mut checker);
    }
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    let activation = activation(checker.op);
    let (first, first_tensor) = checker.input(0)?;
    let (second, second_tensor) = checker.input(1)?;
    let (output, output_tensor) = checker.output(0)?;
    for id in [first, second, output] {
        checker.dtype(id, &[DType::Int8]).then_some(())?;
    }
    if steps(first_tensor, output_tensor).is_none() || steps(second_tensor, output_tensor).is_none() {
        let found = format!("shapes {:?} and {:?}", first_tensor.shape, second_tensor.shape);
        checker.bad(found, format!("up to 4 dimensions that broadcast to {:?}", output_tensor.shape));
    }
    let (scale1, _) = checker.per_tensor(first)?;
    let (scale2, _) = checker.per_tensor(second)?;
    let (scale, zero_point) = checker.per_tensor(output)?;
    if multipliers(scale1, scale2, scale).is_none() {
        checker.bad(
            format!("scales {scale1} and {scale2} to {scale}"),
            "an output scale above 2^-19 of the larger input scale",
        );
    }
    check_activation(checker, activation, scale, zero_point);
    Some(())
}

fn activation(op: &Operator) -> Activation {
    match op.options {
        OpOptions::Arithmetic { activation } => activation,
        _ => Activation::None,
    }
}

/// Multipliers of the input with the smaller scale and of the output, as the reference's Prepare computes them. That of the
/// larger scale is always exactly 1/2, since the common scale is twice the larger one.
fn multipliers(scale1: f32, scale2: f32, scale: f32) -> Option<[Multiplier; 2]> {
    let twice_max = 2.0 * f64::from(scale1.max(scale2));
    let smaller = Multiplier::new(f64::from(scale1.min(scale2)) / twice_max);
    let out = twice_max / (f64::from(1 << 20) * f64::from(scale));
    // So small that the input vanishes: a shift of 0 would mean equal scales.
    let smaller = if smaller.mantissa == 0 { Multiplier { mantissa: 0, shift: -1 } } else { smaller };
    (out < 1.0 && smaller.shift <= 0 && Multiplier::new(out).shift <= 0).then_some([smaller, Multiplier::new(out)])
}

/// The output's shape in four dimensions and how far an input moves along each of them: 0 where it is repeated.
fn steps(input: &Tensor, output: &Tensor) -> Option<([usize; 4], [usize; 4])> {
    let four = |shape: &[usize]| -> Option<[usize; 4]> {
        let mut four = [1; 4];
        let first = 4usize.checked_sub(shape.len())?;
        four[first..].copy_from_slice(shape);
        Some(four)
    };
    let (from, to) = (four(&input.shape)?, four(&output.shape)?);
    let mut steps = [0; 4];
    let mut step = 1;
    for i in (0..4).rev() {
        if from[i] == to[i] {
            steps[i] = step;
        } else if from[i] != 1 {
            return None;
        }
        step *= from[i];
    }
    Some((to, steps))
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float::lower(lowering, op);
    }
    let unchecked = || Problem::operator(graph, op, "an operator that was not checked", "checked operators");
    let mut inputs = [lowering.input(op, 0).ok_or_else(unchecked)?, lowering.input(op, 1).ok_or_else(unchecked)?];
    let output = *op.outputs.first().ok_or_else(unchecked)?;
    let output_tensor = graph.tensor(output);
    let scale_of = |tensor: &Tensor| tensor.per_tensor().ok_or_else(unchecked);
    if scale_of(inputs[0].1)?.0 < scale_of(inputs[1].1)?.0 {
        // The kernel's first input is the one with the larger scale.
        inputs.reverse();
    }
    let (scale1, zero_point1) = scale_of(inputs[0].1)?;
    let (scale2, zero_point2) = scale_of(inputs[1].1)?;
    let (scale, zero_point) = output_tensor.per_tensor().ok_or_else(unchecked)?;
    let (low, high) = activation_range_i8(activation(op), scale, zero_point).ok_or_else(unchecked)?;
    let [second, out] = multipliers(scale1, scale2, scale).ok_or_else(unchecked)?;
    let mut body = text::constant_struct(
        "tvmk_add_t",
        "layer",
        &[
            ("mantissa2", second.mantissa.to_string()),
            ("mantissa_out", out.mantissa.to_string()),
            ("shift2", (-second.shift).to_string()),
            ("shift_out", (-out.shift).to_string()),
            ("zero_point1", zero_point1.to_string()),
            ("zero_point2", zero_point2.to_string()),
            ("zero_point_out", zero_point.to_string()),
            ("low", low.to_string()),
            ("high", high.to_string()),
        ],
    );

    let mut arguments = Vec::new();
    let mut constants = Vec::new();
    let mut in_place = Vec::new();
    let mut names = Vec::new();
    for (i, (id, tensor)) in inputs.into_iter().enumerate() {
        if let Some(data) = tensor.i8_data() {
            let name = lowering.constant(["input1", "input2"][i]);
            constants.push(Constant {
                name: name.clone(),
                data: ConstantData::I8(data),
                align: 1,
                row: 0,
                comment: format!("{:?}", tensor.shape),
                core: Core::Any,
            });
            names.push(name);
            continue;
        }
        let name = ["input1", "input2"][i];
        arguments.push(Argument::input(name, id));
        names.push(name.to_owned());
        if tensor.elements() == output_tensor.elements() {
            in_place.push(InPlace { input: id, output, lead: 0, reason: "element by element" });
        }
    }
    arguments.push(Argument::output("output", output));

    let (shape, steps1) = steps(inputs[0].1, output_tensor).ok_or_else(unchecked)?;
    let (_, steps2) = steps(inputs[1].1, output_tensor).ok_or_else(unchecked)?;
    let whole = |tensor: &Tensor| tensor.elements() == output_tensor.elements();
    if whole(inputs[0].1) && whole(inputs[1].1) && (-22..=-1).contains(&out.shift) {
        body += &format!("    tvmk_add(&layer, {}, {}, output, {});\n", names[0], names[1], output_tensor.elements());
    } else {
        let list = |numbers: [usize; 4]| format!("{{{}, {}, {}, {}}}", numbers[0], numbers[1], numbers[2], numbers[3]);
        body += &text::constant_struct(
            "tvmk_add_broadcast_t",
            "shapes",
            &[("shape", list(shape)), ("step1", list(steps1)), ("step2", list(steps2))],
        );
        body += &format!("    tvmk_add_broadcast(&layer, &shapes, {}, {}, output);\n", names[0], names[1]);
    }
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("ADD {:?} and {:?}, activation {:?}", inputs[0].1.shape, inputs[1].1.shape, activation(op)),
        arguments,
        in_place,
        scratch_align: 1,
        constants,
        headers: vec!["add.h"],
        body,
        ..Layer::default()
    }))
}
