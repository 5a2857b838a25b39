//! The expected results, from a file or from the names of directories.

use std::path::Path;

use super::samples;
use super::workers::Plan;
use crate::args::{Task, Validate};
use crate::failure::{Failure, Result};
use crate::terminal::printable;

/// The expected results.
pub enum Labels {
    /// A class for each sample.
    Classes(Vec<usize>),
    /// For each sample, whether it is of class 1 of two.
    Positive(Vec<bool>),
    /// All elements of the output.
    Values(Vec<f64>),
}

/// The expected results: from `--labels`, else from the directories that the samples are in, else none. `files` are a file of samples, its
/// tensors and its class; `names` the names of classes, if there are any; `count` is the number of elements of the output.
pub fn labels(
    args: &Validate,
    plan: &Plan,
    count: usize,
    files: &[(String, usize, Option<usize>)],
    names: &[String],
) -> Result<Option<Labels>> {
    if let Some(path) = &args.labels {
        return judged(path, samples::labels(path)?, args.task, plan, count).map(Some);
    }
    if !files.iter().any(|(_, _, class)| class.is_some()) {
        return Ok(None);
    }
    let mut numbers = Vec::new();
    for (file, tensors, class) in files {
        if !tensors.is_multiple_of(plan.steps) {
            let path = Path::new(file);
            return Err(Failure::file(
                path,
                format!("holds {tensors} tensors, expected a multiple of --steps {}", plan.steps),
            )
            .advise("give whole samples in each file"));
        }
        numbers.extend(std::iter::repeat_n(class.unwrap_or_default() as f64, tensors / plan.steps));
    }
    let classes = count.max(2);
    if !names.is_empty() && names.len() != classes {
        let message = format!(
            "there are {} names of classes ({}), the output has {classes}",
            names.len(),
            printable(&names.join(", "))
        );
        return Err(Failure::usage(message)
            .advise("give all names in the order of the output, one in each line: --classes FILE"));
    }
    let path = args.inputs.first().map_or(Path::new(""), |input| &input.file);
    judged(path, (numbers, true), args.task, plan, count).map(Some)
}

/// What the labels' numbers mean; `whole` if they are integers, `path` where they are from.
fn judged(path: &Path, (numbers, whole): (Vec<f64>, bool), task: Task, plan: &Plan, count: usize) -> Result<Labels> {
    let (samples, all) = (plan.samples, plan.samples * count);
    let task = match task {
        Task::Auto if whole && numbers.len() == samples && count > 1 => Task::Classes,
        Task::Auto if whole && numbers.len() == samples && numbers.iter().all(|&n| n == 0.0 || n == 1.0) => Task::Score,
        Task::Auto => Task::Values,
        task => task,
    };
    let expected = if task == Task::Values { all } else { samples };
    if numbers.len() != expected {
        return Err(Failure::file(path, format!("holds {} labels, expected {expected}", numbers.len()))
            .advise(format!("give a class for each sample, {samples} in total, or all values, {all}")));
    }
    let outside = |most: usize| {
        let wrong = numbers.iter().position(|&n| n.fract() != 0.0 || n < 0.0 || n >= most as f64);
        wrong.map(|at| {
            Failure::file(path, format!("label {at} is {}, classes are 0 to {}", numbers[at], most - 1)).advise(
                "a class is the place of its score in the output, from 0; for other labels there is --task values",
            )
        })
    };
    Ok(match task {
        Task::Classes => match outside(count) {
            Some(failure) => return Err(failure),
            None => Labels::Classes(numbers.iter().map(|&number| number as usize).collect()),
        },
        Task::Score if count == 1 => match outside(2) {
            Some(failure) => return Err(failure),
            None => Labels::Positive(numbers.iter().map(|&number| number == 1.0).collect()),
        },
        Task::Score => {
            return Err(Failure::usage(format!("--task score is for one element, the output has {count}"))
                .advise("leave --task out, or choose classes or values"));
        }
        Task::Values | Task::Auto => Labels::Values(numbers),
    })
}
