//! The operator on int8: features are the sums of a fully connected layer.

use super::operands::{Operands, Sizes};
use crate::ir::graph::DType;
use crate::ir::layer::{ConstantData, Core, Layer, LayerState, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::math::requantize::{Channel, Table};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::text;
use crate::ops::shared::unit_rows::{self, UnitRows};

struct Svdf<'a> {
    operands: Operands<'a>,
    sizes: Sizes,
    rows: UnitRows,
    time: Vec<i16>,
    /// Biases minus the state's zero point times the weights of time.
    bias: Vec<i32>,
    result: Multiplier,
    state_zero: i32,
    zero_point: i32,
}

/// Largest difference between the scales of the bias and of the products that the reference accepts.
const BIAS_TOLERANCE: f64 = 1e-5;

/// The check of types and quantisation; `sizes` fit.
pub fn check<'a>(checker: &mut Checker<'a>, operands: Operands<'a>, sizes: Sizes) -> Option<Box<dyn Checked + 'a>> {
    let Operands { input, features, time, bias, state, output } = operands;
    (checker.dtype(input, &[DType::Int8])
        & checker.dtype(features, &[DType::Int8])
        & checker.dtype(time, &[DType::Int8, DType::Int16])
        & checker.dtype(bias, &[DType::Int32])
        & checker.dtype(output, &[DType::Int8]))
    .then_some(())?;
    // The reference reads a state as if it had the type of its weights.
    checker.dtype(state, &[time.dtype]).then_some(())?;
    let scales = (checker.per_tensor(state), checker.per_tensor(output), checker.per_tensor(bias));
    let ((state_scale, state_zero), (output_scale, zero_point), (bias_scale, _)) = (scales.0?, scales.1?, scales.2?);
    let (time_scale, time_zero) = checker.per_tensor(time)?;
    if time_zero != 0 {
        checker.bad_tensor(time.id, format!("zero point {time_zero}"), "symmetric weights");
    }
    // In double, as the pinned interpreter.
    let product = f64::from(state_scale) * f64::from(time_scale);
    let apart = (f64::from(bias_scale) - product).abs();
    if apart.is_nan() || apart >= BIAS_TOLERANCE {
        let expected = format!("scale {product}, the product of the state's and the weights of time's");
        checker.bad_tensor(bias.id, format!("scale {bias_scale}"), expected);
    }
    let rows = rows(checker, input, features, state_scale)?;
    let result = Multiplier::new(product / f64::from(output_scale));
    let time_data = time.i8_data().map(|data| data.into_iter().map(i16::from).collect()).or_else(|| time.i16_data());
    if time_data.is_none() {
        checker.bad_tensor(time.id, "weights computed at run time", "constant weights");
    }
    let (bias_data, time) = (checker.constant_i32(bias)?, time_data?);
    let bias = folded(checker, &operands, &sizes, (&time, &bias_data), state_zero, &result)?;
    Some(Box::new(Svdf { operands, sizes, rows, time, bias, result, state_zero, zero_point }))
}

/// The rows of the features, rounded to the state's scale; its zero point is added later.
fn rows(checker: &mut Checker<'_>, input: Operand<'_>, features: Operand<'_>, state_scale: f32) -> Option<UnitRows> {
    let ((scale, zero_point), (features_scale, features_zero)) =
        (checker.per_tensor(input)?, checker.per_tensor(features)?);
    if features_zero != 0 {
        checker.bad_tensor(features.id, format!("zero point {features_zero}"), "symmetric weights");
    }
    let factor = Multiplier::new(f64::from(scale) * f64::from(features_scale) / f64::from(state_scale));
    let Some(mut weights) = features.i8_data() else {
        checker.bad_tensor(features.id, "weights computed at run time", "constant weights");
        return None;
    };
    let inputs = features.shape[1];
    let filters = weights.len() / inputs;
    weights.resize(filters.next_multiple_of(4) * inputs, 0);
    let mut channels = Vec::new();
    for (filter, row) in weights.chunks(inputs).enumerate() {
        let channel = Channel::new(0, row.iter().copied(), factor);
        let (most, fits) = unit_rows::most(&channel, zero_point, &factor);
        if !fits {
            let found = format!("sums up to {most} in filter {filter}, times 2^{}", factor.shift);
            checker.bad_tensor(features.id, found, "sums and products of 32 bits");
            return None;
        }
        channels.push(channel);
    }
    Some(UnitRows { weights, table: Table::new(&channels, zero_point, 0) })
}

