//! `tvm-embedded validate`: how accurate a model is on real samples.

mod findings;
mod folder;
mod labels;
mod metrics;
mod samples;
mod spread;
mod text;
mod workers;

use std::path::Path;

use tvm_embedded_interface::Generated;

use crate::args::{InputShapes, Model, Validate};
use crate::extension::has_extension;
use crate::failure::{Failure, Kind, Result};
use crate::message;
use crate::real;
use crate::run::harness::Program;
use crate::run::{assign, count_steps, named, names, runs};
use crate::tensor::Spec;
use crate::terminal::{self, printable, shown};
use crate::{interface, load};
use findings::Classes;
pub use findings::{Findings, Off};
use labels::Labels;
use samples::Samples;
use spread::Spread;
pub use text::text;
use workers::{Outcome, Plan};

/// Carries out the verb.
pub fn validate(args: &Validate) -> Result<()> {
    let findings = judge(args)?;
    let text = if args.json {
        let json = serde_json::to_string_pretty(&findings)
            .map_err(|error| Failure::new(Kind::Refused, format!("the findings can't be written as JSON: {error}")))?;
        json + "\n"
    } else {
        text(&findings)
    };
    terminal::print(&text)?;
    if !findings.outputs.is_empty() {
        message::note(
            "how often the model is right needs labels: --labels FILE with a class or values for each sample, or a directory for each \
             class as --inputs",
        );
    }
    let Some((least, found)) = args.at_least.zip(findings.classes.as_ref().map(|classes| classes.accuracy)) else {
        return Ok(());
    };
    if found < least {
        return Err(Failure::model(format!("accuracy {found:.4} is below {least}"))
            .advise("`--worst N` lists the samples with the largest errors"));
    }
    Ok(())
}

/// A model that is ready to be built.
struct Ready {
    inputs: Vec<Spec>,
    outputs: Vec<Spec>,
    state: bool,
    generated: Generated,
}

impl Ready {
    fn new(model: &Model) -> Result<Self> {
        let loaded = load::load(model)?;
        let generated = interface::interface(&loaded, model, &tvm_embedded_interface::Options::default())?;
        let facts = &generated.facts;
        Ok(Ready {
            inputs: facts.inputs.iter().map(Spec::new).collect(),
            outputs: facts.outputs.iter().map(Spec::new).collect(),
            state: facts.workspaces.iter().any(|workspace| workspace.facts.state),
            generated,
        })
    }

    /// The output that is judged, and how many elements it has.
    fn judged(&self, name: Option<&str>) -> Result<(usize, usize)> {
        let output = match (name, self.outputs.as_slice()) {
            (None, [_]) => 0,
            (None, outputs) => {
                return Err(Failure::usage(format!("the model has {} outputs", outputs.len()))
                    .advise(format!("choose one with --output: {}", names(outputs))));
            }
            (Some(name), outputs) => named("output", outputs, name)?,
        };
        let spec = &self.outputs[output];
        let count = spec.elements().filter(|&count| count > 0).ok_or_else(|| {
            Failure::usage(format!("{} can't be evaluated: its elements are not numbers", spec.describe()))
                .advise("choose another output with --output, or give the original model of an archive with --tflite")
        })?;
        Ok((output, count))
    }

    /// All runs.
    fn run(&self, contents: &[Vec<u8>], plan: &Plan) -> Result<Outcome> {
        let program = Program::build(Program::folder()?, &self.generated, &[])?;
        workers::run(&program, contents, self.outputs.len(), plan)
    }

    /// The real values of an output in the last run of each sample; nothing if its elements are not numbers.
    fn scores(&self, outcome: &Outcome, output: usize, plan: &Plan) -> Vec<f64> {
        let spec = &self.outputs[output];
        let each = outcome.outputs[output].chunks_exact(spec.bytes.max(1));
        let last: Vec<u8> = each.skip(plan.steps - 1).step_by(plan.steps).flatten().copied().collect();
        real::real(spec, &last).unwrap_or_default()
    }

