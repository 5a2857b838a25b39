//! Pass 3: operators that need no code of their own disappear, where not a bit of any result changes.

use crate::ir::graph::*;
use crate::ir::layer::Lowered;
use crate::ir::program::Program;
use crate::ir::uses::Uses;
use crate::ops::shared::{control, table};

/// Rewrites a program until nothing more can be removed. With `keep_all` only dead operators are removed, so that every tensor of the
/// file still exists.
pub fn fuse(program: &mut Program, keep_all: bool) {
    if !keep_all {
        fold_activations(&mut program.graph);
        fold_paddings(&mut program.graph);
    }
    remove_dead(program);
}

/// RELU and RELU6 become the clamp of the operator before them.
///
/// Exact where both sides of the activation have the same quantisation: then the operator multiplies by exactly 1 and what
/// remains is the clamp, at the same bounds as those of a fused activation.
fn fold_activations(graph: &mut Subgraph) {
    let mut uses = Uses::new(graph);
    for i in 0..graph.operators.len() {
        let op = &graph.operators[i];
        let activation = match op.kind {
            OpKind::RELU => Activation::Relu,
            OpKind::RELU6 => Activation::Relu6,
            _ => continue,
        };
        let (Some(&Some(input)), Some(&output)) = (op.inputs.first(), op.outputs.first()) else { continue };
        let (before, after) = (graph.tensor(input), graph.tensor(output));
        let same = before.dtype == after.dtype && before.quant == after.quant && before.bytes() == after.bytes();
        let only_reader = uses.readers[input.0].len() == 1 && !uses.is_output[input.0];
        let writes_only = |at: &usize| graph.operators[*at].outputs.len() == 1;
        let Some(producer) = uses.producer[input.0].filter(writes_only) else { continue };
        if !same || !only_reader {
            continue;
        }
        let before = &mut graph.operators[producer];
        if let Some(fused) = before.options.with_activation(activation) {
            before.options = fused;
            before.outputs = vec![output];
            uses.producer[output.0] = Some(producer);
            // No operator reads the activation's output any more, so it is removed as dead.
            graph.operators[i].inputs.clear();
            graph.operators[i].outputs.clear();
        }
    }
}

/// PAD before a convolution becomes the convolution's own padding.
///
/// Exact for int8: a convolution reads elements outside its input as the input's zero point, which is what PAD writes.
/// Not on float32, where 0 · w added to a sum could change the sign of a zero.
fn fold_paddings(graph: &mut Subgraph) {
    let mut uses = Uses::new(graph);
    for i in 0..graph.operators.len() {
        let pad = &graph.operators[i];
        let (OpKind::PAD, &[Some(input), Some(amounts)], &[padded]) =
            (pad.kind, pad.inputs.as_slice(), pad.outputs.as_slice())
        else {
            continue;
        };
        let (before, after) = (graph.tensor(input), graph.tensor(padded));
        let fits = before.dtype == DType::Int8 && before.quant == after.quant && before.quant.is_some();
        let &[reader] = uses.readers[padded.0].as_slice() else { continue };
        if !fits || uses.is_output[padded.0] || graph.operators[reader].inputs.first() != Some(&Some(padded)) {
            continue;
        }
        let amounts: Vec<usize> =
            graph.tensor(amounts).i32_data().unwrap_or_default().iter().map(|&n| n as usize).collect();
        let &[0, 0, top, bottom, left, right, 0, 0] = amounts.as_slice() else { continue };
        let Some(weights) = graph.operators[reader].inputs.get(1).copied().flatten() else { continue };
        let around = Around { top, bottom, left, right };
        if let Some(fused) = graph.operators[reader].options.with_padding(&graph.tensor(weights).shape, around) {
            graph.operators[reader].options = fused;
            graph.operators[reader].inputs[0] = Some(input);
            uses.readers[input.0].iter_mut().filter(|at| **at == i).for_each(|at| *at = reader);
            graph.operators[i].inputs.clear();
            graph.operators[i].outputs.clear();
        }
    }
}

/// Joins layers of operators that can be one, once all are lowered.
pub fn fuse_layers(graph: &Subgraph, lowered: &mut [Lowered]) {
    table::compose(graph, lowered);
}

