//! What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED share: weights, bias, output range.

use crate::ir::graph::{Activation, DType, Operator, Subgraph, TensorId};
use crate::ir::layer::{Constant, ConstantData, Core, Lowering};
use crate::ir::problem::Problem;
use crate::math::pack;
use crate::math::quantize::{Multiplier, activation_range_i8};
use crate::math::requantize::{Channel, Table};
use crate::passes::check::Checker;

/// Checks types, quantisation and constants of input, weights, bias and output.
///
/// Channels lie along `axis` of the weights; there are `channels`.
pub fn check(checker: &mut Checker<'_>, axis: usize, channels: usize, activation: Activation) -> Option<()> {
    let (input, _) = checker.input(0)?;
    let (weights, weights_tensor) = checker.input(1)?;
    let (output, _) = checker.output(0)?;
    for id in [input, weights, output] {
        checker.dtype(id, &[DType::Int8]).then_some(())?;
    }
    if !weights_tensor.is_constant() {
        checker.bad_tensor(weights, "weights computed at run time", "constant weights");
    }
    match &weights_tensor.quant {
        None => checker.bad_tensor(weights, "no quantisation", "one scale, or one for each channel"),
        Some(quant) => {
            if quant.zero_points.iter().any(|&zero_point| zero_point != 0) {
                checker.bad_tensor(weights, "a zero point other than 0", "symmetric weights");
            }
            let per_channel = quant.scales.len() == channels && (channels == 1 || quant.axis == axis);
            if quant.scales.len() != 1 && !per_channel {
                let found = format!("{} scales along dimension {}", quant.scales.len(), quant.axis);
                checker.bad_tensor(weights, found, format!("one scale, or {channels} along dimension {axis}"));
            }
        }
    }
    if let Some((bias, tensor)) = checker.optional_input(2)
        && checker.dtype(bias, &[DType::Int32])
    {
        if !tensor.is_constant() {
            checker.bad_tensor(bias, "a bias computed at run time", "a constant bias");
        } else if tensor.elements() != channels {
            checker.bad_tensor(bias, format!("{} elements", tensor.elements()), format!("{channels}"));
        }
    }
    let (_, (scale, zero_point)) = (checker.per_tensor(input)?, checker.per_tensor(output)?);
    check_activation(checker, activation, scale, zero_point);
    Some(())
}

/// Whether a fused activation is one the kernels have.
pub fn check_activation(checker: &mut Checker<'_>, activation: Activation, scale: f32, zero_point: i32) {
    match activation_range_i8(activation, scale, zero_point) {
        None if matches!(activation, Activation::Other(_)) => {
            checker.bad(format!("fused activation {activation}"), "none, RELU, RELU_N1_TO_1, RELU6");
        }
        None => checker.bad(
            format!("fused activation {activation} with output scale {scale}"),
            "a scale with which its bounds are 32-bit numbers",
        ),
        Some((low, high)) if low > high => {
            checker.bad(format!("an output range of {low} to {high}"), "a range with at least one value");
        }
        Some(_) => {}
    }
}

/// The numbers of a checked operator.
pub struct Weighted {
    /// Weights in the order of the file.
    pub weights: Vec<i8>,
    /// Bias, zeros where there is none.
    pub bias: Vec<i32>,
    /// Scale of each channel's accumulator to the output.
    pub multipliers: Vec<Multiplier>,
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output after its activation.
    pub range: (i32, i32),
    /// Ids of input and output.
    pub tensors: (TensorId, TensorId),
}