    /// What the outputs hold whose elements are numbers.
    fn spreads(&self, outcome: &Outcome, plan: &Plan) -> Vec<Spread> {
        let counted = self.outputs.iter().enumerate().filter_map(|(i, spec)| Some((i, spec, spec.elements()?)));
        let spread = |(i, spec, count): (usize, &Spec, usize)| {
            spread::spread(printable(&spec.name), &self.scores(outcome, i, plan), count)
        };
        counted.map(spread).collect()
    }
}

/// What the command line gives a model.
struct Given {
    /// The output that is judged and its number of elements; nothing if all are only described.
    judged: Option<(usize, usize)>,
    contents: Vec<Vec<u8>>,
    plan: Plan,
    labels: Option<Labels>,
    /// The file of each sample, if they are from a directory.
    files: Vec<String>,
    /// The names of the classes, if directories have them.
    names: Vec<String>,
}

fn judge(args: &Validate) -> Result<Findings> {
    // All of the command line is checked before a compiler is started.
    let of = |failure: Failure| failure.of(&args.model.path);
    let ready = Ready::new(&args.model).map_err(of)?;
    let given = given(args, &ready).map_err(of)?;
    let other = args.against.as_deref().map(|path| other(path, args, &ready, &given).map_err(|f| f.of(path)));
    let other = other.transpose()?;
    let outcome = ready.run(&given.contents, &given.plan).map_err(of)?;
    let (output, count) = given.judged.unwrap_or_default();
    let scores = given.judged.map_or_else(Vec::new, |_| ready.scores(&outcome, output, &given.plan));
    let mut findings = Findings {
        model: printable(&args.model.path.display().to_string()),
        output: given.judged.map_or_else(String::new, |_| printable(&ready.outputs[output].name)),
        samples: given.plan.samples,
        steps: given.plan.steps,
        microseconds: outcome.nanoseconds / 1000.0,
        ..Findings::default()
    };
    match &given.labels {
        Some(Labels::Classes(classes)) => {
            let top = args.top.map(|top| top as usize);
            let names = given.names.iter().map(|name| printable(name)).collect();
            let found = findings::classes(&scores, count, classes, top, args.worst);
            findings.classes = Some(Classes { names, ..found });
        }
        Some(Labels::Positive(positive)) => findings.score = Some(findings::score(&scores, positive)),
        Some(Labels::Values(values)) => findings.values = Some(findings::values(&scores, count, values, args.worst)),
        None => findings.outputs = ready.spreads(&outcome, &given.plan),
    }
    if let Some(Other { path, ready, output, contents }) = &other {
        let outcome = ready.run(contents, &given.plan).map_err(|failure| failure.of(path))?;
        let others = ready.scores(&outcome, *output, &given.plan);
        let classes = if let Some(Labels::Classes(classes)) = &given.labels { Some(&classes[..]) } else { None };
        let name = printable(&path.display().to_string());
        findings.against = Some(findings::agreement(name, &scores, &others, count, classes, args.worst));
    }
    findings.name_files(&given.files);
    Ok(findings)
}

