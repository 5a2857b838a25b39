//! SUB with broadcasting, on int8, `sub.h`, and float32, `sub_float.h`.

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
    kind: OpKind::SUB,
    versions: 1..=5,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["sub.h", "sub_float.h", "sub_int32.h"],
    reference: "sub.cc",
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::Portable),
        Support::bytes("float32, int32 without a scale", Cores::Portable),
    ],
};

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Sub(o)) = table else { return or_default::<binary::Options>(table) };
    read(binary::Options { activation: o.fused_activation_function()?.into() })
}

struct Sub<'a> {
    binary: Binary<'a>,
    /// Of both inputs and the output.
    multipliers: [Multiplier; 3],
    zero_points: [i32; 3],
    range: (i32, i32),
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if ahead::is_arithmetic(checker) {
        return ahead::arithmetic(checker, i64::checked_sub, |a, b| a - b);
    }
    if checker.first_type() == Some(DType::Int16) {
        return elements_int16::check_arithmetic(checker);
    }
    if checker.first_type() == Some(DType::Float32) {
        return binary::check_float(checker, "sub_float.h", "tvmk_float_sub");
    }
    if checker.first_type() == Some(DType::Int32) {
        return binary::check_int32(checker, "sub_int32.h", "tvmk_sub_int32");
    }
    let binary = binary::check(checker, &[DType::Int8, DType::Int32, DType::Float32])?;
    let ((scale1, zero1), (scale2, zero2)) =
        (checker.per_tensor(binary.inputs[0])?, checker.per_tensor(binary.inputs[1])?);
    let (scale, zero) = checker.per_tensor(binary.output)?;
    let multipliers = multipliers(scale1, scale2, scale);
    if multipliers.is_none() {
        checker.bad(format!("scales {scale1} and {scale2} to {scale}"), "an output scale above 2^-19 of the inputs'");
    }
    let range = checker.activation(binary.activation, binary.output)?;
    Some(Box::new(Sub { binary, multipliers: multipliers?, zero_points: [zero1, zero2, zero], range }))
}

/// Bits by which inputs are first shifted to the left.
const LEFT_SHIFT: u32 = 20;

/// Multipliers of both inputs and the output, in float64 as the reference's Prepare computes them; all below 1.
fn multipliers(scale1: f32, scale2: f32, scale: f32) -> Option<[Multiplier; 3]> {
    let twice_max = 2.0 * f64::from(scale1.max(scale2));
    let factors = [
        f64::from(scale1) / twice_max,
        f64::from(scale2) / twice_max,
        twice_max / (f64::from(1 << LEFT_SHIFT) * f64::from(scale)),
    ];
    let multipliers = factors.map(Multiplier::new);
    (factors.iter().all(|&factor| factor < 1.0) && multipliers.iter().all(|m| m.shift <= 0)).then_some(multipliers)
}

impl Checked for Sub<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let ([from1, from2, to], [zero1, zero2, zero]) = (self.multipliers, self.zero_points);
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
                ("low", self.range.0.to_string()),
                ("high", self.range.1.to_string()),
            ],
        );
        self.binary.lower(lowering, "sub.h", &body, |tensors| format!("    tvmk_sub(&layer, {tensors});\n"))
    }

    fn flow(&self) -> Flow<'_> {
        let ([from1, from2, to], [zero1, zero2, zero]) = (self.multipliers, self.zero_points);
        let difference = move |x: i32, y: i32| {
            let difference = from1.apply((x - zero1) << LEFT_SHIFT) - from2.apply((y - zero2) << LEFT_SHIFT);
            Some((to.apply(difference) + zero).clamp(self.range.0, self.range.1))
        };
        let (inputs, output) = (self.binary.inputs.to_vec(), self.binary.output);
        flow::lanes(inputs, output, true, move |ranges| flow::corners(ranges, difference))
    }
}
