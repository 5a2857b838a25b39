//! QUANTIZE: `table.h` between bytes, `quantize.h` for wider integers, `quantize_float.h` from float32.

use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::table::{self, Elements};
use crate::ops::shared::{ahead, alias, text, unsigned};
use std::sync::Arc;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::QUANTIZE,
    versions: 1..=3,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["quantize.h", "quantize_flip.h", "quantize_float.h"],
    reference: "quantize.cc",
    support: &[
        Support::bytes("float32 to int8, uint8, int16", Cores::Portable),
        Support::bytes("int8 to int8, uint8, int16, int32", Cores::Portable),
        Support::bytes("uint8 to int8", Cores::Portable),
        Support::bytes("int16 to int8, int16, int32", Cores::Portable),
        Support::bytes("int32 to int8, int16", Cores::Portable),
    ],
};

/// The largest shift to the left: products out of range of 32 bits wrap in the reference and here; a larger shift is undefined.
const FARTHEST: i32 = 30;

/// The conversions that the reference supports.
const CONVERSIONS: &[(DType, &[DType])] = &[
    (DType::Float32, &[DType::Int8, DType::Uint8, DType::Int16]),
    (DType::Int8, &[DType::Int8, DType::Uint8, DType::Int16, DType::Int32]),
    (DType::Uint8, &[DType::Int8]),
    (DType::Int16, &[DType::Int8, DType::Int16, DType::Int32]),
    (DType::Int32, &[DType::Int8, DType::Int16]),
];

/// Options of a conversion that pass `requantise` puts before CONCATENATION of uint8: with the arithmetic of that operator's reference.
#[derive(Debug)]
pub struct Joined;

impl OpOptions for Joined {}

/// Options of a conversion that pass `through_float` writes: the byte for each byte.
#[derive(Debug)]
pub struct Looked(pub Arc<[u8]>);

impl OpOptions for Looked {}

/// From float32.
struct Quantize<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    quant: (f32, i32),
}

/// Between int8 and uint8 if all elements stay the same numbers.
struct Flip<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
}

/// Between integers.
struct Requantize<'a> {
    elements: Elements<'a>,
    multiplier: Multiplier,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let from: Vec<DType> = CONVERSIONS.iter().map(|(from, _)| *from).collect();
    checker.dtype(input, &from).then_some(())?;
    let to = CONVERSIONS.iter().find(|(from, _)| *from == input.dtype).map_or(&[] as &[DType], |(_, to)| to);
    (checker.dtype(output, to) & checker.shape(output, &input.shape)).then_some(())?;
    let output_quant = checker.per_tensor(output)?;
    if input.dtype == DType::Float32 {
        return Some(Box::new(Quantize { input, output, quant: output_quant }));
    }
    let input_quant = checker.per_tensor(input)?;
    let elements = Elements { input, output, input_quant, output_quant };
    if let Some(Looked(bytes)) = checker.op.options() {
        return table::checked(checker, elements, |x| Some(i32::from(*bytes.get(usize::from(x as i8 as u8))? as i8)));
    }
    if input.dtype == output.dtype && input_quant == output_quant {
        return Some(alias::checked(input, output));
    }
    if checker.op.options::<Joined>().is_some() {
        return table::checked(checker, elements, |x| unsigned::joined(x, input_quant, output_quant));
    }
    let ((in_scale, in_zero), (out_scale, out_zero)) = (input_quant, output_quant);
    let multiplier = Multiplier::new(f64::from(in_scale) / f64::from(out_scale));
    if multiplier.shift > FARTHEST {
        let found = format!("scales {in_scale} to {out_scale}, a factor of 2^{} or more", multiplier.shift - 1);
        checker.bad(found, format!("factors below 2^{FARTHEST}"));
        return None;
    }
    let (low, high) = output.dtype.range()?;
    let signedness_only =
        matches!((input.dtype, output.dtype), (DType::Int8, DType::Uint8) | (DType::Uint8, DType::Int8));
    if signedness_only && in_scale == out_scale && (in_zero - out_zero).abs() == 128 {
        return Some(Box::new(Flip { input, output }));
    }
    if input.dtype.size() == 1 && output.dtype.size() == 1 {
        return table::checked(checker, elements, |x| {
            Some(multiplier.apply(x - in_zero).wrapping_add(out_zero).clamp(low, high))
        });
    }
    Some(Box::new(Requantize { elements, multiplier }))
}

impl Checked for Quantize<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, (scale, zero)) = (self.input, self.output, self.quant);
        let (count, scale) = (input.elements(), text::float(scale));
        let body = format!("    tvmk_quantize_{}(input, output, {count}, {scale}, {zero});\n", output.dtype);
        Lowered::Layer(Layer { headers: vec!["quantize_float.h"], ..layer(lowering, input, output, body) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let (scale, zero) = self.quant;
        let (low, high) = self.output.dtype.range()?;
        // Halves away from zero; NaN becomes the lowest value, as in the kernel.
        let one = |x: f32| {
            let scaled = x / scale;
            let limited = if scaled > -131_072.0 { scaled.min(131_072.0) } else { -131_072.0 };
            (limited.round() as i32 + zero).clamp(low, high)
        };
        ahead::stored(self.output.dtype, self.input.f32_data()?.into_iter().map(one))
    }
}

impl Checked for Flip<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.input, self.output);
        let count = input.elements();
        let body = format!("    tvmk_flip((const uint8_t *)input, (uint8_t *)output, {count});\n");
        let reason = "element by element";
        let in_place = vec![InPlace { input: input.id, output: output.id, lead: 0, reason }];
        Lowered::Layer(Layer { in_place, headers: vec!["quantize_flip.h"], ..layer(lowering, input, output, body) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        Some(Ok(vec![self.input.contents()?.iter().map(|byte| byte ^ 0x80).collect()]))
    }
}

impl Checked for Requantize<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Elements { input, output, input_quant, output_quant } = self.elements;
        let mut body = text::constant_struct(
            "tvmk_requantize_t",
            "layer",
            &[
                ("mantissa", self.multiplier.mantissa.to_string()),
                ("shift", self.multiplier.shift.to_string()),
                ("zero_point_in", input_quant.1.to_string()),
                ("zero_point_out", output_quant.1.to_string()),
            ],
        );
        let (from, to, count) = (input.dtype, output.dtype, input.elements());
        body += &format!("    tvmk_requantize_{from}_{to}(&layer, input, output, {count});\n");
        let reason = "element by element, none larger than before";
        let pair = InPlace { input: input.id, output: output.id, lead: 0, reason };
        let in_place = if from.size() >= to.size() { vec![pair] } else { Vec::new() };
        Lowered::Layer(Layer { in_place, headers: vec!["quantize.h"], ..layer(lowering, input, output, body) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let Elements { input, output, input_quant, output_quant } = self.elements;
        let (low, high) = output.dtype.range()?;
        let one =
            |x: i32| self.multiplier.apply(x.wrapping_sub(input_quant.1)).wrapping_add(output_quant.1).clamp(low, high);
        ahead::stored(output.dtype, ahead::loaded(&input)?.into_iter().map(one))
    }
}

fn layer(lowering: &Lowering<'_>, input: Operand<'_>, output: Operand<'_>, body: String) -> Layer {
    let summary = format!("QUANTIZE from {} to {}", input.dtype, output.dtype);
    Layer { body, ..lowering.layer_of(summary, input.id, output.id) }
}
