//! `tvm-embedded validate`: how accurate a model is on real samples.

mod findings;
mod metrics;
mod samples;
mod text;
mod workers;

use std::path::Path;

use crate::args::{Model, Task, Validate};
use crate::failure::{Failure, Kind, Result};
use crate::run::harness::Program;
use crate::run::{assign, count_steps};
use crate::tensor::Spec;
use crate::terminal::{self, printable, shown};
use crate::{generate, load};
use findings::Findings;
use workers::Plan;

/// Carries out the verb.
pub fn validate(args: &Validate) -> Result<()> {
    let findings = judge(args).map_err(|failure| failure.of(&args.model.path))?;
    let text = if args.json {
        let json = serde_json::to_string_pretty(&findings)
            .map_err(|error| Failure::new(Kind::Refused, format!("the findings can't be written as JSON: {error}")))?;
        json + "\n"
    } else {
        text::text(&findings)
    };
    terminal::print(&text)?;
    let Some((least, found)) = args.at_least.zip(findings.classes.as_ref().map(|classes| classes.accuracy)) else {
        return Ok(());
    };
    if found < least {
        return Err(Failure::model(format!("accuracy {found:.4} is below {least}"))
            .advise("`--worst N` lists the samples with the largest errors"));
    }
    Ok(())
}

/// A model that is ready to run.
struct Ready {
    inputs: Vec<Spec>,
    outputs: Vec<Spec>,
    state: bool,
    program: Program,
}

impl Ready {
    fn new(model: &Model) -> Result<Self> {
        let loaded = load::load(model)?;
        let generated = generate::interface(&loaded, model, &tvm_embedded_interface::Options::default())?;
        let facts = &generated.facts;
        Ok(Ready {
            inputs: facts.inputs.iter().map(Spec::new).collect(),
            outputs: facts.outputs.iter().map(Spec::new).collect(),
            state: facts.workspaces.iter().any(|workspace| workspace.facts.state),
            program: Program::build(Program::folder()?, &generated, &[])?,
        })
    }
}

fn judge(args: &Validate) -> Result<Findings> {
    if args.at_least.is_some() && args.labels.is_none() {
        return Err(Failure::usage("--at-least needs --labels"));
    }
    let ready = Ready::new(&args.model)?;
    let output = chosen(&ready.outputs, args.output.as_deref())?;
    let sources = assign("input", &ready.inputs, &args.inputs)?;
    let missing = ready.inputs.iter().zip(&sources).find(|(_, source)| source.is_none());
    if let Some((input, _)) = missing {
        return Err(Failure::usage(format!("no samples are given for {}", input.describe()))
            .advise("give them with --inputs TENSOR=FILE"));
    }
    let contents: Vec<Vec<u8>> = ready
        .inputs
        .iter()
        .zip(sources.iter().flatten())
        .map(|(input, path)| samples::read(input, path))
        .collect::<Result<_>>()?;
    let runs = count_steps(&ready.inputs, &contents)?;
    let plan = plan(args, &ready, runs)?;
    let outcome = workers::run(&ready.program, &contents, ready.outputs.len(), &plan)?;
    let scores = scores(&ready.outputs[output], &outcome.outputs[output], plan.steps)?;
    let count = scores.len() / plan.samples.max(1);
    let mut findings = Findings {
        model: printable(&args.model.path.display().to_string()),
        output: printable(&ready.outputs[output].name),
        samples: plan.samples,
        steps: plan.steps,
        microseconds: outcome.nanoseconds / 1000.0,
        ..Findings::default()
    };
    let labels = args.labels.as_deref().map(|path| labels(path, args, &plan, count)).transpose()?;
    match &labels {
        Some(Labels::Classes(classes)) => {
            let top = args.top.map(|top| top as usize);
            findings.classes = Some(findings::classes(&scores, count, classes, top, args.worst));
        }
        Some(Labels::Positive(positive)) => findings.score = Some(findings::score(&scores, positive)),
        Some(Labels::Values(values)) => findings.values = Some(findings::values(&scores, count, values, args.worst)),
        None => {}
    }
    if args.at_least.is_some() && findings.classes.is_none() {
        return Err(Failure::usage("--at-least is for classes; the labels are not classes"));
    }
    if let Some(path) = &args.against {
        let classes = if let Some(Labels::Classes(classes)) = &labels { Some(&classes[..]) } else { None };
        let other = other_scores(path, args, &ready, &contents, &plan)?;
        if other.len() != scores.len() {
            let (ours, others) = (count, other.len() / plan.samples.max(1));
            return Err(Failure::usage(format!(
                "{}: its output has {others} elements, this one's {ours}",
                shown(path)
            )));
        }
        let name = printable(&path.display().to_string());
        findings.against = Some(findings::agreement(name, &scores, &other, count, classes, args.worst));
    }
    Ok(findings)
}

