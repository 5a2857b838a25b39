//! The layers of a model with their work, and what they take on a board.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::counted::{self, Counted};
use super::fit::Amounts;
use crate::machine::board::Board;
use crate::measure::bench_image::{Model, is_too_large, name_of};

/// A model on a board.
pub struct Measured {
    /// The model.
    pub name: String,
    /// Its layers.
    pub layers: Vec<Layer>,
    /// Bytes of constants of this core's build.
    pub constants: u64,
    /// Instructions of a call, and flash, RAM and stack of the image.
    pub whole: [u64; 4],
    /// Whether it has a loop, whose runs are not known before.
    pub loops: bool,
}

/// A layer.
pub struct Layer {
    /// The name of its costs.
    pub cost: String,
    /// Its kernels.
    pub kernels: Vec<String>,
    /// Its amounts of work.
    pub work: Amounts,
    /// Instructions of one run; `None` if it did not run.
    pub instructions: Option<f64>,
}

/// A compiled model and its report.
pub struct Subject {
    /// The model.
    pub model: Model,
    /// Its report.
    pub report: Value,
}

impl Subject {
    /// Whether a layer calls a kernel whose name contains this.
    pub fn calls(&self, part: &str) -> bool {
        let layers = self.report["layers"].as_array();
        layers.into_iter().flatten().flat_map(|layer| strings(&layer["kernels"])).any(|name| name.contains(part))
    }
}

/// Compiles a model with these options. If the compiler does not take it, returns the reason.
///
/// # Errors
/// If anything else fails.
pub fn compile(tool: &Path, file: &Path, out: &Path, more: &[&str]) -> Result<Result<Subject>> {
    let report = out.join(format!("{}.json", name_of(file)));
    let mut options = vec!["--report".to_owned(), report.display().to_string()];
    options.extend(more.iter().map(ToString::to_string));
    let model = match Model::compile(tool, file, out, &options)? {
        Ok(model) => model,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(Subject { model, report: serde_json::from_str(&fs::read_to_string(&report)?)? }))
}

/// Counts a model. `None` if it does not fit the board, or its run fails on inputs of all values.
///
/// # Errors
/// If anything else fails.
pub fn measure(subject: &Subject, board: &Board, out: &Path) -> Result<Option<Measured>> {
    let Subject { model, report } = subject;
    let name = model.name.clone();
    let counted = match count(board, model, out) {
        Ok(counted) => counted,
        Err(error) if is_too_large(&format!("{error:#}")) => return Ok(None),
        // Indices that are out of range, in models that look up rows: the benchmark's inputs hold all values.
        Err(error) if format!("{error:#}").contains("exit code") => return Ok(None),
        Err(error) => return Err(error),
    };
    let layers = report["layers"].as_array().context("a report without layers")?;
    if layers.len() != counted.layers.len() {
        bail!("{name}: {} layers in the report, {} counted", layers.len(), counted.layers.len());
    }
    let runs = counted.layers.iter().zip(&counted.runs);
    let layers = layers.iter().zip(runs).map(|(layer, (&instructions, &runs))| Layer {
        cost: layer["cost"].as_str().unwrap_or_default().to_owned(),
        kernels: strings(&layer["kernels"]),
        work: amounts(&layer["work"]),
        instructions: (runs > 0).then(|| instructions as f64 / runs as f64),
    });
    // The C for size has the same constants on all cores.
    let constants = match board.name {
        _ if report["optimize"] == "size" => &report["constant_bytes"],
        "cortex-m55" => &report["constant_bytes_mve"],
        "cortex-m0" | "cortex-m3" | "rv32imac" => &report["constant_bytes"],
        _ => &report["constant_bytes_dsp"],
    };
    Ok(Some(Measured {
        layers: layers.collect(),
        constants: constants.as_u64().context("a report without bytes of constants")?,
        whole: counted.whole,
        loops: report["loops"].as_u64() != Some(0),
        name,
    }))
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
}

fn amounts(map: &Value) -> Amounts {
    map.as_object().into_iter().flatten().filter_map(|(name, amount)| Some((name.clone(), amount.as_f64()?))).collect()
}

/// Counts a model, unless its C was counted before.
fn count(board: &Board, model: &Model, out: &Path) -> Result<Counted> {
    let key = format!("{:016x}", hash(&c_of(&out.join(&model.name).join("archive"))?));
    let file = out.join(board.name).join(format!("{}.counts", model.name));
    if let Ok(text) = fs::read_to_string(&file)
        && let Some(known) = parse(&text, &key)
    {
        return Ok(known);
    }
    let counted = counted::count(board, model, out)?;
    fs::write(&file, text(&counted, &key))?;
    Ok(counted)
}

fn text(counted: &Counted, key: &str) -> String {
    let [instructions, flash, ram, stack] = counted.whole;
    let head = format!("{key} {instructions} {flash} {ram} {stack}\n");
    let layers = counted.layers.iter().zip(&counted.runs);
    layers.fold(head, |text, (instructions, runs)| text + &format!("{instructions} {runs}\n"))
}

fn parse(text: &str, key: &str) -> Option<Counted> {
    let mut lines = text.lines();
    let numbers = |line: &str| line.split(' ').map(|word| word.parse().ok()).collect::<Option<Vec<u64>>>();
    let whole = numbers(lines.next()?.strip_prefix(key)?.trim_start())?.try_into().ok()?;
    let mut counted = Counted { layers: Vec::new(), runs: Vec::new(), whole };
    for line in lines {
        let [instructions, runs] = numbers(line)?[..] else { return None };
        counted.layers.push(instructions);
        counted.runs.push(runs);
    }
    Some(counted)
}

/// All files of a directory, in the order of their names.
fn c_of(folder: &Path) -> Result<Vec<u8>> {
    let mut files: Vec<_> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut bytes = Vec::new();
    for file in files.iter().filter(|file| file.is_file()) {
        bytes.extend(fs::read(file)?);
    }
    Ok(bytes)
}

/// FNV-1a, 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_back_for_the_same_archive_only() {
        let counted = Counted { layers: vec![5, 9], runs: vec![1, 3], whole: [20, 1, 2, 3] };
        let text = text(&counted, "abc");
        let again = parse(&text, "abc").unwrap();
        assert_eq!((again.layers, again.runs, again.whole), (counted.layers, counted.runs, counted.whole));
        assert!(parse(&text, "abd").is_none());
        assert_ne!(hash(b"a"), hash(b"b"));
    }
}
