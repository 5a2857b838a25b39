//! Weights of int8 or int4 with activations of float32, which exporters call dynamic range: CONV_2D, DEPTHWISE_CONV_2D and
//! FULLY_CONNECTED through `hybrid_weighted.h`.
//!
//! A run quantises the inputs: each row of FULLY_CONNECTED, each image of a convolution. TensorFlow Lite Micro does not support
//! this; the reference is TensorFlow Lite's.

use crate::ir::graph::{Activation, DType};
use crate::ir::layer::{Argument, Constant, ConstantData, Core, Layer, Lowered, Lowering};
use crate::math::window::Window;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::hybrid_rows::{HybridRows, Scales};
use crate::ops::shared::{text, unit_rows, weighted, window};
use std::sync::Arc;

/// What the weights apply to.
#[derive(Debug, Clone, Copy)]
pub enum Sees {
    /// This many rows, and whether they are quantised with an offset.
    Rows(usize, bool),
    /// Windows, with a number of groups of channels.
    Window(Window, usize),
    /// Windows of one channel each.
    OneChannel(Window),
}

/// A checked operator.
pub struct Hybrid<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    bias: Option<Operand<'a>>,
    weights: Vec<i8>,
    scales: Vec<f32>,
    channels: usize,
    range: (f32, f32),
    bound: &'static str,
    sees: Sees,
    summary: String,
}

/// Whether the weights make it one of these: input 1, with activations of float32.
pub fn is_hybrid(input: Operand<'_>, weights: Operand<'_>) -> bool {
    input.dtype == DType::Float32 && matches!(weights.dtype, DType::Int8 | DType::Int4)
}

/// Checks weights, bias, output and activation of an operator whose shapes fit; `axis` of the weights counts `channels`.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    sees: Option<Sees>,
    (axis, channels): (usize, usize),
    activation: Activation,
    summary: String,
) -> Option<Box<dyn Checked + 'a>> {
    let (input, weights, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(output, &[DType::Float32]);
    let bias = checker.optional_input(2);
    if let Some(bias) = bias {
        checker.dtype(bias, &[DType::Float32]);
        if bias.elements() != channels {
            checker.bad_tensor(bias.id, format!("shape {:?}", bias.shape), format!("{channels} elements"));
        }
    }
    let range = checker.float_activation(activation)?;
    let sees = sees?;
    let scales = check_weights(checker, weights, sees, (axis, channels))?;
    let data = weights.i8_data()?;
    check_sums(checker, weights, &data, (axis, channels));
    // The reference limits results of convolutions to the range of floats if nothing else does.
    let bound = match (sees, activation) {
        (Sees::Rows(..), Activation::None) => "TVMK_HYBRID_FREE",
        (Sees::Rows(..), _) => "TVMK_HYBRID_ABOVE",
        _ => "TVMK_HYBRID_WITHIN",
    };
    let weights = data;
    Some(Box::new(Hybrid { input, output, bias, weights, scales, channels, range, bound, sees, summary }))
}

/// The scales of constant, symmetric weights whose sums fit: one, or one for each channel along this axis.
pub fn scales(checker: &mut Checker<'_>, weights: Operand<'_>, channels: (usize, usize)) -> Option<Vec<f32>> {
    let scales = check_weights(checker, weights, Sees::Rows(1, true), channels)?;
    check_sums(checker, weights, &weights.i8_data()?, channels);
    Some(scales)
}

/// The scales.
fn check_weights(
    checker: &mut Checker<'_>,
    weights: Operand<'_>,
    sees: Sees,
    (axis, channels): (usize, usize),
) -> Option<Vec<f32>> {
    if !weights.is_constant() {
        checker.bad_tensor(weights.id, "int8 weights computed at run time", "constant weights, or float32");
        return None;
    }
    let Some(quant) = &weights.tensor.quant else {
        checker.bad_tensor(weights.id, "no quantisation", "one scale, or one for each channel");
        return None;
    };
    if quant.zero_points.iter().any(|&zero_point| zero_point != 0) {
        checker.bad_tensor(weights.id, "a zero point other than 0", "symmetric weights");
    }
    let count = quant.scales.len();
    let each = count == channels && (channels == 1 || quant.axis == axis);
    let one = count == 1 && !matches!(sees, Sees::OneChannel(_)) && !matches!(sees, Sees::Window(_, 2..));
    if !one && !each {
        let found = format!("{count} scales along dimension {}", quant.axis);
        let supported = match sees {
            Sees::Rows(..) | Sees::Window(_, 1) => format!("one scale, or {channels} along dimension {axis}"),
            _ => format!("{channels} scales along dimension {axis}"),
        };
        checker.bad_tensor(weights.id, found, supported);
        return None;
    }
    if matches!(sees, Sees::Window(..)) && count > 1 && quant.scales.iter().all(|scale| *scale == quant.scales[0]) {
        // The reference treats such scales as a single one, and then has none.
        checker.bad_tensor(weights.id, format!("{count} equal scales"), "one scale, or several that differ");
    }
    Some(quant.scales.clone())
}

