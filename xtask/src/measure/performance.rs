//! `docs/performance.md`: the results of `cargo xtask bench --write`, as a committed table, the README's part of it, and the
//! comparison with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use crate::machine::paths;
use crate::measure::peer;

/// The fraction by which a figure may be above the committed one.
const TOLERANCE: f64 = 0.02;

/// The most bytes of stack that a call may use, including checks, for models that were measured with the peer.
pub const STACK_LIMIT: u64 = 512;

/// What is measured of a model on a core, with the heading of its table: the order of [`Figures`].
const SECTIONS: [(&str, &str); 4] = [
    ("Instructions", "Of one inference, with all checks of `TVMExecute`."),
    ("Flash", "Bytes of the image: the model's code and constants, the runtime and the startup code."),
    ("RAM", "Bytes of static data of the image: workspace, inputs and outputs, without the stack."),
    (
        "Stack",
        "Bytes that a call of `TVMExecute` takes at most, from the machine code of the linked image: each function's frame, along \
         the deepest chain of calls.",
    ),
];

/// A model on a core: instructions, flash, RAM, stack.
pub type Figures = [u64; SECTIONS.len()];

/// A model, whatever the core.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// Multiply-accumulates of one inference.
    pub macs: u64,
    /// Bytes of its workspaces.
    pub workspace: u64,
}

/// All figures.
#[derive(Debug, Default, PartialEq)]
pub struct Table {
    /// The models, by name.
    pub models: BTreeMap<String, Model>,
    /// When each core was measured.
    pub dates: BTreeMap<String, String>,
    /// By model and core; `None` if the image does not fit the board.
    pub cells: BTreeMap<(String, String), Option<Figures>>,
}

const NAME: &str = "docs/performance.md";
/// The README's part is between these lines.
const MARKS: [&str; 2] = ["<!-- written by `cargo xtask bench --write` -->\n", "<!-- end -->\n"];

