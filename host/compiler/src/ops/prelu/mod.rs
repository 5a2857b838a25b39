//! PRELU with broadcasting, on int8, `prelu.h`, and float32, `prelu_float.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::binary::{self, Binary};
use crate::ops::shared::{ahead, text};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::PRELU,
    versions: 1..=1,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["prelu.h", "prelu_float.h"],
    reference: "prelu.cc",
    support: &[Support::bytes("int8, float32", Cores::Portable)],
};

struct Prelu<'a> {
    binary: Binary<'a>,
    /// On int8, the factors at 0 and above and below 0; zero points of the input, alpha and the output.
    quantized: Option<([Multiplier; 2], [i32; 3])>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let binary = binary::check(checker, &[DType::Int8, DType::Float32])?;
    if binary.output.dtype == DType::Float32 {
        let ranks = [binary.inputs[0], binary.inputs[1], binary.output].map(|operand| operand.tensor.shape.len());
        if ranks.into_iter().any(|rank| rank > 4) {
            checker.bad("float32 of more than four dimensions", "four dimensions, as in the reference");
        }
        return Some(Box::new(Prelu { binary, quantized: None }));
    }
    let (scale, zero) = checker.per_tensor(binary.inputs[0])?;
    let (alpha_scale, alpha_zero) = checker.per_tensor(binary.inputs[1])?;
    let (out_scale, out_zero) = checker.per_tensor(binary.output)?;
    let [from, alpha, to] = [scale, alpha_scale, out_scale].map(f64::from);
    let factors = [Multiplier::new(from / to), Multiplier::new(from * alpha / to)];
    // The largest products, to prove that a shift to the left stays within 32 bits.
    let fits = |factor: Multiplier, most: i32| {
        [most, -most].iter().all(|&x| factor.checked_apply(x).is_some_and(|y| y.checked_add(out_zero).is_some()))
    };
    if !fits(factors[0], 255) || !fits(factors[1], 255 * 255) {
        checker.bad(format!("scales {scale} and {alpha_scale} to {out_scale}"), "scales of similar size");
    }
    Some(Box::new(Prelu { binary, quantized: Some((factors, [zero, alpha_zero, out_zero])) }))
}

impl Checked for Prelu<'_> {
    fn evaluate(&self) -> Option<Evaluated> {
        let [x, alpha] = self.binary.inputs.map(|input| input.tensor);
        let Some((factors, [zero, alpha_zero, out])) = self.quantized else {
            let (x, alpha) = (x.f32_data()?, alpha.f32_data()?);
            let one = |[i, j]: [usize; 2]| if x[i] >= 0.0 { x[i] } else { x[i] * alpha[j] };
            return Some(Ok(vec![ahead::floats(self.binary.pairs().map(one))]));
        };
        let (x, alpha) = (x.i8_data()?, alpha.i8_data()?);
        let one = |[i, j]: [usize; 2]| {
            let x = i32::from(x[i]) - zero;
            let scaled = match x >= 0 {
                true => factors[0].checked_apply(x),
                false => factors[1].checked_apply(x * (i32::from(alpha[j]) - alpha_zero)),
            };
            Some(scaled?.checked_add(out)?.clamp(-128, 127) as u8)
        };
        Some(Ok(vec![self.binary.pairs().map(one).collect::<Option<Vec<u8>>>()?.into()]))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Some(([rising, falling], [zero, alpha, out])) = self.quantized else {
            return self.binary.lower(lowering, "prelu_float.h", "", |t| format!("    tvmk_prelu_float({t});\n"));
        };
        let fields = [
            ("rising", rising.mantissa.to_string()),
            ("falling", falling.mantissa.to_string()),
            ("rising_shift", rising.shift.to_string()),
            ("falling_shift", falling.shift.to_string()),
            ("zero_point", zero.to_string()),
            ("zero_point_alpha", alpha.to_string()),
            ("zero_point_out", out.to_string()),
        ];
        let body = text::constant_struct("tvmk_prelu_t", "layer", &fields);
        self.binary.lower(lowering, "prelu.h", &body, |t| format!("    tvmk_prelu(&layer, {t});\n"))
    }
}
