//! What the reference requires of the bias.

use crate::ops::checker::{Checker, Operand};

/// Largest difference between the scales of the bias and of the products, in steps of the output, that the reference accepts.
const BIAS_TOLERANCE: f64 = 0.02;

/// With one scale for all weights the reference requires that the bias has the scale of the products.
pub(super) fn check_scale(checker: &mut Checker<'_>, tensors: [Operand<'_>; 3]) {
    let [input, weights, output] = tensors.map(|operand| operand.per_tensor().map(|(scale, _)| f64::from(scale)));
    let (Some(bias), Some(weights_scale)) = (checker.optional_input(2), weights) else { return };
    let (Some(input_scale), Some(output_scale)) = (input, output) else { return };
    // A bias without quantisation has scale 0 there.
    let bias_scale = bias.quant.as_ref().and_then(|quant| quant.scales.first()).map_or(0.0, |&scale| scale.into());
    let product = input_scale * weights_scale;
    if (product - bias_scale).abs() / output_scale > BIAS_TOLERANCE {
        let found = match bias.quant {
            Some(_) => format!("scale {}", bias_scale as f32),
            None => "no quantisation".to_owned(),
        };
        let supported = format!("scale {}, the product of the input's and the weights'", product as f32);
        checker.bad_tensor(bias.id, found, supported);
    }
}
