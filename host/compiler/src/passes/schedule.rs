//! Pass 5: which tensors always share bytes (aliases), what owns the bytes, and their first and last
//! use.
//!
//! A [`Storage`] is a run of bytes that one or more tensors name: a reshaped tensor is its input, a variable read is the
//! variable. Where two names can't stand for the same bytes (an input that is an output too) a copying layer is put in.

use crate::ir::graph::*;
use crate::ir::layer::{Argument, Layer, Lowered};
use crate::ir::names::Names;
use crate::ir::program::Program;
use crate::ir::schedule::{Owner, Schedule, Storage};

/// Finds the storages of a program whose operators were lowered; `lowered` goes with the program's operators.
/// With `keep_all` variables are copied when read and assigned, so that no tensor changes after it was written.
pub fn schedule(program: &mut Program, lowered: Vec<Lowered>, names: &mut Names, keep_all: bool) -> Schedule {
    let copies = separate_outputs(program);
    let mut joiner = Joiner::new(program, &lowered);
    let copied = joiner.join(program, &lowered, keep_all);

    let mut layers = Vec::new();
    for (i, lowered) in lowered.into_iter().enumerate() {
        match lowered {
            Lowered::Layer(layer) => layers.push(layer),
            Lowered::Alias { input, output } if copied[i] => {
                layers.push(copy(program, names, Some(program.graph.operators[i].index), input, output));
            }
            Lowered::Alias { .. } | Lowered::Nothing => {}
        }
    }
    for (input, output) in copies {
        layers.push(copy(program, names, None, input, output));
    }
    let (storages, of_tensor) = lifetimes(program, &joiner, &layers);
    Schedule { layers, storages, of_tensor, outputs: program.graph.outputs.clone() }
}

/// Gives each output of the graph a tensor of its own. Returns the copies this takes at the end of a run.
fn separate_outputs(program: &mut Program) -> Vec<(TensorId, TensorId)> {
    let mut copies = Vec::new();
    for i in 0..program.graph.outputs.len() {
        let id = program.graph.outputs[i];
        let shared = program.graph.outputs[..i].contains(&id)
            || program.graph.inputs.contains(&id)
            || program.graph.tensor(id).is_constant()
            || program.state_of(id).is_some();
        if shared {
            let clone = Tensor { data: None, ..program.graph.tensor(id).clone() };
            let new = TensorId(program.graph.tensors.len());
            program.graph.tensors.push(clone);
            program.graph.outputs[i] = new;
            copies.push((id, new));
        }
    }
    copies
}

/// Merges tensors into classes of the same bytes.
struct Joiner {
    /// Class of each tensor: the index of its first member.
    class: Vec<usize>,
    /// Owner of each class; [`Owner::Arena`] where nothing outside claims it.
    owner: Vec<Owner>,
    /// Last operator that reads each class as data; aliases don't count until they turn out to be copies.
    last_read: Vec<Option<usize>>,
    /// Operator that writes each class first.
    written: Vec<Option<usize>>,
}

impl Joiner {
    fn new(program: &Program, lowered: &[Lowered]) -> Self {
        let graph = &program.graph;
        let count = graph.tensors.len();
        let mut owner = vec![Owner::Arena; count];
        for (id, tensor) in graph.tensors.iter().enumerate() {
            if tensor.is_constant() {
                owner[id] = Owner::Constant;
            }
        }
        graph.inputs.iter().enumerate().for_each(|(i, id)| owner[id.0] = Owner::Input(i));
        graph.outputs.iter().enumerate().for_each(|(i, id)| owner[id.0] = Owner::Output(i));
        program.states.iter().enumerate().for_each(|(i, state)| owner[state.tensor.0] = Owner::State(i));
        let (mut last_read, mut written) = (vec![None; count], vec![None; count]);
        for (i, lowered) in lowered.iter().enumerate() {
            let Lowered::Layer(layer) = lowered else { continue };
            for argument in &layer.arguments {
                let slot = if argument.written { &mut written } else { &mut last_read };
                slot[argument.tensor.0] = Some(i);
            }
        }
        Joiner { class: (0..count).collect(), owner, last_read, written }
    }