impl Weighted {
    /// Collects the numbers of an operator that passed [`check`].
    pub fn new(graph: &Subgraph, op: &Operator, channels: usize, activation: Activation) -> Result<Weighted, Problem> {
        let unchecked = || Problem::operator(graph, op, "an operator that was not checked", "checked operators");
        let tensor = |i: usize| op.inputs.get(i).copied().flatten().map(|id| (id, graph.tensor(id)));
        let (input_id, input) = tensor(0).ok_or_else(unchecked)?;
        let (_, weights) = tensor(1).ok_or_else(unchecked)?;
        let output_id = *op.outputs.first().ok_or_else(unchecked)?;
        let (input_scale, input_zero_point) = input.per_tensor().ok_or_else(unchecked)?;
        let (output_scale, output_zero_point) = graph.tensor(output_id).per_tensor().ok_or_else(unchecked)?;
        let scales = &weights.quant.as_ref().ok_or_else(unchecked)?.scales;
        let multipliers = (0..channels)
            .map(|channel| {
                let weight_scale = if scales.len() == 1 { scales[0] } else { scales[channel] };
                // In float64, with one scale as with one for each channel.
                let product = f64::from(input_scale) * f64::from(weight_scale);
                let multiplier = Multiplier::new(product / f64::from(output_scale));
                if multiplier.shift <= 30 {
                    return Ok(multiplier);
                }
                let found = format!("a scale factor of 2^{} or more in channel {channel}", multiplier.shift - 1);
                Err(Problem::operator(graph, op, found, "factors below 2^30"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Weighted {
            weights: weights.i8_data().ok_or_else(unchecked)?,
            bias: tensor(2).and_then(|(_, bias)| bias.i32_data()).unwrap_or_else(|| vec![0; channels]),
            multipliers,
            input_zero_point,
            output_zero_point,
            range: activation_range_i8(activation, output_scale, output_zero_point).ok_or_else(unchecked)?,
            tensors: (input_id, output_id),
        })
    }

    /// The channels, of weights sorted as `[channel][…]`.
    pub fn channels(&self, weights: &[i8]) -> Vec<Channel> {
        let depth = weights.len() / self.bias.len();
        self.bias
            .iter()
            .zip(&self.multipliers)
            .zip(weights.chunks(depth))
            .map(|((&bias, &multiplier), weights)| Channel::new(bias, weights.iter().copied(), multiplier))
            .collect()
    }

    /// The initialiser of a kernel's `tvmk_output_t`.
    pub fn output(&self, table: &str) -> String {
        let (low, high) = self.range;
        format!("{{.table = {table}, .zero_point = {}, .low = {low}, .high = {high}}}", self.output_zero_point)
    }
}

/// The table of a layer as a constant.
pub fn table_constant(lowering: &Lowering<'_>, table: &Table) -> Constant {
    let comment = if table.short {
        "mantissa, 2 * bias * 32 + shift - 1 of each channel; the bias includes the input's zero point"
    } else {
        "bias, mantissa, shift of each channel; the bias includes the input's zero point"
    };
    Constant {
        name: lowering.constant("table"),
        row: if table.short { 8 } else { 6 },
        data: ConstantData::I32(table.words.clone()),
        align: 4,
        comment: comment.to_owned(),
        core: Core::Any,
    }
}

/// Weights and table of a layer whose DSP path multiplies packed weights; whether the short form is used.
///
/// `weights` are `[channel][run][element]`, as many runs as given. The kernel takes packed sums apart every `block` elements.
pub fn packed_constants(
    lowering: &Lowering<'_>,
    weighted: &Weighted,
    weights: Vec<i8>,
    runs: usize,
    block: usize,
    shape: &str,
) -> (Vec<Constant>, bool) {
    let channels = weighted.channels(&weights);
    let table = Table::new(&channels, weighted.input_zero_point, weighted.output_zero_point);
    let run = weights.len() / channels.len() / runs;
    let packed = table.short.then(|| pack::dsp(&weights, channels.len(), runs, run, block)).flatten();
    let plain = |core| Constant {
        name: lowering.constant("weights"),
        row: 0,
        data: ConstantData::I8(weights.clone()),
        align: 4,
        comment: shape.to_owned(),
        core,
    };
    match packed {
        Some(packed) => {
            let dsp = Constant {
                data: ConstantData::I16(packed),
                comment: format!("{shape}, two channels in each element: 256 * second + first, order of SXTB16"),
                ..plain(Core::Dsp)
            };
            (vec![dsp, plain(Core::Plain), table_constant(lowering, &table)], true)
        }
        None => {
            let table = Table::general(&channels, weighted.input_zero_point);
            (vec![plain(Core::Any), table_constant(lowering, &table)], false)
        }
    }
}
