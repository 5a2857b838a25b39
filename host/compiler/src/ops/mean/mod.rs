//! MEAN and SUM on int8 and int16, `mean.h`, and float32, `mean_float.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::flow::{self, Flow};
use crate::ops::kernels::kernels;
use crate::ops::shared::reduce::{self, Reduce};
use crate::ops::shared::{ahead, text};

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // The average.
    definition(OpKind::MEAN, 3),
    // The sum.
    definition(OpKind::SUM, 2),
];

const SUPPORT: &[Support] = &[Support::bytes("int8, uint8, int16, float32", Cores::Portable)];

const fn definition(kind: OpKind, newest: i32) -> Definition {
    Definition {
        kind,
        versions: 1..=newest,
        inputs: 2..=2,
        outputs: 1..=1,
        options: Some(reduce::options),
        check,
        kernels: kernels!["mean.h", "mean_float.h"],
        reference: "reduce.cc",
        support: SUPPORT,
    }
}

struct Total<'a> {
    /// MEAN or SUM.
    kind: OpKind,
    reduce: Reduce<'a>,
    /// Of a type with a scale, the multiplier of a sum, and zero points of input and output.
    quantized: Option<(Multiplier, i32, i32)>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Int16, DType::Float32]).then_some(())?;
    checker.dtype(output, &[input.dtype]);
    let reduce = reduce::check(checker)?;
    if input.dtype == DType::Float32 {
        return Some(Box::new(Total { kind: checker.op.kind, reduce, quantized: None }));
    }
    let ((in_scale, in_zero), (out_scale, out_zero)) = (checker.per_tensor(input)?, checker.per_tensor(output)?);
    let factor = Multiplier::new(f64::from(in_scale) / f64::from(out_scale));
    let multiplier = if checker.op.kind == OpKind::MEAN { averaging(factor, reduce.count) } else { factor };
    // The largest possible sum, to prove that it and its shift to the left fit in 32 bits.
    let (low, high) = input.dtype.range()?;
    let most = i32::try_from(reduce.count as i64 * (i64::from(high) - i64::from(low))).ok();
    if most.and_then(|most| multiplier.checked_apply(most)).is_none() {
        let found = format!("scales {in_scale} to {out_scale} over {} elements", reduce.count);
        checker.bad(found, "scales of similar size and sums of 32 bits");
    }
    let quantized = Some((multiplier, in_zero, out_zero));
    Some(Box::new(Total { kind: checker.op.kind, reduce, quantized }))
}

impl Checked for Total<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Reduce { input, output, count, .. } = self.reduce;
        let mut body = self.reduce.statements();
        let header = if self.quantized.is_some() { "mean.h" } else { "mean_float.h" };
        match self.quantized {
            None if lowering.op.kind == OpKind::SUM => body += "    tvmk_float_sum(&loops, input, output);\n",
            None => body += &format!("    tvmk_float_mean(&loops, input, output, {count}.0f);\n"),
            Some((multiplier, in_zero, out_zero)) => {
                body += &text::constant_struct(
                    "tvmk_mean_t",
                    "layer",
                    &[
                        ("mantissa", multiplier.mantissa.to_string()),
                        ("shift", multiplier.shift.to_string()),
                        ("zeros", (i64::from(in_zero) * count as i64).to_string()),
                        ("zero_point", out_zero.to_string()),
                    ],
                );
                let function = if input.dtype == DType::Int16 { "tvmk_mean_int16" } else { "tvmk_mean" };
                body += &format!("    {function}(&layer, &loops, input, output);\n");
            }
        }
        let summary = format!("{} of {:?} to {:?}", lowering.op.kind, input.shape, output.shape);
        Lowered::Layer(Layer { headers: vec![header], body, ..lowering.layer_of(summary, input.id, output.id) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let Reduce { input, output, count, .. } = self.reduce;
        let Some((multiplier, in_zero, out_zero)) = self.quantized else {
            let values = input.f32_data()?;
            let sum = |places: Vec<usize>| places.into_iter().fold(0.0f32, |sum, place| sum + values[place]);
            let divisor = if self.kind == OpKind::MEAN { count as f32 } else { 1.0 };
            return Some(Ok(vec![ahead::floats(self.reduce.groups().map(|group| sum(group) / divisor))]));
        };
        let values = ahead::loaded(&input)?;
        let (low, high) = output.dtype.range()?;
        let one = |places: Vec<usize>| {
            let sum: i32 = places.into_iter().map(|place| values[place] - in_zero).sum();
            (multiplier.apply(sum) + out_zero).clamp(low, high)
        };
        ahead::stored(output.dtype, self.reduce.groups().map(one))
    }

    fn flow(&self) -> Flow<'_> {
        let Some((multiplier, in_zero, out_zero)) = self.quantized.filter(|_| self.reduce.keeps_channels) else {
            return Flow::Opaque;
        };
        let Reduce { input, output, count, .. } = self.reduce;
        flow::lanes(vec![input], output, false, move |ranges| {
            let of = |x: i32| {
                let sum = i32::try_from(count as i64 * i64::from(x - in_zero)).ok()?;
                Some(multiplier.checked_apply(sum)?.checked_add(out_zero)?.clamp(-128, 127))
            };
            Some((of(ranges[0].0)?, of(ranges[0].1)?))
        })
    }
}

/// The multiplier including the division by `count`, as the reference's `QuantizedMeanOrSum` computes it.
fn averaging(multiplier: Multiplier, count: usize) -> Multiplier {
    let shift = (count.max(1).ilog2() as i32).min(32).min(31 + multiplier.shift);
    let mantissa = (i64::from(multiplier.mantissa) << shift.max(0)) / count.max(1) as i64;
    Multiplier { mantissa: mantissa as i32, shift: multiplier.shift - shift }
}