impl Table {
    /// The committed table.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn committed() -> Result<Self> {
        Ok(Self::parse(&fs::read_to_string(paths::root().join(NAME)).with_context(|| NAME.to_owned())?))
    }

    /// Writes the table and the README's part. Cores that were not measured now keep their figures for models that still exist.
    ///
    /// # Errors
    /// When a file can't be read or written.
    pub fn write(mut self) -> Result<()> {
        let old = Self::committed().unwrap_or_default();
        let kept = |core: &String| !self.dates.contains_key(core);
        let cells = old.cells.into_iter().filter(|((model, core), _)| kept(core) && self.models.contains_key(model));
        let cells: Vec<_> = cells.collect();
        let dates: Vec<_> = old.dates.into_iter().filter(|(core, _)| kept(core)).collect();
        self.cells.extend(cells);
        self.dates.extend(dates);
        fs::write(paths::root().join(NAME), self.text())?;
        let readme = paths::root().join("README.md");
        let text = fs::read_to_string(&readme)?;
        let [before, _, after] = parts(&text).context("README.md has no place for the table")?;
        fs::write(readme, format!("{before}{}{after}", self.readme()))?;
        Ok(())
    }

    fn cores(&self) -> Vec<&str> {
        let known = crate::machine::board::NAMES.iter().copied();
        known.filter(|core| self.dates.contains_key(*core)).collect()
    }

    fn get(&self, model: &str, core: &str) -> Option<Figures> {
        *self.cells.get(&(model.to_owned(), core.to_owned()))?
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        let _ = write!(text, "\n## Beside TFLite Micro\n\nThe peer is {}. {PEERS}\n\n", peer::MEASURED);
        text += &row("model", &["core", "instructions", "peer", "part of the peer"]);
        text += &row("---", &["---", "---:", "---:", "---:"]);
        for (model, core) in self.cells.keys() {
            let (Some(figures), Some(peer)) = (self.get(model, core), peer_on(model, core)) else { continue };
            let part = format!("{:.2}", figures[0] as f64 / peer as f64);
            text += &row(model, &[core.clone(), figures[0].to_string(), peer.to_string(), part]);
        }
        text += "\n## Models\n\nBytes of workspace do not depend on the core.\n\n";
        text += &row("model", &["multiply-accumulates", "workspace"]);
        text += &row("---", &["---:", "---:"]);
        for (name, model) in &self.models {
            text += &row(name, &[model.macs, model.workspace]);
        }
        for (at, (section, about)) in SECTIONS.iter().enumerate() {
            let _ = write!(text, "\n## {section}\n\n{about}\n\n");
            text += &row("model", &self.cores());
            text += &row("---", &vec!["---:"; self.cores().len()]);
            for model in self.models.keys() {
                let cell = |core: &&str| match self.cells.get(&(model.clone(), (*core).to_owned())) {
                    Some(Some(figures)) => figures[at].to_string(),
                    Some(None) => "too large".to_owned(),
                    None => String::new(),
                };
                text += &row(model, &self.cores().iter().map(cell).collect::<Vec<_>>());
            }
        }
        text += "\n## Measured\n\n| core | on |\n| --- | --- |\n";
        for core in self.cores() {
            text += &row(core, &[&self.dates[core]]);
        }
        text
    }

    /// Reads what [`Table::text`] wrote.
    fn parse(text: &str) -> Self {
        let mut table = Self::default();
        let mut section = "";
        let mut columns: Vec<String> = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("## ") {
                (section, columns) = (name, Vec::new());
            }
            let Some(line) = line.strip_prefix("| ") else { continue };
            let cells: Vec<&str> = line.trim_end_matches('|').split('|').map(str::trim).collect();
            if columns.is_empty() {
                columns = cells.iter().map(ToString::to_string).collect();
            } else if cells[0] != "---" {
                table.take(section, &columns, &cells);
            }
        }
        table
    }

    fn take(&mut self, section: &str, columns: &[String], cells: &[&str]) {
        let name = cells[0].to_owned();
        match (section, cells) {
            ("Models", [_, macs, workspace]) => {
                if let (Ok(macs), Ok(workspace)) = (macs.parse(), workspace.parse()) {
                    self.models.insert(name, Model { macs, workspace });
                }
            }
            ("Measured", [_, date]) => drop(self.dates.insert(name, (*date).to_owned())),
            _ => {
                let Some(at) = SECTIONS.iter().position(|known| known.0 == section) else { return };
                for (core, cell) in columns.iter().zip(cells).skip(1).filter(|(_, cell)| !cell.is_empty()) {
                    let place = self.cells.entry((name.clone(), core.clone())).or_default();
                    if let Ok(number) = cell.parse() {
                        place.get_or_insert_default()[at] = number;
                    }
                }
            }
        }
    }

    /// The README's table: the models that were also measured with the peer.
    fn readme(&self) -> String {
        let mut text = row("model", &README_COLUMNS);
        text += &row("---", &["---:"; README_COLUMNS.len()]);
        for (name, model) in &self.models {
            let on = |core: &str| {
                let figures = self.get(name, core)?;
                let peer = peer_on(name, core)?;
                Some((thousands(figures[0]), format!("{:.2}", figures[0] as f64 / peer as f64)))
            };
            let (Some(m4f), Some((instructions, part))) = (self.get(name, "cortex-m4f"), on("cortex-m4f")) else {
                continue;
            };
            let m55 = self.get(name, "cortex-m55").map_or_else(String::new, |figures| thousands(figures[0]));
            let m55_part = on("cortex-m55").map_or_else(|| "not measured".to_owned(), |(_, part)| part);
            text += &row(
                name,
                &[thousands(model.macs), instructions, part, m55, m55_part, thousands(m4f[1]), thousands(m4f[2])],
            );
        }
        text
    }

    /// The figures of `self`, measured now, that are worse than in `committed` by more than the tolerance; and those that are better.
    pub fn compare(&self, committed: &Self) -> (Vec<String>, Vec<String>) {
        let (mut worse, mut better) = (Vec::new(), Vec::new());
        for (place @ (model, core), now) in &self.cells {
            let (now, before) = match (now, committed.cells.get(place)) {
                (_, None) => {
                    worse.push(format!("{model} on {core}: not in {NAME}"));
                    continue;
                }
                (None, Some(Some(_))) => {
                    worse.push(format!("{model} on {core}: no longer fits the board"));
                    continue;
                }
                (Some(now), Some(Some(before))) => (now, before),
                (_, Some(None)) => continue,
            };
            for (at, (name, _)) in SECTIONS.iter().enumerate() {
                let line = || format!("{model} on {core}: {name} {}, was {}", now[at], before[at]);
                if now[at] as f64 > before[at] as f64 * (1.0 + TOLERANCE) {
                    worse.push(line());
                } else if (now[at] as f64) < before[at] as f64 * (1.0 - TOLERANCE) {
                    better.push(line());
                }
            }
        }
        (worse, better)
    }

    /// Models measured with the peer that use more stack than [`STACK_LIMIT`].
    pub fn deep(&self) -> Vec<String> {
        let deep = self.cells.iter().filter_map(|((model, core), figures)| Some((model, core, (*figures)?[3])));
        deep.filter(|(model, _, stack)| *stack > STACK_LIMIT && peer::of(model).is_some())
            .map(|(model, core, stack)| format!("{model} on {core}: {stack} bytes of stack, more than {STACK_LIMIT}"))
            .collect()
    }

    /// Names of models that are in the table.
    pub fn names(&self) -> BTreeSet<&str> {
        self.models.keys().map(String::as_str).collect()
    }
}

/// The peer's instructions.
fn peer_on(model: &str, core: &str) -> Option<u64> {
    Some((peer::of(model)?.on(core)? * 1e6).round() as u64)
}

/// The README before, between and after the marks.
fn parts(readme: &str) -> Option<[&str; 3]> {
    let from = readme.find(MARKS[0])? + MARKS[0].len();
    let to = from + readme[from..].find(MARKS[1])?;
    Some([&readme[..from], &readme[from..to], &readme[to..]])
}

fn row(name: &str, cells: &[impl std::fmt::Display]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| format!(" {cell} |")).collect();
    format!("| {name} |{}\n", cells.concat())
}

/// A number with a space between groups of three digits, counted from the last.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(" ")
}

const README_COLUMNS: [&str; 7] = [
    "multiply-accumulates",
    "instructions, M4F",
    "part of the peer's",
    "instructions, M55",
    "part of the peer's",
    "flash, M4F",
    "RAM, M4F",
];

const HEAD: &str = "# What models cost

Written by `cargo xtask bench --write`; `cargo xtask bench --check` compares the models on Cortex-M4F and Cortex-M55 with it and fails
where one takes more than 2 % more of anything. `cargo xtask test performance`, a part of the tests, does so for a few.

One inference on bytes of all values (float32: from -1 to 1), counted by the emulator: instructions, not cycles. Each image holds the model, the runtime and
the startup code, built with gcc 12.2 -O2. Models are named by their files; `docs/data.md` says where they are from. \"too large\" is
said of an image that does not fit the emulated board.
";

const PEERS: &str = "Every model that was measured with it is here, also where it is ahead. Its figures are rounded to three or four digits.";

#[cfg(test)]
#[path = "performance_tests.rs"]
mod tests;
