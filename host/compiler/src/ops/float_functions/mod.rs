//! Functions of one float32: `float_functions.h`. On int8 and int16, which TensorFlow Lite Micro does not have, EXP and LOG by tables;
//! SQRT of int8 by a table, of int16 `sqrt_int16.h`.

mod sqrt_int16;

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::rsqrt;
use crate::ops::shared::{float_unary, table, table_int16};

/// The operators.
pub static DEFINITIONS: [Definition; 10] = [
    // The smallest whole number not below the element.
    definition(OpKind::CEIL, 1, "ceil.cc", BYTES),
    // The cosine.
    definition(OpKind::COS, 1, "elementwise.cc", NEAR),
    // e to the power of each element.
    definition(OpKind::EXP, 2, "exp.cc", TABLES),
    // The largest whole number not above the element.
    definition(OpKind::FLOOR, 1, "floor.cc", BYTES),
    // The natural logarithm.
    definition(OpKind::LOG, 2, "elementwise.cc", TABLES),
    // The opposite sign.
    definition(OpKind::NEG, 2, "neg.cc", BYTES),
    // To the nearest whole number, halves to the even one.
    definition(OpKind::ROUND, 1, "round.cc", BYTES),
    // The sine.
    definition(OpKind::SIN, 1, "elementwise.cc", NEAR),
    // The square root.
    Definition { kernels: kernels!["sqrt_int16.h"], ..definition(OpKind::SQRT, 2, "elementwise.cc", ROOT) },
    // Each element squared.
    definition(OpKind::SQUARE, 1, "elementwise.cc", BYTES),
];

const BYTES: &[Support] = &[Support::bytes("float32", Cores::Portable)];
const ROOT: &[Support] = &[Support::bytes("int8, int16, float32", Cores::Portable)];
const TABLES: &[Support] = &[Support::bytes("int8", Cores::Portable), Support::near("int16, float32", Cores::Portable)];
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
    match (checker.op.kind, input.dtype) {
        (OpKind::SQRT, DType::Int8) => return check_root(checker),
        (OpKind::SQRT, DType::Int16) => return sqrt_int16::check(checker),
        (OpKind::EXP, DType::Int8 | DType::Int16) => return by_table(checker, |x, _| f64::from(x).exp() as f32),
        (OpKind::LOG, DType::Int8 | DType::Int16) => {
            // Numbers without a logarithm have the lowest one that the output represents.
            return by_table(checker, |x, lowest| if x <= 0.0 { lowest } else { f64::from(x).ln() as f32 });
        }
        _ => (),
    }
    let types: &[DType] = match checker.op.kind {
        OpKind::EXP | OpKind::LOG | OpKind::SQRT => &[DType::Int8, DType::Int16, DType::Float32],
        _ => &[DType::Float32],
    };
    checker.dtype(input, types).then_some(())?;
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

/// A function of int8 or int16 by table, as in TensorFlow Lite, from what an input represents and the lowest number that the output
/// does.
fn by_table<'a>(checker: &mut Checker<'a>, function: impl Fn(f32, f32) -> f32) -> Option<Box<dyn Checked + 'a>> {
    if checker.first_type()? == DType::Int16 {
        let elements = table_int16::elements(checker)?;
        let lowest = -32768.0 * elements.output_quant.0;
        return table_int16::checked(checker, elements, |x| function(x, lowest));
    }
    let elements = table::elements(checker, &[DType::Int8], &[DType::Int8])?;
    let (scale, zero) = elements.output_quant;
    let lowest = (-128 - zero) as f32 * scale;
    table::populated(checker, elements, |x| function(x, lowest))
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