/// Removes operators whose results are not read, and those whose results are constants.
fn remove_dead(program: &mut Program) {
    let graph = &mut program.graph;
    let mut needed = vec![false; graph.tensors.len()];
    for &id in graph.outputs.iter().chain(program.states.iter().map(|state| &state.tensor)) {
        needed[id.0] = true;
    }
    let mut keep = vec![false; graph.operators.len()];
    for (i, op) in graph.operators.iter().enumerate().rev() {
        // The result of a loop or a branch may be read before it, in the next iteration.
        let step = control::of(op).is_some();
        keep[i] = step || op.outputs.iter().any(|&id| needed[id.0] && !graph.tensor(id).is_constant());
        if keep[i] {
            op.inputs.iter().flatten().for_each(|id| needed[id.0] = true);
        }
    }
    let mut keep = keep.into_iter();
    graph.operators.retain(|_| keep.next() == Some(true));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::window::WindowOptions;
    use crate::ops::shared::convolution::Options;
    use std::sync::Arc;

    fn tensor(shape: &[usize], data: Option<&[u8]>) -> Tensor {
        let quant = Quantization { scales: vec![0.5], zero_points: vec![3], axis: 0 };
        Tensor {
            shape: shape.to_vec(),
            quant: Some(quant),
            data: data.map(|data| data.to_vec().into()),
            ..Tensor::default()
        }
    }

    fn operator(index: usize, kind: OpKind, options: Arc<dyn OpOptions>, inputs: &[usize], output: usize) -> Operator {
        let inputs = inputs.iter().map(|&id| Some(TensorId(id))).collect();
        Operator { index, kind, version: 1, options, inputs, outputs: vec![TensorId(output)] }
    }

    /// input 0, PAD by 1 (amounts 1) to 2, CONV_2D with weights 3 to 4, RELU to 5; 6 is not read.
    fn program() -> Program {
        let window = WindowOptions { padding: Padding::Valid, stride: (1, 1), dilation: (1, 1) };
        let conv = Options { window, activation: Activation::None, bias_type: 0 };
        let amounts: Vec<u8> = [0, 0, 1, 1, 1, 1, 0, 0].iter().flat_map(|n: &i32| n.to_le_bytes()).collect();
        let graph = Subgraph {
            tensors: vec![
                tensor(&[1, 4, 4, 1], None),
                Tensor { dtype: DType::Int32, quant: None, ..tensor(&[4, 2], Some(&amounts)) },
                tensor(&[1, 6, 6, 1], None),
                tensor(&[1, 3, 3, 1], Some(&[0; 9])),
                tensor(&[1, 4, 4, 1], None),
                tensor(&[1, 4, 4, 1], None),
                tensor(&[1, 4, 4, 1], None),
            ],
            inputs: vec![TensorId(0)],
            outputs: vec![TensorId(5)],
            operators: vec![
                operator(0, OpKind::PAD, Arc::new(()), &[0, 1], 2),
                operator(1, OpKind::CONV_2D, Arc::new(conv), &[2, 3], 4),
                operator(2, OpKind::RELU, Arc::new(()), &[4], 5),
                operator(3, OpKind::LOGISTIC, Arc::new(()), &[5], 6),
            ],
            ..Subgraph::default()
        };
        Program { graph, ..Program::default() }
    }

    #[test]
    fn padding_and_activation_are_fused_into_the_convolution() {
        let mut program = program();
        fuse(&mut program, false);
        let [conv] = program.graph.operators.as_slice() else { panic!("{:?}", program.graph.operators) };
        let options = conv.options::<Options>().unwrap();
        assert_eq!(options.activation, Activation::Relu);
        let around = Around { top: 1, bottom: 1, left: 1, right: 1 };
        assert_eq!(options.window.padding, Padding::Explicit(around));
        assert_eq!((conv.inputs[0], conv.outputs[0]), (Some(TensorId(0)), TensorId(5)));
    }

    #[test]
    fn tensors_read_by_others_stay() {
        let mut program = program();
        program.graph.outputs.extend([TensorId(2), TensorId(4)]);
        fuse(&mut program, false);
        assert_eq!(program.graph.operators.len(), 3);
    }

    #[test]
    fn only_dead_operators_are_removed_if_all_tensors_are_kept() {
        let mut program = program();
        fuse(&mut program, true);
        assert_eq!(program.graph.operators.len(), 3);
    }
}
