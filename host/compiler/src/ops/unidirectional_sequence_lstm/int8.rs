//! The operator on int8: all weights of one unit's gates are adjacent rows, so the sums of fully connected layers are used.

use super::gates::{self, Source};
use super::operands::{GATES, HIDDEN, Options, RECURRENT, Sizes, WEIGHTS};
use super::unit::{self, Unit};
use crate::ir::graph::DType;
use crate::ir::layer::{Layer, LayerState, Lowered, Lowering};
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

/// The check of types and quantisation; `sizes` fit.
pub fn check<'a>(checker: &mut Checker<'a>, options: &Options, sizes: Sizes) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let hidden = checker.input(HIDDEN)?;
    (checker.dtype(output, &[DType::Int8]) & checker.dtype(hidden, &[DType::Int8])).then_some(())?;
    let unit = unit::check(checker, options)?;
    let bias = Some(DType::Int32);
    let source = Source { operand: input, first: WEIGHTS, elements: sizes.inputs, bias };
    let rows_of_input = rows(checker, &sizes, &source);
    let source = Source { operand: hidden, first: RECURRENT, elements: sizes.units, bias: None };
    let rows_of_hidden = rows(checker, &sizes, &source);
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
fn rows<'a>(checker: &mut Checker<'a>, sizes: &Sizes, source: &Source<'a>) -> Option<Rows> {
    let (_, zero_point) = checker.per_tensor(source.operand)?;
    let supported = "sums and products of 32 bits";
    let (weights, channels) = gates::rows(checker, sizes, source, supported, |bias, weights, factor| {
        let row = Channel::new(bias as i32, weights.iter().copied(), factor);
        let (most, fits) = unit_rows::most(&row, zero_point, &factor);
        gates::Row { row, most: most.into(), fits }
    })?;
    Some(Rows { weights, channels, zero_point })
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
