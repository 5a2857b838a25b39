//! The operator on float32.

use super::operands::{BIASES, CELL, GATES, HIDDEN, Options, RECURRENT, Sizes, WEIGHTS};
use crate::ir::graph::DType;
use crate::ir::layer::{ConstantData, Core, Layer, LayerState, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::text;

struct Lstm<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    sizes: Sizes,
    clip: f32,
    /// `[gate][unit][element]` of the input and the hidden state; float16 if the file has all of them so.
    weights: ConstantData,
    recurrent: ConstantData,
    /// `[gate][unit]`.
    bias: Vec<f32>,
}

/// The check of types; `sizes` fit.
pub fn check<'a>(checker: &mut Checker<'a>, options: &Options, sizes: Sizes) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let (hidden, cell) = (checker.input(HIDDEN)?, checker.input(CELL)?);
    let float = &[DType::Float32];
    (checker.dtype(output, float) & checker.dtype(hidden, float) & checker.dtype(cell, float)).then_some(())?;
    let (units, inputs) = (sizes.units, sizes.inputs);
    let weights = gates(checker, WEIGHTS, &[units, inputs])?;
    let recurrent = gates(checker, RECURRENT, &[units, units])?;
    let bias = gates(checker, BIASES, &[units])?;
    let (weights, recurrent) = match (halves(checker, WEIGHTS), halves(checker, RECURRENT)) {
        (Some(weights), Some(recurrent)) => (weights, recurrent),
        _ => (ConstantData::F32(weights), ConstantData::F32(recurrent)),
    };
    Some(Box::new(Lstm { input, output, sizes, clip: options.cell_clip, weights, recurrent, bias }))
}

/// Constants of all gates, one after the other.
pub fn gates(checker: &mut Checker<'_>, first: usize, shape: &[usize]) -> Option<Vec<f32>> {
    let mut all = Vec::new();
    for gate in 0..GATES {
        let tensor = checker.input(first + gate)?;
        (checker.dtype(tensor, &[DType::Float32]) & checker.shape(tensor, shape)).then_some(())?;
        let data = tensor.f32_data();
        if data.is_none() {
            checker.bad_tensor(tensor.id, "weights computed at run time", "constant weights");
        }
        all.extend(data?);
    }
    Some(all)
}

/// The same as the file has them, if those of all gates are float16 there.
fn halves(checker: &Checker<'_>, first: usize) -> Option<ConstantData> {
    let mut all = Vec::new();
    for gate in 0..GATES {
        let stored = checker.optional_input(first + gate)?.tensor.stored()?;
        (stored.dtype == DType::Float16).then_some(())?;
        all.extend(stored.data.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])));
    }
    Some(ConstantData::I16(all))
}

impl Checked for Lstm<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Sizes { batches, steps, inputs, units, .. } = self.sizes;
        let half = matches!(self.weights, ConstantData::I16(_));
        let (suffix, how) = if half { ("_half", ", weights kept as float16") } else { ("", "") };
        let constant = |what: &str, values: ConstantData| {
            let comment = format!("{what} of {units} units for each gate: input, forget, cell, output");
            lowering.array(what, Core::Any, values, comment)
        };
        let bias = ConstantData::F32(self.bias.clone());
        let given = [("weights", self.weights.clone()), ("recurrent", self.recurrent.clone()), ("bias", bias)];
        let mut body = text::constant_struct(
            "tvmk_float_lstm_t",
            "layer",
            &[
                ("weights", lowering.constant("weights")),
                ("recurrent", lowering.constant("recurrent")),
                ("bias", lowering.constant("bias")),
                ("clip", text::float(self.clip)),
                ("inputs", inputs.to_string()),
                ("units", units.to_string()),
                ("batches", batches.to_string()),
                ("steps", steps.to_string()),
                ("input_stride", self.sizes.stride(inputs)),
                ("output_stride", self.sizes.stride(units)),
            ],
        );
        body += &format!("    tvmk_float_lstm{suffix}(&layer, input, output, hidden, cell);\n");
        let state = |name| LayerState::zeros(name, DType::Float32, batches * units);
        Lowered::Layer(Layer {
            states: vec![state("hidden"), state("cell")],
            constants: given.map(|(what, values)| constant(what, values)).into(),
            headers: vec!["unidirectional_sequence_lstm_float.h"],
            body,
            macs: self.sizes.macs(),
            ..lowering.layer_of(self.sizes.summary() + how, self.input.id, self.output.id)
        })
    }
}
