//! On float32: `float_transpose_conv.h`.

use super::phases::{BIAS, Geometry, INPUT, WEIGHTS};
use crate::ir::graph::{Activation, DType};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::text;

struct Float<'a> {
    input: Operand<'a>,
    weights: Operand<'a>,
    bias: Option<Operand<'a>>,
    output: Operand<'a>,
    geometry: Geometry,
    range: (f32, f32),
}

/// Checks types and constants.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    geometry: Geometry,
    activation: Activation,
) -> Option<Box<dyn Checked + 'a>> {
    let (input, weights, output) = (checker.input(INPUT)?, checker.input(WEIGHTS)?, checker.output(0)?);
    checker.dtype(output, &[DType::Float32]);
    if checker.dtype(weights, &[DType::Float32]) && !weights.is_constant() {
        checker.bad_tensor(weights.id, "computed at run time", "constant weights");
    }
    let bias = checker.optional_input(BIAS);
    if let Some(bias) = bias {
        checker.dtype(bias, &[DType::Float32]);
        if bias.elements() != geometry.channels || !bias.is_constant() {
            checker.bad_tensor(bias.id, format!("shape {:?}", bias.shape), format!("{} constants", geometry.channels));
        }
    }
    let range = checker.float_activation(activation)?;
    Some(Box::new(Float { input, weights, bias, output, geometry, range }))
}

impl Checked for Float<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let g = &self.geometry;
        let mut arguments = vec![Argument::input("input", self.input.id), Argument::input("weights", self.weights.id)];
        arguments.extend(self.bias.map(|bias| Argument::input("bias", bias.id)));
        arguments.push(Argument::output("output", self.output.id));
        let bias = if self.bias.is_some() { "bias" } else { "0" };
        let fields = [
            ("batches", g.batches),
            ("in_height", g.input[0]),
            ("in_width", g.input[1]),
            ("in_channels", g.in_channels),
            ("out_height", g.output[0]),
            ("out_width", g.output[1]),
            ("out_channels", g.channels),
            ("window_height", g.window[0]),
            ("window_width", g.window[1]),
            ("stride_height", g.stride[0]),
            ("stride_width", g.stride[1]),
            ("pad_top", g.pad[0]),
            ("pad_left", g.pad[1]),
        ]
        .map(|(name, value)| (name, value.to_string()));
        let mut body = text::constant_struct("tvmk_float_transpose_conv_t", "layer", &fields);
        body += &format!(
            "    tvmk_float_transpose_conv(&layer, weights, {bias}, input, output, {});\n",
            text::float_pair(self.range)
        );
        let positions = (g.batches * g.input[0] * g.input[1]) as u64;
        Lowered::Layer(Layer {
            arguments,
            headers: vec!["float_transpose_conv.h"],
            body,
            macs: positions * (g.window[0] * g.window[1]) as u64 * (g.in_channels * g.channels) as u64,
            ..lowering.layer(format!("float32 {}", g.describe()))
        })
    }
}
