//! In which order the rows of a segment are computed, and which of them have to be kept.

use super::chain::Step;
use crate::ir::graph::TensorId;
use crate::ir::rows::Segment;
use std::collections::HashMap;
use std::ops::Range;

/// A segment, and which rows its operators need from each other.
pub struct Walk<'a> {
    /// The operators.
    pub steps: Vec<&'a Step>,
    /// For each, whether its output is read outside the segment, too: such a tensor is kept whole.
    pub whole: Vec<bool>,
    /// For each, the steps that read its output.
    readers: Vec<Vec<usize>>,
    /// For each input from outside, the steps that read it.
    pub sources: HashMap<TensorId, Vec<usize>>,
    /// For each tensor of the segment, the step that writes it.
    pub writer: HashMap<TensorId, usize>,
    /// For each band, how many rows of each step have been computed when it ends.
    until: Vec<Vec<usize>>,
}

/// Some rows of one step are computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Which step.
    pub step: usize,
    /// The rows.
    pub rows: Range<usize>,
    /// The rows of its inputs that this reads.
    pub reads: Range<usize>,
    /// Earlier rows of the same tensor that are still needed: they are copied before the new ones.
    pub kept: Range<usize>,
}

impl<'a> Walk<'a> {
    /// Analyses a segment. `steps` and `outside`, whether operators other than `first..=last` read an operator's output,
    /// correspond to the program's operators. `None` if an operator can't be computed in bands, or there would be none.
    pub fn new(steps: &'a [Option<Step>], segment: &Segment, outside: impl Fn(TensorId) -> bool) -> Option<Walk<'a>> {
        let steps: Vec<&Step> =
            steps.get(segment.first..=segment.last)?.iter().map(Option::as_ref).collect::<Option<_>>()?;
        let writer: HashMap<TensorId, usize> = steps.iter().enumerate().map(|(at, step)| (step.output, at)).collect();
        let mut readers = vec![Vec::new(); steps.len()];
        let mut sources: HashMap<TensorId, Vec<usize>> = HashMap::new();
        for (at, step) in steps.iter().enumerate() {
            for input in &step.inputs {
                match writer.get(input) {
                    Some(&from) if from < at => readers[from].push(at),
                    Some(_) => return None,
                    None => sources.entry(*input).or_default().push(at),
                }
            }
        }
        let last = steps.len() - 1;
        let whole: Vec<bool> = steps.iter().enumerate().map(|(at, s)| at == last || outside(s.output)).collect();
        let height = steps[last].rows;
        (segment.rows > 0 && segment.rows < height).then_some(())?;
        let mut walk = Walk { steps, whole, readers, sources, writer, until: Vec::new() };
        let ends = (1..=height.div_ceil(segment.rows)).map(|band| (band * segment.rows).min(height));
        walk.until = ends.map(|end| walk.needed(end, end == height)).collect();
        Some(walk)
    }

    /// How many rows of each step are needed for this many rows of the last one, and for other readers.
    fn needed(&self, end: usize, everything: bool) -> Vec<usize> {
        let mut needed = vec![0; self.steps.len()];
        if let Some(last) = needed.last_mut() {
            *last = end;
        }
        for at in (0..self.steps.len()).rev() {
            let step = self.steps[at];
            if everything && self.whole[at] {
                needed[at] = step.rows;
            }
            if needed[at] == 0 {
                continue;
            }
            let reads = step.reads(&(0..needed[at]));
            for from in step.inputs.iter().filter_map(|input| self.writer.get(input)) {
                needed[*from] = needed[*from].max(reads.end);
            }
        }
        needed
    }

    /// How many rows of each step are computed in total.
    pub fn total(&self) -> &[usize] {
        self.until.last().map_or(&[], Vec::as_slice)
    }

    /// The lowest row of a tensor that its unfinished readers still need; `None` for no row.
    fn lowest(&self, readers: &[usize], done: &[usize]) -> Option<usize> {
        let left = readers.iter().filter(|&&reader| done[reader] < self.total()[reader]);
        left.map(|&reader| self.steps[reader].reads(&(done[reader]..done[reader] + 1)).start).min()
    }

    /// The same for the tensor that a step writes.
    pub fn lowest_of(&self, step: usize, done: &[usize]) -> Option<usize> {
        self.lowest(&self.readers[step], done)
    }

    /// The same for an input from outside.
    pub fn lowest_of_source(&self, source: TensorId, done: &[usize]) -> Option<usize> {
        self.lowest(self.sources.get(&source)?, done)
    }

    /// Goes through all bands and calls `visit` with what runs next, and how many rows of each step have been computed before it.
    pub fn each(&self, mut visit: impl FnMut(&Run, &[usize])) {
        let mut done = vec![0; self.steps.len()];
        for until in &self.until {
            for (at, step) in self.steps.iter().enumerate() {
                let rows = done[at]..until[at];
                if rows.is_empty() {
                    continue;
                }
                let mut kept = rows.start..rows.start;
                if !self.whole[at] {
                    kept.start = self.lowest_of(at, &done).unwrap_or(rows.start).min(rows.start);
                }
                visit(&Run { step: at, reads: step.reads(&rows), rows: rows.clone(), kept }, &done);
                done[at] = rows.end;
            }
        }
    }
}
