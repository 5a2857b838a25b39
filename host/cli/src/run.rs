//! `tvm-embedded run`: a model on this computer, called as in a firmware.

pub mod harness;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use crate::apart;
use crate::args::{Run, TensorFile};
use crate::compiled;
use crate::failure::{Failure, Result};
use crate::interface;
use crate::media;
use crate::output::replace;
use crate::tensor::Spec;
use crate::terminal::{self, heading, printable, shown};
use crate::units::Units;
use harness::{Call, Program};
use tvm_embedded_mlf::names::sanitize;

/// Carries out the verb.
pub fn run(args: &Run) -> Result<()> {
    run_model(args).map_err(|failure| failure.of(&args.source.model().path))
}

fn run_model(args: &Run) -> Result<()> {
    let (selected, loaded) = compiled::source(&args.source)?;
    let library = compiled::library_to_run(&loaded.library)?;
    let model = interface::interface(&loaded, &selected, &tvm_embedded_interface::Options::default())?;
    let inputs: Vec<Spec> = model.facts.inputs.iter().map(Spec::new).collect();
    let outputs: Vec<Spec> = model.facts.outputs.iter().map(Spec::new).collect();

    // The whole command line is checked before the compiler is started.
    let sources = assign("input", &inputs, &args.inputs)?;
    let targets = assign("output", &outputs, &args.outputs)?;
    let expected = assign("output", &outputs, &args.expected)?;
    apart::check(&[&selected.path], &targets.iter().flatten().copied().collect::<Vec<_>>())?;
    let contents = read_inputs(&inputs, &sources, args.media.units())?;
    let steps = count_steps(&inputs, &contents)?;
    let expected: Vec<Option<Vec<u8>>> = outputs
        .iter()
        .zip(&expected)
        .map(|(output, path)| path.map(|path| output.read(path)).transpose())
        .collect::<Result<_>>()?;

    let folder = Program::folder()?;
    // The library comes first: it may call what the arguments bring.
    let library = library.map(|file| folder.path().join(file).display().to_string());
    let extra: Vec<String> = library.into_iter().chain(args.cc_args.iter().cloned()).collect();
    let program = Program::build(folder, &model, &extra)?;
    let call =
        Call { workspace_offset: args.workspace_offset, steps, repeat: args.repeat, resets: steps, progress: None };
    let outcome = program.run(&contents, outputs.len(), &call)?;

    let results = outputs.iter().zip(&targets).zip(&outcome.outputs);
    let files: Vec<(&Path, Cow<'_, [u8]>)> = results
        .filter_map(|((output, path), data)| path.map(|path| Ok((path, output.file(path, data, steps)?))))
        .collect::<Result<_>>()?;
    replace(&files.iter().map(|(path, content)| (*path, &**content)).collect::<Vec<_>>())?;
    compare(&outputs, &outcome.outputs, &expected)?;
    let mut text = String::new();
    if args.outputs.is_empty() && args.expected.is_empty() {
        for (output, data) in outputs.iter().zip(&outcome.outputs) {
            show(&mut text, output, data);
        }
    }
    if args.repeat > 1 {
        let runs = steps as u64 * u64::from(args.repeat);
        let _ = writeln!(text, "{runs} runs, {:.1} µs each on this computer", outcome.nanoseconds / 1000.0);
    }
    for (output, expected) in outputs.iter().zip(&expected).filter(|(_, expected)| expected.is_some()) {
        let bytes = expected.as_ref().map_or(0, Vec::len);
        let _ = writeln!(text, "output {}: all {bytes} bytes as expected", printable(&output.name));
    }
    terminal::print(&text)
}

/// For each tensor, the file that the command line names for it.
pub fn assign<'a>(what: &str, tensors: &[Spec], files: &'a [TensorFile]) -> Result<Vec<Option<&'a Path>>> {
    let mut assigned = vec![None; tensors.len()];
    for TensorFile { tensor, file } in files {
        let index = match (tensor, tensors) {
            (None, [_]) => 0,
            (None, _) => {
                let message = format!("the model has {} {what}s; which one is {} for?", tensors.len(), shown(file));
                return Err(Failure::usage(message).advise(format!("say which: TENSOR=FILE with {}", names(tensors))));
            }
            (Some(name), _) => named(what, tensors, name)?,
        };
        if assigned[index].replace(file.as_path()).is_some() {
            return Err(Failure::usage(format!("{what} {} is given twice", printable(&tensors[index].name))));
        }
    }
    Ok(assigned)
}

