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
    /// `[gate][unit][element]` of the input and the hidden state, `[gate][unit]` of the biases.
    constants: [(&'static str, Vec<f32>); 3],
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
    let constants = [("weights", weights), ("recurrent", recurrent), ("bias", bias)];
    Some(Box::new(Lstm { input, output, sizes, clip: options.cell_clip, constants }))
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

impl Checked for Lstm<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Sizes { batches, steps, inputs, units, .. } = self.sizes;
        let constant = |(what, values): &(&str, Vec<f32>)| {
            let comment = format!("{what} of {units} units for each gate: input, forget, cell, output");
            lowering.array(what, Core::Any, ConstantData::F32(values.clone()), comment)
        };
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
        body += "    tvmk_float_lstm(&layer, input, output, hidden, cell);\n";
        let state = |name| LayerState::zeros(name, DType::Float32, batches * units);
        Lowered::Layer(Layer {
            states: vec![state("hidden"), state("cell")],
            constants: self.constants.iter().map(constant).collect(),
            headers: vec!["unidirectional_sequence_lstm_float.h"],
            body,
            macs: self.sizes.macs(),
            ..lowering.layer_of(self.sizes.summary(), self.input.id, self.output.id)
        })
    }
}
