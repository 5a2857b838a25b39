//! DEQUANTIZE to float32: `quantize_float.h`.

mod constant;

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::DEQUANTIZE,
    versions: 1..=5,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "dequantize.cc",
    support: &[
        Support::bytes("int8, uint8 or int16 to float32", Cores::Portable),
        Support::bytes(
            "constants of float16, int4, int8, uint8, int16, with a scale for each channel, too",
            Cores::NoCode,
        ),
    ],
};

struct Dequantize<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    quant: (f32, i32),
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.ahead {
        return constant::check(checker);
    }
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Uint8, DType::Int16]);
    checker.dtype(output, &[DType::Float32]);
    checker.shape(output, &input.shape);
    Some(Box::new(Dequantize { input, output, quant: checker.per_tensor(input)? }))
}

impl Checked for Dequantize<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (dtype, count) = (self.input.dtype, self.input.elements());
        let (scale, zero) = (text::float(self.quant.0), self.quant.1);
        Lowered::Layer(Layer {
            headers: vec!["quantize_float.h"],
            body: format!("    tvmk_dequantize_{dtype}(input, output, {count}, {scale}, {zero});\n"),
            ..lowering.layer_of(format!("DEQUANTIZE from {dtype}"), self.input.id, self.output.id)
        })
    }
}