    /// Joins what can be joined; returns which operators must copy instead.
    fn join(&mut self, program: &Program, lowered: &[Lowered], keep_all: bool) -> Vec<bool> {
        let mut copied = vec![false; lowered.len()];
        let assigns: Vec<(usize, TensorId, TensorId)> = lowered
            .iter()
            .enumerate()
            .filter_map(|(i, lowered)| match *lowered {
                Lowered::Alias { input, output } if program.state_of(output).is_some() => Some((i, input, output)),
                _ => None,
            })
            .collect();
        // A value that is assigned to a variable is read there, unless the assignment turns out to be no copy.
        for &(i, input, _) in &assigns {
            self.read(input, i);
        }
        // Backwards, so that everything that hangs on a tensor is known when its own alias is looked at.
        for (i, lowered) in lowered.iter().enumerate().rev() {
            let Lowered::Alias { input, output } = *lowered else { continue };
            if program.state_of(output).is_some() {
                continue;
            }
            let last = self.last_read[self.class[output.0]].unwrap_or(i);
            // A variable can't stand for its old contents beyond the next assignment.
            let overwritten = program.state_of(input).is_some()
                && assigns.iter().any(|&(at, _, state)| state == input && at > i && at <= last);
            let kept = keep_all && program.state_of(input).is_some();
            if overwritten || kept || !self.unite(input, output) {
                copied[i] = true;
                self.read(input, i);
                self.written[self.class[output.0]] = Some(i);
            }
        }
        for &(i, input, state) in &assigns {
            let (value, variable) = (self.class[input.0], self.class[state.0]);
            let only = assigns.iter().filter(|&&(_, _, other)| other == state).count() == 1;
            // The value may be computed right where the variable is, once the variable's old contents are not needed.
            let done = self.written[value].is_some_and(|written| {
                let reads = lowered.iter().enumerate().filter_map(|(at, lowered)| match *lowered {
                    Lowered::Alias { input, .. } if input == state => Some(at),
                    _ => None,
                });
                self.last_read[variable].is_none_or(|last| last < written) && reads.into_iter().all(|at| at < written)
            });
            if !(only && done && !keep_all && self.owner[value] == Owner::Arena && self.unite(input, state)) {
                copied[i] = true;
            }
        }
        copied
    }

    fn read(&mut self, id: TensorId, at: usize) {
        let slot = &mut self.last_read[self.class[id.0]];
        *slot = (*slot).max(Some(at));
    }

    /// Makes two classes one; false where both have owners.
    fn unite(&mut self, a: TensorId, b: TensorId) -> bool {
        let (a, b) = (self.class[a.0], self.class[b.0]);
        if a == b {
            return true;
        }
        let owner = match (self.owner[a], self.owner[b]) {
            (owner, Owner::Arena) | (Owner::Arena, owner) => owner,
            _ => return false,
        };
        let (keep, drop) = (a.min(b), a.max(b));
        self.class.iter_mut().filter(|class| **class == drop).for_each(|class| *class = keep);
        self.owner[keep] = owner;
        self.last_read[keep] = self.last_read[a].max(self.last_read[b]);
        self.written[keep] = match (self.written[a], self.written[b]) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        };
        true
    }
}

/// When each storage is in use, counted in layers.
fn lifetimes(program: &Program, joiner: &Joiner, layers: &[Layer]) -> (Vec<Storage>, Vec<Option<usize>>) {
    let graph = &program.graph;
    let mut storages: Vec<Storage> = Vec::new();
    let mut of_class: Vec<Option<usize>> = vec![None; graph.tensors.len()];
    let mut touch = |storages: &mut Vec<Storage>, id: TensorId, at: usize| {
        let class = joiner.class[id.0];
        let tensor = graph.tensor(id);
        let index = *of_class[class].get_or_insert_with(|| {
            storages.push(Storage {
                bytes: 0,
                align: 1,
                owner: joiner.owner[class],
                first: at,
                last: at,
                tensors: vec![],
            });
            storages.len() - 1
        });
        let storage = &mut storages[index];
        storage.bytes = storage.bytes.max(tensor.bytes());
        storage.align = storage.align.max(tensor.dtype.size());
        (storage.first, storage.last) = (storage.first.min(at), storage.last.max(at));
    };
    for &id in &graph.inputs {
        touch(&mut storages, id, 0);
    }
    // Outputs and states outlive the last layer, so that nothing there may overwrite them.
    let end = layers.len();
    for (at, layer) in layers.iter().enumerate() {
        for argument in &layer.arguments {
            touch(&mut storages, argument.tensor, at);
        }
    }
    for &id in &graph.outputs {
        touch(&mut storages, id, end);
    }
    for state in &program.states {
        touch(&mut storages, state.tensor, 0);
        touch(&mut storages, state.tensor, end);
    }
    let of_tensor: Vec<Option<usize>> = joiner.class.iter().map(|&class| of_class[class]).collect();
    for (id, storage) in of_tensor.iter().enumerate() {
        if let Some(storage) = storage {
            storages[*storage].tensors.push(TensorId(id));
        }
    }
    (storages, of_tensor)
}

