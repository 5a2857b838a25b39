//! SQUARED_DIFFERENCE with broadcasting, of integers, `squared_difference.h`, and float32, `squared_difference_float.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::ahead;
use crate::ops::shared::binary::{self, Binary};
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::SQUARED_DIFFERENCE,
    versions: 1..=3,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["squared_difference.h", "squared_difference_float.h"],
    reference: "squared_difference.cc",
    support: &[Support::bytes("int8, int16, int32, float32", Cores::Portable)],
};

const TYPES: &[DType] = &[DType::Int8, DType::Int16, DType::Int32, DType::Float32];

struct SquaredDifference<'a> {
    binary: Binary<'a>,
    scaled: Option<Scaled>,
}

/// Additional facts for types with a scale.
struct Scaled {
    /// Of both inputs and the output.
    multipliers: [Multiplier; 3],
    zero_points: [i32; 3],
    factor: i32,
    range: (i32, i32),
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if ahead::is_arithmetic(checker) {
        let square = |a: i64, b: i64| a.checked_sub(b).and_then(|difference| difference.checked_mul(difference));
        return ahead::arithmetic(checker, square, |a, b| (a - b) * (a - b));
    }
    let binary = binary::check(checker, TYPES)?;
    let scaled = match binary.output.dtype {
        DType::Int8 => Some(scaled(checker, &binary, 128)?),
        DType::Int16 => Some(scaled(checker, &binary, 1)?),
        _ => None,
    };
    Some(Box::new(SquaredDifference { binary, scaled }))
}

fn scaled(checker: &mut Checker<'_>, binary: &Binary<'_>, factor: i32) -> Option<Scaled> {
    let [(scale1, zero1), (scale2, zero2), (scale, zero)] = [
        checker.per_tensor(binary.inputs[0])?,
        checker.per_tensor(binary.inputs[1])?,
        checker.per_tensor(binary.output)?,
    ];
    let zero_points = [zero1, zero2, zero];
    if binary.output.dtype == DType::Int16 && zero_points != [0; 3] {
        checker.bad(format!("zero points {zero_points:?} of int16"), "0");
        return None;
    }
    let twice_max = 2.0 * f64::from(scale1.max(scale2));
    // The reference multiplies the output's scale in float32.
    let steps = (factor * factor) as f32 * scale;
    let to = twice_max * twice_max / f64::from(steps);
    let multipliers = [f64::from(scale1) / twice_max, f64::from(scale2) / twice_max, to].map(Multiplier::new);
    let range = binary.output.dtype.range()?;
    let ends = |input: usize, x: i32| multipliers[input].apply((x - zero_points[input]) * factor);
    let largest = (ends(0, range.1) - ends(1, range.0)).max(ends(1, range.1) - ends(0, range.0));
    let square = multipliers[2].checked_apply(largest * largest).and_then(|square| square.checked_add(zero));
    if square.is_none() || steps.is_infinite() || multipliers[..2].iter().any(|multiplier| multiplier.shift > 0) {
        checker
            .bad(format!("scales {scale1} and {scale2} to {scale}"), "squares of the inputs' steps near the output's");
        return None;
    }
    Some(Scaled { multipliers, zero_points, factor, range })
}

impl Checked for SquaredDifference<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Some(Scaled { multipliers: [from1, from2, to], zero_points, factor, range }) = &self.scaled else {
            let (header, element) = match self.binary.output.dtype {
                DType::Float32 => ("squared_difference_float.h", "float"),
                _ => ("squared_difference.h", "int32"),
            };
            let call = |tensors: &str| format!("    tvmk_squared_difference_{element}({tensors});\n");
            return self.binary.lower(lowering, header, "", call);
        };
        let fields = [
            ("mantissa1", from1.mantissa.to_string()),
            ("mantissa2", from2.mantissa.to_string()),
            ("mantissa_out", to.mantissa.to_string()),
            ("shift1", (-from1.shift).to_string()),
            ("shift2", (-from2.shift).to_string()),
            ("shift_out", to.shift.to_string()),
            ("zero_point1", zero_points[0].to_string()),
            ("zero_point2", zero_points[1].to_string()),
            ("zero_point_out", zero_points[2].to_string()),
            ("factor", factor.to_string()),
            ("low", range.0.to_string()),
            ("high", range.1.to_string()),
        ];
        let body = text::constant_struct("tvmk_squared_difference_t", "layer", &fields);
        let element = self.binary.output.dtype;
        let call = |tensors: &str| format!("    tvmk_squared_difference_{element}(&layer, {tensors});\n");
        self.binary.lower(lowering, "squared_difference.h", &body, call)
    }
}