/// The tensor of a name. It may be one tensor's own name and another's C name: own names are tried first, TVM's names last.
pub fn named(what: &str, tensors: &[Spec], name: &str) -> Result<usize> {
    let position = |is: &dyn Fn(&Spec) -> bool| tensors.iter().position(is);
    position(&|t| t.name == name)
        .or_else(|| position(&|t| t.c_name == name))
        .or_else(|| position(&|t| sanitize(&t.name) == name))
        .ok_or_else(|| {
            Failure::usage(format!("the model has no {what} called {}", printable(name)))
                .advise(format!("{what}s: {}", names(tensors)))
        })
}

/// The names of tensors.
pub fn names(tensors: &[Spec]) -> String {
    let name = |t: &Spec| match t.name == t.c_name {
        true => printable(&t.name),
        false => format!("{} (in C: {})", printable(&t.name), t.c_name),
    };
    if tensors.is_empty() { "none".into() } else { tensors.iter().map(name).collect::<Vec<_>>().join(", ") }
}

fn read_inputs(inputs: &[Spec], files: &[Option<&Path>], mut units: Units) -> Result<Vec<Vec<u8>>> {
    let missing: Vec<String> =
        inputs.iter().zip(files).filter(|(_, file)| file.is_none()).map(|(input, _)| input.describe()).collect();
    if !missing.is_empty() {
        return Err(Failure::usage(format!("no content is given for input {}", missing.join("; input ")))
            .advise("give it with --input TENSOR=FILE: a .npy, .png or .wav file, or raw little-endian bytes"));
    }
    inputs.iter().zip(files.iter().flatten()).map(|(input, path)| media::content(input, path, &mut units)).collect()
}

/// How many tensors each input's content holds: the same number for all.
pub fn count_steps(inputs: &[Spec], contents: &[Vec<u8>]) -> Result<usize> {
    let count = |(input, content): (&Spec, &Vec<u8>)| content.len().checked_div(input.bytes);
    // Tensors without elements do not count.
    let counted: Vec<(&Spec, usize)> =
        inputs.iter().zip(contents).filter_map(|pair| Some((pair.0, count(pair)?))).collect();
    let Some(&(first, steps)) = counted.first() else { return Ok(1) };
    match counted.iter().find(|(_, other)| *other != steps) {
        None => Ok(steps),
        Some((other, count)) => Err(Failure::usage(format!(
            "the content of input {} is for {}, that of input {} for {}",
            printable(&first.name),
            runs(steps),
            printable(&other.name),
            runs(*count),
        ))
        .advise("give the same number of tensors for every input")),
    }
}

/// `1 run`, `2 runs`
pub fn runs(count: usize) -> String {
    if count == 1 { "1 run".to_owned() } else { format!("{count} runs") }
}

fn show(text: &mut String, output: &Spec, data: &[u8]) {
    const SHOWN: usize = 8;
    let title = match output.name == output.c_name {
        true => output.describe(),
        false => format!("{} (in C: {})", output.describe(), output.c_name),
    };
    let _ = writeln!(text, "{}", heading(&title.replacen("tensor", "output", 1)));
    let parts = data.chunks_exact(output.bytes.max(1));
    let several = parts.len() > 1;
    let hidden = parts.len().saturating_sub(SHOWN);
    for (step, part) in parts.take(SHOWN).enumerate() {
        for (i, line) in output.view(part).into_iter().enumerate() {
            match (several, i) {
                (false, _) => _ = writeln!(text, "  {line}"),
                (true, 0) => _ = writeln!(text, "  run {:<3} {line}", step + 1),
                (true, _) => _ = writeln!(text, "          {line}"),
            }
        }
    }
    if hidden > 0 {
        let _ = writeln!(text, "  … and {hidden} more runs; --output writes all of them");
    }
}

fn compare(outputs: &[Spec], found: &[Vec<u8>], expected: &[Option<Vec<u8>>]) -> Result<()> {
    let mut differences = Vec::new();
    for ((output, found), expected) in outputs.iter().zip(found).zip(expected) {
        let Some(expected) = expected.as_ref().filter(|&expected| expected != found) else { continue };
        let name = printable(&output.name);
        if expected.len() != found.len() {
            differences.push(format!("output {name} has {} bytes, expected {}", found.len(), expected.len()));
            continue;
        }
        let unequal: Vec<usize> = (0..found.len()).filter(|&i| found[i] != expected[i]).collect();
        if let Some(&at) = unequal.first() {
            differences.push(format!(
                "output {name} differs in {} of {} bytes; the first is byte {at}: {:#04x}, expected {:#04x}",
                unequal.len(),
                found.len(),
                found[at],
                expected[at]
            ));
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(Failure::model(differences.join("\n"))) }
}