/// The biases including the state's zero point; `None` if a sum might need more than 32 bits.
fn folded(
    checker: &mut Checker<'_>,
    operands: &Operands<'_>,
    sizes: &Sizes,
    (time, bias): (&[i16], &[i32]),
    state_zero: i32,
    result: &Multiplier,
) -> Option<Vec<i32>> {
    let (low, high) = operands.state.dtype.range()?;
    let reach = [low, high, low.checked_sub(state_zero)?, high.checked_sub(state_zero)?];
    let reach = reach.into_iter().map(|value| i64::from(value).abs()).max()?;
    let mut all = Vec::new();
    for (unit, weights) in time.chunks(sizes.rank * sizes.memory).enumerate() {
        let magnitude: i64 = weights.iter().map(|&weight| i64::from(weight).abs()).sum();
        let sum: i64 = weights.iter().copied().map(i64::from).sum();
        let folded = i64::from(bias[unit]) - i64::from(state_zero) * sum;
        // The reference's sums, and this kernel's.
        let most = magnitude * reach + i64::from(bias[unit]).abs().max(folded.abs());
        let fits = i32::try_from(most).is_ok_and(|most| result.checked_apply(most).is_some());
        if !fits {
            let found = format!("sums up to {most} in unit {unit}, times 2^{}", result.shift);
            checker.bad_tensor(operands.time.id, found, "sums and products of 32 bits");
            return None;
        }
        all.push(i32::try_from(folded).ok()?);
    }
    Some(all)
}

impl Checked for Svdf<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Sizes { batches, inputs, filters, memory, rank } = self.sizes;
        let state = self.operands.state.dtype;
        let wide = state == DType::Int16;
        let shape = format!("features [filter {filters}][{inputs}], rows of zeros to a multiple of four");
        let (mut constants, features, packed) = self.rows.lower(lowering, ["weights", "table"], inputs, &shape);
        let time = match wide {
            true => ConstantData::I16(self.time.clone()),
            false => ConstantData::I8(self.time.iter().map(|&weight| weight as i8).collect()),
        };
        let comment = format!("weights of time [filter {filters}][{memory}]");
        constants.push(lowering.array("time", Core::Any, time, comment));
        let comment = format!("biases [unit {}] with the state's zero point", filters / rank);
        constants.push(lowering.array("bias", Core::Any, ConstantData::I32(self.bias.clone()), comment));
        let mut fields = vec![
            ("features", features),
            ("time", lowering.constant("time")),
            ("bias", lowering.constant("bias")),
            ("mantissa", self.result.mantissa.to_string()),
            ("shift", self.result.shift.to_string()),
        ];
        fields.extend(self.sizes.fields());
        fields.push(("state_zero_point", self.state_zero.to_string()));
        fields.push(("zero_point", self.zero_point.to_string()));
        let mut body = text::constant_struct("tvmk_svdf_t", "layer", &fields);
        body += &format!("    tvmk_svdf_{state}(&layer, input, output, state);\n");
        let elements = batches * filters * memory;
        let state = match wide {
            true => LayerState::zeros("state", state, elements),
            false => LayerState { name: "state", dtype: state, initial: vec![self.state_zero as u8; elements].into() },
        };
        Lowered::Layer(Layer {
            states: vec![state],
            limits: if packed { Vec::new() } else { vec![unit_rows::limit()] },
            constants,
            headers: vec!["svdf.h"],
            body,
            macs: self.sizes.macs(),
            ..lowering.layer_of(self.sizes.summary(), self.operands.input.id, self.operands.output.id)
        })
    }
}
