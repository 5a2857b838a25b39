//! What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED share: weights, bias, output range.

use crate::ir::graph::{Activation, DType};
use crate::ir::kind::is_type;
use crate::ir::layer::{Constant, ConstantData, Core, Limit, Lowering, Path};
use crate::ir::options::Scratch;
use crate::math::pack;
use crate::math::quantize::Multiplier;
use crate::math::requantize::{Channel, Table};
use crate::ops::checker::{Checker, Operand};
use crate::ops::shared::unsigned;
use std::ops::Range;
use std::sync::Arc;

/// Element types of input, weights, bias and output that are used together.
pub struct Types {
    /// Of input and output.
    pub activations: DType,
    /// Of the weights; all are returned as `i8`.
    pub weights: &'static [DType],
    /// Of the bias.
    pub bias: &'static [DType],
}

/// Activations of int8.
pub const INT8: Types = Types { activations: DType::Int8, weights: &[DType::Int8, DType::Int4], bias: &[DType::Int32] };

/// A checked operator on constant weights.
#[derive(Clone)]
pub struct Weighted<'a> {
    /// The input.
    pub input: Operand<'a>,
    /// The weights as a tensor; [`Weighted::weights`] gives their contents.
    pub weights: Operand<'a>,
    /// The output.
    pub output: Operand<'a>,
    /// Bias, zeros if there is none.
    pub bias: Vec<i64>,
    /// Scale of each channel's accumulator to the output.
    pub multipliers: Vec<Multiplier>,
    /// Zero point of the weights; 0 except for uint8.
    pub weights_zero_point: i32,
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// The fused activation.
    pub activation: Activation,
    /// Range of the output after its activation.
    pub range: (i32, i32),
    /// Contents of the weights, their zero point in channels whose output is the same for every input.
    contents: Arc<Vec<i8>>,
}

/// Checks types, quantisation and constants of input, weights, bias and output, the first three inputs and the output.
///
/// Channels are along `axis` of the weights; there are `channels`.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    types: &Types,
    channels: (usize, usize),
    activation: Activation,
) -> Option<Weighted<'a>> {
    check_inputs(checker, [0, 1, 2], types, channels, activation)
}

/// The same if input, weights and bias have these input numbers.
pub fn check_inputs<'a>(
    checker: &mut Checker<'a>,
    numbers: [usize; 3],
    types: &Types,
    (axis, channels): (usize, usize),
    activation: Activation,
) -> Option<Weighted<'a>> {
    let (input, weights, output) = (checker.input(numbers[0])?, checker.input(numbers[1])?, checker.output(0)?);
    checker.dtype(input, &[types.activations]).then_some(())?;
    checker.dtype(weights, types.weights).then_some(())?;
    checker.dtype(output, &[types.activations]).then_some(())?;
    check_weights(checker, weights, (axis, channels));
    // Without contents in the file, nothing limits the number of channels, each of which takes memory below.
    weights.is_constant().then_some(())?;
    let bias = check_bias(checker, numbers[2], types, channels);
    let ((input_scale, input_zero_point), (output_scale, output_zero_point)) =
        (checker.per_tensor(input)?, checker.per_tensor(output)?);
    let range = checker.activation(activation, output)?;
    let multipliers = unsigned::multipliers(checker, weights, channels, (input_scale, output_scale))?;
    if weights.unsigned {
        let bias = checker.optional_input(numbers[2]);
        unsigned::check_bias(checker, [input, weights, output], bias);
    }
    let bias = bias?;
    let bytes = types.activations == DType::Int8;
    let (contents, weights_zero_point) = match weights.unsigned {
        true => unsigned::weights(weights),
        false => (weights.i8_data().unwrap_or_default(), 0),
    };
    let contents = Arc::new(contents);
    let mut weighted = Weighted {
        input,
        weights,
        output,
        bias,
        multipliers,
        weights_zero_point,
        input_zero_point,
        output_zero_point,
        activation,
        range,
        contents,
    };
    if bytes {
        weighted.check_sums(checker, axis);
        weighted.settle(axis);
    }
    Some(weighted)
}

