//! Removes channels from constants: weights, biases and operands.

use super::edit::{Change, Edit};
use super::live::Live;
use super::ranges::{self, Ranges};
use super::shape::channels;
use crate::ir::graph::{DType, Operator, Quantization, Subgraph, Tensor};
use crate::ir::program::{Part, Removed};
use crate::ops::checker::Operand;
use crate::ops::flow::{Flow, Layout, Sums};

/// The positions of weights and bias among the inputs.
const WEIGHTS: usize = 1;
const BIAS: usize = 2;

/// The constants of operators around removed channels.
pub fn edits(
    graph: &Subgraph,
    flows: &[Flow<'_>],
    ranges: &Ranges,
    live: &Live,
    removed: &mut Vec<Removed>,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (at, (op, flow)) in graph.operators.iter().zip(flows).enumerate() {
        let constants = match flow {
            Flow::Opaque => Vec::new(),
            Flow::Sums(sums) => {
                let narrowed = Narrowed::new(sums, ranges, live);
                removed.extend(narrowed.removed(op));
                narrowed.constants(graph, op)
            }
            Flow::Lanes(lanes) => {
                let stays = stays(&lanes.output, live);
                operands(op, &lanes.inputs, |_, input| (channels(input) > 1).then(|| stays.clone()))
            }
            Flow::Joined { inputs, output } => {
                let stays = stays(output, live);
                let first = |at: usize| inputs[..at].iter().map(|input| channels(input)).sum::<usize>();
                operands(op, inputs, |at, input| Some(stays[first(at)..first(at) + channels(input)].to_vec()))
            }
        };
        edits.extend(constants.into_iter().map(|(slot, tensor)| Edit { at, change: Change::Constant(slot, tensor) }));
    }
    edits
}

/// Which channels of a tensor stay.
fn stays(operand: &Operand<'_>, live: &Live) -> Vec<bool> {
    live[operand.id.0].clone().unwrap_or_else(|| vec![true; channels(operand)])
}

/// Constant operands without the removed channels.
fn operands(
    op: &Operator,
    inputs: &[Operand<'_>],
    stays: impl Fn(usize, &Operand<'_>) -> Option<Vec<bool>>,
) -> Vec<(usize, Tensor)> {
    let mut constants = Vec::new();
    for (at, input) in inputs.iter().enumerate().filter(|(_, input)| input.is_constant()) {
        let (Some(data), Some(stays)) = (input.i8_data(), stays(at, input)) else { continue };
        if stays.iter().all(|&stays| stays) {
            continue;
        }
        let kept = data.iter().zip(stays.iter().cycle()).filter(|(_, stays)| **stays).map(|(&value, _)| value);
        let mut shape = input.shape.clone();
        shape.pop();
        shape.push(stays.iter().filter(|&&stays| stays).count());
        let tensor = with_bytes(input.tensor, shape, kept.collect());
        // Operators may have their inputs in another order than the file, but not those that have one of them twice.
        let is_here = |slot: usize| op.inputs.get(slot) == Some(&Some(input.id));
        let slot = if is_here(at) { Some(at) } else { (0..op.inputs.len()).find(|&slot| is_here(slot)) };
        constants.extend(slot.map(|slot| (slot, tensor)));
    }
    constants
}

/// A constant like `tensor` with another shape and other contents.
fn with_bytes(tensor: &Tensor, shape: Vec<usize>, values: Vec<i8>) -> Tensor {
    let byte = |value: i8| value as u8;
    let data = match tensor.dtype {
        DType::Int4 => {
            values.chunks(2).map(|pair| byte(pair[0]) & 15 | pair.get(1).map_or(0, |&high| byte(high) << 4)).collect()
        }
        _ => values.into_iter().map(byte).collect::<Vec<u8>>(),
    };
    Tensor { shape, data: Some(data.into()), ..tensor.clone() }
}

/// Scales of the channels that stay.
fn of_channels(quant: &Option<Quantization>, stays: &[bool]) -> Option<Quantization> {
    let mut quant = quant.clone()?;
    if quant.scales.len() > 1 && quant.scales.len() == stays.len() {
        let mut scales = stays.iter();
        quant.scales.retain(|_| scales.next() == Some(&true));
        let mut zero_points = stays.iter();
        quant.zero_points.retain(|_| zero_points.next() == Some(&true));
    }
    Some(quant)
}

/// Weighted sums without the removed channels.
struct Narrowed<'a> {
    sums: &'a Sums<'a>,
    /// The range of each input channel.
    inputs: Vec<(i32, i32)>,
    /// Which channels stay.
    stays_in: Vec<bool>,
    stays_out: Vec<bool>,
    /// Which output channels have one value. Their weights become 0.
    is_only: Vec<bool>,
}

impl<'a> Narrowed<'a> {
    fn new(sums: &'a Sums<'a>, ranges: &Ranges, live: &Live) -> Self {
        let (input, output) = (&sums.weighted.input, &sums.weighted.output);
        let only = |channel| ranges.only(output.id, channel).is_some();
        Narrowed {
            sums,
            inputs: ranges.of(input.id, input),
            stays_in: stays(input, live),
            stays_out: stays(output, live),
            is_only: (0..channels(output)).map(only).collect(),
        }
    }

    /// What is removed, for the report.
    fn removed(&self, op: &Operator) -> Option<Removed> {
        let channels = self.stays_out.iter().filter(|&&stays| !stays).count();
        let (operator, kind, part) = (op.index, op.kind.to_string(), Part::Channels);
        self.what().map(|what| Removed { operator, kind, part, channels, what })
    }

    /// The same in words.
    fn what(&self) -> Option<String> {
        let part = |stays: &[bool], what: &str| {
            let gone = stays.iter().filter(|&&stays| !stays).count();
            (gone > 0).then(|| format!("{gone} of {} {what} channels", stays.len()))
        };
        let parts: Vec<String> =
            [part(&self.stays_in, "input"), part(&self.stays_out, "output")].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// The input channel of a weight of an output channel, at this position of its row.
    fn input_of(&self, output: usize, at: usize) -> usize {
        match self.sums.layout {
            Layout::Rows => at % self.inputs.len(),
            Layout::Lanes(multiplier) => output / multiplier,
        }
    }

    /// Weights and bias, where they change.
    fn constants(&self, graph: &Subgraph, op: &Operator) -> Vec<(usize, Tensor)> {
        let weighted = self.sums.weighted;
        let (given, outputs) = (weighted.weights_as_given(), weighted.bias.len());
        let depth = given.len() / outputs;
        let place = |output: usize, at: usize| match self.sums.layout {
            Layout::Rows => output * depth + at,
            Layout::Lanes(_) => at * outputs + output,
        };
        let is_varied = |output: usize| (0..depth).any(|at| given[place(output, at)] != 0);
        let settles = |output: usize| self.stays_out[output] && self.is_only[output] && is_varied(output);
        if self.what().is_none() && !(0..outputs).any(settles) {
            return Vec::new();
        }
        let given_bias = op.inputs.get(BIAS).copied().flatten().map(|id| graph.tensor(id));
        let mut bias: Vec<i64> = match given_bias.and_then(Tensor::i32_data) {
            Some(bias) => bias.into_iter().map(i64::from).collect(),
            None => vec![0; outputs],
        };
        let mut weights = given.clone();
        let ends = ranges::ends(self.sums, &given, &bias, &self.inputs);
        for output in 0..outputs {
            let places = (0..depth).map(|at| (place(output, at), self.input_of(output, at)));
            if self.is_only[output] {
                // Every possible sum gives the same output.
                bias[output] = ends[output].0;
                places.for_each(|(place, _)| weights[place] = 0);
                continue;
            }
            for (place, input) in places.filter(|&(_, input)| !self.stays_in[input]) {
                bias[output] += i64::from(given[place]) * i64::from(self.inputs[input].0 - weighted.input_zero_point);
            }
        }
        let mut constants = vec![(WEIGHTS, self.weights(&weights))];
        if given_bias.is_some() || bias.iter().any(|&bias| bias != 0) {
            constants.push((BIAS, self.bias(given_bias, &bias)));
        }
        constants
    }

    fn weights(&self, weights: &[i8]) -> Tensor {
        let tensor = self.sums.weighted.weights.tensor;
        let count = |stays: &[bool]| stays.iter().filter(|&&stays| stays).count();
        let (outputs, inputs) = (count(&self.stays_out), count(&self.stays_in));
        let mut shape = tensor.shape.clone();
        let last = shape.len() - 1;
        let kept: Vec<i8> = match self.sums.layout {
            Layout::Rows => {
                shape[0] = outputs;
                shape[last] = shape[last] / self.inputs.len() * inputs;
                let rows = weights.chunks(weights.len() / self.stays_out.len()).zip(&self.stays_out);
                let kept =
                    rows.filter(|(_, stays)| **stays).flat_map(|(row, _)| row.iter().zip(self.stays_in.iter().cycle()));
                kept.filter(|(_, stays)| **stays).map(|(&weight, _)| weight).collect()
            }
            Layout::Lanes(_) => {
                shape[last] = outputs;
                let lanes = weights.iter().zip(self.stays_out.iter().cycle());
                lanes.filter(|(_, stays)| **stays).map(|(&weight, _)| weight).collect()
            }
        };
        let mut quant = of_channels(&tensor.quant, &self.stays_out);
        if let Some(quant) = quant.as_mut().filter(|_| tensor.unsigned) {
            // Weights of uint8 are given less their zero point.
            quant.zero_points.fill(0);
        }
        Tensor { quant, ..with_bytes(tensor, shape, kept) }
    }

    /// The bias; if there is none, a new one with the scale that FULLY_CONNECTED requires.
    fn bias(&self, given: Option<&Tensor>, bias: &[i64]) -> Tensor {
        let weighted = self.sums.weighted;
        let made = || {
            let scales = weighted.input.per_tensor().zip(weighted.weights.per_tensor());
            let quant = |((input, _), (weights, _)): ((f32, i32), (f32, i32))| Quantization {
                scales: vec![input * weights],
                zero_points: vec![0],
                axis: 0,
            };
            let name = format!("{}_bias", weighted.weights.name);
            Tensor { name, dtype: DType::Int32, quant: scales.map(quant), ..Tensor::default() }
        };
        let tensor = given.cloned().unwrap_or_else(made);
        let kept = bias.iter().zip(&self.stays_out).filter(|(_, stays)| **stays);
        // All possible sums fit int32: so does a part of one.
        let data: Vec<u8> = kept.clone().flat_map(|(&bias, _)| (bias as i32).to_le_bytes()).collect();
        let quant = of_channels(&tensor.quant, &self.stays_out);
        Tensor { shape: vec![kept.count()], data: Some(data.into()), quant, ..tensor }
    }
}
