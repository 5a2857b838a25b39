//! RSQRT, 1 / sqrt: on int8 by table, `rsqrt.h` where inputs may be negative, and on int16; `float_functions.h` on float32.

mod root;
mod wide;

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::{float_unary, table};
use root::{factor, root};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::RSQRT,
    versions: 1..=3,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["rsqrt.h"],
    reference: "elementwise.cc",
    support: &[Support::bytes("int8, int16, float32", Cores::Portable)],
};

/// A table, and the lowest byte of an input; a byte below it ends the run.
struct Positive<'a> {
    input: Operand<'a>,
    table: Box<dyn Checked + 'a>,
    lowest: i32,
    count: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    match checker.first_type()? {
        DType::Float32 => return float_unary::check(checker, float_unary::FUNCTIONS, "tvmk_each_rsqrt", ""),
        DType::Int16 => return wide::check(checker),
        _ => (),
    }
    let elements = table::elements(checker, &[DType::Int8, DType::Int16, DType::Float32], &[DType::Int8])?;
    let ((in_scale, lowest), (out_scale, out_zero)) = (elements.input_quant, elements.output_quant);
    let factor = factor(in_scale, out_scale);
    let input = elements.input;
    let table = table::checked(checker, elements, |x| {
        // Bytes below the lowest are never looked up.
        let y = if x <= lowest { 127 } else { root(x - lowest, factor)?.checked_add(out_zero)? };
        Some(y.clamp(-128, 127))
    })?;
    Some(positive(input, table, lowest))
}

/// A table of bytes from `lowest` on; a byte below it ends the run. Also used by SQRT.
pub fn positive<'a>(input: Operand<'a>, table: Box<dyn Checked + 'a>, lowest: i32) -> Box<dyn Checked + 'a> {
    let count = input.elements();
    if lowest > -128 { Box::new(Positive { input, table, lowest, count }) } else { table }
}

impl Checked for Positive<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Lowered::Layer(layer) = self.table.lower(lowering) else { return Lowered::Nothing };
        let (name, lowest, count) = (lowering.constant("table"), self.lowest, self.count);
        let body = format!("    return tvmk_rsqrt_int8({name}, input, (uint8_t *)output, {count}, {lowest});\n");
        Lowered::Layer(Layer { fails: true, headers: vec!["rsqrt.h"], body, ..layer })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        // A byte below ends every run, so it is left to the run.
        let fits = self.input.i8_data()?.into_iter().all(|x| i32::from(x) >= self.lowest);
        if fits { self.table.evaluate() } else { None }
    }
}
