//! SUB with broadcasting, on int8, `sub.h`, and float32, `sub_float.h`.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::{Multiplier, activation_range_i8};
use crate::ops::shared::text;
use crate::ops::shared::weighted::check_activation;
use crate::ops::shared::{binary, table};
use crate::ops::{OpDefinition, is_float, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::SUB, versions: 1..=5, arity: (2..=2, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    binary::check(checker, &[DType::Int8, DType::Float32])?;
    if is_float(checker.graph, checker.op) {
        check_activation(checker, binary::activation(checker.op), 1.0, 0);
        return Some(());
    }
    let ((first, _), (second, _), (output, _)) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    let ((scale1, _), (scale2, _)) = (checker.per_tensor(first)?, checker.per_tensor(second)?);
    let (scale, zero_point) = checker.per_tensor(output)?;
    if multipliers(scale1, scale2, scale).is_none() {
        checker.bad(format!("scales {scale1} and {scale2} to {scale}"), "an output scale above 2^-19 of the inputs'");
    }
    check_activation(checker, binary::activation(checker.op), scale, zero_point);
    Some(())
}

/// Multipliers of both inputs and the output, in float64 as the reference's Prepare computes them; all below 1.
fn multipliers(scale1: f32, scale2: f32, scale: f32) -> Option<[Multiplier; 3]> {
    let twice_max = 2.0 * f64::from(scale1.max(scale2));
    let factors = [
        f64::from(scale1) / twice_max,
        f64::from(scale2) / twice_max,
        twice_max / (f64::from(1 << 20) * f64::from(scale)),
    ];
    let multipliers = factors.map(Multiplier::new);
    (factors.iter().all(|&factor| factor < 1.0) && multipliers.iter().all(|m| m.shift <= 0)).then_some(multipliers)
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let activation = binary::activation(op);
    if is_float(graph, op) {
        let range = binary::float_range(activation);
        return binary::lower(lowering, op, "sub_float.h", "", |tensors| {
            format!("    tvmk_float_sub({tensors}, {range});\n")
        });
    }
    let fail = || unchecked(graph, op);
    let (first, _) = lowering.input(op, 0).ok_or_else(fail)?;
    let (second, _) = lowering.input(op, 1).ok_or_else(fail)?;
    let ((scale1, zero1), (scale2, zero2)) = (table::quant(graph, op, first)?, table::quant(graph, op, second)?);
    let (scale, zero) = table::quant(graph, op, *op.outputs.first().ok_or_else(fail)?)?;
    let (low, high) = activation_range_i8(activation, scale, zero).ok_or_else(fail)?;
    let [from1, from2, to] = multipliers(scale1, scale2, scale).ok_or_else(fail)?;
    let body = text::constant_struct(
        "tvmk_sub_t",
        "layer",
        &[
            ("mantissa1", from1.mantissa.to_string()),
            ("mantissa2", from2.mantissa.to_string()),
            ("mantissa_out", to.mantissa.to_string()),
            ("shift1", (-from1.shift).to_string()),
            ("shift2", (-from2.shift).to_string()),
            ("shift_out", (-to.shift).to_string()),
            ("zero_point1", zero1.to_string()),
            ("zero_point2", zero2.to_string()),
            ("zero_point_out", zero.to_string()),
            ("low", low.to_string()),
            ("high", high.to_string()),
        ],
    );
    binary::lower(lowering, op, "sub.h", &body, |tensors| format!("    tvmk_sub(&layer, {tensors});\n"))
}
