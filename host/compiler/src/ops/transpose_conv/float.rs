//! On float32: `float_transpose_conv.h`. Weights stay in the form of the file.

use super::phases::{BIAS, Geometry, INPUT, WEIGHTS};
use crate::ir::graph::{Activation, DType};
use crate::ir::layer::{Argument, ConstantData, Core, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::{hybrid, stored, text};

struct Float<'a> {
    input: Operand<'a>,
    weights: Operand<'a>,
    bias: Option<Operand<'a>>,
    output: Operand<'a>,
    geometry: Geometry,
    range: (f32, f32),
    /// Of weights of int8.
    scales: Option<Vec<f32>>,
}

/// Checks types.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    geometry: Geometry,
    activation: Activation,
) -> Option<Box<dyn Checked + 'a>> {
    let (input, weights, output) = (checker.input(INPUT)?, checker.input(WEIGHTS)?, checker.output(0)?);
    checker.dtype(output, &[DType::Float32]);
    let mut scales = None;
    if hybrid::is_hybrid(input, weights) {
        scales = Some(hybrid::scales(checker, weights, (0, geometry.channels))?);
    } else {
        checker.dtype(weights, &[DType::Float32]);
    }
    let bias = checker.optional_input(BIAS);
    if let Some(bias) = bias {
        checker.dtype(bias, &[DType::Float32]);
        if bias.elements() != geometry.channels {
            checker.bad_tensor(bias.id, format!("shape {:?}", bias.shape), format!("{} elements", geometry.channels));
        }
    }
    let range = checker.float_activation(activation)?;
    Some(Box::new(Float { input, weights, bias, output, geometry, range, scales }))
}

impl Float<'_> {
    /// The call with weights of int8.
    fn hybrid(&self, lowering: &Lowering<'_>, scales: &[f32], bias: &str, scratch: usize) -> String {
        let (low, high) = self.range;
        let fields = [
            ("scales", lowering.constant("scales")),
            ("totals", "NULL".to_owned()),
            ("scale_mask", if scales.len() > 1 { "-1" } else { "0" }.to_owned()),
            ("asymmetric", "1".to_owned()),
            ("weights_first", "1".to_owned()),
            ("float_offset", "0".to_owned()),
            ("bound", "TVMK_HYBRID_WITHIN".to_owned()),
            ("is_ordinary", "0".to_owned()),
            ("low", text::float(low)),
            ("high", text::float(high)),
        ];
        text::constant_struct("tvmk_hybrid_t", "to", &fields)
            + &text::scratch(&format!("TVMK_HYBRID_TRANSPOSE_SCRATCH({scratch})"), scratch)
            + &format!("    tvmk_hybrid_transpose_conv(&layer, &to, weights, {bias}, input, output, scratch);\n")
    }
}

impl Checked for Float<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let g = &self.geometry;
        let stored = stored::stored(lowering, self.weights, 0, g.channels).filter(|_| self.scales.is_none());
        let mut arguments = vec![Argument::input("input", self.input.id)];
        arguments.extend(stored.is_none().then(|| Argument::input("weights", self.weights.id)));
        arguments.extend(self.bias.map(|bias| Argument::input("bias", bias.id)));
        arguments.push(Argument::output("output", self.output.id));
        let bias = if self.bias.is_some() { "bias" } else { "0" };
        let range = text::float_pair(self.range);
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
        let name = if stored.is_some() { "window" } else { "layer" };
        let mut body = text::constant_struct("tvmk_float_transpose_conv_t", name, &fields);
        let (mut constants, mut header, mut scratch) = (Vec::new(), "float_transpose_conv.h", 0);
        let mut how = String::new();
        if let Some(scales) = &self.scales {
            scratch = g.input[0] * g.input[1] * g.in_channels;
            header = "hybrid_transpose_conv.h";
            let scales_data = ConstantData::F32(scales.clone());
            constants = vec![lowering.array("scales", Core::Any, scales_data, "scales of the weights")];
            body += &self.hybrid(lowering, scales, bias, scratch);
        } else if let Some(stored) = stored {
            how = format!(", weights kept as {}", stored.dtype);
            body += "    tvmk_float_transpose_stored_t layer;\n    layer.window = window;\n";
            body += &stored.fields;
            body +=
                &format!("    tvmk_float_transpose_conv_{}(&layer, {bias}, input, output, {range});\n", stored.form);
            constants = stored.constants;
        } else {
            body += &format!("    tvmk_float_transpose_conv(&layer, weights, {bias}, input, output, {range});\n");
        }
        let positions = (g.batches * g.input[0] * g.input[1]) as u64;
        Lowered::Layer(Layer {
            arguments,
            constants,
            scratch_bytes: scratch,
            scratch_align: 4,
            headers: vec![header],
            body,
            macs: positions * (g.window[0] * g.window[1]) as u64 * (g.in_channels * g.channels) as u64,
            ..lowering.layer(format!("float32 {}{how}", g.describe()))
        })
    }
}
