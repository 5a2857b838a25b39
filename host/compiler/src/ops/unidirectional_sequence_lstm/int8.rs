//! The operator on int8: all weights of one unit's gates are adjacent rows, so the sums of fully connected layers are used.

use super::operands::{BIASES, GATES, HIDDEN, Options, RECURRENT, Sizes, WEIGHTS};
use super::unit::{self, Unit};
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
    /// Whether all of them have the short form.
    short: bool,
    unit: Unit,
}

/// The vectors that a gate's rows are multiplied by.
struct Source<'a> {
    operand: Operand<'a>,
    first: usize,
    elements: usize,
}

/// The check of types and quantisation; `sizes` fit.
pub fn check<'a>(checker: &mut Checker<'a>, options: &Options, sizes: Sizes) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let hidden = checker.input(HIDDEN)?;
    (checker.dtype(output, &[DType::Int8]) & checker.dtype(hidden, &[DType::Int8])).then_some(())?;
    let unit = unit::check(checker, options)?;
    let rows_of_input = rows(checker, &sizes, &Source { operand: input, first: WEIGHTS, elements: sizes.inputs }, true);
    let source = Source { operand: hidden, first: RECURRENT, elements: sizes.units };
    let rows_of_hidden = rows(checker, &sizes, &source, false);
    let rows = [rows_of_input?, rows_of_hidden?];
    // One form for both sources.
    let short = rows.iter().all(|rows| Table::new(&rows.channels, rows.zero_point, 0).short);
    let rows = rows.map(|rows| rows.table(short));
    Some(Box::new(Lstm { input, output, sizes, rows, short, unit }))
}

/// Rows without their table.
struct Rows {
    weights: Vec<i8>,
    channels: Vec<Channel>,
    zero_point: i32,
}

impl Rows {
    fn table(self, short: bool) -> UnitRows {
        let table = match short {
            true => Table::new(&self.channels, self.zero_point, 0),
            false => Table::general(&self.channels, self.zero_point),
        };
        UnitRows { weights: self.weights, table }
    }
}

/// The rows of all gates that are multiplied with one of both sources, `[unit][gate]`, their biases and factors.
fn rows(checker: &mut Checker<'_>, sizes: &Sizes, source: &Source<'_>, biased: bool) -> Option<Rows> {
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
    Some(Rows { weights: rows, channels, zero_point })
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
        vec![
            ("input", input),
            ("recurrent", recurrent),
            ("unit", self.unit.initialiser(&lowering.constant("sigmoids"))),
            ("units", units.to_string()),
            ("batches", batches.to_string()),
            ("steps", steps.to_string()),
            ("input_stride", self.sizes.stride(inputs)),
            ("output_stride", self.sizes.stride(units)),
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
        let suffix = if self.short { "" } else { "_general" };
        body += &format!("    tvmk_lstm{suffix}(&layer, input, output, hidden, cell);\n");
        let hidden = vec![self.unit.zero_point as u8; batches * units].into();
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
