//! Which tensors share the same bytes, for the pass `schedule`.

use crate::ir::graph::*;
use crate::ir::layer::{Block, Lowered, Part};
use crate::ir::program::Program;
use crate::ir::schedule::Owner;

/// Merges tensors into classes: runs of bytes of which each tensor is a part.
pub struct Joiner {
    /// Class of each tensor: the index of one of its members.
    class: Vec<usize>,
    /// Where each tensor begins in its class.
    at: Vec<i64>,
    /// The classes, at the indices that name them.
    classes: Vec<Class>,
    /// Whether all tensors keep their contents to the end of a run.
    keep_all: bool,
}

#[derive(Default)]
struct Class {
    members: Vec<usize>,
    /// Start of its first byte and end of its last one.
    low: i64,
    high: i64,
    /// [`Owner::Arena`] if nothing outside owns it.
    owner: Option<Owner>,
    /// Whether it must not become longer, because its bytes are or may be provided from outside.
    fixed: bool,
    /// Last operator that reads it as data; aliases count only if they become copies.
    last_read: Option<usize>,
    /// Operator that writes it first.
    written: Option<usize>,
    /// The first operator that gives it contents, aliases and parts included.
    begun: Option<usize>,
    /// For the memory of a device: the operator that calls the device, which may change all of it.
    device: Option<usize>,
}

impl Joiner {
    /// Each tensor by itself. With `io_in_workspace` a model for a device has no inputs and outputs of the caller.
    pub fn new(program: &Program, lowered: &[Lowered], io_in_workspace: bool) -> Self {
        let graph = &program.graph;
        let class = |(id, tensor): (usize, &Tensor)| Class {
            members: vec![id],
            high: tensor.bytes() as i64,
            owner: tensor.is_constant().then_some(Owner::Constant),
            ..Class::default()
        };
        let mut classes: Vec<Class> = graph.tensors.iter().enumerate().map(class).collect();
        let device = lowered.iter().any(|lowered| matches!(lowered, Lowered::Layer(layer) if layer.device));
        if !(io_in_workspace && device) {
            graph.inputs.iter().enumerate().for_each(|(i, id)| classes[id.0].owner = Some(Owner::Input(i)));
            graph.outputs.iter().enumerate().for_each(|(i, id)| classes[id.0].owner = Some(Owner::Output(i)));
        }
        program.states.iter().enumerate().for_each(|(i, state)| classes[state.tensor.0].owner = Some(Owner::State(i)));
        classes.iter_mut().for_each(|class| class.fixed = class.owner.is_some());
        for (i, lowered) in lowered.iter().enumerate() {
            match lowered {
                Lowered::Layer(layer) => {
                    for argument in &layer.arguments {
                        let class = &mut classes[argument.tensor.0];
                        if layer.device {
                            (class.device, class.fixed) = (Some(i), true);
                        }
                        let slot = if argument.written { &mut class.written } else { &mut class.last_read };
                        *slot = Some(i);
                    }
                }
                // A value read from a variable may share the variable's bytes.
                Lowered::Alias { input, output } if program.state_of(*input).is_some() => {
                    classes[output.0].fixed = true;
                }
                _ => {}
            }
        }
        // The caller reads the outputs.
        graph.outputs.iter().filter(|_| device).for_each(|id| classes[id.0].last_read = Some(lowered.len()));
        for (id, at) in begun(lowered) {
            classes[id.0].begun.get_or_insert(at);
        }
        Joiner { class: (0..classes.len()).collect(), at: vec![0; classes.len()], classes, keep_all: false }
    }

    /// The class of a tensor, and where in it the tensor begins.
    pub fn place(&self, id: TensorId) -> (usize, usize) {
        let class = self.class[id.0];
        (class, (self.at[id.0] - self.classes[class].low) as usize)
    }

    /// The tensors of a class, by index.
    pub fn members(&self, class: usize) -> impl Iterator<Item = usize> {
        let mut members = self.classes[class].members.clone();
        members.sort_unstable();
        members.into_iter()
    }

