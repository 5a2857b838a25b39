//! Parts for an NPU: `bind` reads where their tensors are, `split` makes three operators of each, between which its memory exists.

use crate::ir::graph::*;
use crate::ir::problem::{Errors, Problem};
use crate::ir::program::Program;
use crate::ops::checker::Checker;
use crate::ops::ethos_u::call::{Base, Invocation, Moves, made};
use crate::ops::ethos_u::{Examined, Marked, Part, examine};
use std::sync::Arc;

/// Inputs before the tensors: commands, weights, scratch, fast scratch.
const MEMORY: usize = 4;

/// Reads what the file says of each part, and leaves it the inputs that have contents: commands, weights, tensors.
///
/// # Errors
/// Parts in subgraphs, without their memory or with other options than Vela's; offsets of another format.
pub fn bind(graph: &mut Graph) -> Result<(), Errors> {
    let mut problems = Vec::new();
    let offline = graph.offline.take();
    for (number, subgraph) in graph.subgraphs.iter_mut().enumerate() {
        let parts: Vec<usize> =
            (0..subgraph.operators.len()).filter(|&i| subgraph.operators[i].kind == OpKind::ETHOS_U).collect();
        if parts.is_empty() {
            continue;
        }
        let offsets = match offsets(offline.as_deref(), subgraph.tensors.len()) {
            Ok(offsets) => offsets,
            Err(found) => return Err(Problem::file(found, "the file as Vela wrote it").into()),
        };
        for i in parts {
            match part(subgraph, &subgraph.operators[i], number, &offsets) {
                Ok((part, inputs)) => {
                    let op = &mut subgraph.operators[i];
                    (op.inputs, op.options) = (inputs, Arc::new(part));
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Errors(problems)) }
}

/// Where each tensor of the main graph is in the NPU's memory: version 0, how many graphs, how many offsets, the offsets.
fn offsets(bytes: Option<&[u8]>, tensors: usize) -> Result<Vec<Option<usize>>, String> {
    let Some(bytes) = bytes else { return Ok(vec![None; tensors]) };
    let words: Vec<i32> = bytes.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let [version, _, count, offsets @ ..] = words.as_slice() else {
        return Err(format!("metadata OfflineMemoryAllocation of {} bytes", bytes.len()));
    };
    if *version != 0 {
        return Err(format!("metadata OfflineMemoryAllocation of version {version}"));
    }
    let complete = usize::try_from(*count).is_ok_and(|count| count >= tensors && count <= offsets.len());
    if !complete {
        let known = offsets.len();
        return Err(format!(
            "metadata OfflineMemoryAllocation with {count} offsets in {known} words, for {tensors} tensors"
        ));
    }
    Ok(offsets[..tensors].iter().map(|&offset| usize::try_from(offset).ok()).collect())
}

type Inputs = Vec<Option<TensorId>>;

fn part(graph: &Subgraph, op: &Operator, number: usize, offsets: &[Option<usize>]) -> Result<(Part, Inputs), Problem> {
    let bad = |found: String, supported: &str| Err(Problem::operator(graph, op, found, supported));
    if number > 0 {
        return bad(
            "a part for the NPU in a subgraph".to_owned(),
            "in the main graph: leave loops and branches to the CPU",
        );
    }
    match op.options::<Marked>() {
        Some(Marked { kind: Some(1) }) => {}
        Some(Marked { kind: Some(kind) }) => return bad(format!("options for kind {kind}"), "kind 1, Vela's"),
        _ => return bad("options that are not a number".to_owned(), "the number 1, as Vela writes it"),
    }
    if op.inputs.len() <= MEMORY || op.inputs[..MEMORY].contains(&None) {
        let supported = "commands, weights, scratch, fast scratch, and at least one tensor that the NPU reads";
        return bad(format!("{} inputs", op.inputs.iter().flatten().count()), supported);
    }
    let memory = |i: usize| {
        op.inputs[i].map(|id| graph.tensor(id)).filter(|tensor| tensor.dtype == DType::Uint8 && !tensor.is_constant())
    };
    let (Some(scratch), Some(fast)) = (memory(2), memory(3)) else {
        return bad("scratch that is not memory of uint8".to_owned(), "two tensors of uint8 without contents");
    };
    let place = |id: &TensorId| offsets.get(id.0).copied().flatten();
    let weighted = op.inputs[1].is_some_and(|id| graph.tensor(id).elements() > 0);
    let part = Part {
        weighted,
        scratch: scratch.bytes(),
        fast: fast.bytes(),
        name: scratch.name.clone(),
        inputs: op.inputs[MEMORY..].iter().map(|id| id.as_ref().and_then(place)).collect(),
        outputs: op.outputs.iter().map(place).collect(),
    };
    let inputs = op.inputs[..part.first_tensor()].iter().chain(&op.inputs[MEMORY..]).copied().collect();
    Ok((part, inputs))
}

/// Makes three operators of each part: one that moves its inputs into its memory, one that calls the driver, one that moves its
/// outputs out of it. What is computed in place is not moved.
pub fn split(program: &mut Program) {
    let graph = &mut program.graph;
    let parts = graph.operators.iter().filter(|op| op.options::<Part>().is_some()).count();
    if parts == 0 {
        return;
    }
    let mut seen = 0;
    for op in std::mem::take(&mut graph.operators) {
        let examined = op.options::<Part>().and_then(|part| Some((part, examine(&mut Checker::new(graph, &op))?)));
        let Some((part, examined)) = examined else {
            graph.operators.push(op);
            continue;
        };
        seen += 1;
        let made = Memory::new(graph, part, &examined).operators(&op, &examined, [seen == 1, seen == parts]);
        graph.operators.extend(made);
    }
}

/// The memory of a part while its regions are collected.
struct Memory<'a> {
    graph: &'a mut Subgraph,
    part: &'a Part,
    scratch: TensorId,
    regions: Vec<(Base, usize)>,
    memory: Vec<(TensorId, bool)>,
}

impl<'a> Memory<'a> {
    fn new(graph: &'a mut Subgraph, part: &'a Part, examined: &Examined) -> Self {
        let mut memory = Memory { graph, part, scratch: TensorId(0), regions: Vec::new(), memory: Vec::new() };
        memory.scratch = memory.make(part.name.clone(), part.scratch, true);
        // Without a use of the fast memory, which is then the same, it takes no bytes of its own.
        let fast = match examined.uses(2) {
            true => (Base::Memory(memory.make(format!("{}_fast", part.name), part.fast, true), 0), part.fast),
            false => (Base::Memory(memory.scratch, 0), part.fast.min(part.scratch)),
        };
        // Without weights there is nothing in their region.
        let weights = if part.weighted { Base::Weights } else { Base::Memory(memory.scratch, 0) };
        memory.regions = vec![(weights, 0), (Base::Memory(memory.scratch, 0), part.scratch), fast];
        memory
    }

    fn make(&mut self, name: String, bytes: usize, written: bool) -> TensorId {
        let id = TensorId(self.graph.tensors.len());
        self.graph.tensors.push(Tensor { name, shape: vec![bytes], dtype: DType::Uint8, ..Tensor::default() });
        self.memory.push((id, written));
        id
    }

    /// The place of each of these tensors in memory, each a region.
    fn tensors(
        &mut self,
        tensors: &[TensorId],
        offsets: &[Option<usize>],
        written: bool,
    ) -> Vec<(TensorId, TensorId, usize)> {
        let mut blocks = Vec::new();
        for (&id, offset) in tensors.iter().zip(offsets) {
            let (name, bytes) = (self.graph.tensor(id).name.clone(), self.graph.tensor(id).bytes());
            let (memory, at) = match *offset {
                Some(offset) => (self.scratch, offset),
                None => (self.make(name, bytes, written), 0),
            };
            self.regions.push((Base::Memory(memory, at), bytes));
            blocks.push((id, memory, at));
        }
        blocks
    }

    fn operators(mut self, op: &Operator, examined: &Examined, [first, last]: [bool; 2]) -> [Operator; 3] {
        let part = self.part;
        let (constants, inputs) = op.inputs.split_at(part.first_tensor());
        let constants: Vec<TensorId> = constants.iter().flatten().copied().collect();
        let inputs: Vec<TensorId> = inputs.iter().flatten().copied().collect();
        let bytes = |memory: &Self, i: usize| constants.get(i).map_or(0, |&id| memory.graph.tensor(id).bytes());
        let (commands, weights) = (bytes(&self, 0), bytes(&self, 1));
        self.regions[0].1 = weights;
        let into = self.tensors(&inputs, &part.inputs, false);
        let out = self.tensors(&op.outputs, &part.outputs, true);
        self.regions.truncate(Examined::most());
        let memory: Vec<TensorId> = self.memory.iter().map(|(id, _)| *id).collect();
        let written: Vec<TensorId> = self.memory.iter().filter(|(_, written)| *written).map(|(id, _)| *id).collect();
        let filled: Vec<TensorId> = into.iter().map(|(_, memory, _)| *memory).collect();
        let read = constants.iter().chain(&memory).copied().collect();
        let summary = examined.summary(commands, weights);
        let (graph, regions) = (self.graph, self.regions);
        let call = Invocation { regions, memory: self.memory, first, last, summary };
        [
            made(graph, op, Moves { into: true, blocks: into }, inputs, filled),
            made(graph, op, call, read, written.clone()),
            made(graph, op, Moves { into: false, blocks: out }, written, op.outputs.clone()),
        ]
    }
}
