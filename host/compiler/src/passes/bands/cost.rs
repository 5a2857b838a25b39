//! How many bytes are in use while a segment is computed, and its other costs.

use super::Uses;
use super::walk::Walk;
use crate::ir::graph::{Operator, Subgraph, TensorId};
use crate::ir::layer::{Lowered, Lowering};
use crate::ir::options::{Options, Scratch};
use crate::ir::program::Program;
use crate::ir::rows::Segment;
use crate::ops;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// All amounts of scratch memory that a layer can get, most first.
pub const LEVELS: [Scratch; 3] = [Scratch::Best, Scratch::Less, Scratch::None];

/// What the kernels of an operator need.
#[derive(Debug, Clone, Default)]
pub struct Need {
    /// Bytes of scratch memory at each of [`LEVELS`].
    pub scratch: [usize; LEVELS.len()],
    /// Inputs that the output may overwrite, and how many bytes before them it then begins.
    pub in_place: Vec<(TensorId, usize)>,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Whether there is a function: none for tensors that are only other names or parts of the same bytes.
    pub is_layer: bool,
}

/// The cost of one operator of a segment.
#[derive(Debug, Clone)]
pub struct Load {
    /// Bytes in use while it runs, without its scratch memory.
    pub bytes: usize,
    /// The most scratch memory its kernels take, at each of [`LEVELS`].
    pub scratch: [usize; LEVELS.len()],
    /// Multiply-accumulates.
    pub macs: u64,
}

/// A way to compute some operators, and its cost.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// First and last operator.
    pub first: usize,
    /// Last operator.
    pub last: usize,
    /// Rows of a band; `None` for one operator as it is.
    pub rows: Option<usize>,
    /// The operators.
    pub loads: Vec<Load>,
    /// Approximate cost of the bands in instructions: rows that are copied, and calls.
    pub extra: u64,
}

/// Approximate number of instructions around the loops of a kernel.
const CALL: u64 = 400;

/// Computes what operators need, once for each operator and number of rows.
pub struct Costs<'a> {
    program: &'a Program,
    options: &'a Options,
    uses: &'a Uses,
    /// A copy of the graph in which shapes are changed.
    bench: Subgraph,
    known: HashMap<(usize, Range<usize>, usize, bool), Need>,
    /// Tensors whose bytes are not in the workspace.
    elsewhere: HashSet<TensorId>,
    /// For each tensor the operator that writes it; `None` for tensors that exist before the first one.
    writer: HashMap<TensorId, usize>,
}

impl<'a> Costs<'a> {
    /// Prepares this for the operators of a program.
    pub fn new(program: &'a Program, options: &'a Options, uses: &'a Uses) -> Self {
        let graph = &program.graph;
        let constants = (0..graph.tensors.len()).map(TensorId).filter(|&id| graph.tensor(id).is_constant());
        let mut elsewhere: HashSet<TensorId> = constants.collect();
        elsewhere.extend(program.states.iter().map(|state| state.tensor));
        if !options.io_in_workspace {
            elsewhere.extend(graph.inputs.iter().chain(&graph.outputs));
        }
        let writes = graph.operators.iter().enumerate().rev();
        let writer = writes.flat_map(|(at, op)| op.outputs.iter().map(move |&id| (id, at))).collect();
        let bench = Subgraph { operators: Vec::new(), ..graph.clone() };
        Costs { program, options, uses, bench, known: HashMap::new(), elsewhere, writer }
    }

    /// Bytes of a tensor in the workspace.
    fn bytes(&self, id: TensorId) -> usize {
        if self.elsewhere.contains(&id) { 0 } else { self.program.graph.tensor(id).bytes() }
    }

    /// Bytes of tensors that are needed before and after these operators, and that these do not read.
    fn around(&self, first: usize, last: usize, read: impl Fn(TensorId) -> bool) -> usize {
        let inputs = self.program.graph.inputs.iter().map(|&id| (id, None));
        let written = self.writer.iter().map(|(&id, &at)| (id, Some(at)));
        let lives = |(id, from): &(TensorId, Option<usize>)| {
            let before = from.is_none_or(|from| from < first);
            before && self.uses.last_read[id.0].is_some_and(|to| to > last) && !read(*id)
        };
        inputs.chain(written).filter(lives).map(|(id, _)| self.bytes(id)).sum()
    }

