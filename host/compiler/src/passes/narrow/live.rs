//! Backwards: the channels that results depend on.

use super::ranges::Ranges;
use super::shape::{Tie, channels, is_vast, tie};
use crate::ir::graph::{Subgraph, TensorId};
use crate::ops::flow::{Flow, Lanes, Layout, Sums};

/// Kernels compute this many channels at a time: a tensor keeps a multiple of it, or all its channels.
const QUANTUM: usize = 4;

/// For each open tensor, which of its channels stay.
pub type Live = Vec<Option<Vec<bool>>>;

/// The channels that stay.
pub fn live(graph: &Subgraph, flows: &[Flow<'_>], open: &[Option<usize>], ranges: &Ranges) -> Live {
    let mut marking = Marking::new(graph, flows, ranges);
    for (id, tensor) in graph.tensors.iter().enumerate() {
        if open[id].is_none() && !tensor.is_constant() {
            marking.mark_all(TensorId(id));
        }
    }
    for (op, flow) in graph.operators.iter().zip(flows) {
        if let Flow::Opaque = flow {
            op.inputs.iter().flatten().chain(&op.outputs).for_each(|&id| marking.mark_all(id));
        }
    }
    marking.follow();
    marking.keep_parts();
    marking.fill_up(open);
    marking.live.into_iter().zip(open).map(|(live, open)| open.map(|_| live)).collect()
}

/// Whether a sum does not need an input channel of one value: it can be added to the biases if it is the same in every window.
pub fn is_folded(sums: &Sums<'_>, only: Option<i32>) -> bool {
    only.is_some_and(|value| !sums.padded || value == sums.weighted.input_zero_point)
}

/// Marks what stays. Each channel is visited once: what it depends on, and what must stay together with it, also stays.
struct Marking<'a> {
    flows: &'a [Flow<'a>],
    ranges: &'a Ranges,
    /// The channels of all tensors except constants.
    live: Vec<Vec<bool>>,
    /// The operators that write or read each tensor.
    around: Vec<Vec<usize>>,
    todo: Vec<(TensorId, usize)>,
}

impl<'a> Marking<'a> {
    fn new(graph: &Subgraph, flows: &'a [Flow<'a>], ranges: &'a Ranges) -> Self {
        let mut around = vec![Vec::new(); graph.tensors.len()];
        for (index, op) in graph.operators.iter().enumerate() {
            for id in op.inputs.iter().flatten().chain(&op.outputs) {
                let around: &mut Vec<usize> = &mut around[id.0];
                if around.last() != Some(&index) {
                    around.push(index);
                }
            }
        }
        let counted = graph.tensors.iter().map(|tensor| match tensor.is_constant() || is_vast(tensor) {
            true => 0,
            false => channels(tensor),
        });
        let live = counted.map(|channels| vec![false; channels]).collect();
        Marking { flows, ranges, live, around, todo: Vec::new() }
    }

    fn mark(&mut self, id: TensorId, channel: usize) {
        if let Some(live) = self.live[id.0].get_mut(channel)
            && !std::mem::replace(live, true)
        {
            self.todo.push((id, channel));
        }
    }

    fn mark_all(&mut self, id: TensorId) {
        (0..self.live[id.0].len()).for_each(|channel| self.mark(id, channel));
    }

    fn follow(&mut self) {
        while let Some((id, channel)) = self.todo.pop() {
            for at in 0..self.around[id.0].len() {
                let index = self.around[id.0][at];
                let flows = self.flows;
                match &flows[index] {
                    Flow::Opaque => {}
                    Flow::Sums(sums) => self.follow_sums(sums, id, channel),
                    Flow::Lanes(lanes) => self.follow_lanes(lanes, id, channel),
                    Flow::Joined { inputs, output } => {
                        let mut first = 0;
                        for input in inputs {
                            let end = first + channels(input);
                            if id == input.id {
                                self.mark(output.id, first + channel);
                            }
                            if id == output.id && (first..end).contains(&channel) {
                                self.mark(input.id, channel - first);
                            }
                            first = end;
                        }
                    }
                }
            }
        }
    }

    fn follow_sums(&mut self, sums: &Sums<'_>, id: TensorId, channel: usize) {
        let (input, output) = (sums.weighted.input.id, sums.weighted.output.id);
        match sums.layout {
            Layout::Lanes(multiplier) if id == input => {
                (channel * multiplier..(channel + 1) * multiplier).for_each(|lane| self.mark(output, lane));
            }
            Layout::Lanes(multiplier) => self.mark(input, channel / multiplier),
            Layout::Rows if id == output && self.ranges.only(output, channel).is_none() => {
                let weights = sums.weighted.weights();
                let depth = weights.len() / sums.weighted.bias.len();
                let inputs = channels(&sums.weighted.input);
                for (at, _) in weights[channel * depth..].iter().take(depth).enumerate().filter(|(_, w)| **w != 0) {
                    if !is_folded(sums, self.ranges.only(input, at % inputs)) {
                        self.mark(input, at % inputs);
                    }
                }
            }
            Layout::Rows => {}
        }
    }

    fn follow_lanes(&mut self, lanes: &Lanes<'_>, id: TensorId, channel: usize) {
        let output = lanes.output.id;
        for input in lanes.inputs.iter().filter(|input| !input.is_constant()) {
            let (from, to) = (channels(input), channels(&lanes.output));
            match tie(input, &lanes.output, lanes.by_element) {
                Some(Tie::Modulo(modulo)) => {
                    let class = channel % modulo;
                    if id == input.id {
                        (class..to).step_by(modulo).for_each(|lane| self.mark(output, lane));
                    }
                    if id == output {
                        (class..from).step_by(modulo).for_each(|lane| self.mark(input.id, lane));
                    }
                }
                _ => self.mark(input.id, 0),
            }
        }
    }

    /// A constant among joined inputs keeps a channel, as computed tensors do.
    fn keep_parts(&mut self) {
        let flows = self.flows;
        for flow in flows {
            let Flow::Joined { inputs, output } = flow else { continue };
            let mut first = 0;
            for input in inputs {
                let end = first + channels(input);
                let is_left = !self.live[output.id.0][first..end].contains(&true);
                if input.is_constant() && is_left && first < end {
                    self.mark(output.id, first);
                }
                first = end;
            }
        }
        self.follow();
    }

    /// No tensor is left without channels, or with a number that is slow; channels of one value cost their readers least.
    fn fill_up(&mut self, open: &[Option<usize>]) {
        loop {
            let mut changed = false;
            for id in (0..self.live.len()).filter(|&id| open[id].is_some()) {
                let count = self.live[id].iter().filter(|&&live| live).count();
                let wanted = count.max(1).next_multiple_of(QUANTUM).min(self.live[id].len());
                let id = TensorId(id);
                let mut spare: Vec<usize> = (0..self.live[id.0].len()).filter(|&c| !self.live[id.0][c]).collect();
                spare.sort_by_key(|&channel| self.ranges.only(id, channel).is_none());
                for &channel in spare.iter().take(wanted.saturating_sub(count)) {
                    self.mark(id, channel);
                    changed = true;
                }
                self.follow();
            }
            if !changed {
                return;
            }
        }
    }
}
