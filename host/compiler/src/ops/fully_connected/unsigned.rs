//! On uint8, `fully_connected_unsigned.h`: the reference multiplies sums by a float64 and rounds once. Pass `uint8` has made int8 of it.

use crate::ir::graph::Activation;
use crate::ir::layer::{ConstantData, Core, Layer, Lowered, Lowering};
use crate::math::rounded::{self, Rounded};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::flow::Flow;
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::shared::{text, unsigned};
use std::sync::Arc;

/// Maximum number of inputs of which no partial sum exceeds int32.
const MOST_INPUTS: usize = 65535;

/// On uint8.
struct Unsigned<'a> {
    weighted: Weighted<'a>,
    /// Weights as in the file or, with zero point 0, less their zero point.
    weights: Vec<i8>,
    zero_point: i32,
    /// The bias of each unit, less the input's zero point times its weights.
    bias: Vec<i32>,
    rounded: Rounded,
    rows: usize,
}

/// Checks a layer of `rows` rows of `inputs` to `units`.
pub(super) fn check<'a>(
    checker: &mut Checker<'a>,
    (rows, inputs, units): (usize, usize, usize),
    activation: Activation,
) -> Option<Box<dyn Checked + 'a>> {
    if inputs > MOST_INPUTS {
        checker.bad(format!("rows of {inputs} elements on uint8"), format!("up to {MOST_INPUTS}"));
    }
    let weighted = weighted::check(checker, &weighted::INT8, (0, units), activation)?;
    let given = match checker.optional_input(2) {
        Some(bias) => bias.i64_data()?,
        None => vec![0; units],
    };
    let (weights, zero_point) = unsigned::weights(weighted.weights);
    let (mut bias, mut ends) = (Vec::with_capacity(units), (i32::MAX, i32::MIN));
    for (row, given) in weights.chunks(inputs).zip(given) {
        let differences = || row.iter().map(|&weight| i64::from(weight) - i64::from(zero_point));
        let folded = given - i64::from(weighted.input_zero_point) * differences().sum::<i64>();
        let end = |x: [i64; 2]| folded + differences().map(|weight| weight * x[usize::from(weight < 0)]).sum::<i64>();
        // A sum beyond int32 is refused already.
        let (Ok(folded), Ok(low), Ok(high)) =
            (i32::try_from(folded), i32::try_from(end([-128, 127])), i32::try_from(end([127, -128])))
        else {
            return None;
        };
        bias.push(folded);
        ends = (ends.0.min(low), ends.1.max(high));
    }
    let rounded = factor(checker, &weighted, ends)?;
    Some(Box::new(Unsigned { weighted, weights, zero_point, bias, rounded, rows }))
}

/// The factor from sums to steps of the output.
fn factor(checker: &mut Checker<'_>, weighted: &Weighted<'_>, sums: (i32, i32)) -> Option<Rounded> {
    let scale = |operand: Operand<'_>| operand.per_tensor().map(|(scale, _)| f64::from(scale));
    let (input, weights, output) = (scale(weighted.input)?, scale(weighted.weights)?, scale(weighted.output)?);
    let scale = input * weights / output;
    let sums_of = format!("sums from {} to {} times {scale}", sums.0, sums.1);
    if !rounded::is_defined(scale, sums) {
        checker.bad(sums_of, "products that fit in 32 bits: others are undefined in the reference");
        return None;
    }
    let range = (weighted.range.0 - weighted.output_zero_point, weighted.range.1 - weighted.output_zero_point);
    let found = rounded::rounded(scale, sums, range);
    if found.is_none() {
        checker.bad(sums_of, "a larger factor: with this one a result depends on more than 64 bits");
    }
    found
}

impl Checked for Unsigned<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (weighted, rounded) = (&self.weighted, &self.rounded);
        let (rows, units) = (self.rows, self.bias.len());
        let inputs = self.weights.len() / units;
        let activation = weighted.activation;
        let summary = format!("FULLY_CONNECTED {rows}x{inputs} to {units}, activation {activation:?}");
        let weights = ConstantData::Shared(Arc::new(self.weights.clone()));
        let comment = "bias of each unit; it includes the input's zero point";
        let body = text::constant_struct(
            "tvmk_fully_connected_unsigned_t",
            "layer",
            &[
                ("weights", lowering.constant("weights")),
                ("bias", lowering.constant("bias")),
                ("factor", format!("INT64_C({})", rounded.factor)),
                ("shift", rounded.shift.to_string()),
                ("least", rounded.ends.0.to_string()),
                ("most", rounded.ends.1.to_string()),
                ("weights_zero", self.zero_point.to_string()),
                ("zero_point", weighted.output_zero_point.to_string()),
                ("low", weighted.range.0.to_string()),
                ("high", weighted.range.1.to_string()),
                ("batches", rows.to_string()),
                ("inputs", inputs.to_string()),
                ("units", units.to_string()),
            ],
        ) + &text::call("tvmk_fully_connected_unsigned", 1, &[("input", 0), ("output", 0)], false);
        Lowered::Layer(Layer {
            scratch_align: 1,
            limits: vec![unsigned::rounded_once()],
            constants: vec![
                lowering.array("weights", Core::Any, weights, format!("[{units}][{inputs}]")),
                lowering.array("bias", Core::Any, ConstantData::I32(self.bias.clone()), comment),
            ],
            headers: vec!["fully_connected_unsigned.h"],
            body,
            macs: (rows * inputs) as u64 * units as u64,
            ..lowering.layer_of(summary, weighted.input.id, weighted.output.id)
        })
    }

    fn flow(&self) -> Flow<'_> {
        Flow::Opaque
    }
}
