//! The operator on int8: all weights of one unit's gates are neighbouring rows, so the sums of fully connected layers serve.

use super::operands::{BIASES, CELL, GATES, HIDDEN, Options, RECURRENT, Sizes, WEIGHTS};
use crate::ir::graph::DType;
use crate::ir::layer::{Layer, LayerState, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::math::requantize::{Channel, Table};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::unit_rows::{self, UnitRows};
use crate::ops::shared::{elements_int16, text};

/// Names of both sources' weights and tables.
const ROWS: [[&str; 2]; 2] = [["weights", "table"], ["recurrent", "recurrent_table"]];

struct Lstm<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    sizes: Sizes,
    /// `[unit][gate]`, of the input and of the hidden state, with sums rounded to 2^-12.
    rows: [UnitRows; 2],
    keep: Multiplier,
    add: Multiplier,
    result: Multiplier,
    cell_argument: (i32, i32),
    zero_point: i32,
    clip: i32,
}

/// What a gate's rows are multiplied with.
struct Source<'a> {
    operand: Operand<'a>,
    first: usize,
    elements: usize,
}

/// The check of types and quantisation; `sizes` fit.
pub fn check<'a>(checker: &mut Checker<'a>, options: &Options, sizes: Sizes) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let (hidden, cell) = (checker.input(HIDDEN)?, checker.input(CELL)?);
    (checker.dtype(output, &[DType::Int8])
        & checker.dtype(hidden, &[DType::Int8])
        & checker.dtype(cell, &[DType::Int16]))
    .then_some(())?;
    let ((hidden_scale, zero_point), (cell_scale, cell_zero)) =
        (checker.per_tensor(hidden)?, checker.per_tensor(cell)?);
    let power = elements_int16::log2(cell_scale.into()).filter(|power| (-26..=2).contains(power) && cell_zero == 0);
    let Some(power) = power else {
        let found = format!("scale {cell_scale} and zero point {cell_zero}");
        checker.bad_tensor(cell.id, found, "scale 2^-26 to 2^2, a power of two, and zero point 0");
        return None;
    };
    let (cell_scale, gate_scale) = (f64::from(cell_scale), 2f64.powi(-15));
    let result = Multiplier::new(gate_scale * gate_scale / f64::from(hidden_scale));
    if !(-30..=-1).contains(&result.shift) {
        checker.bad_tensor(hidden.id, format!("scale {hidden_scale}"), "a scale from 2^-28 to 1/2");
        return None;
    }
    let rows_of_input = rows(checker, &sizes, &Source { operand: input, first: WEIGHTS, elements: sizes.inputs }, true);
    let source = Source { operand: hidden, first: RECURRENT, elements: sizes.units };
    let rows_of_hidden = rows(checker, &sizes, &source, false);
    let left = 12 + power;
    Some(Box::new(Lstm {
        input,
        output,
        sizes,
        rows: [rows_of_input?, rows_of_hidden?],
        keep: Multiplier::new(gate_scale * cell_scale / cell_scale),
        add: Multiplier::new(gate_scale * gate_scale / cell_scale),
        result,
        cell_argument: if left < 0 { (3, -left) } else { (3 << left, 0) },
        zero_point,
        // What is above 0 clips, even where it rounds to 0.
        clip: match options.cell_clip > 0.0 {
            true => (f64::from(options.cell_clip) / cell_scale).clamp(-32768.0, 32767.0) as i32,
            false => -1,
        },
    }))
}

