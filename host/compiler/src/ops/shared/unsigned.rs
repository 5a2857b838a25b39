//! The reference's arithmetic on uint8 where it differs from that on int8. Pass `uint8` has made int8 of it, 128 less.

use crate::ir::layer::{Limit, Path};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};

/// Largest difference between the scales of the bias and of the products, in steps of the output, that the reference accepts.
const BIAS_TOLERANCE: f64 = 0.02;

/// The scale of each of `channels` accumulators to the output: the products of the scales of `input` and weights in float64, with one
/// scale as with one for each channel, but in float32 on uint8 (`GetQuantizedConvolutionMultipler`).
pub fn multipliers(
    checker: &mut Checker<'_>,
    weights: Operand<'_>,
    channels: usize,
    (input, output): (f32, f32),
) -> Option<Vec<Multiplier>> {
    let scales = &weights.tensor.quant.as_ref()?.scales;
    let mut multipliers = Vec::with_capacity(channels);
    for channel in 0..channels {
        let scale = *scales.get(if scales.len() == 1 { 0 } else { channel })?;
        let product = match weights.unsigned {
            true => product(input, scale),
            false => f64::from(input) * f64::from(scale),
        };
        let multiplier = Multiplier::new(product / f64::from(output));
        if multiplier.shift > 30 {
            let found = format!("a scale factor of 2^{} or more in channel {channel}", multiplier.shift - 1);
            checker.bad(found, "factors below 2^30");
            return None;
        }
        multipliers.push(multiplier);
    }
    Some(multipliers)
}

fn product(input: f32, weights: f32) -> f64 {
    f64::from(input * weights)
}

/// The factor from the scale of an input to that of an output: the quotient in float64, but in float32 on uint8.
pub fn quotient(unsigned: bool, input: f32, output: f32) -> f64 {
    match unsigned {
        true => f64::from(input / output),
        false => f64::from(input) / f64::from(output),
    }
}

/// A byte of an input of CONCATENATION, 128 less, in the quantisation of the output: `ConcatenationWithScaling`, all in float32. Zero
/// points are those of int8. `None` where the number is beyond 32 bits.
pub fn joined(x: i32, (in_scale, in_zero): (f32, i32), (out_scale, out_zero): (f32, i32)) -> Option<i32> {
    let scale = in_scale * (1.0 / out_scale);
    // The reference rounds product and bias before their sum, which depends on the zero point of uint8.
    let bias = -((in_zero + 128) as f32) * scale;
    let steps = ((x + 128) as f32 * scale + bias).round();
    let steps = (steps.abs() < 2f32.powi(31)).then_some(steps as i32)?;
    Some(steps.checked_add(out_zero + 128)?.clamp(0, 255) - 128)
}

/// Limits of a layer whose weights have a zero point, with which the code for these paths is slower.
pub fn limits(mut limits: Vec<Limit>, slow: &'static [Path]) -> Vec<Limit> {
    limits.push(Limit { paths: slow, ..offset() });
    limits
}

/// The reason in the report for weights of uint8 that are not int8 less their zero point.
pub fn offset() -> Limit {
    limit("weights of uint8 with a zero point that is subtracted at run time")
}

/// The reason in the report for sums that have a kernel of their own, in C.
pub fn rounded_once() -> Limit {
    limit("sums of uint8, which the reference rounds once and those of int8 twice")
}

fn limit(reason: &str) -> Limit {
    Limit { paths: Path::ALL, reason: reason.to_owned(), general: false }
}

/// Constant weights and their zero point: 0 if all weights less their zero point are int8.
pub fn weights(weights: Operand<'_>) -> (Vec<i8>, i32) {
    let given = weights.i8_data().unwrap_or_default();
    let zero_point = weights.per_tensor().map_or(0, |(_, zero_point)| zero_point);
    let less = given.iter().map(|&weight| i8::try_from(i32::from(weight) - zero_point).ok());
    match less.collect::<Option<Vec<i8>>>() {
        Some(less) => (less, 0),
        None => (given, zero_point),
    }
}

/// The reference refuses a bias with another scale than that of the products, here in float64, in convolutions, too.
pub fn check_bias(checker: &mut Checker<'_>, [input, weights, output]: [Operand<'_>; 3], bias: Option<Operand<'_>>) {
    let (Some((input, _)), Some((weights, _)), Some((output, _))) =
        (input.per_tensor(), weights.per_tensor(), output.per_tensor())
    else {
        return;
    };
    let Some(bias) = bias else { return };
    let scale = bias.quant.as_ref().and_then(|quant| quant.scales.first()).map_or(0.0, |&scale| f64::from(scale));
    let product = f64::from(input) * f64::from(weights);
    if (product - scale).abs() / f64::from(output) > BIAS_TOLERANCE {
        let supported = format!("scale {product}, the product of the input's and the weights'");
        checker.bad_tensor(bias.id, format!("scale {scale}"), supported);
    }
}