    /// What an operator needs, unchanged or for some rows: those it writes, those it reads.
    fn need(&mut self, at: usize, op: &Operator, rows: Option<(&[TensorId], &Range<usize>, usize)>) -> Need {
        let key = match rows {
            Some((_, rows, reads)) => (at, 0..rows.len(), reads, rows.start == 0),
            None => (at, 0..0, 0, false),
        };
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        if let Some((inputs, rows, reads)) = rows {
            inputs.iter().for_each(|id| self.bench.tensors[id.0].shape[1] = reads);
            self.bench.tensors[op.outputs[0].0].shape[1] = rows.len();
        }
        let mut need = Need::default();
        if let Ok(checked) = ops::check(&self.bench, op) {
            for (level, scratch) in LEVELS.into_iter().enumerate() {
                let (graph, options) = (&self.bench, self.options);
                let scratch = scratch.max(options.scratch);
                let lowered = checked.lower(&Lowering { graph, op, options, scratch, name: "layer".to_owned() });
                let Lowered::Layer(layer) = lowered else { continue };
                need.scratch[level] = layer.scratch_bytes;
                if level == 0 {
                    (need.macs, need.is_layer) = (layer.macs, true);
                    need.in_place = layer.in_place.iter().map(|pair| (pair.input, pair.lead)).collect();
                }
            }
        }
        if let Some((inputs, ..)) = rows {
            for &id in inputs.iter().chain(&op.outputs) {
                self.bench.tensors[id.0].shape.clone_from(&self.program.graph.tensor(id).shape);
            }
        }
        self.known.insert(key, need.clone());
        need
    }

    /// The cost of an operator without bands.
    pub fn single(&mut self, at: usize) -> Candidate {
        let op = &self.program.graph.operators[at];
        let need = self.need(at, op, None);
        let reads: HashSet<TensorId> = op.inputs.iter().flatten().copied().collect();
        let input: usize = reads.iter().map(|&id| self.bytes(id)).sum();
        let output: usize = op.outputs.iter().map(|&id| self.bytes(id)).sum();
        let mut bytes = if need.is_layer { input + output } else { input.max(output) };
        for &(id, lead) in &need.in_place {
            if self.uses.last_read[id.0] == Some(at) && self.bytes(id) > 0 && output > 0 {
                let (one, others) = (self.bytes(id), input - self.bytes(id));
                bytes = bytes.min(others + output.max(one + lead));
            }
        }
        bytes += self.around(at, at, |id| reads.contains(&id));
        let load = Load { bytes, scratch: need.scratch, macs: need.macs };
        Candidate { first: at, last: at, rows: None, loads: vec![load], extra: 0 }
    }

    /// The cost of a segment in bands.
    pub fn banded(&mut self, segment: &Segment, walk: &Walk<'_>) -> Candidate {
        let steps = &walk.steps;
        let row: Vec<usize> = steps.iter().map(|step| self.bytes(step.output) / step.rows).collect();
        let sources: Vec<(TensorId, usize, bool)> = walk.sources.keys().map(|&id| self.source(id, segment)).collect();
        let around = self.around(segment.first, segment.last, |id| walk.sources.contains_key(&id));
        let mut loads = vec![Load { bytes: 0, scratch: [0; LEVELS.len()], macs: 0 }; steps.len()];
        let mut extra = 0;
        // The rows of each step that are in memory.
        let mut held: Vec<Range<usize>> = vec![0..0; steps.len()];
        walk.each(|run, done| {
            let mut bytes = around;
            for &(id, row, ends) in &sources {
                let all = self.program.graph.tensor(id).shape[1];
                let lowest = walk.lowest_of_source(id, done).unwrap_or(all);
                bytes += row * if ends { all - lowest } else { all };
            }
            for (at, held) in held.iter().enumerate().filter(|(at, _)| *at != run.step) {
                let lowest = if walk.whole[at] { Some(0) } else { walk.lowest_of(at, done) };
                bytes += row[at] * lowest.map_or(0, |lowest| held.end.saturating_sub(lowest.max(held.start)));
            }
            let start = if walk.whole[run.step] { 0 } else { run.kept.start };
            // Kept rows are in memory twice while they are copied.
            let now = (run.rows.end - start).max(2 * run.kept.len());
            held[run.step] = start..run.rows.end;
            let op = &self.program.graph.operators[segment.first + run.step];
            let rows = Some((steps[run.step].inputs.as_slice(), &run.rows, run.reads.len()));
            let need = self.need(segment.first + run.step, &around_of(op, walk, run), rows);
            let load = &mut loads[run.step];
            load.bytes = load.bytes.max(bytes + row[run.step] * now);
            load.macs += need.macs;
            load.scratch.iter_mut().zip(need.scratch).for_each(|(most, bytes)| *most = bytes.max(*most));
            extra += CALL + (row[run.step] * run.kept.len()) as u64;
        });
        Candidate { first: segment.first, last: segment.last, rows: Some(segment.rows), loads, extra }
    }

    /// An input of a segment, the bytes of one row, and whether nothing after the segment reads it.
    fn source(&self, id: TensorId, segment: &Segment) -> (TensorId, usize, bool) {
        let row = self.bytes(id) / self.program.graph.tensor(id).shape[1];
        (id, row, self.uses.last_read[id.0] <= Some(segment.last))
    }
}

/// An operator with the padding of one run.
fn around_of(op: &Operator, walk: &Walk<'_>, run: &super::walk::Run) -> Operator {
    let around = walk.steps[run.step].around(&run.rows);
    let options = around.and_then(|around| op.options.with_around(around));
    Operator { options: options.unwrap_or_else(|| op.options.clone()), ..op.clone() }
}