fn given(args: &Validate, ready: &Ready) -> Result<Given> {
    // Without anything to compare them with, all outputs are described alike.
    let one = args.labels.is_some() || args.against.is_some() || args.output.is_some() || ready.outputs.len() == 1;
    let mut judged = one.then(|| ready.judged(args.output.as_deref())).transpose()?;
    let sources = assign("input", &ready.inputs, &args.inputs)?;
    let missing = ready.inputs.iter().zip(&sources).find(|(_, source)| source.is_none());
    if let Some((input, _)) = missing {
        return Err(Failure::usage(format!("no samples are given for {}", input.describe()))
            .advise("give them with --inputs TENSOR=FILE"));
    }
    let names = args.classes.as_deref().map(folder::class_names).transpose()?;
    let mut units = args.media.units();
    let samples: Vec<Samples> = ready
        .inputs
        .iter()
        .zip(sources.iter().flatten())
        .map(|(input, path)| samples::read(input, path, names.as_deref(), &mut units))
        .collect::<Result<_>>()?;
    let (mut contents, mut files, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for sample in samples {
        contents.push(sample.content);
        // Those of one input name the samples.
        if files.is_empty() {
            (files, names) = (sample.files, sample.names);
        }
    }
    let plan = plan(args, ready, count_steps(&ready.inputs, &contents)?)?;
    if judged.is_none() && files.iter().any(|(_, _, class)| class.is_some()) {
        judged = Some(ready.judged(None)?);
    }
    let labels = judged.map(|(_, count)| labels::labels(args, &plan, count, &files, &names)).transpose()?.flatten();
    if args.at_least.is_some() && labels.is_none() {
        return Err(Failure::usage("--at-least needs labels")
            .advise("give them with --labels, or samples in a directory for each class"));
    }
    if args.at_least.is_some() && !matches!(labels, Some(Labels::Classes(_))) {
        return Err(Failure::usage("--at-least is for classes; the labels are not classes")
            .advise("give an integer for each sample; --task classes says that these are classes"));
    }
    let files =
        files.into_iter().flat_map(|(file, tensors, _)| std::iter::repeat_n(file, tensors / plan.steps)).collect();
    Ok(Given { judged, contents, plan, labels, files, names })
}

fn plan(args: &Validate, ready: &Ready, count: usize) -> Result<Plan> {
    let steps = args.steps as usize;
    if !ready.state && (steps > 1 || args.continuous) {
        return Err(Failure::usage("--steps and --continuous are for models with state; this model has no state")
            .advise("leave them out: each run is a sample"));
    }
    if ready.state && steps == 1 && !args.continuous && count > 1 {
        message::note(
            "the model keeps state between runs, and each run is taken as a sample of its own, after a reset: --steps N says how \
             many runs make one sample, --continuous that all follow each other",
        );
    }
    if !count.is_multiple_of(steps) {
        let found = runs(count);
        return Err(Failure::usage(format!("the samples are for {found}, which is not a multiple of --steps {steps}"))
            .advise("give whole samples: a tensor of every input for each of their runs"));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Plan {
        samples: count / steps,
        steps,
        continuous: args.continuous,
        jobs: args.jobs.map_or(cores, |jobs| jobs as usize),
    })
}

/// Another model for the same samples.
struct Other<'a> {
    path: &'a Path,
    ready: Ready,
    output: usize,
    contents: Vec<Vec<u8>>,
}

fn other<'a>(path: &'a Path, args: &Validate, ours: &Ready, given: &Given) -> Result<Other<'a>> {
    // An archive has its own shapes. The only input may be called otherwise.
    let mut shapes = if has_extension(path, "tflite") { args.model.shapes.clone() } else { InputShapes::default() };
    shapes.given.iter_mut().filter(|_| ours.inputs.len() == 1).for_each(|shape| shape.0.input = None);
    let ready = Ready::new(&Model { path: path.to_owned(), module: None, tflite: None, shapes })?;
    let differs = |what: String| {
        Failure::usage(format!("{}: {what}", shown(path)))
            .advise("--against takes a model with the same inputs and outputs")
    };
    if ready.inputs.len() != ours.inputs.len() {
        return Err(differs("it has a different number of inputs".to_owned()));
    }
    let mut contents = Vec::new();
    for ((ours, theirs), content) in ours.inputs.iter().zip(&ready.inputs).zip(&given.contents) {
        // The same bytes if they have the same meaning, else the same real values as far as the other model can represent them.
        if (ours.dtype, ours.quantization) == (theirs.dtype, theirs.quantization) {
            contents.push(content.clone());
            continue;
        }
        let real = real::real(ours, content).and_then(|real| real::quantised(theirs, &real));
        contents.push(real.ok_or_else(|| differs(format!("{} is not for the same values", theirs.describe())))?);
    }
    if count_steps(&ready.inputs, &contents)? != given.plan.samples * given.plan.steps {
        return Err(differs("its inputs have a different size".to_owned()));
    }
    // The only output may be called otherwise.
    let name = args.output.as_deref().filter(|_| ready.outputs.len() > 1);
    let (output, count) = ready.judged(name)?;
    let ours = given.judged.map_or(0, |(_, count)| count);
    if count != ours {
        let this = shown(&args.model.path);
        return Err(differs(format!("its output has {count} elements, that of {this} has {ours}")));
    }
    Ok(Other { path, ready, output, contents })
}
