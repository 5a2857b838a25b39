//! Which segments to compute in bands, and which layers get less scratch memory, for a number of bytes.

use super::cost::{Candidate, Costs, LEVELS, Load};
use super::walk::Walk;
use super::{Uses, chain};
use crate::ir::options::{Options, Scratch};
use crate::ir::program::Program;
use crate::ir::rows::Segment;
use std::collections::BTreeMap;

/// Operators up to which segments are tried, and rows of a band.
const LONGEST: usize = 24;
const ROWS: [usize; 7] = [1, 2, 3, 4, 6, 8, 16];

/// How much slower a layer gets with less scratch memory, in tenths of its multiply-accumulates, at each of [`LEVELS`].
const SLOWER: [u64; LEVELS.len()] = [0, 8, 30];

/// A way to compute a program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// What is computed in bands, in order.
    pub segments: Vec<Segment>,
    /// Operators, by their index in the file, that get less scratch memory.
    pub thrift: BTreeMap<usize, Scratch>,
}

/// All ways that are considered.
pub struct Choices<'a> {
    program: &'a Program,
    /// By the position of the first operator.
    candidates: Vec<Vec<Candidate>>,
}

impl<'a> Choices<'a> {
    /// Computes the cost of each part of a program.
    pub fn new(program: &'a Program, options: &Options) -> Self {
        let (steps, uses) = (chain::steps(program), Uses::new(program));
        let mut costs = Costs::new(program, options, &uses);
        let count = program.graph.operators.len();
        let mut candidates: Vec<Vec<Candidate>> = (0..count).map(|at| vec![costs.single(at)]).collect();
        for (first, of_first) in candidates.iter_mut().enumerate() {
            for last in first + 1..count.min(first + LONGEST) {
                let Some(step) = &steps[last] else { break };
                for rows in ROWS.into_iter().filter(|rows| 2 * rows <= step.rows) {
                    let segment = Segment { first, last, rows };
                    let walk = Walk::new(&steps, &segment, |id| uses.is_read_outside(id, &segment));
                    of_first.extend(walk.map(|walk| costs.banded(&segment, &walk)));
                }
            }
        }
        Choices { program, candidates }
    }

    /// The cheapest way with at most this many bytes in use at once, estimated before anything is placed.
    pub fn cheapest(&self, bytes: usize) -> Option<Choice> {
        let fits = |load: &Load| (0..LEVELS.len()).find(|&level| load.bytes + load.scratch[level] <= bytes);
        let cost = |candidate: &Candidate| {
            let slower = |load: &Load| Some(load.macs * SLOWER[fits(load)?] / 10);
            let slower: Option<Vec<u64>> = candidate.loads.iter().map(slower).collect();
            Some(slower?.iter().sum::<u64>() + candidate.extra)
        };
        let chosen = self.best(cost, |a, b| a + b)?;
        let mut choice = Choice::default();
        for candidate in chosen {
            for (at, load) in (candidate.first..).zip(&candidate.loads) {
                let level = fits(load).unwrap_or_default();
                if level > 0 {
                    choice.thrift.insert(self.program.graph.operators[at].index, LEVELS[level]);
                }
            }
            let segment = |rows| Segment { first: candidate.first, last: candidate.last, rows };
            choice.segments.extend(candidate.rows.map(segment));
        }
        Some(choice)
    }

    /// The fewest bytes for which there is a way.
    pub fn fewest(&self) -> usize {
        let peak = |candidate: &Candidate| {
            let least = |load: &Load| load.bytes + load.scratch.iter().min().unwrap_or(&0);
            Some(candidate.loads.iter().map(least).max().unwrap_or(0) as u64)
        };
        let chosen = self.best(peak, u64::max).unwrap_or_default();
        chosen.into_iter().filter_map(peak).max().unwrap_or(0) as usize
    }

    /// The sequence of candidates from the first operator to the last whose costs, combined by `join`, are lowest.
    fn best(
        &self,
        cost: impl Fn(&Candidate) -> Option<u64>,
        join: impl Fn(u64, u64) -> u64,
    ) -> Option<Vec<&Candidate>> {
        let count = self.candidates.len();
        // From each operator to the end.
        let mut best: Vec<Option<(u64, Option<&Candidate>)>> = vec![None; count + 1];
        best[count] = Some((0, None));
        for first in (0..count).rev() {
            for candidate in &self.candidates[first] {
                let (Some(own), Some((rest, _))) = (cost(candidate), best[candidate.last + 1]) else { continue };
                let total = join(own, rest);
                if best[first].is_none_or(|(other, _)| total < other) {
                    best[first] = Some((total, Some(candidate)));
                }
            }
        }
        let (mut chosen, mut at) = (Vec::new(), 0);
        while let Some(candidate) = best[at]?.1 {
            chosen.push(candidate);
            at = candidate.last + 1;
        }
        Some(chosen)
    }
}
