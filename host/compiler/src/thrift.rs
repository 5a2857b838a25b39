//! Less scratch memory for layers whose scratch memory makes the workspace large, at the cost of instructions.

use crate::ir::model::{Location, Model};
use crate::ir::options::Scratch;
use crate::ir::problem::Errors;
use crate::ir::schedule::Owner;
use std::collections::BTreeMap;

/// The operators, by their index in the file, whose layers get less scratch memory than their best kernels take.
pub type Thrift = BTreeMap<usize, Scratch>;

/// Maximum number of times a model is planned again.
const MOST: usize = 64;

/// Plans a model again with `planned`, until no scratch memory makes its workspace more than a tenth larger than the largest input and
/// output of a layer, or nothing is left to try. Layers keep theirs if less for the others is enough.
pub fn fit(first: Model, planned: &dyn Fn(&Thrift) -> Result<Model, Errors>) -> Result<Model, Errors> {
    let limit = largest_pair(&first) * 11 / 10;
    let (mut best, mut thrift, mut left) = (first, Thrift::new(), MOST);
    for level in [Scratch::Less, Scratch::None] {
        let culprits = culprits(&best, limit);
        if best.plan.bytes <= limit || culprits.is_empty() {
            break;
        }
        let mut all = thrift.clone();
        all.extend(culprits.iter().map(|&(operator, _)| (operator, level)));
        let candidate = planned(&all)?;
        if candidate.plan.bytes >= best.plan.bytes {
            continue;
        }
        let bar = candidate.plan.bytes.max(limit);
        let before = std::mem::replace(&mut thrift, all);
        best = candidate;
        // The costliest layers first.
        for (operator, _) in culprits.into_iter().take(left) {
            let mut without = thrift.clone();
            match before.get(&operator) {
                Some(&level) => without.insert(operator, level),
                None => without.remove(&operator),
            };
            let candidate = planned(&without)?;
            left -= 1;
            if candidate.plan.bytes <= bar {
                (best, thrift) = (candidate, without);
            }
        }
    }
    Ok(best)
}

/// Bytes that a layer reads and writes, for the layer with the most.
fn largest_pair(model: &Model) -> usize {
    let bytes = |planned: &crate::ir::model::PlannedLayer| {
        let tensors = planned.layer.arguments.iter().map(|argument| argument.tensor);
        let tensors: std::collections::BTreeSet<usize> = tensors.map(|id| id.0).collect();
        let at_run_time = tensors.into_iter().filter(|&id| !model.tensors[id].is_constant());
        at_run_time.map(|id| model.tensors[id].bytes()).sum()
    };
    model.layers.iter().map(bytes).max().unwrap_or(0)
}

/// Operators whose layers have scratch memory while more than `limit` bytes are in use, with their multiply-accumulates, most first.
fn culprits(model: &Model, limit: usize) -> Vec<(usize, u64)> {
    let mut found = Vec::new();
    for (at, planned) in model.layers.iter().enumerate() {
        let Some(scratch) = planned.scratch else { continue };
        let in_use = |place: &&Location| place.first <= at && at <= place.last;
        let places = model.places.iter().flatten().filter(in_use).chain([&scratch]);
        // All pools together are the memory that the user provides.
        let mut tops = vec![0; model.pools.len().max(1)];
        for place in places {
            let is_planned = match place.owner {
                Owner::Arena => true,
                Owner::Input(_) | Owner::Output(_) => model.io_in_workspace,
                Owner::State(_) | Owner::Constant => false,
            };
            if is_planned {
                tops[place.pool] = tops[place.pool].max(place.offset + place.bytes);
            }
        }
        if tops.iter().sum::<usize>() > limit {
            found.extend(planned.layer.operators.first().map(|&operator| (operator, planned.layer.macs)));
        }
    }
    found.sort_by_key(|&(operator, macs)| (std::cmp::Reverse(macs), operator));
    found
}
