//! Running a model on many samples, on several cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::failure::Result;
use crate::message::{Progress, Stage};
use crate::run::harness::{Call, Program};

/// Settings for the runs.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Number of samples.
    pub samples: usize,
    /// Runs for each.
    pub steps: usize,
    /// Whether all samples are one stream: state is kept from one to the next.
    pub continuous: bool,
    /// Number of cores.
    pub jobs: usize,
}

/// The results of the runs.
pub struct Outcome {
    /// Each output, for all runs in order.
    pub outputs: Vec<Vec<u8>>,
    /// Mean time of one run.
    pub nanoseconds: f64,
}

/// The results for a part of the samples: each output, and the time of its runs in nanoseconds.
type Part = (Vec<Vec<u8>>, f64);

/// Runs all samples. `inputs` are the contents of the inputs for all of them.
pub fn run(program: &Program, inputs: &[Vec<u8>], outputs: usize, plan: &Plan) -> Result<Outcome> {
    let jobs = if plan.continuous { 1 } else { plan.jobs.min(plan.samples).max(1) };
    // Several parts for each core, to show progress and because cores differ in speed; a stream is one part.
    let parts = if plan.continuous { 1 } else { (jobs * 8).min(plan.samples.div_ceil(16)).max(jobs) };
    let bounds: Vec<usize> = (0..=parts).map(|part| plan.samples * part / parts).collect();
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Result<Part>>>> = Mutex::new((0..parts).map(|_| None).collect());
    let progress = Progress::begin(Stage::Run, program.model.clone(), plan.samples * plan.steps);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let part = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&[from, to]) = bounds.get(part..part + 2).and_then(|b| b.first_chunk::<2>()) else {
                        return;
                    };
                    let result = run_part(program, inputs, outputs, plan, &progress, (part, from, to));
                    let failed = result.is_err();
                    if let Ok(mut results) = results.lock() {
                        results[part] = Some(result);
                    }
                    if failed {
                        next.store(parts, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_default();
    let mut whole = Outcome { outputs: vec![Vec::new(); outputs], nanoseconds: 0.0 };
    for (part, result) in results.into_iter().enumerate() {
        // Parts after a failure were not run.
        let Some(result) = result else { continue };
        let (found, nanoseconds) = result?;
        whole.outputs.iter_mut().zip(found).for_each(|(whole, found)| whole.extend(found));
        whole.nanoseconds += nanoseconds * (bounds[part + 1] - bounds[part]) as f64;
    }
    progress.complete();
    whole.nanoseconds /= plan.samples.max(1) as f64;
    Ok(whole)
}

fn run_part(
    program: &Program,
    inputs: &[Vec<u8>],
    outputs: usize,
    plan: &Plan,
    progress: &Progress,
    (part, from, to): (usize, usize, usize),
) -> Result<Part> {
    let piece = |content: &Vec<u8>| {
        let sample = content.len() / plan.samples.max(1);
        content[from * sample..to * sample].to_vec()
    };
    let inputs: Vec<Vec<u8>> = inputs.iter().map(piece).collect();
    let steps = (to - from) * plan.steps;
    let resets = if plan.continuous { steps } else { plan.steps };
    let call = Call { workspace_offset: 0, steps, repeat: 1, resets, progress: Some(progress) };
    let outcome = program.run_part(&format!("part_{part}"), &inputs, outputs, &call)?;
    Ok((outcome.outputs, outcome.nanoseconds))
}
