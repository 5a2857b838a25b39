//! The tables of costs: what kernels take on each core, as `cargo xtask costs --write` measured and fitted it.

use super::work::ONCE;
use crate::ir::options::Optimize;
use crate::ir::report::{LayerReport, Report, Work};
use std::collections::{BTreeMap, BTreeSet};

/// The lines of the file are described at its beginning.
const MEASURED: &str = include_str!("costs.csv");

/// The same for `--optimize size`, whose kernels have the same names and other code.
const SMALL: &str = include_str!("small.csv");

/// The call of a run, in the table.
const RUN: &str = "(run)";

/// After the name of a kernel: what its code has more if several layers call it.
const AGAIN: &str = " again";

/// What a model takes on a core.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The core.
    pub core: &'static str,
    /// Of each layer, instructions and their error as a part of them; `None` if a kernel was not measured.
    pub layers: Vec<Option<(f64, f64)>>,
    /// Instructions of a call of `TVMExecute`, without layers whose kernels were not measured.
    pub instructions: f64,
    /// The error of the instructions as a part of them: twice the root mean square that the kernels' errors give.
    pub error: f64,
    /// Bytes of code of an image with the model, the runtime and startup code.
    pub code: f64,
    /// Bytes of constants.
    pub constants: usize,
    /// Kernels that were not measured on this core.
    pub unknown: BTreeSet<String>,
}

/// The cores of the table.
pub fn cores() -> Vec<&'static str> {
    let mut cores = Vec::new();
    for line in lines(MEASURED) {
        if !cores.contains(&line.core) {
            cores.push(line.core);
        }
    }
    cores
}

/// The core of the table whose costs are the nearest to those of a core in [`CORES`]: itself where it was measured, else the one with the
/// same instructions. `None` for a name that is no core.
///
/// [`CORES`]: crate::ir::options::CORES
pub fn nearest(core: &str) -> Option<&'static str> {
    let measured = match core {
        "cortex-m0plus" | "cortex-m23" => "cortex-m0",
        "cortex-m35p" => "cortex-m33",
        "cortex-m52" | "cortex-m85" => "cortex-m55",
        "riscv" => "rv32imac",
        _ => core,
    };
    cores().into_iter().find(|known| *known == measured)
}

/// The estimate for a core; `None` for a core that the table does not have.
pub fn estimate(report: &Report, core: &str) -> Option<Estimate> {
    let core = cores().into_iter().find(|known| *known == core)?;
    let text = if is_small(report) { SMALL } else { MEASURED };
    let table: Vec<Line> = lines(text).filter(|line| line.core == core).collect();
    let layers: Vec<Option<(f64, f64)>> = report.layers.iter().map(|layer| instructions(&table, layer)).collect();
    let mut unknown = BTreeSet::new();
    for (layer, known) in report.layers.iter().zip(&layers) {
        if known.is_none() {
            unknown.insert(layer.cost.trim_end_matches(ONCE).to_owned());
        }
    }
    let run = Work::from([("calls", 1)]);
    let call = find(&table, "instructions", RUN).map_or(0.0, |line| line.sum(&run));
    let instructions = call + layers.iter().flatten().map(|(instructions, _)| instructions).sum::<f64>();
    Some(Estimate {
        core,
        error: 2.0 * spread(report, &layers) / instructions.max(1.0),
        instructions,
        layers,
        code: code(&table, report),
        constants: constants(report, core),
        unknown,
    })
}

/// Root mean square of a model's error: layers of one kernel err alike, different kernels independently.
fn spread(report: &Report, layers: &[Option<(f64, f64)>]) -> f64 {
    let mut kernels: Vec<(&str, f64)> = Vec::new();
    for (layer, known) in report.layers.iter().zip(layers) {
        let Some((instructions, error)) = known else { continue };
        match kernels.iter_mut().find(|(name, _)| *name == layer.cost) {
            Some((_, sum)) => *sum += instructions * error,
            None => kernels.push((&layer.cost, instructions * error)),
        }
    }
    kernels.iter().map(|(_, error)| error * error).sum::<f64>().sqrt()
}

