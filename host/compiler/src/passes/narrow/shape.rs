//! Which channels of tensors belong together.

use crate::ir::graph::{DType, Tensor, TensorId};
use crate::ir::program::Program;
use crate::ops::checker::Operand;
use crate::ops::definition::Checked;
use crate::ops::flow::{Flow, Layout};
use std::collections::HashSet;

/// Maximum number of channels of a tensor that these passes analyse: each takes memory, and rows of millions are not channels.
const MOST: usize = 1 << 16;

/// Channels of a tensor: its last dimension.
pub fn channels(tensor: &Tensor) -> usize {
    tensor.shape.last().copied().unwrap_or(1)
}

/// Whether a tensor has more channels than these passes analyse.
pub fn is_vast(tensor: &Tensor) -> bool {
    channels(tensor) > MOST
}

/// Tensors that are not written once, by one operator of the graph: those of the caller, of the state, and of loops.
pub fn foreign(program: &Program) -> HashSet<TensorId> {
    let states = program.states.iter().map(|state| state.tensor);
    let mut foreign: HashSet<TensorId> = program.graph.inputs.iter().copied().chain(states).collect();
    let mut written = HashSet::new();
    for id in program.graph.operators.iter().flat_map(|op| &op.outputs) {
        if !written.insert(*id) {
            foreign.insert(*id);
        }
    }
    foreign
}

/// Number of channels of each tensor that may have a smaller range than its type, and lose channels: int8 tensors that only this graph
/// uses.
pub fn open(program: &Program) -> Vec<Option<usize>> {
    let graph = &program.graph;
    let is_open = |tensor: &Tensor| {
        tensor.dtype == DType::Int8 && !tensor.is_constant() && !tensor.shape.is_empty() && !is_vast(tensor)
    };
    let mut open: Vec<Option<usize>> =
        graph.tensors.iter().map(|tensor| is_open(tensor).then(|| channels(tensor))).collect();
    for id in foreign(program).iter().chain(&graph.outputs) {
        open[id.0] = None;
    }
    open
}

/// How the channels of an input go to those of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// One channel to all: each element of the input is repeated.
    Repeated,
    /// To the output channel with the same remainder modulo this number, which is the channel count of input or output.
    Modulo(usize),
}

/// How the channels of an input go to those of the output of an operator that goes channel by channel.
pub fn tie(input: &Operand<'_>, output: &Operand<'_>, by_element: bool) -> Option<Tie> {
    let (from, to) = (channels(input), channels(output));
    if by_element && from == 1 && to > 1 {
        return Some(Tie::Repeated);
    }
    let (small, large) = (from.min(to), from.max(to));
    (small > 0 && large.is_multiple_of(small)).then_some(Tie::Modulo(small))
}

/// How an operator computes its output, as far as these passes use it.
pub fn usable<'a>(checked: Option<&'a (dyn Checked + 'a)>) -> Flow<'a> {
    let flow = checked.map_or(Flow::Opaque, |checked| checked.flow());
    let fits = match &flow {
        Flow::Opaque => true,
        _ if has_vast(&flow) => false,
        Flow::Sums(sums) => {
            let (from, outputs) = (channels(&sums.weighted.input), sums.weighted.bias.len());
            let fits = match sums.layout {
                Layout::Rows => (sums.weighted.weights.elements() / outputs.max(1)).is_multiple_of(from.max(1)),
                Layout::Lanes(multiplier) => from * multiplier == outputs,
            };
            fits && channels(&sums.weighted.output) == outputs && !sums.weighted.input.is_constant()
        }
        Flow::Lanes(lanes) => lanes.inputs.iter().all(|input| {
            let same = channels(input) == channels(&lanes.output) || lanes.by_element;
            (same || !input.is_constant()) && tie(input, &lanes.output, lanes.by_element).is_some()
        }),
        Flow::Joined { inputs, output } => {
            inputs.iter().map(|input| channels(input)).sum::<usize>() == channels(output)
        }
    };
    if fits { flow } else { Flow::Opaque }
}

fn has_vast(flow: &Flow<'_>) -> bool {
    match flow {
        Flow::Opaque => false,
        Flow::Sums(sums) => is_vast(&sums.weighted.input) || is_vast(&sums.weighted.output),
        Flow::Lanes(lanes) => lanes.inputs.iter().chain([&lanes.output]).any(|operand| is_vast(operand)),
        Flow::Joined { inputs, output } => inputs.iter().chain([output]).any(|operand| is_vast(operand)),
    }
}
