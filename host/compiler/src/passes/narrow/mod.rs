//! Between `fuse` and `lower`: parts of an int8 graph that no result depends on are left out.
//!
//! `ranges` finds, forwards, the bytes that each channel can hold; `live` finds, backwards, the channels that results depend on:
//! a channel of one value is not one of them if its readers can add its product to their biases. `rewrite` removes the other
//! channels from their producers and readers; `idle` finds operators whose output equals their input, and clamps without effect.
//!
//! All of it holds for every input that the types allow: not a bit of any result changes.

mod edit;
mod idle;
mod live;
mod ranges;
mod rewrite;
mod shape;
#[cfg(test)]
mod tests;

use crate::ir::graph::Subgraph;
use crate::ir::program::{Program, Removed};
use crate::ops;
use crate::ops::definition::Checked;
use crate::ops::flow::Flow;

/// Leaves out what no result depends on, and records it in [`Program::removed`].
pub fn narrow(program: &mut Program) {
    let mut removed = Vec::new();
    let (edits, live) = {
        let graph = &program.graph;
        let checked = checked(graph);
        let flows: Vec<Flow<'_>> = checked.iter().map(|checked| shape::usable(checked.as_deref())).collect();
        let open = shape::open(program);
        let ranges = ranges::ranges(graph, &flows, &shape::foreign(program));
        let live = live::live(graph, &flows, &open, &ranges);
        // The first of these name inputs by their places, which the others change.
        let mut edits = rewrite::edits(graph, &flows, &ranges, &live, &mut removed);
        edits.extend(idle::edits(graph, &flows, &ranges, &mut removed));
        (edits, live)
    };
    edits.into_iter().for_each(|edit| edit.apply(&mut program.graph));
    for (tensor, channels) in program.graph.tensors.iter_mut().zip(&live) {
        if let (Some(channels), Some(last)) = (channels, tensor.shape.last_mut()) {
            *last = channels.iter().filter(|&&live| live).count();
        }
    }
    removed.sort_by_key(|removed: &Removed| removed.operator);
    program.removed = removed;
}

/// Every operator, checked by its directory; `lower` reports those that are refused.
fn checked(graph: &Subgraph) -> Vec<Option<Box<dyn Checked + '_>>> {
    graph.operators.iter().map(|op| ops::check(graph, op).ok()).collect()
}
