//! The operator on float32 with weights of int8 (dynamic range), as TensorFlow Lite computes it; TensorFlow Lite Micro reads such weights
//! as floats.

use super::float;
use super::operands::{BIASES, CELL, GATES, HIDDEN, Options, RECURRENT, Sizes, WEIGHTS};
use crate::ir::graph::DType;
use crate::ir::layer::{Constant, ConstantData, Core, Layer, LayerState, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::hybrid_rows::{HybridRows, Scales};
use crate::ops::shared::{hybrid, text, unit_rows};

/// Rows `[unit][gate]`, and a scale for each gate.
struct Rows {
    weights: Vec<i8>,
    scales: Vec<f32>,
}

struct Lstm<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    sizes: Sizes,
    clip: f32,
    asymmetric: bool,
    rows: Rows,
    recurrent: Rows,
    /// `[unit][gate]`.
    bias: Vec<f32>,
}

/// Whether weights make it one of these.
pub fn is_hybrid(checker: &Checker<'_>) -> bool {
    let of_float = |i: usize| checker.optional_input(i).is_some_and(|weights| weights.dtype == DType::Int8);
    (WEIGHTS..WEIGHTS + 2 * GATES).any(of_float)
}

/// The check of types; `sizes` fit.
pub fn check<'a>(checker: &mut Checker<'a>, options: &Options, sizes: Sizes) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let (hidden, cell) = (checker.input(HIDDEN)?, checker.input(CELL)?);
    let float = &[DType::Float32];
    (checker.dtype(output, float) & checker.dtype(hidden, float) & checker.dtype(cell, float)).then_some(())?;
    let rows = gates(checker, WEIGHTS, [sizes.units, sizes.inputs])?;
    let recurrent = gates(checker, RECURRENT, [sizes.units, sizes.units])?;
    let bias = by_unit(&float::gates(checker, BIASES, &[sizes.units])?, sizes.units, 1);
    let (clip, asymmetric) = (options.cell_clip, options.asymmetric);
    Some(Box::new(Lstm { input, output, sizes, clip, asymmetric, rows, recurrent, bias }))
}

/// The weights of all gates.
fn gates(checker: &mut Checker<'_>, first: usize, shape: [usize; 2]) -> Option<Rows> {
    let (mut all, mut scales) = (Vec::new(), Vec::new());
    for gate in 0..GATES {
        let weights = checker.input(first + gate)?;
        // The reference reads all as it does those of the last gate.
        (checker.dtype(weights, &[DType::Int8]) & checker.shape(weights, &shape)).then_some(())?;
        let own = hybrid::scales(checker, weights, (0, shape[0]))?;
        if own.len() > 1 {
            checker.bad_tensor(weights.id, format!("{} scales", own.len()), "one scale");
        }
        scales.push(own[0]);
        all.extend(weights.i8_data()?);
    }
    Some(Rows { weights: by_unit(&all, shape[0], shape[1]), scales })
}

/// From `[gate][unit][element]` to `[unit][gate][element]`.
fn by_unit<T: Copy>(all: &[T], units: usize, elements: usize) -> Vec<T> {
    let row = |unit: usize, gate: usize| &all[(gate * units + unit) * elements..][..elements];
    (0..units).flat_map(|unit| (0..GATES).flat_map(move |gate| row(unit, gate))).copied().collect()
}

impl Lstm<'_> {
    fn lower_rows(
        &self,
        lowering: &Lowering<'_>,
        prefix: &str,
        rows: &Rows,
        depth: usize,
    ) -> (Vec<Constant>, [String; 2], bool) {
        let rows = HybridRows {
            prefix,
            depth,
            weights: &rows.weights,
            groups: 1,
            scales: &rows.scales,
            which: Scales::Gates,
            asymmetric: self.asymmetric,
            weights_first: false,
            float_offset: false,
            // Sums of the hidden state are added to those of the input.
            biases: prefix.is_empty().then_some(&self.bias),
            bound: ("TVMK_HYBRID_FREE", 0.0, 0.0),
        };
        rows.lower(lowering)
    }
}

impl Checked for Lstm<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Sizes { batches, steps, inputs, units, .. } = self.sizes;
        let (mut constants, [of_input, weights], first) = self.lower_rows(lowering, "", &self.rows, inputs);
        let (more, [of_hidden, recurrent], second) = self.lower_rows(lowering, "recurrent_", &self.recurrent, units);
        constants.extend(more);
        let comment = "[unit][gate], gates input, forget, cell, output";
        constants.push(lowering.array("bias", Core::Any, ConstantData::F32(self.bias.clone()), comment));
        let fields = [
            ("of_input", of_input),
            ("of_hidden", of_hidden),
            ("weights", weights),
            ("recurrent", recurrent),
            ("bias", lowering.constant("bias")),
            ("clip", text::float(self.clip)),
            ("units", units.to_string()),
            ("batches", batches.to_string()),
            ("steps", steps.to_string()),
            ("input_stride", self.sizes.stride(inputs)),
            ("output_stride", self.sizes.stride(units)),
        ];
        let most = inputs.max(units);
        let scratch = 4 * GATES * units + most;
        let body = text::constant_struct("tvmk_hybrid_lstm_t", "layer", &fields)
            + &text::scratch(&format!("TVMK_HYBRID_LSTM_SCRATCH({units}, {most})"), scratch)
            + "    tvmk_hybrid_lstm(&layer, input, output, hidden, cell, scratch);\n";
        let state = |name| LayerState::zeros(name, DType::Float32, batches * units);
        Lowered::Layer(Layer {
            states: vec![state("hidden"), state("cell")],
            scratch_bytes: scratch,
            scratch_align: 4,
            limits: if first && second { Vec::new() } else { vec![unit_rows::limit()] },
            constants,
            headers: vec!["unidirectional_sequence_lstm_hybrid.h"],
            body,
            macs: self.sizes.macs(),
            ..lowering.layer_of(
                format!("float32 with weights of int8, {}", self.sizes.summary()),
                self.input.id,
                self.output.id,
            )
        })
    }
}
