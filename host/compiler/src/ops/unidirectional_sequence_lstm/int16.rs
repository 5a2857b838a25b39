//! The operator on int16, weights of int8: the gates' sums are a convolution of int16 at one position, `weighted_int16.h`.

use super::gates::{self, Source};
use super::operands::{GATES, HIDDEN, Options, RECURRENT, Sizes, WEIGHTS};
use super::unit::{self, Unit};
use crate::ir::graph::{DType, Padding};
use crate::ir::layer::{Layer, LayerState, Lowered, Lowering};
use crate::math::window::{Window, WindowOptions};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::window::members_of_batches;
use crate::ops::shared::window_int16::{self, Form, Row};
use crate::ops::shared::{elements_int16, text};

/// Maximum number of inputs, and of gates of all units.
const MOST: usize = 65535;

struct Lstm<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    sizes: Sizes,
    unit: Unit,
    /// Of the input and of the hidden state.
    sources: [Rows; 2],
}

/// Rows `[unit][gate]` that are multiplied with one vector.
struct Rows {
    weights: Vec<i8>,
    rows: Vec<Row>,
    window: Window,
}

/// The check of types and quantisation; `sizes` fit.
pub fn check<'a>(checker: &mut Checker<'a>, options: &Options, sizes: Sizes) -> Option<Box<dyn Checked + 'a>> {
    let (input, hidden, output) = (checker.input(0)?, checker.input(HIDDEN)?, checker.output(0)?);
    (checker.dtype(output, &[DType::Int16]) & checker.dtype(hidden, &[DType::Int16])).then_some(())?;
    let unit = unit::check(checker, options)?;
    if sizes.inputs.max(sizes.units * GATES) > MOST {
        let found = format!("{} inputs and {} units", sizes.inputs, sizes.units);
        checker.bad(found, format!("up to {MOST} inputs and {} units on int16", MOST / GATES));
        return None;
    }
    let bias = Some(DType::Int64);
    let source = Source { operand: input, first: WEIGHTS, elements: sizes.inputs, bias };
    let of_input = rows(checker, &sizes, &source);
    let source = Source { operand: hidden, first: RECURRENT, elements: sizes.units, bias: None };
    let of_hidden = rows(checker, &sizes, &source);
    Some(Box::new(Lstm { input, output, unit, sources: [of_input?, of_hidden?], sizes }))
}

/// The rows of all gates for one vector.
fn rows<'a>(checker: &mut Checker<'a>, sizes: &Sizes, source: &Source<'a>) -> Option<Rows> {
    let (_, zero_point) = checker.per_tensor(source.operand)?;
    if zero_point != 0 {
        checker.bad_tensor(source.operand.id, format!("zero point {zero_point} of int16"), "0");
    }
    let supported = "sums below 2^47 and products of 32 bits";
    let (weights, rows) = gates::rows(checker, sizes, source, supported, |bias, weights, factor| {
        let row = Row::new(bias, weights, factor);
        gates::Row { row, most: row.largest, fits: row.fits() }
    })?;
    let options = WindowOptions { padding: Padding::Valid, stride: (1, 1), dilation: (1, 1) };
    let window = Window::new(&[1, 1, 1, source.elements], (1, 1), options).ok()?;
    Some(Rows { weights, rows, window })
}

impl Lstm<'_> {
    /// One form for both sources: the 64-bit one is exact for all rows.
    fn form(&self) -> Form {
        let short = self.sources.iter().flat_map(|source| &source.rows).all(Row::is_short);
        if short { Form::Short } else { Form::Wide }
    }

    /// The initialiser of a source's `tvmk_int16_window_t`.
    fn window(&self, source: &Rows, names: [String; 2]) -> String {
        let rows = source.rows.len();
        let [weights, table] = names;
        let mut fields =
            vec![("weights", weights), ("table", table), ("low", i16::MIN.to_string()), ("high", i16::MAX.to_string())];
        fields.extend(members_of_batches(&source.window, rows, 1));
        fields.push(("pointwise", "1".to_owned()));
        fields.extend(["out_column", "out_row", "out_batch"].map(|name| (name, rows.to_string())));
        text::members(&fields)
    }
}

impl Checked for Lstm<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Sizes { batches, steps, inputs, units, .. } = self.sizes;
        let (form, sigmoids) = (self.form(), lowering.constant("sigmoids"));
        let mut constants = Vec::new();
        let mut initialisers = Vec::new();
        for (source, what) in self.sources.iter().zip(["input", "recurrent"]) {
            let names = ["weights", "table"].map(|part| lowering.constant(&format!("{what}_{part}")));
            let (depth, rows) = (source.window.in_channels, &source.rows);
            let shape =
                format!("{what} weights [unit {units}][gate {GATES}][{depth}], gates input, forget, cell, output");
            constants.extend(window_int16::constants(&names[0], source.weights.clone(), depth, 1, &shape));
            constants.push(window_int16::table_constant(names[1].clone(), form, rows));
            initialisers.push(self.window(source, names));
        }
        constants.push(elements_int16::table_constant(sigmoids.clone()));
        let [input, recurrent] = [initialisers[0].clone(), initialisers[1].clone()];
        let fields = [
            ("input", input),
            ("recurrent", recurrent),
            ("unit", self.unit.initialiser(&sigmoids)),
            ("units", units.to_string()),
            ("batches", batches.to_string()),
            ("steps", steps.to_string()),
            ("input_stride", self.sizes.stride(inputs)),
            ("output_stride", self.sizes.stride(units)),
        ];
        let mut body = text::constant_struct("tvmk_lstm_int16_t", "layer", &fields);
        let call = format!("tvmk_lstm_int16{}", form.suffix());
        body += &format!("    {call}(&layer, input, output, hidden, cell, (int16_t *)(void *)scratch);\n");
        let state = |name| LayerState::zeros(name, DType::Int16, batches * units);
        Lowered::Layer(Layer {
            states: vec![state("hidden"), state("cell")],
            scratch_bytes: 2 * GATES * units * 2,
            scratch_align: 4,
            constants,
            headers: vec!["unidirectional_sequence_lstm_int16.h"],
            body,
            macs: self.sizes.macs(),
            ..lowering.layer_of(format!("int16 {}", self.sizes.summary()), self.input.id, self.output.id)
        })
    }
}
