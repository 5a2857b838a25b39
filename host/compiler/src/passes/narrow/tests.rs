//! What is left out of small graphs, and that the rest adds up to the same.

use super::narrow;
use crate::ir::graph::*;
use crate::ir::program::{Part, Program};
use crate::math::window::WindowOptions;
use crate::ops;
use crate::ops::shared::convolution::Options;
use std::sync::Arc;

/// The zero point of all activations.
const ZERO: i64 = -5;

/// A bias larger than weights of 1 can change: the output is 127, or −128 if negated.
const BEYOND: i32 = 1 << 20;

fn quantized(scales: &[f32], zero_point: i64) -> Option<Quantization> {
    Some(Quantization { scales: scales.to_vec(), zero_points: vec![zero_point; scales.len()], axis: 0 })
}

/// A graph under construction.
#[derive(Default)]
struct Net(Subgraph);

impl Net {
    fn tensor(&mut self, tensor: Tensor) -> TensorId {
        self.0.tensors.push(tensor);
        TensorId(self.0.tensors.len() - 1)
    }

    fn image(&mut self, side: usize, channels: usize) -> TensorId {
        let shape = vec![1, side, side, channels];
        self.tensor(Tensor { shape, quant: quantized(&[0.5], ZERO), ..Tensor::default() })
    }

    fn constant(&mut self, shape: &[usize], values: &[i8]) -> TensorId {
        let data = values.iter().map(|&value| value as u8).collect::<Vec<u8>>();
        let quant = quantized(&[0.5], 0);
        self.tensor(Tensor { shape: shape.to_vec(), quant, data: Some(data.into()), ..Tensor::default() })
    }

    fn operator(
        &mut self,
        kind: OpKind,
        options: Arc<dyn OpOptions>,
        inputs: &[TensorId],
        output: TensorId,
    ) -> TensorId {
        let inputs = inputs.iter().map(|&id| Some(id)).collect();
        let index = self.0.operators.len();
        self.0.operators.push(Operator { index, kind, version: 1, options, inputs, outputs: vec![output] });
        output
    }

    /// A convolution with weights of 1, of `side` × `side`; one channel for each bias.
    fn conv(&mut self, input: TensorId, side: usize, padding: Padding, biases: &[i32]) -> TensorId {
        let &[_, height, _, channels] = self.0.tensor(input).shape.as_slice() else { panic!("not an image") };
        let weights =
            self.constant(&[biases.len(), side, side, channels], &vec![1; biases.len() * side * side * channels]);
        let data: Vec<u8> = biases.iter().flat_map(|bias| bias.to_le_bytes()).collect();
        let (shape, dtype) = (vec![biases.len()], DType::Int32);
        let bias = self.tensor(Tensor { shape, dtype, data: Some(data.into()), ..Tensor::default() });
        let size = if padding == Padding::Same { height } else { height + 1 - side };
        let output = self.image(size, biases.len());
        let window = WindowOptions { padding, stride: (1, 1), dilation: (1, 1) };
        let options = Options { window, activation: Activation::None, bias_type: 0 };
        self.operator(OpKind::CONV_2D, Arc::new(options), &[input, weights, bias], output)
    }

    fn finish(mut self, input: TensorId, outputs: &[TensorId]) -> Program {
        (self.0.inputs, self.0.outputs) = (vec![input], outputs.to_vec());
        let mut program = Program { graph: self.0, ..Program::default() };
        narrow(&mut program);
        for op in &program.graph.operators {
            assert!(ops::check(&program.graph, op).is_ok(), "{op:?}");
        }
        program
    }
}

fn bias_of(program: &Program, operator: usize) -> Vec<i32> {
    let id = program.graph.operators[operator].inputs[2].unwrap();
    program.graph.tensor(id).i32_data().unwrap()
}

fn channels_of(program: &Program, id: TensorId) -> usize {
    program.graph.tensor(id).shape[3]
}

/// Eight channels: three that vary, and five stuck at one end or the other.
const MIXED: [i32; 8] = [0, BEYOND, 3, -BEYOND, -BEYOND, BEYOND, 1, BEYOND];

#[test]
fn channels_of_one_value_are_added_to_the_biases_of_their_reader() {
    let mut net = Net::default();
    let input = net.image(4, 2);
    let first = net.conv(input, 1, Padding::Valid, &MIXED);
    let second = net.conv(first, 2, Padding::Valid, &[7, 9]);
    let program = net.finish(input, &[second]);
    // Of five removable ones one stays, so that the number is a multiple of four: the first, at 127.
    assert_eq!(channels_of(&program, first), 4);
    assert_eq!(bias_of(&program, 0).len(), 4);
    let share = 4 * (2 * (127 + 5) + 2 * (-128 + 5));
    assert_eq!(bias_of(&program, 1), [7 + share, 9 + share]);
    let [producer, reader] = program.removed.as_slice() else { panic!("{:?}", program.removed) };
    assert_eq!((producer.channels, producer.what.as_str()), (4, "4 of 8 output channels"));
    assert_eq!((reader.channels, reader.what.as_str()), (0, "4 of 8 input channels"));
}