/// The rows of all gates that are multiplied with one of both sources, `[unit][gate]`, their biases and factors.
fn rows(checker: &mut Checker<'_>, sizes: &Sizes, source: &Source<'_>, biased: bool) -> Option<UnitRows> {
    let (scale, zero_point) = checker.per_tensor(source.operand)?;
    let (units, elements) = (sizes.units, source.elements);
    let mut gates = Vec::new();
    for gate in 0..GATES {
        let weights = checker.input(source.first + gate)?;
        (checker.dtype(weights, &[DType::Int8]) & checker.shape(weights, &[units, elements])).then_some(())?;
        let (weights_scale, weights_zero) = checker.per_tensor(weights)?;
        if weights_zero != 0 {
            checker.bad_tensor(weights.id, format!("zero point {weights_zero}"), "symmetric weights");
        }
        let data = weights.i8_data();
        if data.is_none() {
            checker.bad_tensor(weights.id, "weights computed at run time", "constant weights");
        }
        let bias = if biased { bias(checker, gate, units)? } else { vec![0; units] };
        let factor = Multiplier::new(f64::from(scale) * f64::from(weights_scale) / 2f64.powi(-12));
        gates.push((weights, data?, bias, factor));
    }
    let (mut rows, mut channels) = (Vec::new(), Vec::new());
    for unit in 0..units {
        for (weights, data, bias, factor) in &gates {
            let row = &data[unit * elements..(unit + 1) * elements];
            let channel = Channel::new(bias[unit], row.iter().copied(), *factor);
            let (most, fits) = unit_rows::most(&channel, zero_point, factor);
            if !fits {
                let found = format!("sums up to {most} in unit {unit}, times 2^{}", factor.shift);
                checker.bad_tensor(weights.id, found, "sums and products of 32 bits");
                return None;
            }
            rows.extend_from_slice(row);
            channels.push(channel);
        }
    }
    Some(UnitRows { weights: rows, table: Table::new(&channels, zero_point, 0) })
}

fn bias(checker: &mut Checker<'_>, gate: usize, units: usize) -> Option<Vec<i32>> {
    let bias = checker.input(BIASES + gate)?;
    (checker.dtype(bias, &[DType::Int32]) & checker.shape(bias, &[units])).then_some(())?;
    checker.constant_i32(bias)
}

impl Lstm<'_> {
    /// The fields of `tvmk_lstm_t`.
    fn fields(&self, lowering: &Lowering<'_>, rows: [String; 2]) -> Vec<(&'static str, String)> {
        let Sizes { batches, steps, inputs, units, .. } = self.sizes;
        let [input, recurrent] = rows;
        let factor = |m: &Multiplier| format!("{{{}, {}}}", m.mantissa, -m.shift - 1);
        let table = format!("(const uint16_t *){}", lowering.constant("sigmoids"));
        let (multiplier, shift) = self.cell_argument;
        vec![
            ("input", input),
            ("recurrent", recurrent),
            ("keep", factor(&self.keep)),
            ("add", factor(&self.add)),
            ("result", factor(&self.result)),
            ("gate", format!("{{{table}, 3, 0}}")),
            ("cell", format!("{{{table}, {multiplier}, {shift}}}")),
            ("units", units.to_string()),
            ("batches", batches.to_string()),
            ("steps", steps.to_string()),
            ("input_stride", self.sizes.stride(inputs)),
            ("output_stride", self.sizes.stride(units)),
            ("zero_point", self.zero_point.to_string()),
            ("clip", self.clip.to_string()),
        ]
    }
}

impl Checked for Lstm<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Sizes { batches, inputs, units, .. } = self.sizes;
        let lower = |which: usize, elements| {
            let shape = format!(
                "{} [unit {units}][gate {GATES}][{elements}], gates input, forget, cell, output",
                ROWS[which][0]
            );
            self.rows[which].lower(lowering, ROWS[which], elements, &shape)
        };
        let ((mut constants, input, first), (more, recurrent, second)) = (lower(0, inputs), lower(1, units));
        constants.extend(more);
        constants.push(elements_int16::table_constant(lowering.constant("sigmoids")));
        let mut body = text::constant_struct("tvmk_lstm_t", "layer", &self.fields(lowering, [input, recurrent]));
        body += "    tvmk_lstm(&layer, input, output, hidden, cell);\n";
        let hidden = vec![self.zero_point as u8; batches * units].into();
        Lowered::Layer(Layer {
            states: vec![
                LayerState { name: "hidden", dtype: DType::Int8, initial: hidden },
                LayerState::zeros("cell", DType::Int16, batches * units),
            ],
            limits: if first && second { Vec::new() } else { vec![unit_rows::limit()] },
            constants,
            headers: vec!["unidirectional_sequence_lstm.h"],
            body,
            macs: self.sizes.macs(),
            ..lowering.layer_of(self.sizes.summary(), self.input.id, self.output.id)
        })
    }
}