    /// Whether a class is memory of a device.
    pub fn of_device(&self, class: usize) -> bool {
        self.classes[class].device.is_some()
    }

    /// What owns a class.
    pub fn owner(&self, class: usize) -> Owner {
        self.classes[class].owner.unwrap_or(Owner::Arena)
    }

    /// Joins what can be joined; returns for each operator which of its parts must be copied instead, an alias being one.
    pub fn join(&mut self, program: &Program, lowered: &[Lowered], keep_all: bool) -> Vec<Vec<bool>> {
        self.keep_all = keep_all;
        let mut copied: Vec<Vec<bool>> = lowered
            .iter()
            .map(|lowered| vec![false; if let Lowered::Parts(parts) = lowered { parts.parts.len() } else { 1 }])
            .collect();
        let assigns: Vec<(usize, TensorId, TensorId)> = lowered
            .iter()
            .enumerate()
            .filter_map(|(i, lowered)| match *lowered {
                Lowered::Alias { input, output } if program.state_of(output).is_some() => Some((i, input, output)),
                _ => None,
            })
            .collect();
        // A value that is assigned to a variable is read there, unless the assignment needs no copy.
        for &(i, input, _) in &assigns {
            self.read(input, i);
        }
        // Backwards, so that all aliases of a tensor are known before its own alias is processed.
        for (i, lowered) in lowered.iter().enumerate().rev() {
            match lowered {
                Lowered::Parts(parts) => {
                    for (copied, part) in copied[i].iter_mut().zip(&parts.parts) {
                        *copied = !self.unite_part(program, part);
                        if *copied {
                            self.copy(i, part.input.tensor, part.output.tensor);
                        }
                    }
                }
                Lowered::Alias { input, output } if program.state_of(*output).is_none() => {
                    copied[i][0] = !self.unite_alias(program, &assigns, i, *input, *output, keep_all);
                    if copied[i][0] {
                        self.copy(i, *input, *output);
                    }
                }
                _ => {}
            }
        }
        for &(i, input, state) in &assigns {
            let only = assigns.iter().filter(|&&(_, _, other)| other == state).count() == 1;
            copied[i][0] = !(only && !keep_all && self.unite_assigned(program, lowered, input, state));
        }
        copied
    }

    fn unite_part(&mut self, program: &Program, part: &Part) -> bool {
        let tensors = [part.input.tensor, part.output.tensor];
        // A whole tensor, input or output, is a part of the other one.
        let whole = |block: &Block| tensors.iter().any(|&id| program.graph.tensor(id).bytes() == block.bytes);
        part.block.filter(whole).is_some_and(|block| self.unite(tensors[0], tensors[1], block))
    }

    fn unite_alias(
        &mut self,
        program: &Program,
        assigns: &[(usize, TensorId, TensorId)],
        at: usize,
        input: TensorId,
        output: TensorId,
        keep_all: bool,
    ) -> bool {
        let is_state = program.state_of(input).is_some();
        let last = self.classes[self.class[output.0]].last_read.unwrap_or(at);
        // The old contents of a variable are lost at the next assignment.
        let overwritten =
            is_state && assigns.iter().any(|&(assigned, _, state)| state == input && assigned > at && assigned <= last);
        let kept = keep_all && is_state;
        !overwritten && !kept && self.unite(input, output, all(program, input))
    }

    /// Gives the value the variable's own bytes, if the variable's old contents are no longer needed.
    fn unite_assigned(&mut self, program: &Program, lowered: &[Lowered], value: TensorId, state: TensorId) -> bool {
        let (class, variable) = (&self.classes[self.class[value.0]], &self.classes[self.class[state.0]]);
        let done = class.written.is_some_and(|written| {
            let mut reads = lowered.iter().enumerate().filter_map(|(at, lowered)| match *lowered {
                Lowered::Alias { input, .. } if input == state => Some(at),
                _ => None,
            });
            variable.last_read.is_none_or(|last| last < written) && reads.all(|at| at < written)
        });
        done && class.owner.is_none() && self.unite(value, state, all(program, state))
    }