fn copy(program: &Program, names: &mut Names, operator: Option<usize>, input: TensorId, output: TensorId) -> Layer {
    let (tensor, bytes) = (program.graph.tensor(output), program.graph.tensor(output).bytes());
    Layer {
        name: names.unique(&format!("copy_{}", tensor.name)),
        operators: operator.into_iter().collect(),
        summary: format!("copy of {bytes} bytes"),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        headers: vec!["base.h"],
        body: format!("    tvmk_copy((int8_t *)output, (const int8_t *)input, {bytes});\n"),
        ..Layer::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::program::State;

    /// A program with so many tensors of four bytes.
    fn program(tensors: usize, inputs: &[usize], outputs: &[usize]) -> Program {
        let tensor = Tensor { shape: vec![4], ..Tensor::default() };
        let ids = |ids: &[usize]| ids.iter().map(|&id| TensorId(id)).collect();
        let graph = Subgraph {
            tensors: vec![tensor; tensors],
            inputs: ids(inputs),
            outputs: ids(outputs),
            ..Subgraph::default()
        };
        Program { graph, states: Vec::new() }
    }

    fn layer(program: &mut Program, inputs: &[usize], output: usize) -> Lowered {
        operator(program);
        let mut arguments: Vec<Argument> = inputs.iter().map(|&id| Argument::input("input", TensorId(id))).collect();
        arguments.push(Argument::output("output", TensorId(output)));
        Lowered::Layer(Layer { arguments, ..Layer::default() })
    }

    fn alias(program: &mut Program, input: usize, output: usize) -> Lowered {
        operator(program);
        Lowered::Alias { input: TensorId(input), output: TensorId(output) }
    }

    fn operator(program: &mut Program) {
        let index = program.graph.operators.len();
        let (inputs, outputs) = (Vec::new(), Vec::new());
        let options = std::sync::Arc::new(());
        program.graph.operators.push(Operator { index, kind: OpKind::RESHAPE, version: 1, options, inputs, outputs });
    }

    fn owners(schedule: &Schedule, ids: &[usize]) -> Vec<Option<Owner>> {
        ids.iter().map(|&id| schedule.of_tensor[id].map(|storage| schedule.storages[storage].owner)).collect()
    }

    #[test]
    fn aliases_share_bytes_for_their_whole_lifetime() {
        let mut program = program(4, &[0], &[3]);
        let lowered = vec![layer(&mut program, &[0], 1), alias(&mut program, 1, 2), layer(&mut program, &[2], 3)];
        let schedule = schedule(&mut program, lowered, &mut Names::new(), false);
        assert_eq!(schedule.layers.len(), 2);
        assert_eq!(schedule.of_tensor[1], schedule.of_tensor[2]);
        let shared = &schedule.storages[schedule.of_tensor[1].unwrap()];
        assert_eq!((shared.owner, shared.first, shared.last), (Owner::Arena, 0, 1));
        assert_eq!(owners(&schedule, &[0, 3]), [Some(Owner::Input(0)), Some(Owner::Output(0))]);
    }

    #[test]
    fn an_input_that_is_an_output_is_copied() {
        let mut program = program(2, &[0], &[0, 1, 1]);
        let lowered = vec![alias(&mut program, 0, 1)];
        let schedule = schedule(&mut program, lowered, &mut Names::new(), false);
        // The alias itself, the input as an output, and the second of two equal outputs.
        assert_eq!(schedule.layers.len(), 3);
        assert_eq!(schedule.outputs, [TensorId(2), TensorId(1), TensorId(3)]);
    }

    /// Reads variable 3 as 1, computes 2 of 1 and the input, assigns 2 to the variable.
    fn stream(late_reader: bool) -> Schedule {
        let mut program = program(5, &[0], &[4]);
        program.states.push(State { tensor: TensorId(3), initial: vec![0; 4].into() });
        let mut lowered = vec![
            alias(&mut program, 3, 1),
            layer(&mut program, &[0, 1], 4),
            layer(&mut program, &[0], 2),
            alias(&mut program, 2, 3),
        ];
        if late_reader {
            program.graph.tensors.push(program.graph.tensors[0].clone());
            program.graph.outputs.push(TensorId(5));
            lowered.push(layer(&mut program, &[1], 5));
        }
        schedule(&mut program, lowered, &mut Names::new(), false)
    }

    #[test]
    fn a_variable_is_read_and_computed_in_place() {
        let schedule = stream(false);
        assert_eq!(schedule.layers.len(), 2);
        assert_eq!(owners(&schedule, &[1, 2, 3]), [Some(Owner::State(0)); 3]);
    }

    #[test]
    fn a_variable_read_after_its_assignment_is_copied_before() {
        let schedule = stream(true);
        assert_eq!(owners(&schedule, &[1, 3]), [Some(Owner::Arena), Some(Owner::State(0))]);
        assert_eq!(schedule.layers.len(), 4);
    }
}
