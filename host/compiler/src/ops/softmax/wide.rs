//! SOFTMAX on int16: `softmax_int16.h`.

use crate::ir::graph::DType;
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::{table_int16, text};

/// Sums of more exponentials might not fit in 31 bits.
const DEPTH_MAX: usize = 65535;

struct Softmax<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    multiplier: Multiplier,
}

/// The check, with the operator's beta.
pub fn check<'a>(checker: &mut Checker<'a>, beta: f32) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (checker.dtype(output, &[DType::Int16]) & checker.shape(output, &input.shape)).then_some(())?;
    let depth = input.shape.last().copied().unwrap_or(0);
    if !(1..=DEPTH_MAX).contains(&depth) {
        checker.bad_tensor(input.id, format!("rows of {depth} elements"), format!("1 to {DEPTH_MAX}"));
    }
    let ((in_scale, in_zero), (scale, zero)) = (checker.per_tensor(input)?, checker.per_tensor(output)?);
    if in_zero != 0 {
        checker.bad_tensor(input.id, format!("zero point {in_zero} of int16"), "0");
    }
    if (scale, zero) != (1.0 / 32768.0, 0) {
        checker.bad_tensor(output.id, format!("scale {scale} and zero point {zero}"), "scale 1/32768 and zero point 0");
    }
    let multiplier = multiplier(beta, in_scale);
    if multiplier.mantissa <= 0 || multiplier.checked_apply(-65535).is_none() {
        checker.bad(format!("beta {beta} with input scale {in_scale}"), "a product above 0 and below 4");
        return None;
    }
    Some(Box::new(Softmax { input, output, multiplier }))
}

/// Differences of input elements to steps of the table of exp. In double, as the reference.
fn multiplier(beta: f32, scale: f32) -> Multiplier {
    Multiplier::new(f64::from(scale) * f64::from(beta) / (10.0 / 65535.0))
}

/// A function over 2^16 steps of `scale` from `first` on, with 15 fractional bits.
fn table(scale: f32, first: i32, function: impl Fn(f64) -> f64) -> Vec<i16> {
    let range = [scale * first as f32, scale * (first + 65535) as f32];
    let units = 65536.0 / (2.0f32 / 65535.0 * 32767.0 - 2.0f32 / 65535.0 * -32768.0);
    table_int16::whole(&table_int16::values(range, |x| function(x.into()) as f32 * units))
}

impl Checked for Softmax<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.input.id, self.output.id);
        let depth = self.input.shape.last().copied().unwrap_or(1);
        let rows = self.input.elements() / depth.max(1);
        let constant =
            |what: &str, values, comment: &str| table_int16::constant(lowering.constant(what), values, comment);
        let constants = vec![
            constant("exponentials", table(10.0 / 65535.0, -65535, f64::exp), "exp from -10 to 0, Q0.15"),
            constant("reciprocals", table(1.0 / 65535.0, 0, |x| 1.0 / (1.0 + x)), "1 / (1 + x) from 0 to 1, Q0.15"),
        ];
        let mut body = text::constant_struct(
            "tvmk_softmax_int16_t",
            "layer",
            &[
                ("exponentials", constants[0].name.clone()),
                ("reciprocals", constants[1].name.clone()),
                ("mantissa", self.multiplier.mantissa.to_string()),
                ("shift", self.multiplier.shift.to_string()),
                ("rows", rows.to_string()),
                ("depth", depth.to_string()),
            ],
        );
        body += "    tvmk_softmax_int16_int16(&layer, input, output);\n";
        let reason = "after the largest is known, each element is read before it is written";
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input, output, lead: 0, reason }],
            constants,
            headers: vec!["softmax_int16.h"],
            body,
            ..lowering.layer_of(format!("int16 SOFTMAX {rows} rows of {depth}"), input, output)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_scaled_in_double() {
        // With a product in float32 the mantissa is 1 245 883 776, and -3394 steps round to another entry.
        let multiplier = multiplier(1.0, 0.000_708_213_7);
        assert_eq!((multiplier.mantissa, multiplier.checked_apply(-3394)), (1_245_883_735, Some(-15752)));
    }

    #[test]
    fn tables_end_where_the_functions_do() {
        let exponentials = table(10.0 / 65535.0, -65535, f64::exp);
        assert_eq!((exponentials.len(), exponentials[512]), (513, 32767));
        let reciprocals = table(1.0 / 65535.0, 0, |x| 1.0 / (1.0 + x));
        assert_eq!((reciprocals[0], reciprocals[512]), (32767, 16384));
    }
}
