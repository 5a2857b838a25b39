//! Counts the results of `llvm-cov export`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::ops::AddAssign;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// How copies of one function count: instances of a generic one, or compilations for several programs.
#[derive(Clone, Copy, PartialEq)]
pub enum Copies {
    /// Each copy must be run.
    Apart,
    /// Code counts as run if one copy runs it.
    Together,
}

/// The number in total, and of those that were run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ratio {
    all: usize,
    run: usize,
}

/// Lines, regions and branches; a branch is one of the two results of a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    lines: Ratio,
    regions: Ratio,
    branches: Ratio,
}

/// The end of a gap that is a whole line.
pub const LINE: &str = "line not run";

/// One source file.
#[derive(Default)]
pub struct File {
    /// Its sums.
    pub counts: Counts,
    /// What was not run, as `line:column: what`, in the order of the file.
    pub gaps: Vec<String>,
}

/// All files below the root, by their path from there.
pub struct Report {
    /// The files.
    pub files: BTreeMap<String, File>,
}

/// First line and column, last line and the column after the end.
type Span = (usize, usize, usize, usize);

/// What was counted in one copy of a function, or in all of a file.
#[derive(Default)]
struct Unit {
    regions: BTreeMap<Span, u64>,
    /// How often a condition was true, how often false.
    branches: BTreeMap<Span, (u64, u64)>,
}

impl Report {
    /// Counts an export. Code from the first `#[cfg(test)]` of a file on is not the project's and is left out.
    ///
    /// # Errors
    /// If its form differs from LLVM's documentation, or a source file can't be read.
    pub fn new(export: &Value, root: &Path, copies: Copies) -> Result<Self> {
        let mut units: BTreeMap<(String, String), Unit> = BTreeMap::new();
        let functions = export["data"][0]["functions"].as_array().context("no functions in llvm-cov's export")?;
        for function in functions {
            let copy = if copies == Copies::Apart { function["name"].as_str().unwrap_or_default() } else { "" };
            let key = |file: u64| {
                let path = Path::new(function["filenames"][file as usize].as_str()?).strip_prefix(root).ok()?;
                Some((path.display().to_string(), copy.to_owned()))
            };
            for region in rows(&function["regions"])? {
                // [span, count, file, expanded file, kind]; kind 0 is code.
                if let ([.., count, file, _, 0], Some(span)) = (region.as_slice(), span(&region))
                    && let Some(key) = key(*file)
                {
                    *units.entry(key).or_default().regions.entry(span).or_default() += count;
                }
            }
            for branch in rows(&function["branches"])? {
                // [span, true, false, file, expanded file, kind]; kind 4 is a branch.
                if let ([.., yes, no, file, _, 4], Some(span)) = (branch.as_slice(), span(&branch))
                    && let Some(key) = key(*file)
                {
                    let counted = units.entry(key).or_default().branches.entry(span).or_default();
                    *counted = (counted.0 + yes, counted.1 + no);
                }
            }
        }
        let mut files: BTreeMap<String, File> = BTreeMap::new();
        let mut ends: BTreeMap<String, usize> = BTreeMap::new();
        for ((path, _), mut unit) in units {
            let end = match ends.get(&path) {
                Some(end) => *end,
                None => tests_begin(&fs::read_to_string(root.join(&path)).with_context(|| path.clone())?),
            };
            ends.insert(path.clone(), end);
            unit.regions.retain(|span, _| span.0 < end);
            unit.branches.retain(|span, _| span.0 < end);
            unit.count(files.entry(path).or_default());
        }
        files.retain(|_, file| !file.counts.is_empty());
        Ok(Self { files })
    }
}

impl Unit {
    fn count(&self, file: &mut File) {
        let mut gaps = Vec::new();
        for (&(line, column, ..), &count) in &self.regions {
            file.counts.regions.add(count > 0);
            if count == 0 {
                gaps.push((line, column, "not run"));
            }
        }
        for (&(line, column, ..), &(yes, no)) in &self.branches {
            file.counts.branches.add(yes > 0);
            file.counts.branches.add(no > 0);
            if yes == 0 {
                gaps.push((line, column, "never true"));
            }
            if no == 0 {
                gaps.push((line, column, "never false"));
            }
        }
        for (line, run) in self.lines() {
            file.counts.lines.add(run);
            if !run {
                gaps.push((line, 1, LINE));
            }
        }
        gaps.sort_unstable();
        file.gaps.extend(gaps.iter().map(|(line, column, what)| format!("{line}:{column}: {what}")));
    }

    /// The lines with code, and whether they were run: a line counts like its most run region, of those that begin on it and the
    /// innermost that extends into it from above. This is LLVM's rule.
    fn lines(&self) -> BTreeMap<usize, bool> {
        let mut reaching: BTreeMap<usize, bool> = BTreeMap::new();
        let mut beginning: BTreeMap<usize, bool> = BTreeMap::new();
        // In the order of their beginnings, so the innermost comes last.
        for (&(first, _, last, _), &count) in &self.regions {
            *beginning.entry(first).or_default() |= count > 0;
            for line in first + 1..=last {
                reaching.insert(line, count > 0);
            }
        }
        for (line, run) in beginning {
            *reaching.entry(line).or_default() |= run;
        }
        reaching
    }
}

