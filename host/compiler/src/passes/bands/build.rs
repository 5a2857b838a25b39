//! Rewrites a segment so that it is computed band by band.

use super::walk::{Run, Walk};
use crate::ir::graph::{OpOptions, Operator, Subgraph, Tensor, TensorId};
use crate::ir::rows::{Rows, Segment};
use std::ops::Range;
use std::sync::Arc;

/// The rows of a step that are in memory, if not its whole tensor is.
#[derive(Clone)]
struct Buffer {
    tensor: TensorId,
    rows: Range<usize>,
}

struct Builder<'a> {
    graph: &'a mut Subgraph,
    /// The operators of the segment.
    operators: &'a [Operator],
    walk: &'a Walk<'a>,
    buffers: Vec<Option<Buffer>>,
    out: Vec<Operator>,
}

/// The operators that compute a segment of `operators`, all those of the graph, in bands. `None` if one has no form for a band.
pub fn build(
    graph: &mut Subgraph,
    operators: &[Operator],
    segment: &Segment,
    walk: &Walk<'_>,
) -> Option<Vec<Operator>> {
    let operators = &operators[segment.first..=segment.last];
    let mut builder = Builder { graph, operators, walk, buffers: vec![None; operators.len()], out: Vec::new() };
    let mut built = Some(());
    walk.each(|run, _| {
        built = built.and_then(|()| builder.run(run));
    });
    built.map(|()| builder.out)
}

impl Builder<'_> {
    /// A tensor like this one, with this many of its rows.
    fn rows_of(&mut self, id: TensorId, rows: &Range<usize>) -> TensorId {
        let whole = self.graph.tensor(id);
        let mut shape = whole.shape.clone();
        shape[1] = rows.len();
        let name = format!("{} rows {} to {}", whole.name, rows.start, rows.end - 1);
        let tensor = Tensor { name, shape, data: None, signature: Vec::new(), ..whole.clone() };
        self.graph.tensors.push(tensor);
        TensorId(self.graph.tensors.len() - 1)
    }

    /// Bytes of this many rows of a tensor.
    fn bytes(&self, id: TensorId, rows: usize) -> usize {
        let tensor = self.graph.tensor(id);
        tensor.bytes() / tensor.shape[1] * rows
    }

    fn carry(&mut self, step: usize, rows: Rows, input: TensorId, output: TensorId) {
        let (inputs, outputs) = (vec![Some(input)], vec![output]);
        self.out.push(Operator { options: Arc::new(rows), inputs, outputs, ..self.operators[step].clone() });
    }

    /// A name for these rows of a tensor that holds the rows `of`.
    fn view(&mut self, step: usize, tensor: TensorId, of: &Range<usize>, rows: &Range<usize>) -> TensorId {
        if of == rows {
            return tensor;
        }
        let at = self.bytes(tensor, rows.start - of.start);
        let view = self.rows_of(tensor, rows);
        self.carry(step, Rows::Read(at), tensor, view);
        view
    }

    /// The tensor that holds these rows of an input.
    fn read(&mut self, step: usize, input: TensorId, rows: &Range<usize>) -> Option<TensorId> {
        let held = match self.walk.writer.get(&input) {
            Some(&from) if !self.walk.whole[from] => self.buffers[from].clone()?,
            _ => Buffer { tensor: input, rows: 0..self.graph.tensor(input).shape[1] },
        };
        (held.rows.start <= rows.start && rows.end <= held.rows.end).then_some(())?;
        Some(self.view(step, held.tensor, &held.rows, rows))
    }

    fn run(&mut self, run: &Run) -> Option<()> {
        let (at, output) = (run.step, self.walk.steps[run.step].output);
        let height = self.graph.tensor(output).shape[1];
        let whole = self.walk.whole[at];
        let holds = if whole { 0..height } else { run.kept.start..run.rows.end };
        let holder = if whole { output } else { self.rows_of(output, &holds) };
        if !run.kept.is_empty() {
            let before = self.buffers[at].clone()?;
            let from = self.view(at, before.tensor, &before.rows, &run.kept);
            let to = self.rows_of(output, &run.kept);
            self.carry(at, Rows::Keep, from, to);
            self.carry(at, Rows::Write(0), to, holder);
        }
        let op = &self.operators[at];
        let options: Arc<dyn OpOptions> = match self.walk.steps[at].around(&run.rows) {
            Some(around) => op.options.with_around(around)?,
            None => op.options.clone(),
        };
        let given = op.inputs.clone();
        let mut inputs = Vec::new();
        for input in given {
            inputs.push(match input {
                Some(id) if self.walk.steps[at].inputs.contains(&id) => Some(self.read(at, id, &run.reads)?),
                other => other,
            });
        }
        let written = if holds == run.rows { holder } else { self.rows_of(output, &run.rows) };
        self.out.push(Operator { options, inputs, outputs: vec![written], ..self.operators[at].clone() });
        if written != holder {
            let place = self.bytes(output, run.rows.start - holds.start);
            self.carry(at, Rows::Write(place), written, holder);
        }
        if !whole {
            self.buffers[at] = Some(Buffer { tensor: holder, rows: holds });
        }
        Some(())
    }
}