/// The option `quantized_bias_type`. The type of the bias itself is used; the reference refuses only a number that is not a
/// type.
pub fn check_bias_type(checker: &mut Checker<'_>, number: i8) {
    if !is_type(number) {
        checker.bad(
            format!("quantized_bias_type {number}, which is not a type"),
            "the number of a type, such as 2 for int32",
        );
    }
}

fn check_weights(checker: &mut Checker<'_>, weights: Operand<'_>, (axis, channels): (usize, usize)) {
    if !weights.is_constant() {
        checker.bad_tensor(weights.id, "weights computed at run time", "constant weights");
    }
    check_quantisation(checker, weights, (axis, channels));
}

/// Weights have one scale, or one for each channel, and no zero point.
pub fn check_quantisation(checker: &mut Checker<'_>, weights: Operand<'_>, (axis, channels): (usize, usize)) {
    let Some(quant) = &weights.tensor.quant else {
        return checker.bad_tensor(weights.id, "no quantisation", "one scale, or one for each channel");
    };
    if quant.zero_points.iter().any(|&zero_point| zero_point != 0) && !weights.unsigned {
        checker.bad_tensor(weights.id, "a zero point other than 0", "symmetric weights");
    }
    let per_channel = quant.scales.len() == channels && (channels == 1 || quant.axis == axis);
    if quant.scales.len() != 1 && !per_channel {
        let found = format!("{} scales along dimension {}", quant.scales.len(), quant.axis);
        checker.bad_tensor(weights.id, found, format!("one scale, or {channels} along dimension {axis}"));
    }
}

/// Weights in the order of the file, in runs of one channel each, with the number of the channel. There are `channels` along
/// `axis`.
pub fn runs<'w>(
    weights: &'w [i8],
    shape: &[usize],
    axis: usize,
    channels: usize,
) -> impl Iterator<Item = (usize, &'w [i8])> {
    weights.chunks(run(shape, axis)).enumerate().map(move |(i, elements)| (i % channels, elements))
}

/// Number of adjacent elements of one channel.
fn run(shape: &[usize], axis: usize) -> usize {
    shape.get(axis + 1..).map_or(1, |inner| inner.iter().product::<usize>()).max(1)
}

/// The bias; `None` if something is wrong with it.
fn check_bias(checker: &mut Checker<'_>, number: usize, types: &Types, channels: usize) -> Option<Vec<i64>> {
    let Some(bias) = checker.optional_input(number) else { return Some(vec![0; channels]) };
    checker.dtype(bias, types.bias).then_some(())?;
    if !bias.is_constant() {
        checker.bad_tensor(bias.id, "a bias computed at run time", "a constant bias");
    } else if bias.elements() != channels {
        checker.bad_tensor(bias.id, format!("{} elements", bias.elements()), format!("{channels}"));
    }
    bias.i64_data().filter(|data| data.len() == channels)
}