#[test]
fn padding_counts_as_the_zero_point() {
    for (activation_value, kept) in [(BEYOND, 8), (0, 4)] {
        let mut net = Net::default();
        let input = net.image(4, 2);
        let first = net.conv(input, 1, Padding::Valid, &[activation_value; 8]);
        if activation_value == 0 {
            // Half of the channels have no weights, so that they hold the zero point.
            let weights = net.0.operators[0].inputs[1].unwrap();
            let values: Vec<u8> = (0..16).map(|i| u8::from(i < 8)).collect();
            net.0.tensors[weights.0].data = Some(values.into());
        }
        let second = net.conv(first, 3, Padding::Same, &[7, 9]);
        let program = net.finish(input, &[second]);
        assert_eq!(channels_of(&program, first), kept);
        assert_eq!(bias_of(&program, 1), [7, 9]);
    }
}

#[test]
fn channels_of_results_stay() {
    let mut net = Net::default();
    let input = net.image(4, 2);
    let first = net.conv(input, 1, Padding::Valid, &MIXED);
    let second = net.conv(first, 1, Padding::Valid, &[0, 0]);
    let program = net.finish(input, &[second, first]);
    assert_eq!(channels_of(&program, first), 8);
    assert!(program.removed.is_empty());
}

#[test]
fn unread_channels_are_removed_with_all_their_inputs() {
    let mut net = Net::default();
    let input = net.image(4, 2);
    let first = net.conv(input, 1, Padding::Valid, &[0; 8]);
    let second = net.conv(first, 1, Padding::Valid, &[0; 8]);
    // The last layer has weights for the first four channels of `second`, and these for the last four of `first`.
    let third = net.conv(second, 1, Padding::Valid, &[1]);
    for (operator, first, rows) in [(1, 4, 8), (2, 0, 1)] {
        let weights = net.0.operators[operator].inputs[1].unwrap();
        let row: Vec<u8> = (0..8).map(|i| u8::from((first..first + 4).contains(&i))).collect();
        net.0.tensors[weights.0].data = Some(row.repeat(rows).into());
    }
    let program = net.finish(input, &[third]);
    assert_eq!((channels_of(&program, first), channels_of(&program, second)), (4, 4));
    assert_eq!(bias_of(&program, 2), [1]);
}

#[test]
fn channels_of_sums_are_removed_with_both_operands() {
    let mut net = Net::default();
    let input = net.image(4, 2);
    let left = net.conv(input, 1, Padding::Valid, &MIXED);
    let right = net.conv(input, 1, Padding::Valid, &[BEYOND, BEYOND, 0, BEYOND, BEYOND, BEYOND, 0, BEYOND]);
    let sum = net.image(4, 8);
    net.operator(OpKind::ADD, Arc::new(ops::shared::binary::Options::default()), &[left, right], sum);
    let last = net.conv(sum, 1, Padding::Valid, &[0]);
    let program = net.finish(input, &[last]);
    // Channels 0, 2 and 6 vary, and one more makes four.
    for id in [left, right, sum] {
        assert_eq!(channels_of(&program, id), 4);
    }
}

#[test]
fn operators_without_effect_and_idle_clamps_are_removed() {
    let mut net = Net::default();
    let input = net.image(4, 2);
    let quant = quantized(&[0.5], -128);
    let first = net.conv(input, 1, Padding::Valid, &[0; 4]);
    let relu = net.image(4, 4);
    for id in [first, relu] {
        net.0.tensors[id.0].quant = quant.clone();
    }
    net.operator(OpKind::RELU, Arc::new(()), &[first], relu);
    let clamped = net.conv(relu, 1, Padding::Valid, &[0]);
    // The first sum reaches 255 of the output's steps, and RELU6 ends at 6; what is left of it, halved, never reaches 6 again.
    let free = net.conv(clamped, 1, Padding::Valid, &[0]);
    for (operator, id, zero_point) in [(2, clamped, ZERO), (3, free, -128)] {
        net.0.tensors[id.0].quant = quantized(&[1.0], zero_point);
        let options = net.0.operators[operator].options::<Options>().unwrap().clone();
        net.0.operators[operator].options = Arc::new(Options { activation: Activation::Relu6, ..options });
    }
    let program = net.finish(input, &[free]);
    let kinds: Vec<OpKind> = program.graph.operators.iter().map(|op| op.kind).collect();
    assert_eq!(kinds, [OpKind::CONV_2D, OpKind::RESHAPE, OpKind::CONV_2D, OpKind::CONV_2D]);
    let activation = |at: usize| program.graph.operators[at].options::<Options>().unwrap().activation;
    assert_eq!((activation(2), activation(3)), (Activation::Relu6, Activation::None));
    let parts: Vec<(usize, Part)> = program.removed.iter().map(|removed| (removed.operator, removed.part)).collect();
    assert_eq!(parts, [(1, Part::Operator), (3, Part::Clamp)]);
}
