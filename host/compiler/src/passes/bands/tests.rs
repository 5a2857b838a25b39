//! What runs in which band.

use super::choose::Choices;
use super::walk::Walk;
use super::{bands, chain};
use crate::ir::graph::*;
use crate::ir::options::Options;
use crate::ir::program::Program;
use crate::ir::rows::Segment;
use crate::math::window::WindowOptions;
use crate::ops::shared::convolution;
use std::sync::Arc;

fn tensor(shape: &[usize]) -> Tensor {
    let quant = Quantization { scales: vec![0.5], zero_points: vec![3], axis: 0 };
    Tensor { shape: shape.to_vec(), quant: Some(quant), ..Tensor::default() }
}

/// Image 0 of 16 rows, a 3x3 convolution to 2, with 16 channels, another with a stride of 2 to 4; ADD of 4 and 4 to 5.
fn program() -> Program {
    let weights = |from, to| Tensor { data: Some(vec![1; 9 * 64].into()), ..tensor(&[to, 3, 3, from]) };
    let conv = |stride, inputs: [usize; 2], output| {
        let window = WindowOptions { padding: Padding::Same, stride: (stride, stride), dilation: (1, 1) };
        let options = convolution::Options { window, activation: Activation::None, bias_type: 0 };
        operator(OpKind::CONV_2D, Arc::new(options), &inputs, output)
    };
    let graph = Subgraph {
        tensors: vec![
            tensor(&[1, 16, 16, 4]),
            weights(4, 16),
            tensor(&[1, 16, 16, 16]),
            weights(16, 4),
            tensor(&[1, 8, 8, 4]),
            tensor(&[1, 8, 8, 4]),
        ],
        inputs: vec![TensorId(0)],
        outputs: vec![TensorId(5)],
        operators: vec![conv(1, [0, 1], 2), conv(2, [2, 3], 4), operator(OpKind::ADD, Arc::new(()), &[4, 4], 5)],
        ..Subgraph::default()
    };
    Program { graph, ..Program::default() }
}

fn operator(kind: OpKind, options: Arc<dyn OpOptions>, inputs: &[usize], output: usize) -> Operator {
    let inputs = inputs.iter().map(|&id| Some(TensorId(id))).collect();
    Operator { index: output, kind, version: 1, options, inputs, outputs: vec![TensorId(output)] }
}

#[test]
fn each_row_is_computed_once_from_rows_in_memory() {
    let program = program();
    let steps = chain::steps(&program);
    for rows in 1..8 {
        let walk = Walk::new(&steps, &Segment { first: 0, last: 2, rows }, |_| false).unwrap();
        let mut held = [0..0, 0..0, 0..0];
        walk.each(|run, done| {
            assert_eq!(run.rows.start, done[run.step]);
            if run.step > 0 {
                let input: &std::ops::Range<usize> = &held[run.step - 1];
                assert!(input.start <= run.reads.start && run.reads.end <= input.end, "{run:?} of {held:?}");
            }
            assert!(run.kept.is_empty() || held[run.step].start <= run.kept.start);
            held[run.step] = if run.step == 2 { 0..run.rows.end } else { run.kept.start..run.rows.end };
        });
        assert_eq!((walk.total(), held[2].end), (&[16, 8, 8][..], 8));
    }
}

#[test]
fn tensors_read_by_others_are_kept_whole() {
    let mut program = program();
    program.graph.outputs.push(TensorId(2));
    let before = program.graph.tensors.len();
    bands(&mut program, &[Segment { first: 0, last: 2, rows: 3 }]).unwrap();
    // The first of three bands writes its rows of tensor 2 itself.
    let reads = |op: &Operator| op.inputs.contains(&Some(TensorId(2))) || op.outputs.contains(&TensorId(2));
    assert!(program.graph.operators.iter().any(reads) && program.graph.tensors.len() > before);
    assert_eq!((program.bands[0].rows, program.bands[0].bands), (3, 3));
}

#[test]
fn segments_against_the_order_of_operators_have_no_bands() {
    let program = program();
    let steps = chain::steps(&program);
    let walk = |first, last, rows| Walk::new(&steps, &Segment { first, last, rows }, |_| false).is_some();
    assert_eq!([walk(0, 2, 8), walk(0, 2, 0), walk(0, 9, 1), walk(1, 2, 4)], [false, false, false, true]);
}

#[test]
fn fewer_bytes_are_reached_but_not_below_the_fewest() {
    let program = program();
    let options = Options { io_in_workspace: true, ..Options::default() };
    let choices = Choices::new(&program, &options);
    let fewest = choices.fewest();
    assert!(fewest < 4096, "{fewest}");
    assert!(choices.cheapest(fewest).is_some_and(|choice| !choice.segments.is_empty()));
    assert!(choices.cheapest(fewest - 1).is_none());
    assert!(choices.cheapest(1 << 20).is_some_and(|choice| choice.segments.is_empty()));
}