/// Sums of products with inputs less their offset, which are from -255 to 255.
fn check_sums(checker: &mut Checker<'_>, weights: Operand<'_>, data: &[i8], (axis, channels): (usize, usize)) {
    let mut sums = vec![0i64; channels];
    for (channel, run) in weighted::runs(data, &weights.shape, axis, channels) {
        sums[channel] += run.iter().map(|&weight| i64::from(weight).abs()).sum::<i64>();
    }
    let most = sums.into_iter().max().unwrap_or(0) * 255;
    if i32::try_from(most).is_err() {
        checker.bad_tensor(weights.id, format!("sums up to {most}"), format!("sums up to {}", i32::MAX));
    }
}

impl Hybrid<'_> {
    /// Whether each channel has a scale of its own.
    fn per_channel(&self) -> bool {
        self.scales.len() > 1 || matches!(self.sees, Sees::OneChannel(_))
    }

    /// Whether inputs are quantised with an offset.
    fn asymmetric(&self) -> bool {
        match self.sees {
            Sees::Rows(_, asymmetric) => asymmetric,
            Sees::Window(..) => self.per_channel(),
            Sees::OneChannel(_) => true,
        }
    }

    /// How many elements a row of weights has; all of them if weights are not sorted by channel.
    fn depth(&self) -> usize {
        match self.sees {
            Sees::OneChannel(_) => self.weights.len(),
            _ => self.weights.len() / self.channels,
        }
    }

    /// Weights, scales and sums of weights as constants; the initialisers of `tvmk_hybrid_t` and `tvmk_unit_rows_t`.
    fn constants(&self, lowering: &Lowering<'_>) -> (Vec<Constant>, [String; 2], bool) {
        let groups = match self.sees {
            Sees::Window(_, groups) => groups,
            Sees::Rows(..) | Sees::OneChannel(_) => 1,
        };
        let biases = self.bias.map_or(Some(Vec::new()), |bias| bias.f32_data());
        let rows = HybridRows {
            prefix: "",
            depth: self.depth(),
            weights: &self.weights,
            groups,
            scales: &self.scales,
            which: if self.per_channel() { Scales::Each } else { Scales::One },
            asymmetric: self.asymmetric(),
            weights_first: matches!(self.sees, Sees::Window(..)) && self.per_channel(),
            float_offset: false,
            biases: biases.as_deref(),
            bound: (self.bound, self.range.0, self.range.1),
        };
        if !matches!(self.sees, Sees::OneChannel(_)) {
            return rows.lower(lowering);
        }
        let plain = |what: &str, data, comment: &str| lowering.array(what, Core::Any, data, comment);
        let weights = ConstantData::Shared(Arc::new(self.weights.clone()));
        let constants = vec![
            plain("weights", weights, "[row][column][channel]"),
            plain("scales", ConstantData::F32(self.scales.clone()), "scales of the weights"),
        ];
        let lanes = format!("{{{}, {}, 0, NULL, 0}}", lowering.constant("weights"), self.channels);
        (constants, [rows.initialiser(&lowering.constant("scales"), "NULL"), lanes], true)
    }
}

impl Checked for Hybrid<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (constants, [to, rows], packed) = self.constants(lowering);
        let mut fields = vec![("to", to), ("rows", rows)];
        let (kind, function, scratch, formula, positions) = match self.sees {
            Sees::Rows(rows, _) => {
                fields.extend([("batches", rows.to_string()), ("units", self.channels.to_string())]);
                let depth = self.depth();
                ("tvmk_hybrid_rows_t", "tvmk_hybrid_rows", depth, format!("TVMK_HYBRID_ROWS_SCRATCH({depth})"), rows)
            }
            Sees::Window(window, _) | Sees::OneChannel(window) => {
                let (function, column, groups) = match self.sees {
                    Sees::Window(_, groups) => ("tvmk_hybrid_conv_2d", self.depth(), groups),
                    _ => ("tvmk_hybrid_depthwise_conv_2d", 0, 1),
                };
                fields.extend(window::members_of_batches(&window, self.channels, groups));
                let elements = window.in_elements();
                let scratch = elements.next_multiple_of(4) + column.div_ceil(2) * 16 + column;
                let formula = format!("TVMK_HYBRID_WINDOW_SCRATCH({elements}, {column})");
                ("tvmk_hybrid_window_t", function, scratch, formula, window.batches * window.positions())
            }
        };
        let mut arguments = vec![Argument::input("input", self.input.id)];
        arguments.extend(self.bias.map(|bias| Argument::input("bias", bias.id)));
        arguments.push(Argument::output("output", self.output.id));
        let bias = if self.bias.is_some() { "bias" } else { "0" };
        let body = text::constant_struct(kind, "layer", &fields)
            + &text::scratch(&formula, scratch)
            + &format!("    {function}(&layer, input, {bias}, output, scratch);\n");
        let depth =
            if function == "tvmk_hybrid_depthwise_conv_2d" { self.depth() / self.channels } else { self.depth() };
        Lowered::Layer(Layer {
            arguments,
            scratch_bytes: scratch,
            scratch_align: 4,
            constants,
            limits: if packed { Vec::new() } else { vec![unit_rows::limit()] },
            headers: vec!["hybrid_weighted.h"],
            body,
            macs: (positions * self.channels * depth) as u64,
            ..lowering.layer(format!("float32 with weights of int8 {}", self.summary))
        })
    }
}
