//! The comparison of all models with their estimates, as `docs/estimate.md` has it: read, changed for some cores, written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::machine::board;

/// The most that an estimate should differ, in percent.
const LIMIT: f64 = 10.0;
/// What is compared; the beginning of the heading of its table.
const PARTS: [&str; 3] = ["Instructions", "Flash", "Instructions, from other networks"];

/// By how many percent estimates differ from measurements, by model and core.
type Errors = BTreeMap<String, BTreeMap<String, f64>>;

/// The errors of instructions, of flash, and of instructions with costs from other networks alone.
#[derive(Debug, Default, PartialEq)]
pub struct Comparison([Errors; 3]);

impl Comparison {
    /// Reads the tables; what is no table is skipped.
    pub fn parse(text: &str) -> Self {
        let mut all = Self::default();
        let (mut part, mut cores) = (None, Vec::new());
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("### ") {
                part = PARTS.iter().position(|name| *name == heading);
                cores.clear();
            }
            let (Some(part), Some(row)) = (part, line.strip_prefix("| ")) else { continue };
            let cells: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
            if cores.is_empty() {
                cores = cells;
                continue;
            }
            for (core, cell) in cores.iter().zip(&cells).skip(1) {
                if let Ok(error) = cell.parse() {
                    all.0[part].entry(cells[0].to_owned()).or_default().insert((*core).to_owned(), error);
                }
            }
        }
        all
    }

    /// Removes what is known of a core.
    pub fn forget(&mut self, core: &str) {
        for errors in &mut self.0 {
            errors.values_mut().for_each(|cores| _ = cores.remove(core));
            errors.retain(|_, cores| !cores.is_empty());
        }
    }

    /// Adds the errors of a model, as far as they are known.
    pub fn insert(&mut self, model: &str, core: &str, errors: impl Iterator<Item = Option<f64>>) {
        for (part, error) in self.0.iter_mut().zip(errors) {
            if let Some(error) = error {
                part.entry(model.to_owned()).or_default().insert(core.to_owned(), error);
            }
        }
    }

    /// A table of the errors of all models for each core, and one of all models for each error.
    pub fn text(&self) -> String {
        let known = |core: &str| self.0[0].values().any(|cores| cores.contains_key(core));
        let cores: Vec<&str> = board::NAMES.into_iter().filter(|core| known(core)).collect();
        let mut text = String::new();
        for (name, errors) in PARTS.iter().zip(&self.0) {
            let name = name.to_lowercase();
            let _ = writeln!(
                text,
                "| core | models | {name} within 10 % | mean | worst |\n| --- | ---: | ---: | ---: | ---: |"
            );
            for core in &cores {
                let spread = Spread::new(errors, core);
                if spread.models > 0 {
                    let _ = writeln!(text, "| {core} | {} |", spread.cells());
                }
            }
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        for (name, errors) in PARTS.iter().zip(&self.0) {
            let _ = writeln!(text, "\n### {name}\n\n| model | {} |", cores.join(" | "));
            let _ = writeln!(text, "| --- |{}", " ---: |".repeat(cores.len()));
            for (model, errors) in errors {
                let cell =
                    |core: &&str| errors.get(*core).map_or_else(|| "–".to_owned(), |error| format!("{error:+.1}"));
                let _ = writeln!(text, "| {model} | {} |", cores.iter().map(cell).collect::<Vec<_>>().join(" | "));
            }
        }
        text
    }
}

/// The errors of all models on a core.
struct Spread {
    models: usize,
    within: usize,
    mean: f64,
    worst: f64,
}

impl Spread {
    fn new(errors: &Errors, core: &str) -> Self {
        let all: Vec<f64> = errors.values().filter_map(|cores| cores.get(core).map(|error| error.abs())).collect();
        Spread {
            models: all.len(),
            within: all.iter().filter(|error| **error <= LIMIT).count(),
            mean: all.iter().sum::<f64>() / all.len().max(1) as f64,
            worst: all.iter().fold(0.0, |worst, error| error.max(worst)),
        }
    }

    fn cells(&self) -> String {
        format!("{} | {} | {:.1} % | {:.1} %", self.models, self.within, self.mean, self.worst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_other_cores_stay() {
        let mut all = Comparison::default();
        all.insert("a", "cortex-m3", [1.5, -12.0, 14.0].map(Some).into_iter());
        all.insert("b", "cortex-m3", [Some(-10.0), Some(3.0), None].into_iter());
        all.insert("a", "cortex-m0", [0.5, 0.0, 0.0].map(Some).into_iter());
        let text = all.text();
        assert!(text.contains("| cortex-m3 | 2 | 2 | 5.8 % | 10.0 % |\n"), "{text}");
        assert!(text.contains("| cortex-m3 | 2 | 1 | 7.5 % | 12.0 % |\n"), "{text}");
        assert!(text.contains("| cortex-m3 | 1 | 0 | 14.0 % | 14.0 % |\n"), "{text}");
        assert!(text.contains("| a | +0.5 | +1.5 |\n| b | – | -10.0 |\n"), "{text}");
        assert_eq!(Comparison::parse(&text), all);
        all.forget("cortex-m3");
        assert_eq!(all.text().matches("cortex-m3").count(), 0);
        assert!(all.text().contains("| a | +0.5 |\n") && !all.text().contains("| b |"), "{}", all.text());
    }
}
