//! Pass 3: operators that need no code of their own disappear, where not a bit of any result changes.

use crate::graph::*;
use crate::state::Program;

/// Rewrites a program until nothing more can be left out. With `keep_all` only dead operators go, so that every tensor of the
/// file still exists.
pub fn fuse(program: &mut Program, keep_all: bool) {
    fold_constant_reshapes(&mut program.graph);
    if !keep_all {
        fold_activations(&mut program.graph);
    }
    remove_dead(program);
}

/// A reshaped constant is a constant.
fn fold_constant_reshapes(graph: &mut Subgraph) {
    for i in 0..graph.operators.len() {
        let op = &graph.operators[i];
        if op.kind != OpKind::RESHAPE {
            continue;
        }
        if let (Some(&Some(input)), Some(&output)) = (op.inputs.first(), op.outputs.first())
            && graph.tensor(input).bytes() == graph.tensor(output).bytes()
        {
            graph.tensors[output.0].data = graph.tensor(input).data.clone();
        }
    }
}

/// RELU and RELU6 become the clamp of the operator before them.
///
/// Exact where both sides of the activation have the same quantisation: then the operator multiplies by exactly 1 and what
/// remains is the clamp, at the same bounds as those of a fused activation.
fn fold_activations(graph: &mut Subgraph) {
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
        let only_reader = readers(graph, input) == 1 && !graph.outputs.contains(&input);
        let Some(producer) = graph.operators.iter().position(|other| other.outputs == [input]) else { continue };
        if !same || !only_reader {
            continue;
        }
        let producer = &mut graph.operators[producer];
        if let Some(slot @ Activation::None) = producer.options.activation_mut() {
            *slot = activation;
            producer.outputs = vec![output];
            // What is left of the activation has no output that anyone reads and goes as dead.
            graph.operators[i].inputs.clear();
            graph.operators[i].outputs.clear();
        }
    }
}

fn readers(graph: &Subgraph, id: TensorId) -> usize {
    graph.operators.iter().flat_map(|op| &op.inputs).filter(|input| **input == Some(id)).count()
}

/// Removes operators whose results nobody reads, and those whose results are constants.
fn remove_dead(program: &mut Program) {
    let graph = &mut program.graph;
    let mut needed = vec![false; graph.tensors.len()];
    for &id in graph.outputs.iter().chain(program.states.iter().map(|state| &state.tensor)) {
        needed[id.0] = true;
    }
    let mut keep = vec![false; graph.operators.len()];
    for (i, op) in graph.operators.iter().enumerate().rev() {
        keep[i] = op.outputs.iter().any(|&id| needed[id.0] && !graph.tensor(id).is_constant());
        if keep[i] {
            op.inputs.iter().flatten().for_each(|id| needed[id.0] = true);
        }
    }
    let mut keep = keep.into_iter();
    graph.operators.retain(|_| keep.next() == Some(true));
}