    fn copy(&mut self, at: usize, input: TensorId, output: TensorId) {
        self.read(input, at);
        let written = &mut self.classes[self.class[output.0]].written;
        *written = Some(written.map_or(at, |other| other.min(at)));
    }

    fn read(&mut self, id: TensorId, at: usize) {
        let slot = &mut self.classes[self.class[id.0]].last_read;
        *slot = (*slot).max(Some(at));
    }

    /// Merges the classes of two tensors so that this block is the same bytes of both. False if that is not possible:
    /// both have owners, one would be longer than what its owner provides, or other bytes would overlap.
    fn unite(&mut self, input: TensorId, output: TensorId, block: Block) -> bool {
        let (a, b) = (self.class[input.0], self.class[output.0]);
        let start = self.at[input.0] + block.input as i64;
        // Distance from the input's class to the output's.
        let by = start - (self.at[output.0] + block.output as i64);
        if a == b {
            return by == 0;
        }
        let (one, other) = (&self.classes[a], &self.classes[b]);
        let (low, high) = (other.low + by, other.high + by);
        let apart = one.low.max(low) >= start && one.high.min(high) <= start + block.bytes as i64;
        let fits =
            (!one.fixed || one.low <= low && high <= one.high) && (!other.fixed || low <= one.low && one.high <= high);
        let constant = [one, other].iter().any(|class| class.owner == Some(Owner::Constant));
        if !apart
            || !fits
            || !self.outlasts(one, other)
            || constant
            || one.owner.is_some() && other.owner.is_some()
            || block.bytes == 0
        {
            return false;
        }
        // The smaller class is merged into the larger one.
        let (keep, drop, by) = if one.members.len() < other.members.len() { (b, a, -by) } else { (a, b, by) };
        let dropped = std::mem::take(&mut self.classes[drop]);
        let kept = &mut self.classes[keep];
        for &member in &dropped.members {
            self.class[member] = keep;
            self.at[member] += by;
        }
        kept.members.extend(dropped.members);
        (kept.low, kept.high) = (kept.low.min(dropped.low + by), kept.high.max(dropped.high + by));
        kept.owner = kept.owner.or(dropped.owner);
        kept.fixed |= dropped.fixed;
        kept.last_read = kept.last_read.max(dropped.last_read);
        let earlier = |one: Option<usize>, other: Option<usize>| one.into_iter().chain(other).min();
        kept.written = earlier(kept.written, dropped.written);
        kept.begun = earlier(kept.begun, dropped.begun);
        kept.device = kept.device.or(dropped.device);
        true
    }

    /// Whether the contents of two classes last if they share bytes: a device may change all of its memory, so others can be there
    /// only before its call or after it. Memory that the caller holds is not aligned as that of a device is.
    fn outlasts(&self, one: &Class, other: &Class) -> bool {
        let (call, other) = match (one.device, other.device) {
            (None, None) => return true,
            (Some(_), Some(_)) => return false,
            (Some(call), None) => (call, other),
            (None, Some(call)) => (call, one),
        };
        let before = other.last_read.is_none_or(|last| last <= call);
        let after = other.begun.is_some_and(|begun| begun >= call);
        other.owner.is_none() && !self.keep_all && (before || after)
    }
}

/// The tensors that operators give contents, in order.
fn begun(lowered: &[Lowered]) -> Vec<(TensorId, usize)> {
    let mut begun = Vec::new();
    for (i, lowered) in lowered.iter().enumerate() {
        match lowered {
            Lowered::Layer(layer) => {
                let written = layer.arguments.iter().filter(|argument| argument.written);
                begun.extend(written.map(|argument| (argument.tensor, i)));
            }
            Lowered::Alias { output, .. } => begun.push((*output, i)),
            Lowered::Parts(parts) => begun.extend(parts.parts.iter().map(|part| (part.output.tensor, i))),
            Lowered::Nothing => {}
        }
    }
    begun
}

/// All bytes of a tensor, as those of another of the same size.
fn all(program: &Program, id: TensorId) -> Block {
    Block { input: 0, output: 0, bytes: program.graph.tensor(id).bytes() }
}
