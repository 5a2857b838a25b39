//! The section of the page about `validate`.

use crate::tensor::short;
use crate::validate::Findings;

/// Most classes whose confusion matrix is shown: more columns can't be read.
const MOST: usize = 64;

/// The findings in the form in which the template shows them.
pub struct Section<'a> {
    /// All findings.
    pub v: &'a Findings,
    /// Name and value of each figure, and a note.
    pub facts: Vec<(&'static str, String, String)>,
    /// Names of classes.
    pub classes: Vec<String>,
    /// The confusion matrix: a row for each label, which comes first.
    pub rows: Vec<(String, Vec<Cell>)>,
    /// For each class: its name, samples, recall and precision in per cent.
    pub of_class: Vec<(String, usize, [Option<f64>; 2])>,
    /// Samples with the largest errors, in a sentence each.
    pub worst: Vec<String>,
}

/// A cell of the confusion matrix.
pub struct Cell {
    /// How many samples.
    pub count: usize,
    /// The same in per cent of its row.
    pub percent: usize,
    /// Whether the model is right.
    pub right: bool,
}

impl<'a> Section<'a> {
    /// Of the findings of `validate --json`.
    pub fn new(v: &'a Findings) -> Self {
        let mut section = Section {
            v,
            facts: vec![("Samples", v.samples.to_string(), steps(v))],
            classes: Vec::new(),
            rows: Vec::new(),
            of_class: Vec::new(),
            worst: Vec::new(),
        };
        section.classes();
        section.numbers();
        section.outputs();
        section.against();
        section.facts.push((
            "Time of a run",
            format!("{:.1} µs", v.microseconds),
            "on the computer of validate".to_owned(),
        ));
        section
    }

    fn classes(&mut self) {
        let Some(found) = &self.v.classes else { return };
        let samples = self.v.samples;
        self.facts.push(("Accuracy", percent(found.right, samples), format!("{} of {samples}", found.right)));
        if found.top > 1 {
            let note = format!("the {} greatest hold the class", found.top);
            self.facts.push(("Among the greatest", percent(found.top_right, samples), note));
        }
        if let Some(area) = found.area_under_curve {
            self.facts.push(("Area under the curve", short(area), "of class 1".to_owned()));
        }
        let part = |part: Option<f64>| part.map(|part| (part * 1000.0).round() / 10.0);
        let each = found.of_class.iter().enumerate();
        self.of_class =
            each.map(|(class, of)| (found.name(class), of.samples, [part(of.recall), part(of.precision)])).collect();
        self.classes = (0..found.of_class.len()).map(|class| found.name(class)).collect();
        if found.confusion.len() <= MOST {
            let row = |(label, row): (usize, &Vec<usize>)| {
                let all = row.iter().sum::<usize>().max(1);
                let cells = row.iter().enumerate();
                let cells = cells.map(|(at, &count)| Cell { count, percent: count * 100 / all, right: at == label });
                (found.name(label), cells.collect())
            };
            self.rows = found.confusion.iter().enumerate().map(row).collect();
        }
        self.worst.extend(found.worst.iter().map(|wrong| {
            let (label, taken) = (found.name(wrong.label), found.name(wrong.found));
            let by = short(wrong.margin);
            format!(
                "{}: {label} taken for {taken}, whose score is {by} greater",
                place(wrong.sample, wrong.file.as_deref())
            )
        }));
    }

    fn numbers(&mut self) {
        if let Some(score) = &self.v.score {
            let area = score.area_under_curve.map_or_else(|| "not defined".to_owned(), short);
            let note = format!("{} of class 1, {} of class 0", score.positive, self.v.samples - score.positive);
            self.facts.push(("Area under the curve", area, note));
        }
        if let Some(values) = &self.v.values {
            let note = format!(
                "root mean square {}, greatest {}",
                short(values.root_mean_square_error),
                short(values.greatest_error)
            );
            self.facts.push(("Mean absolute error", short(values.mean_absolute_error), note));
            let off = |off: &crate::validate::Off| {
                format!("{}: {}", place(off.sample, off.file.as_deref()), short(off.error))
            };
            self.worst.extend(values.worst.iter().map(off));
        }
    }

    /// What outputs hold that were not compared with anything.
    fn outputs(&mut self) {
        for output in &self.v.outputs {
            let Some([smallest, mean, greatest]) = output.range.map(|range| range.map(short)) else { continue };
            let note = format!("of {}, mean {mean}", output.output);
            self.facts.push(("Real values", format!("{smallest} to {greatest}"), note));
        }
    }

    /// A number with the digits that people read.
    pub fn short(&self, number: &f64) -> String {
        short(*number)
    }

    fn against(&mut self) {
        let Some(against) = &self.v.against else { return };
        let of = |what: &str| format!("{what} {}", against.model);
        if let Some(same) = against.same {
            self.facts.push(("Same greatest element", percent(same, self.v.samples), of("as in")));
        }
        if let Some(right) = against.right {
            self.facts.push(("Accuracy of the other", percent(right, self.v.samples), of("of")));
        }
        self.facts.push(("Mean difference", short(against.mean_absolute_difference), of("to")));
    }
}

fn steps(v: &Findings) -> String {
    if v.steps > 1 { format!("of {} runs each", v.steps) } else { String::new() }
}

fn percent(of: usize, all: usize) -> String {
    format!("{:.2} %", of as f64 * 100.0 / all.max(1) as f64)
}

fn place(sample: usize, file: Option<&str>) -> String {
    file.map_or_else(|| format!("sample {sample}"), |file| format!("sample {sample}, {file}"))
}