fn plan(args: &Validate, ready: &Ready, runs: usize) -> Result<Plan> {
    let steps = args.steps as usize;
    if !runs.is_multiple_of(steps) {
        return Err(Failure::usage(format!(
            "the number of runs in the samples, {runs}, is not a multiple of --steps {steps}"
        )));
    }
    if !ready.state && (steps > 1 || args.continuous) {
        return Err(Failure::usage("--steps and --continuous are for models with state; this model has no state")
            .advise("leave them out: each run is a sample"));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Plan {
        samples: runs / steps,
        steps,
        state: ready.state,
        continuous: args.continuous,
        jobs: args.jobs.map_or(cores, |jobs| jobs as usize),
        progress: !args.quiet,
    })
}

fn chosen(outputs: &[Spec], name: Option<&str>) -> Result<usize> {
    let names = || outputs.iter().map(|output| printable(&output.name)).collect::<Vec<_>>().join(", ");
    match (name, outputs) {
        (None, [_]) => Ok(0),
        (None, _) => Err(Failure::usage(format!("the model has {} outputs", outputs.len()))
            .advise(format!("choose one with --output: {}", names()))),
        (Some(name), _) => {
            let is = |output: &Spec| output.name == name || output.c_name == name;
            outputs.iter().position(is).ok_or_else(|| {
                Failure::usage(format!("the model has no output called {}", printable(name)))
                    .advise(format!("outputs: {}", names()))
            })
        }
    }
}

/// The real values of the last run of each sample.
fn scores(output: &Spec, data: &[u8], steps: usize) -> Result<Vec<f64>> {
    let last: Vec<u8> =
        data.chunks_exact(output.bytes.max(1)).skip(steps - 1).step_by(steps).flatten().copied().collect();
    samples::real(output, &last).filter(|scores| !scores.is_empty()).ok_or_else(|| {
        Failure::usage(format!("{} can't be evaluated: its elements are not numbers", output.describe()))
    })
}

/// The expected results.
enum Labels {
    Classes(Vec<usize>),
    Positive(Vec<bool>),
    Values(Vec<f64>),
}

fn labels(path: &Path, args: &Validate, plan: &Plan, count: usize) -> Result<Labels> {
    let (numbers, whole) = samples::labels(path)?;
    let (samples, all) = (plan.samples, plan.samples * count);
    let task = match args.task {
        Task::Auto if whole && numbers.len() == samples && count > 1 => Task::Classes,
        Task::Auto if whole && numbers.len() == samples && numbers.iter().all(|&n| n == 0.0 || n == 1.0) => Task::Score,
        Task::Auto => Task::Values,
        task => task,
    };
    let expected = if task == Task::Values { all } else { samples };
    if numbers.len() != expected {
        return Err(Failure::file(path, format!("holds {} labels, expected {expected}", numbers.len()))
            .advise(format!("{samples} samples take a class each, or {count} values each")));
    }
    let outside = |most: usize| {
        let wrong = numbers.iter().position(|&n| n.fract() != 0.0 || n < 0.0 || n >= most as f64);
        wrong.map(|at| Failure::file(path, format!("label {at} is {}, classes are 0 to {}", numbers[at], most - 1)))
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
        Task::Score => return Err(Failure::usage(format!("--task score is for one element, the output has {count}"))),
        Task::Values | Task::Auto => Labels::Values(numbers),
    })
}

/// The other model's real values on the same samples.
fn other_scores(path: &Path, args: &Validate, ready: &Ready, contents: &[Vec<u8>], plan: &Plan) -> Result<Vec<f64>> {
    let model = Model { path: path.to_owned(), module: None, tflite: None };
    let other = Ready::new(&model).map_err(|failure| failure.of(path))?;
    let differs = |what: &str| {
        Failure::usage(format!("{}: {what}", shown(path)))
            .advise("--against takes a model with the same inputs and outputs")
    };
    if other.inputs.len() != ready.inputs.len() {
        return Err(differs("it has a different number of inputs"));
    }
    let mut converted = Vec::new();
    for ((ours, theirs), content) in ready.inputs.iter().zip(&other.inputs).zip(contents) {
        // The same bytes if they have the same meaning, else the same real values as far as the other model can represent them.
        if (ours.dtype, ours.quantization) == (theirs.dtype, theirs.quantization) {
            converted.push(content.clone());
            continue;
        }
        let real = samples::real(ours, content).and_then(|real| samples::quantised(theirs, &real));
        converted.push(
            real.ok_or_else(|| differs(&format!("{} does not hold the same number of values", theirs.describe())))?,
        );
    }
    if count_steps(&other.inputs, &converted)? != plan.samples * plan.steps {
        return Err(differs("its inputs have a different size"));
    }
    let output = match other.outputs.len() {
        1 => 0,
        _ => chosen(&other.outputs, args.output.as_deref())?,
    };
    let plan = Plan { state: other.state, ..*plan };
    let outcome = workers::run(&other.program, &converted, other.outputs.len(), &plan)?;
    scores(&other.outputs[output], &outcome.outputs[output], plan.steps)
}
