//! MUL with broadcasting, on int8, `mul.h`, and float32, `mul_float.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::flow::{self, Flow};
use crate::ops::kernels::kernels;
use crate::ops::shared::ahead;
use crate::ops::shared::binary::{self, Binary};
use crate::ops::shared::elements_int16;
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::MUL,
    versions: 1..=7,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["mul.h", "mul_portable.h", "mul_dsp.h", "mul_mve.h", "mul_float.h", "mul_int32.h"],
    reference: "mul.cc",
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::DspMve),
        Support::bytes("float32, int32 without a scale", Cores::Portable),
    ],
};

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Mul(o)) = table else { return or_default::<binary::Options>(table) };
    read(binary::Options { activation: o.fused_activation_function()?.into() })
}

struct Mul<'a> {
    binary: Binary<'a>,
    multiplier: Multiplier,
    zero_points: [i32; 3],
    range: (i32, i32),
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if ahead::is_arithmetic(checker) {
        return ahead::arithmetic(checker, i64::checked_mul, |a, b| a * b);
    }
    if checker.first_type() == Some(DType::Int16) {
        return elements_int16::check_arithmetic(checker);
    }
    if checker.first_type() == Some(DType::Float32) {
        return binary::check_float(checker, "mul_float.h", "tvmk_float_mul");
    }
    if checker.first_type() == Some(DType::Int32) {
        return binary::check_int32(checker, "mul_int32.h", "tvmk_mul_int32");
    }
    let binary = binary::check(checker, &[DType::Int8, DType::Int32, DType::Float32])?;
    let ((scale1, zero1), (scale2, zero2)) =
        (checker.per_tensor(binary.inputs[0])?, checker.per_tensor(binary.inputs[1])?);
    let (scale, zero) = checker.per_tensor(binary.output)?;
    // The reference computes the factor of uint8 in float32.
    let multiplier = Multiplier::new(match binary.output.unsigned {
        true => f64::from(scale1 * scale2 / scale),
        false => f64::from(scale1) * f64::from(scale2) / f64::from(scale),
    });
    // Products are below 2^16, so up to here the shift to the left stays within 32 bits.
    if multiplier.shift > 14 {
        checker.bad(format!("scales {scale1} and {scale2} to {scale}"), "an output scale above 2^-14 of the product's");
    }
    let range = checker.activation(binary.activation, binary.output)?;
    Some(Box::new(Mul { binary, multiplier, zero_points: [zero1, zero2, zero], range }))
}

impl Checked for Mul<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let [zero1, zero2, zero] = self.zero_points;
        let body = text::constant_struct(
            "tvmk_mul_t",
            "layer",
            &[
                ("mantissa", self.multiplier.mantissa.to_string()),
                ("shift", self.multiplier.shift.to_string()),
                ("zero_point1", zero1.to_string()),
                ("zero_point2", zero2.to_string()),
                ("zero_point_out", zero.to_string()),
                ("low", self.range.0.to_string()),
                ("high", self.range.1.to_string()),
            ],
        );
        let short = (-22..=-1).contains(&self.multiplier.shift);
        let function = if short { "tvmk_mul" } else { "tvmk_mul_general" };
        self.binary.lower(lowering, "mul.h", &body, |tensors| format!("    {function}(&layer, {tensors});\n"))
    }

    fn flow(&self) -> Flow<'_> {
        let [zero1, zero2, zero] = self.zero_points;
        let product = move |x: i32, y: i32| {
            let scaled = self.multiplier.checked_apply((x - zero1) * (y - zero2))?.checked_add(zero)?;
            Some(scaled.clamp(self.range.0, self.range.1))
        };
        flow::lanes(self.binary.inputs.to_vec(), self.binary.output, true, move |ranges| flow::corners(ranges, product))
    }
}
