//! `generate --self-test`: records runs on this computer that the device repeats.

use tvm_embedded_interface::{Generated, SelfTest, random_input};
use tvm_embedded_mlf::DType;

use crate::args;
use crate::failure::{Failure, Kind, Result};
use crate::media;
use crate::run::harness::{Call, Outcome, Program};
use crate::run::{assign, runs as counted};
use crate::tensor::Spec;
use crate::terminal::{printable, shown};

/// Tolerance of float32 outputs of archives of TVM: their C calls functions such as `expf`, which differ between C libraries in
/// the last bits, and compilers may order or fuse its sums.
const TOLERANCE: f32 = 1e-4;
/// Repetitions if layers can be run one by one: one without hooks, and two with other bytes in unused memory.
const REPETITIONS: u32 = 3;

/// Runs the model; `own` is true for models of this project's compiler.
pub fn record(model: &Generated, runs: u32, args: &args::SelfTest, own: bool) -> Result<SelfTest> {
    let steps = runs as usize;
    let specs: Vec<Spec> = model.facts.inputs.iter().map(Spec::new).collect();
    let (mut inputs, mut units) = (Vec::new(), args.units());
    for (spec, path) in specs.iter().zip(assign("input", &specs, &args.inputs)?) {
        let Some(path) = path else {
            inputs.push(None);
            continue;
        };
        let mut content = media::content(spec, path, &mut units)?;
        let found = content.len().checked_div(spec.bytes).unwrap_or(steps);
        if found < steps {
            let message =
                format!("{}: has the content of {}, expected {}", shown(path), counted(found), counted(steps));
            return Err(Failure::new(Kind::File, message).advise("give more tensors, or --self-test a smaller number"));
        }
        content.truncate(steps * spec.bytes);
        inputs.push(Some(content));
    }
    let contents: Vec<Vec<u8>> = (inputs.iter().enumerate())
        .map(|(i, content)| content.clone().unwrap_or_else(|| random(model, i, runs)))
        .collect();
    let has_layers = model.facts.layer_count.is_some();
    let mut flags = args.cc_args.clone();
    if has_layers {
        let symbol = &model.facts.symbol;
        flags.push("-DTVM_EMBEDDED_LAYERS".to_owned());
        flags.push(format!("-DMODEL_HEADER=\"{symbol}.h\""));
        flags.push(format!("-DEXECUTE_LAYERS=TVMExecuteLayers_{symbol}"));
        flags.push(format!("-DLAYER_DATA=TVMLayerData_{symbol}"));
    }
    let program = Program::build(Program::folder()?, model, &flags)?;
    let call = Call {
        workspace_offset: 0,
        steps,
        repeat: if has_layers { REPETITIONS } else { 2 },
        resets: steps,
        progress: None,
    };
    let Outcome { outputs, .. } = program
        .run(&contents, model.facts.outputs.len(), &call)
        .map_err(|failure| if inputs.contains(&None) { advised(failure) } else { failure })?;
    let layers = if has_layers { hashes(&program.written("layers")?, steps)? } else { Vec::new() };
    let tolerance = args.tolerance.unwrap_or(if own { 0.0 } else { TOLERANCE });
    Ok(SelfTest { samples: runs, inputs, outputs, layers, tolerance })
}

/// What the user should know about a self-test: its size, and how it compares.
pub fn notes(model: &Generated, test: &SelfTest) -> Vec<String> {
    let facts = &model.facts;
    let outputs: usize = test.outputs.iter().map(Vec::len).sum();
    let mut size = format!(
        "self-test of {}: {outputs} bytes of constants for outputs, {} for inputs",
        counted(test.samples as usize),
        test.tensor_bytes() - outputs
    );
    if !test.layers.is_empty() {
        let compared = test.layers.iter().flatten().filter(|hash| **hash != 0).count();
        let all: usize = test.layers.iter().map(Vec::len).sum();
        size += &format!(
            ", {} for {compared} of {all} results of layers if TVM_EMBEDDED_LAYERS is defined",
            test.layer_bytes()
        );
    }
    let given: u64 = (facts.inputs.iter().chain(&facts.outputs))
        .filter(|tensor| tensor.facts.placement.is_none())
        .map(|tensor| u64::from(tensor.facts.bytes))
        .sum();
    size += &format!("; RAM for inputs and outputs, which the caller provides: {given} bytes");
    let mut notes = vec![size];
    if test.tolerance > 0.0 && facts.outputs.iter().any(|output| output.facts.dtype == Some(DType::FLOAT32)) {
        notes.push(format!(
            "self-test: float32 outputs may differ by {}, absolute and relative (--tolerance)",
            test.tolerance
        ));
    }
    for output in facts.outputs.iter().filter(|output| output.facts.dtype.is_none()) {
        notes.push(format!(
            "self-test: the type of output {} is not known, so its bytes are compared; --tflite adds types",
            printable(&output.facts.name)
        ));
    }
    notes
}

/// The random content of an input in all runs.
fn random(model: &Generated, input: usize, runs: u32) -> Vec<u8> {
    let facts = &model.facts;
    let count = facts.inputs.len() as u32;
    (0..runs).flat_map(|run| random_input(&facts.inputs[input].facts, run * count + input as u32)).collect()
}

fn advised(failure: Failure) -> Failure {
    match failure.advice() {
        Some(_) => failure,
        None => failure.advise("the inputs were random: give ones that the model accepts with --input TENSOR=FILE"),
    }
}

/// For each run the hashes on which both repetitions with hooks agree; 0 for the others, which are of memory that a layer
/// does not write completely.
fn hashes(text: &str, steps: usize) -> Result<Vec<Vec<u32>>> {
    let wrong = || Failure::model("the model's program wrote an invalid list of layers");
    let mut found = vec![vec![Vec::new(); steps]; 2];
    for line in text.lines() {
        let numbers: Option<Vec<usize>> = line.split(' ').map(|word| word.parse().ok()).collect();
        let Some(&[repeat, step, hash]) = numbers.as_deref() else { return Err(wrong()) };
        let place = repeat.checked_sub(1).and_then(|repeat| found.get_mut(repeat)?.get_mut(step));
        place.ok_or_else(wrong)?.push(u32::try_from(hash).map_err(|_| wrong())?);
    }
    let [first, second] = [found.swap_remove(0), found.swap_remove(0)];
    if first.iter().zip(&second).any(|(a, b)| a.len() != b.len()) {
        return Err(Failure::model("the model's layers did not run in the same order twice"));
    }
    let agreed = |(a, b): (&u32, &u32)| if a == b { *a } else { 0 };
    Ok(first.iter().zip(&second).map(|(a, b)| a.iter().zip(b).map(agreed).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_on_which_the_repetitions_do_not_agree_are_left_out() {
        let text = "1 0 7\n1 0 8\n1 1 9\n2 0 7\n2 0 5\n2 1 9\n";
        assert_eq!(hashes(text, 2).unwrap(), [vec![7, 0], vec![9]]);
        for (text, expected) in [
            ("1 0 7\n", "the same order twice"),
            ("1 0\n", "invalid list of layers"),
            ("0 0 7\n", "invalid list of layers"),
            ("3 0 7\n", "invalid list of layers"),
            ("1 2 7\n", "invalid list of layers"),
            ("1 0 4294967296\n", "invalid list of layers"),
        ] {
            let failure = hashes(text, 2).unwrap_err();
            assert!(failure.exit_code() == 4 && failure.to_string().contains(expected), "{text:?}: {failure}");
        }
    }
}
