//! A batch of models: compiled, run and compared.

use crate::floats::{self, first_difference};
use crate::program::{Accepted, run};
use crate::record::{Output, Record};
use crate::tally::{Tally, kind_of};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use tvm_embedded_compiler::ir::options::Int4;
use tvm_embedded_compiler::{Errors, Optimize, Options, Pool, Scratch, compile, plan_model};

/// Ways to compile a model; the number of a model selects one.
const WAYS: &[&str] = &[
    "planned",
    "io",
    "pools",
    "thrift",
    "all",
    "pools+io",
    "planned",
    "io+thrift",
    "pools+all",
    "size",
    "io+size",
    "ram",
    "io+ram",
    "speed",
    "io+speed",
    "io+ram+speed",
];

/// The options of a way. The first pool is small, so that some tensors don't fit into it.
fn options(way: &str, number: u64, module: String) -> Options {
    let pool = |name: &str, bytes| Pool { name: name.to_owned(), bytes };
    let small = [16, 64, 160, 400, 1000][(number / 7 % 5) as usize];
    Options {
        module_name: Some(module),
        pools: if way.contains("pools") {
            vec![pool("fast", Some(small)), pool("wide", Some(2 * small)), pool("slow", None)]
        } else {
            Vec::new()
        },
        io_in_workspace: way.contains("io"),
        keep_all_tensors: way.contains("all"),
        int4: [Int4::Packed, Int4::Auto, Int4::Packed, Int4::Bytes][(number / 11 % 4) as usize],
        optimize: match way {
            way if way.contains("size") => Optimize::Size,
            way if way.contains("speed") => Optimize::Speed,
            _ => Optimize::Balanced,
        },
        scratch: match way.contains("thrift") {
            true => [Scratch::Less, Scratch::None][(number / 11 % 2) as usize],
            false => Scratch::Best,
        },
        ..Options::default()
    }
}

/// Compiles, builds, runs and compares; adds the result of each model to the tally.
pub fn check(records: &[Record], folder: &Path, way: Option<&'static str>, tally: &mut Tally) {
    let mut accepted = Vec::new();
    for record in records {
        tally.models += 1;
        let way = way.unwrap_or(WAYS[(record.number % WAYS.len() as u64) as usize]);
        match attempt(record, way, accepted.len()) {
            // A value without a result ends the run on both sides; the operators' own tests compare when.
            Ok(Some(model)) if ends_on_a_value(record, &model) => tally.both_refused += 1,
            Ok(Some(_)) if record.divided => tally.divided += 1,
            Ok(Some(model)) if record.refused.is_some() => {
                drop(model);
                let reason = record.refused.clone().unwrap_or_default();
                tally.wrong.push((record.number, way, format!("accepted, but the reference refuses it: {reason}")));
            }
            Ok(Some(model)) => accepted.push(model),
            Ok(None) => tally.wrong.push((record.number, way, "the compiler panics".into())),
            Err(_) if record.refused.is_some() => tally.both_refused += 1,
            Err(reason) => tally.refused.entry(kind_of(&reason)).or_default().push(record.number),
        }
    }
    // A program contains each kernel once, and those of `size` are different.
    let (size, balanced): (Vec<_>, Vec<_>) = accepted.into_iter().partition(|accepted| accepted.way.contains("size"));
    for kernels in [balanced, size] {
        compare(kernels.iter().enumerate().map(again).collect(), folder, tally);
    }
}

/// Runs models in one program. If one breaks it, halves are tried, down to that model.
fn compare(accepted: Vec<Accepted<'_>>, folder: &Path, tally: &mut Tally) {
    if accepted.is_empty() {
        return;
    }
    let outcomes = run(&accepted, folder);
    let _ = std::fs::remove_dir_all(folder);
    match outcomes {
        Ok(outcomes) => {
            for (accepted, outcome) in accepted.iter().zip(outcomes) {
                judge(accepted, outcome, tally);
            }
        }
        Err(error) if accepted.len() == 1 => {
            tally.wrong.push((accepted[0].record.number, accepted[0].way, format!("does not build: {error}")));
        }
        Err(_) => {
            let (front, back) = accepted.split_at(accepted.len() / 2);
            for half in [front, back] {
                compare(half.iter().enumerate().map(again).collect(), folder, tally);
            }
        }
    }
}

/// The same model at another position of another program.
fn again<'a>((place, accepted): (usize, &Accepted<'a>)) -> Accepted<'a> {
    match attempt(accepted.record, accepted.way, place) {
        Ok(Some(model)) => model,
        _ => panic!("number {} compiles once, but not twice", accepted.record.number),
    }
}

/// `None` if the compiler panics.
fn attempt<'a>(record: &'a Record, way: &'static str, place: usize) -> Result<Option<Accepted<'a>>, String> {
    let mut options = options(way, record.number, format!("m{place}"));
    let both = catch_unwind(AssertUnwindSafe(|| {
        if way.contains("ram") {
            options.ram = Some(budget(record, &options)?);
        }
        let model = plan_model(&record.tflite, &options)?;
        assert!(options.ram.is_none_or(|bytes| model.ram_bytes() <= bytes), "more memory than was asked for");
        Ok::<_, Errors>((compile(&record.tflite, &options)?, model))
    }));
    match both {
        Ok(Ok((output, model))) => Ok(Some(Accepted { record, model, archive: output.archive, way })),
        Ok(Err(errors)) => Err(errors.to_string()),
        Err(_) => Ok(None),
    }
}