impl<'a> Weighted<'a> {
    /// The same for some of the channels, without contents.
    pub fn part(&self, channels: Range<usize>) -> Weighted<'a> {
        let (bias, multipliers) = (self.bias[channels.clone()].to_vec(), self.multipliers[channels].to_vec());
        Weighted { bias, multipliers, contents: Arc::default(), ..*self }
    }

    /// The accumulator is an int32 in the reference, where signed overflow is undefined.
    fn check_sums(&self, checker: &mut Checker<'_>, axis: usize) {
        let sums = self.in_file(axis);
        let overflow = |(channel, sums): (usize, &Channel)| Some((channel, sums.overflow(self.input_zero_point)?));
        if let Some((channel, sum)) = sums.iter().enumerate().find_map(overflow) {
            let found = format!("sums up to {sum} in channel {channel}, bias {}", self.bias[channel]);
            let supported = format!("sums from {} to {} for all input bytes", i32::MIN, i32::MAX);
            checker.bad_tensor(self.weights.id, found, supported);
        }
    }

    /// The channels of int8; none if the weights' shape is different.
    fn in_file(&self, axis: usize) -> Vec<Channel> {
        let (bias, shape) = (&self.bias, &self.weights.shape);
        if bias.is_empty() || shape.get(axis) != Some(&bias.len()) {
            return Vec::new();
        }
        let empty = |(&bias, &multiplier): (&i64, &Multiplier)| Channel::new(bias as i32, [0i64; 0], multiplier);
        let mut channels: Vec<Channel> = bias.iter().zip(&self.multipliers).map(empty).collect();
        for (channel, elements) in runs(&self.contents, shape, axis, bias.len()) {
            channels[channel].add(self.differences(elements));
        }
        channels
    }

    /// Weights less their zero point.
    fn differences<'w>(&self, weights: &'w [i8]) -> impl Iterator<Item = i32> + use<'w> {
        let zero_point = self.weights_zero_point;
        weights.iter().map(move |&weight| i32::from(weight) - zero_point)
    }

    /// The weights in the order of the file; those of a channel whose output never varies are their zero point.
    pub fn weights(&self) -> Arc<Vec<i8>> {
        self.contents.clone()
    }

    /// The weights as in the file; of uint8 less their zero point if all of these are int8.
    pub fn weights_as_given(&self) -> Vec<i8> {
        match self.weights.unsigned {
            true => unsigned::weights(self.weights).0,
            false => self.weights.i8_data().unwrap_or_default(),
        }
    }

    /// Gives channels whose output never varies the constants of [`Channel::constant`]: otherwise the layer could not use its fast kernel.
    fn settle(&mut self, axis: usize) {
        let sums = self.in_file(axis);
        let only = |channel: &Channel| channel.only_output(self.input_zero_point, self.output_zero_point, self.range);
        let only: Vec<Option<i32>> = sums.iter().map(only).collect();
        for (channel, value) in only.iter().enumerate() {
            if let Some(value) = value {
                let constant = Channel::constant(value - self.output_zero_point);
                (self.bias[channel], self.multipliers[channel]) = (i64::from(constant.bias), constant.multiplier);
            }
        }
        if only.iter().all(Option::is_none) {
            return;
        }
        let run = run(&self.weights.shape, axis);
        for (i, elements) in Arc::make_mut(&mut self.contents).chunks_mut(run).enumerate() {
            if only[i % only.len()].is_some() {
                elements.fill(self.weights_zero_point as i8);
            }
        }
    }

    /// The channels of int8, of weights sorted as `[channel][…]`.
    pub fn channels(&self, weights: &[i8]) -> Vec<Channel> {
        let depth = weights.len() / self.bias.len();
        self.bias
            .iter()
            .zip(&self.multipliers)
            .zip(weights.chunks(depth))
            .map(|((&bias, &multiplier), weights)| Channel::new(bias as i32, self.differences(weights), multiplier))
            .collect()
    }

    /// The initialiser of a kernel's `tvmk_requant_t`.
    pub fn requant(&self, table: &str) -> String {
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

/// Which of its kernels a layer uses; each adds its suffix to the kernel's name, except the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// The short output form.
    Short,
    /// The general output form with the same products: a channel has no short form, or weights too large to be summed at once.
    General,
    /// The general output form, and weights that can't be packed for the DSP extension: −128 above a negative weight.
    Unpacked,
    /// Weights of int4 two in a byte, the short output form.
    Int4,
    /// The same, the general output form.
    Int4General,
}

impl Form {
    /// The suffix of the kernel's name.
    pub fn suffix(self) -> &'static str {
        match self {
            Form::Short => "",
            Form::General => "_general",
            Form::Unpacked => "_unpacked",
            Form::Int4 => "_int4",
            Form::Int4General => "_int4_general",
        }
    }
}