impl Ratio {
    fn add(&mut self, run: bool) {
        self.all += 1;
        self.run += usize::from(run);
    }

    fn per_cent(self) -> f64 {
        if self.all == 0 { 100.0 } else { self.run as f64 * 100.0 / self.all as f64 }
    }
}

impl Counts {
    /// Whether at least these percentages of the lines, and of the regions and branches, were run.
    pub fn reaches(self, lines: f64, least: f64) -> bool {
        self.lines.per_cent() >= lines && self.regions.per_cent() >= least && self.branches.per_cent() >= least
    }

    /// Whether there was nothing to run.
    pub fn is_empty(self) -> bool {
        self.regions.all == 0
    }

    /// Whether something was run.
    pub fn is_touched(self) -> bool {
        self.regions.run != 0
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        let pairs =
            [(&mut self.lines, other.lines), (&mut self.regions, other.regions), (&mut self.branches, other.branches)];
        for (sum, part) in pairs {
            sum.all += part.all;
            sum.run += part.run;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |name: &str, ratio: Ratio| {
            format!("{name} {:6.2} % {:>11}", ratio.per_cent(), format!("{}/{}", ratio.run, ratio.all))
        };
        let [lines, regions] = [part("lines", self.lines), part("regions", self.regions)];
        write!(f, "{lines}  {regions}  {}", part("branches", self.branches))
    }
}

/// A list of rows of numbers.
fn rows(list: &Value) -> Result<Vec<Vec<u64>>> {
    let list = list.as_array().context("expected a list in llvm-cov's export")?;
    Ok(list.iter().map(|row| row.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()).collect())
}

fn span(row: &[u64]) -> Option<Span> {
    let [line, column, last, end, ..] = row else { return None };
    Some((*line as usize, *column as usize, *last as usize, *end as usize))
}

/// The first line of the unit tests, which come last in a file.
fn tests_begin(text: &str) -> usize {
    text.lines().position(|line| line == "#[cfg(test)]").map_or(usize::MAX, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with two copies of a function, which take different branches, and a unit test.
    fn export(root: &Path) -> Value {
        fs::write(root.join("a.rs"), "fn a() {\n    if x {\n        y\n    }\n}\n#[cfg(test)]\nmod tests {}\n")
            .unwrap();
        let function = |name: &str, yes: u64, no: u64| {
            serde_json::json!({
                "name": name,
                "filenames": [root.join("a.rs"), "/elsewhere/b.rs"],
                "regions": [[1, 1, 1, 8, yes + no, 0, 0, 0], [2, 8, 2, 9, yes + no, 0, 0, 0], [3, 9, 3, 10, yes, 0, 0, 0],
                    [2, 8, 2, 9, 0, 0, 0, 4], [7, 1, 7, 9, 0, 0, 0, 0], [1, 1, 9, 9, 0, 1, 0, 0]],
                "branches": [[2, 8, 2, 9, yes, no, 0, 0, 4]],
            })
        };
        serde_json::json!({ "data": [{ "functions": [function("a1", 3, 0), function("a2", 0, 2)] }] })
    }

    #[test]
    fn copies_count_together_or_separately() {
        let root = tempfile::tempdir().unwrap();
        let export = export(root.path());
        let report = Report::new(&export, root.path(), Copies::Together).unwrap();
        assert_eq!(report.files.keys().collect::<Vec<_>>(), ["a.rs"]);
        let file = &report.files["a.rs"];
        let full = |all| Ratio { all, run: all };
        assert_eq!(file.counts, Counts { lines: full(3), regions: full(3), branches: full(2) });
        assert!(file.gaps.is_empty() && file.counts.reaches(100.0, 100.0));

        let report = Report::new(&export, root.path(), Copies::Apart).unwrap();
        let file = &report.files["a.rs"];
        assert_eq!(file.counts.regions, Ratio { all: 6, run: 5 });
        assert_eq!(file.counts.branches, Ratio { all: 4, run: 2 });
        assert_eq!(file.counts.lines, Ratio { all: 6, run: 5 });
        assert_eq!(file.gaps, ["2:8: never false", "2:8: never true", "3:1: line not run", "3:9: not run"]);
        assert!(
            file.counts.reaches(83.0, 50.0) && !file.counts.reaches(84.0, 50.0) && !file.counts.reaches(83.0, 50.1)
        );
    }

    #[test]
    fn a_line_counts_like_its_most_run_region() {
        let regions = BTreeMap::from([((1, 1, 5, 2), 4), ((2, 10, 4, 3), 0), ((3, 5, 3, 6), 1), ((5, 1, 5, 2), 0)]);
        let unit = Unit { regions, branches: BTreeMap::new() };
        // 2: the outer region reaches into it. 4: the innermost that does was not run. 5: the outer one ends on it.
        assert_eq!(unit.lines(), BTreeMap::from([(1, true), (2, true), (3, true), (4, false), (5, true)]));
    }

    #[test]
    fn an_unknown_form_is_refused() {
        let error = |export: Value| Report::new(&export, Path::new("/"), Copies::Apart).err().unwrap().to_string();
        assert!(error(serde_json::json!({})).contains("no functions"));
        let odd = serde_json::json!({ "data": [{ "functions": [{ "name": "a", "regions": 5 }] }] });
        assert!(error(odd).contains("expected a list"));
    }
}
