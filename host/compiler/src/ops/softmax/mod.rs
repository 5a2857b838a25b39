//! SOFTMAX: `softmax.h` from int8 to int8 or int16, `softmax_float.h` on float32.

mod wide;

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ir::layer::{Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::math::gemmlowp::exp_on_negative_values;
use crate::math::quantize::{Multiplier, saturating_rounding_doubling_high_mul};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::SOFTMAX,
    versions: 1..=3,
    inputs: 1..=1,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["softmax.h", "softmax_float.h", "softmax_int16.h"],
    reference: "softmax.cc",
    support: &[
        Support::bytes("int8 to int8, int16; int16; uint8", Cores::Portable),
        Support::near("float32", Cores::Portable),
    ],
};

/// Sums of more exponentials might not fit in the reference's Q12.19 accumulator.
const DEPTH_MAX: usize = 4095;

/// Its options.
#[derive(Debug)]
struct Options {
    beta: f32,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Softmax(o)) = table else { return Ok(None) };
    read(Options { beta: o.beta()? })
}

struct Softmax<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    multiplier: Multiplier,
}

struct FloatSoftmax<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    beta: f32,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let beta = checker.options::<Options>()?.beta;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    if input.shape.is_empty() {
        checker.bad_tensor(input.id, "a scalar", "at least one dimension");
    }
    if input.dtype == DType::Float32 {
        checker.dtype(output, &[DType::Float32]);
        checker.shape(output, &input.shape);
        if input.shape.is_empty() {
            checker.bad_tensor(input.id, "a scalar", "one dimension or more");
        }
        return Some(Box::new(FloatSoftmax { input, output, beta }));
    }
    if input.dtype == DType::Int16 {
        return wide::check(checker, beta);
    }
    (checker.dtype(input, &[DType::Int8, DType::Int16]) & checker.dtype(output, &[DType::Int8, DType::Int16]))
        .then_some(())?;
    checker.shape(output, &input.shape);
    let depth = input.shape.last().copied().unwrap_or(0);
    if !(1..=DEPTH_MAX).contains(&depth) {
        checker.bad_tensor(input.id, format!("rows of {depth} elements"), format!("1 to {DEPTH_MAX}"));
    }
    let (scale, _) = checker.per_tensor(input)?;
    let multiplier = multiplier(beta, scale);
    if multiplier.is_none() {
        checker.bad(format!("beta {beta} with input scale {scale}"), "a product above 2^-26 and below 16");
    }
    let (scale, zero_point) = checker.per_tensor(output)?;
    // The reference is strict for int8 and allows a deviation of a thousandth for int16.
    let (fits, supported) = match output.dtype {
        DType::Int8 => ((scale, zero_point) == (1.0 / 256.0, -128), "scale 1/256 and zero point -128"),
        _ => {
            let fits = (scale * 65536.0 - 1.0).abs() < 0.001 && zero_point == -32768;
            (fits, "scale 1/65536 and zero point -32768")
        }
    };
    if !fits {
        checker.bad_tensor(output.id, format!("scale {scale} and zero point {zero_point}"), supported);
    }
    Some(Box::new(Softmax { input, output, multiplier: multiplier? }))
}

/// `PreprocessSoftmaxScaling` with 5 integer bits: differences of input bytes to Q5.26.
fn multiplier(beta: f32, scale: f32) -> Option<Multiplier> {
    let factor = (f64::from(beta) * f64::from(scale) * f64::from(1 << 26)).min((1i64 << 31) as f64 - 1.0);
    // The smaller of a NaN and a number is the number.
    (!beta.is_nan() && factor > 1.0).then(|| Multiplier::new(factor))
}

/// exp of each difference 0, −1, … to the largest input, as far as the reference looks and the result is not 0:
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

/// Number and length of a softmax's rows.
fn rows(input: &Operand<'_>) -> (usize, usize) {
    let depth = input.shape.last().copied().unwrap_or(1);
    (input.elements() / depth.max(1), depth)
}

impl Checked for Softmax<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.input.id, self.output.id);
        let exponentials = exponentials(self.multiplier);
        let (rows, depth) = rows(&self.input);
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
        let wide = self.output.dtype == DType::Int16;
        let function = if wide { "tvmk_softmax_int16" } else { "tvmk_softmax" };
        body += &format!("    {function}(&layer, input, output);\n");
        let reason = "the last pass over a row reads each element before it writes it";
        let in_place = InPlace { input, output, lead: 0, reason };
        let table = Constant {
            name: lowering.constant("exponentials"),
            row: 8,
            data: ConstantData::I32(exponentials),
            align: 4,
            comment: "exp(-i * scale), Q0.31".to_owned(),
            core: Core::Any,
        };
        Lowered::Layer(Layer {
            in_place: if wide { Vec::new() } else { vec![in_place] },
            constants: vec![table],
            headers: vec!["softmax.h"],
            body,
            ..lowering.layer_of(format!("SOFTMAX {rows} rows of {depth}"), input, output)
        })
    }
}

impl Checked for FloatSoftmax<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.input.id, self.output.id);
        let ((rows, depth), beta) = (rows(&self.input), text::float(self.beta));
        let reason = "element by element, after the largest is known";
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input, output, lead: 0, reason }],
            headers: vec!["softmax_float.h"],
            body: format!("    tvmk_float_softmax(input, output, {rows}, {depth}, {beta});\n"),
            ..lowering.layer_of(format!("float32 SOFTMAX of {rows} rows of {depth}"), input, output)
        })
    }
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
