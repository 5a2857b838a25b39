//! SOFTMAX from int8 to int8 or int16: `softmax.h`.

use crate::ir::graph::{DType, OpKind, OpOptions, Operator, Subgraph};
use crate::ir::layer::{Argument, Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::gemmlowp::exp_on_negative_values;
use crate::math::quantize::{Multiplier, saturating_rounding_doubling_high_mul};
use crate::ops::shared::float;
use crate::ops::shared::text;
use crate::ops::{OpDefinition, is_float};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::SOFTMAX, versions: 1..=3, arity: (1..=1, 1..=1), check, lower };

/// Sums of more exponentials might not fit in the reference's Q12.19 accumulator.
const DEPTH_MAX: usize = 4095;

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        return float::check(&mut checker);
    }
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::Softmax { beta } = checker.op.options else {
        checker.bad("no options", "options of SOFTMAX");
        return None;
    };
    let (input, tensor) = checker.input(0)?;
    let (output, output_tensor) = checker.output(0)?;
    (checker.dtype(input, &[DType::Int8]) & checker.dtype(output, &[DType::Int8, DType::Int16])).then_some(())?;
    checker.shape(output, &tensor.shape);
    let depth = tensor.shape.last().copied().unwrap_or(0);
    if !(1..=DEPTH_MAX).contains(&depth) {
        checker.bad_tensor(input, format!("rows of {depth} elements"), format!("1 to {DEPTH_MAX}"));
    }
    let (scale, _) = checker.per_tensor(input)?;
    if multiplier(beta, scale).is_none() {
        checker.bad(format!("beta {beta} with input scale {scale}"), "a product above 2^-26 and below 16");
    }
    let (scale, zero_point) = checker.per_tensor(output)?;
    // The reference is strict for int8 and lets int16 be off by a thousandth.
    let (fits, supported) = match output_tensor.dtype {
        DType::Int8 => ((scale, zero_point) == (1.0 / 256.0, -128), "scale 1/256 and zero point -128"),
        _ => {
            let fits = (scale * 65536.0 - 1.0).abs() < 0.001 && zero_point == -32768;
            (fits, "scale 1/65536 and zero point -32768")
        }
    };
    if !fits {
        checker.bad_tensor(output, format!("scale {scale} and zero point {zero_point}"), supported);
    }
    Some(())
}

/// `PreprocessSoftmaxScaling` with 5 integer bits: differences of input bytes to Q5.26.
fn multiplier(beta: f32, scale: f32) -> Option<Multiplier> {
    let factor = (f64::from(beta) * f64::from(scale) * f64::from(1 << 26)).min((1i64 << 31) as f64 - 1.0);
    // The smaller of a NaN and a number is the number.
    (!beta.is_nan() && factor > 1.0).then(|| Multiplier::new(factor))
}

/// exp of each difference 0, −1, … to the largest input, as far as the reference looks and the result is not 0 anyway:
/// the sum takes exp >> 12, rounded, and the outputs shift by 15 bits or more.
fn exponentials(multiplier: Multiplier) -> Vec<i32> {
    // `CalculateInputRadius(5, shift, 31)`.
    let radius = (31.0 * f64::from(1 << 26) / (1i64 << multiplier.shift) as f64).floor() as i64;
    (0..=radius.min(255))
        .map(|below| {
            let scaled =
                saturating_rounding_doubling_high_mul((-(below << multiplier.shift)) as i32, multiplier.mantissa);
            exp_on_negative_values(scaled)
        })
        .take_while(|&exp| exp >= 1 << 11)
        .collect()
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float::lower(lowering, op);
    }
    let unchecked = || Problem::operator(graph, op, "an operator that was not checked", "checked operators");
    let OpOptions::Softmax { beta } = op.options else { return Err(unchecked()) };
    let (input, tensor) = lowering.input(op, 0).ok_or_else(unchecked)?;
    let output = *op.outputs.first().ok_or_else(unchecked)?;
    let (scale, _) = tensor.per_tensor().ok_or_else(unchecked)?;
    let exponentials = exponentials(multiplier(beta, scale).ok_or_else(unchecked)?);
    let depth = tensor.shape.last().copied().ok_or_else(unchecked)?;
    let rows = tensor.elements() / depth;
    let mut body = text::constant_struct(
        "tvmk_softmax_t",
        "layer",
        &[
            ("exponentials", lowering.constant("exponentials")),
            ("entries", exponentials.len().to_string()),
            ("rows", rows.to_string()),
            ("depth", depth.to_string()),
        ],
    );
    let wide = graph.tensor(output).dtype == DType::Int16;
    let function = if wide { "tvmk_softmax_int16" } else { "tvmk_softmax" };
    body += &text::call(function, 1, &[("input", 0), ("output", 0)], false);
    let in_place =
        InPlace { input, output, lead: 0, reason: "the last pass over a row reads each element before it writes it" };
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("SOFTMAX {rows} rows of {depth}"),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        in_place: if wide { Vec::new() } else { vec![in_place] },
        scratch_align: 1,
        constants: vec![Constant {
            name: lowering.constant("exponentials"),
            row: 8,
            data: ConstantData::I32(exponentials),
            align: 4,
            comment: "exp(-i * scale), Q0.31".to_owned(),
            core: Core::Any,
        }],
        headers: vec!["softmax.h"],
        body,
        ..Layer::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_starts_at_one_and_falls() {
        let table = exponentials(multiplier(1.0, 0.1).unwrap());
        assert_eq!(table[0], i32::MAX);
        assert!(table.windows(2).all(|pair| pair[1] <= pair[0]));
        // exp(-13.9) is below 2^-20.
        assert_eq!(table.len(), 139);
        assert_eq!(exponentials(multiplier(1.0, 4.0).unwrap()).len(), 4);
        assert!(multiplier(1.0, 1e-9).is_none());
    }
}
