//! LOG_SOFTMAX of the last dimension: `log_softmax.h` on int8, `log_softmax_float.h` on float32.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::math::gemmlowp::exp_on_negative_values;
use crate::math::quantize::{Multiplier, rounding_divide_by_pot};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::LOG_SOFTMAX,
    versions: 1..=2,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["log_softmax.h", "log_softmax_float.h"],
    reference: "log_softmax.cc",
    support: &[Support::bytes("int8", Cores::Portable), Support::near("float32", Cores::Portable)],
};

/// Sums of more exponentials might not fit in the reference's Q12.19 accumulator.
const DEPTH_MAX: usize = 4095;

struct LogSoftmax<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    /// On int8.
    factors: Option<Factors>,
}

/// `PreprocessLogSoftmaxScalingExp` with 5 integer bits.
#[derive(Clone, Copy)]
struct Factors {
    /// Differences of input bytes to Q5.26.
    forward: Multiplier,
    /// And back.
    reverse: Multiplier,
    /// `CalculateInputRadius`: the largest difference that fits there.
    radius: i32,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Float32]).then_some(())?;
    (checker.dtype(output, &[input.dtype]) & checker.shape(output, &input.shape)).then_some(())?;
    let Some(&depth) = input.shape.last() else {
        checker.bad_tensor(input.id, "a scalar", "one dimension or more");
        return None;
    };
    let mut factors = None;
    if input.dtype == DType::Int8 {
        if depth > DEPTH_MAX {
            checker.bad_tensor(input.id, format!("rows of {depth} elements"), format!("1 to {DEPTH_MAX}"));
        }
        let (scale, _) = checker.per_tensor(input)?;
        let (out_scale, zero_point) = checker.per_tensor(output)?;
        if (out_scale, zero_point) != (1.0 / 16.0, 127) {
            let found = format!("scale {out_scale} and zero point {zero_point}");
            checker.bad_tensor(output.id, found, "scale 1/16 and zero point 127");
        }
        factors = Factors::new(scale);
        if factors.is_none() {
            checker.bad_tensor(input.id, format!("scale {scale}"), "a scale above 2^-26 and below 32");
        }
        factors?;
    }
    Some(Box::new(LogSoftmax { input, output, factors }))
}

impl Factors {
    fn new(scale: f32) -> Option<Self> {
        let factor = (f64::from(scale) * f64::from(1 << 26)).min((1i64 << 31) as f64 - 1.0);
        let forward = (factor > 1.0).then(|| Multiplier::new(factor))?;
        let back = (1i64 << (31 - forward.shift)) as f64 / f64::from(forward.mantissa);
        // The reference aborts the process if this is 1.
        let reverse = (back < 1.0).then(|| Multiplier::new(back)).filter(|reverse| reverse.shift <= 0)?;
        let radius = (31.0 * f64::from(1 << 26) / (1i64 << forward.shift) as f64).floor() as i32;
        Some(Factors { forward, reverse, radius })
    }

    /// exp of each difference 0, −1, … to the largest input, in Q12.19.
    fn exponentials(self) -> Vec<i32> {
        let exp = |below: i32| rounding_divide_by_pot(exp_on_negative_values(self.forward.apply(-below)), 12);
        (0..=self.radius.min(255)).map(exp).collect()
    }
}

impl Checked for LogSoftmax<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.input.id, self.output.id);
        let depth = self.input.shape.last().copied().unwrap_or(1);
        let rows = self.input.elements() / depth.max(1);
        let layer = Layer {
            in_place: vec![InPlace {
                input,
                output,
                lead: 0,
                reason: "element by element, after the row's sum is known",
            }],
            headers: vec!["log_softmax_float.h"],
            body: format!("    tvmk_float_log_softmax(input, output, {rows}, {depth});\n"),
            ..lowering.layer_of(format!("LOG_SOFTMAX of {rows} rows of {depth}"), input, output)
        };
        let Some(factors) = self.factors else { return Lowered::Layer(layer) };
        let exponentials = factors.exponentials();
        let fields = [
            ("exponentials", lowering.constant("exponentials")),
            ("entries", exponentials.len().to_string()),
            ("mantissa", factors.forward.mantissa.to_string()),
            ("shift", factors.forward.shift.to_string()),
            ("reverse_mantissa", factors.reverse.mantissa.to_string()),
            ("reverse_shift", factors.reverse.shift.to_string()),
            ("lowest", (-factors.radius).to_string()),
            ("rows", rows.to_string()),
            ("depth", depth.to_string()),
        ];
        let body = text::constant_struct("tvmk_log_softmax_t", "layer", &fields)
            + "    tvmk_log_softmax(&layer, input, output);\n";
        let table = Constant {
            name: lowering.constant("exponentials"),
            data: ConstantData::I32(exponentials),
            align: 4,
            row: 8,
            comment: "exp(-i * scale), Q12.19".to_owned(),
            core: Core::Any,
        };
        Lowered::Layer(Layer { constants: vec![table], headers: vec!["log_softmax.h"], body, ..layer })
    }
}
