//! Between `narrow` and `lower`: chains of operators over images are computed in bands of rows, so that most tensors between
//! them are never in memory as a whole.
//!
//! `chain` says which rows of its inputs an operator needs, `walk` in which order rows are computed and which are kept for the
//! next band, `build` rewrites the program. Kept rows are copied before the new ones, nothing is computed twice. The kernels are
//! the same, on fewer rows, with padding only at the border of the image: not a bit of any result changes.
//! `cost` computes the cost of a segment, `choose` selects the segments.

mod build;
mod chain;
pub mod choose;
mod cost;
#[cfg(test)]
mod tests;
mod walk;

use crate::ir::graph::{Operator, TensorId};
use crate::ir::program::Program;
use crate::ir::rows::{Banded, Segment};
use walk::Walk;

/// Rewrites a program so that these segments, in order, are computed in bands. `None` if that is not possible.
pub fn bands(program: &mut Program, segments: &[Segment]) -> Option<()> {
    let steps = chain::steps(program);
    let before = program.graph.operators.clone();
    let uses = Uses::new(program);
    let (mut after, mut next): (Vec<Operator>, usize) = (Vec::new(), 0);
    for segment in segments {
        after.extend_from_slice(before.get(next..segment.first)?);
        let walk = Walk::new(&steps, segment, |id| uses.is_read_outside(id, segment))?;
        after.extend(build::build(&mut program.graph, &before, segment, &walk)?);
        let (first, last) = (before[segment.first].index, before[segment.last].index);
        let bands = steps[segment.last].as_ref()?.rows.div_ceil(segment.rows);
        program.bands.push(Banded { first, last, rows: segment.rows, bands });
        next = segment.last + 1;
    }
    after.extend_from_slice(before.get(next..)?);
    program.graph.operators = after;
    Some(())
}

/// When each tensor is written first and read last, in operators.
pub struct Uses {
    /// First operator that reads it.
    first_read: Vec<Option<usize>>,
    /// Last operator that reads it; the number of operators for results and states.
    last_read: Vec<Option<usize>>,
}

impl Uses {
    fn new(program: &Program) -> Self {
        let graph = &program.graph;
        let mut uses = Uses { first_read: vec![None; graph.tensors.len()], last_read: vec![None; graph.tensors.len()] };
        for (at, op) in graph.operators.iter().enumerate() {
            for id in op.inputs.iter().flatten() {
                uses.first_read[id.0].get_or_insert(at);
                uses.last_read[id.0] = Some(at);
            }
        }
        for id in graph.outputs.iter().copied().chain(program.states.iter().map(|state| state.tensor)) {
            uses.last_read[id.0] = Some(graph.operators.len());
        }
        uses
    }

    fn is_read_outside(&self, id: TensorId, segment: &Segment) -> bool {
        self.first_read[id.0].is_some_and(|at| at < segment.first) || self.last_read[id.0] > Some(segment.last)
    }
}