/// Why a layer does not use the kernel of the short form; empty if it does.
pub fn limits(weighted: &Weighted<'_>, weights: &[i8], form: Form) -> Vec<Limit> {
    let mut reasons = Vec::new();
    if !matches!(form, Form::Short | Form::Int4) {
        reasons.extend(long_channels(weighted, weights));
        if form == Form::Unpacked {
            reasons.push("a weight of -128 pairs with a negative one, which can't be packed".to_owned());
        } else if reasons.is_empty() {
            reasons.push("a channel's weights are too large for sums of a whole window".to_owned());
        }
    }
    let general = |reason| Limit { paths: Path::ALL, reason, general: true };
    reasons.into_iter().map(general).collect()
}

/// How many channels have no short form, in words.
pub fn long_channels(weighted: &Weighted<'_>, weights: &[i8]) -> Option<String> {
    let channels = weighted.channels(weights);
    let is_long = |channel: &&Channel| !channel.is_short(weighted.input_zero_point, weighted.output_zero_point);
    let long = channels.iter().filter(is_long).count();
    let text = || {
        format!("{long} of {} channels have factors or sums out of range of the short requantisation", channels.len())
    };
    (long > 0).then(text)
}

/// The reason in the report for a layer with less scratch memory.
pub fn thrift(scratch: Scratch) -> Limit {
    let with = if scratch == Scratch::None { "without scratch memory" } else { "with less scratch memory" };
    let reason = format!("{with}, for a smaller workspace: more instructions");
    Limit { paths: Path::ALL, reason, general: false }
}

/// Unpacked weights and table of a layer, and whether the table has the short form.
pub fn plain_constants(
    lowering: &Lowering<'_>,
    weighted: &Weighted<'_>,
    weights: Arc<Vec<i8>>,
    shape: &str,
) -> (Vec<Constant>, bool) {
    let table = Table::new(&weighted.channels(&weights), weighted.input_zero_point, weighted.output_zero_point);
    let weights = lowering.array("weights", Core::Any, ConstantData::Shared(weights), shape);
    (vec![weights, table_constant(lowering, &table)], table.short)
}

/// Weights and table of a layer whose DSP path multiplies packed weights.
///
/// `weights` are `[channel][run][element]`, with this number of runs. The kernel of the short form separates packed sums every `block`
/// elements. The form is not better than `best`.
pub fn packed_constants(
    lowering: &Lowering<'_>,
    weighted: &Weighted<'_>,
    weights: Arc<Vec<i8>>,
    runs: usize,
    block: usize,
    shape: &str,
    best: Form,
) -> (Vec<Constant>, Form) {
    let channels = weighted.channels(&weights);
    let mut table = Table::new(&channels, weighted.input_zero_point, weighted.output_zero_point);
    let pack = |block| pack::later(weights.clone(), channels.len(), runs, block);
    let mut form = Form::Short;
    let mut packed = (table.short && best == Form::Short).then(|| pack(block)).flatten();
    if packed.is_none() {
        table = Table::general(&channels, weighted.input_zero_point);
        packed = (best != Form::Unpacked).then(|| pack(pack::BLOCK)).flatten();
        form = if packed.is_some() { Form::General } else { Form::Unpacked };
    }
    let plain = |core| lowering.array("weights", core, ConstantData::Shared(weights.clone()), shape);
    let weights = match packed {
        Some(packed) => {
            let comment = format!("{shape}, two channels in each element: 256 * second + first, order of SXTB16");
            vec![lowering.array("weights", Core::Dsp, ConstantData::Packed(packed), comment), plain(Core::Plain)]
        }
        None => vec![plain(Core::Any)],
    };
    (weights.into_iter().chain([table_constant(lowering, &table)]).collect(), form)
}