fn instructions(table: &[Line], layer: &LayerReport) -> Option<(f64, f64)> {
    let name = &layer.cost;
    let other = name.strip_suffix(ONCE).map_or_else(|| format!("{name}{ONCE}"), ToOwned::to_owned);
    let line = find(table, "instructions", name).or_else(|| find(table, "instructions", &other))?;
    Some((line.sum(&layer.work), line.error))
}

/// The code of the startup, the runtime and each kernel, and what each layer adds. A kernel that several layers call is longer.
fn code(table: &[Line], report: &Report) -> f64 {
    let once = Work::from([("calls", 1)]);
    let of = |name: &str| find(table, "code", name).map_or(0.0, |line| line.sum(&once));
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    for kernel in report.layers.iter().flat_map(|layer| &layer.kernels) {
        *calls.entry(kernel).or_default() += 1;
    }
    let kernels = calls.iter().map(|(kernel, &calls)| {
        let more = if calls > 1 { of(&format!("{kernel}{AGAIN}")) } else { 0.0 };
        of(kernel) + more
    });
    of(RUN) + of("(layer)") * report.layers.len() as f64 + kernels.sum::<f64>()
}

/// Whether a model is compiled with `--optimize size`.
fn is_small(report: &Report) -> bool {
    report.optimize == Optimize::Size.name()
}

/// Bytes of constants on a core of the table. The C for size has the same on all of them.
pub fn constants(report: &Report, core: &str) -> usize {
    match core {
        _ if is_small(report) => report.constant_bytes,
        "cortex-m55" => report.constant_bytes_mve,
        "cortex-m0" | "cortex-m3" | "rv32imac" => report.constant_bytes,
        _ => report.constant_bytes_dsp,
    }
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
struct Line {
    kind: &'static str,
    core: &'static str,
    name: &'static str,
    error: f64,
    amounts: &'static str,
}

impl Line {
    /// The amounts times their costs.
    fn sum(&self, work: &Work) -> f64 {
        let costs = self.amounts.split(' ').filter_map(|pair| pair.split_once('='));
        costs
            .map(|(name, cost)| work.get(name).map_or(0.0, |&amount| amount as f64) * cost.parse().unwrap_or(0.0))
            .sum()
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = Line> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let [kind, core, name, error, amounts] = line.split(',').collect::<Vec<_>>()[..] else { return None };
        Some(Line { kind, core, name, error: error.parse().ok()?, amounts })
    })
}

fn find(table: &[Line], kind: &str, name: &str) -> Option<Line> {
    table.iter().find(|line| line.kind == kind && line.name == name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_complete_and_have_every_name_once() {
        for file in [MEASURED, SMALL] {
            let all: Vec<Line> = lines(file).collect();
            let text = file.lines().filter(|line| !line.starts_with('#')).count();
            assert_eq!(all.len(), text, "a line that can't be read");
            let names: BTreeSet<_> = all.iter().map(|line| (line.kind, line.core, line.name)).collect();
            assert_eq!(names.len(), all.len(), "a name twice");
            for core in CORES {
                let has = |kind: &str, name: &str| all.iter().any(|l| (l.core, l.kind, l.name) == (core, kind, name));
                let kernel = "tvmk_conv_2d";
                assert!(has("instructions", kernel) && has("code", kernel) && has("code", RUN), "{core}");
            }
            let costs = all.iter().flat_map(|line| line.amounts.split(' ')).map(|pair| pair.split_once('=').unwrap().1);
            assert!(costs.into_iter().all(|cost| cost.parse::<f64>().is_ok()), "a cost that is no number");
        }
        assert_eq!(cores(), CORES);
    }

    const CORES: [&str; 8] =
        ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m4f", "cortex-m7", "cortex-m33", "cortex-m55", "rv32imac"];
}