/// A fraction of the bytes that a model takes without a budget, or the least that it can take, if that is more.
fn budget(record: &Record, options: &Options) -> Result<usize, Errors> {
    let bytes = plan_model(&record.tflite, options)?.ram_bytes();
    let part = bytes * [10, 50, 70, 85, 95][(record.number / 13 % 5) as usize] / 100;
    let with = Options { ram: Some(part), ..options.clone() };
    Ok(match plan_model(&record.tflite, &with) {
        Ok(_) => part,
        Err(errors) => least(&errors.to_string()).unwrap_or(part),
    })
}

/// The number of bytes that a refusal reports as sufficient.
fn least(text: &str) -> Option<usize> {
    text.split("at least ").nth(1)?.split(' ').next()?.parse().ok()
}

fn judge(accepted: &Accepted<'_>, outcome: Result<Vec<Vec<u8>>, String>, tally: &mut Tally) {
    let record = accepted.record;
    let found = match outcome {
        Ok(found) => found,
        Err(said) => return tally.wrong.push((record.number, accepted.way, said)),
    };
    if found.len() != record.outputs.len() {
        let said = format!("{} outputs, the reference has {}", found.len(), record.outputs.len());
        return tally.wrong.push((record.number, accepted.way, said));
    }
    for (place, (expected, found)) in record.outputs.iter().zip(&found).enumerate() {
        if let Some(difference) = difference(record, expected, found) {
            let said = format!("output {place} of {} {}: {difference}", record.outputs.len(), expected.label);
            return tally.wrong.push((record.number, accepted.way, said));
        }
        tally.bytes += found.len();
        if !record.kind.is_empty() {
            *tally.kinds.entry(record.kind.clone()).or_default() += found.len();
        }
    }
    tally.equal += 1;
    if let Some(name) = &record.extension {
        *tally.extensions.entry(name.clone()).or_default() += 1;
    }
}

/// Whether the reference ended a run, not the preparation, of a model whose runs can end on a value.
fn ends_on_a_value(record: &Record, accepted: &Accepted<'_>) -> bool {
    // The reference divides INT32_MIN by -1 without a check.
    let ends = ["failed to invoke with status", "ended by SIGFPE"];
    let ended = record.refused.as_ref().is_some_and(|reason| ends.iter().any(|end| reason.contains(end)));
    ended && accepted.model.layers.iter().any(|planned| planned.layer.fails)
}

/// Tolerance of inexact results: the last bits of one function, or of all steps of an LSTM, as in the other tests; with weights of
/// int8 a step of its hidden state's scale.
fn allowance(tflite: &[u8]) -> (u16, f32) {
    let least = floats::least(tflite);
    let depth = if least > 0.0 { floats::depth(tflite).max(1) } else { 1 };
    (depth, least.max(floats::step(tflite) / (f32::EPSILON * 4.0 * f32::from(depth))))
}

/// The first byte of the first number of int16 that differs by more than a step: of functions by table, whose entries are rounded
/// from results of the C library.
fn beyond_a_step(wanted: &[u8], got: &[u8]) -> Option<usize> {
    let number = |bytes: &[u8]| i32::from(i16::from_le_bytes([bytes[0], bytes[1]]));
    let pairs = wanted.chunks_exact(2).zip(got.chunks_exact(2));
    pairs.map(|(a, b)| number(a).abs_diff(number(b))).position(|steps| steps > 1).map(|place| 2 * place)
}

/// What differs in the samples for which the reference is defined.
fn difference(record: &Record, expected: &Output, found: &[u8]) -> Option<String> {
    let defined = &record.defined;
    if expected.bytes.len() != found.len() {
        return Some(format!("{} bytes, the reference has {}", found.len(), expected.bytes.len()));
    }
    let size = found.len() / defined.len().max(1);
    let allowed = if expected.float && expected.inexact { allowance(&record.tflite) } else { (0, 0.0) };
    let (mut samples, mut first) = (0, None);
    for (sample, _) in defined.iter().enumerate().filter(|(_, defined)| **defined) {
        let (wanted, got) = (&expected.bytes[sample * size..][..size], &found[sample * size..][..size]);
        let at = match expected {
            Output { float: true, .. } => first_difference(wanted, got, size, allowed),
            Output { wide: true, inexact: true, .. } => beyond_a_step(wanted, got),
            _ => (0..size).find(|&at| wanted[at] != got[at]),
        };
        if let Some(at) = at {
            samples += 1;
            first.get_or_insert((sample, at));
        }
    }
    let (sample, at) = first?;
    let show = |bytes: &[u8]| match bytes[sample * size + at..] {
        [a, b, c, d, ..] if expected.float => format!("{:e}", f32::from_le_bytes([a, b, c, d])),
        [byte, ..] => (byte as i8).to_string(),
        [] => String::new(),
    };
    Some(format!(
        "{samples} of {} samples differ, first sample {sample} byte {at}: {} should be {}",
        defined.len(),
        show(found),
        show(&expected.bytes)
    ))
}
