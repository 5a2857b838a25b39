//! Functions of one float32 that the reference supports for no other type: `float_functions.h`; SQRT of int8 by table.

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::rsqrt;
use crate::ops::shared::{float_unary, table};

/// The operators.
pub static DEFINITIONS: [Definition; 10] = [
    // The smallest whole number not below the element.
    definition(OpKind::CEIL, 1, "ceil.cc", BYTES),
    // The cosine.
    definition(OpKind::COS, 1, "elementwise.cc", NEAR),
    // e to the power of each element.
    definition(OpKind::EXP, 2, "exp.cc", NEAR),
    // The largest whole number not above the element.
    definition(OpKind::FLOOR, 1, "floor.cc", BYTES),
    // The natural logarithm.
    definition(OpKind::LOG, 2, "elementwise.cc", NEAR),
    // The opposite sign.
    definition(OpKind::NEG, 2, "neg.cc", BYTES),
    // To the nearest whole number, halves to the even one.
    definition(OpKind::ROUND, 1, "round.cc", BYTES),
    // The sine.
    definition(OpKind::SIN, 1, "elementwise.cc", NEAR),
    // The square root.
    definition(OpKind::SQRT, 2, "elementwise.cc", ROOT),
    // Each element squared.
    definition(OpKind::SQUARE, 1, "elementwise.cc", BYTES),
];

const BYTES: &[Support] = &[Support::bytes("float32", Cores::Portable)];
const ROOT: &[Support] = &[Support::bytes("int8, float32", Cores::Portable)];
const NEAR: &[Support] = &[Support::near("float32", Cores::Portable)];

const fn definition(kind: OpKind, newest: i32, reference: &'static str, support: &'static [Support]) -> Definition {
    Definition {
        kind,
        versions: 1..=newest,
        inputs: 1..=1,
        outputs: 1..=1,
        options: None,
        check,
        kernels: &[],
        reference,
        support,
    }
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let input = checker.input(0)?;
    if checker.op.kind == OpKind::SQRT && input.dtype == DType::Int8 {
        return check_root(checker);
    }
    checker.dtype(input, &[DType::Float32]).then_some(())?;
    let function = match checker.op.kind {
        OpKind::CEIL => "tvmk_each_ceil",
        OpKind::COS => "tvmk_each_cos",
        OpKind::EXP => "tvmk_each_exp",
        OpKind::FLOOR => "tvmk_each_floor",
        OpKind::LOG => "tvmk_each_log",
        OpKind::NEG => "tvmk_each_neg",
        OpKind::ROUND => "tvmk_each_round",
        OpKind::SIN => "tvmk_each_sin",
        OpKind::SQRT => "tvmk_each_sqrt",
        _ => "tvmk_each_square",
    };
    float_unary::check(checker, float_unary::FUNCTIONS, function, "")
}

/// The square root on int8, as in TensorFlow Lite: that of the number a byte represents, truncated to a step. A run ends at a
/// number below 0.
fn check_root<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let elements = table::elements(checker, &[DType::Int8], &[DType::Int8])?;
    let ((in_scale, in_zero), (out_scale, out_zero)) = (elements.input_quant, elements.output_quant);
    let table = table::checked(checker, elements, |x| {
        let steps = (in_scale * (x - in_zero).max(0) as f32).sqrt() / out_scale;
        (steps < 2_147_483_000.0).then(|| (i64::from(out_zero) + steps as i64).clamp(-128, 127) as i32)
    })?;
    Some(rsqrt::positive(elements.input, table, in_zero))
}
