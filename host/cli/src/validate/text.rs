//! The findings as text.

use std::fmt::Write as _;

use super::findings::{Agreement, Classes, Findings, Off};
use crate::table::{Align, Table, grouped, wrapped};
use crate::tensor::short;
use crate::terminal::heading;

/// The whole text.
pub fn text(findings: &Findings) -> String {
    let mut out = String::new();
    let runs = if findings.steps > 1 { format!(" of {} runs", findings.steps) } else { String::new() };
    let output = if findings.output.is_empty() { String::new() } else { format!(", output {}", findings.output) };
    let _ = writeln!(
        out,
        "{}: {} samples{runs}{output}, {:.1} µs per run on this computer",
        findings.model, findings.samples, findings.microseconds
    );
    if let Some(found) = &findings.classes {
        classes(&mut out, found, findings.samples);
    }
    if let Some(score) = &findings.score {
        let number = |number: Option<f64>| number.map_or_else(|| "not defined: one class is missing".to_owned(), short);
        let _ = writeln!(out, "  area under the curve: {}", number(score.area_under_curve));
        let [negative, positive] = score.means.map(number);
        let of = (score.positive, findings.samples - score.positive);
        let _ =
            writeln!(out, "  mean score: {positive} of {} samples of class 1, {negative} of {} of class 0", of.0, of.1);
    }
    if let Some(values) = &findings.values {
        let [mean, root, greatest] =
            [values.mean_absolute_error, values.root_mean_square_error, values.greatest_error].map(short);
        let _ = writeln!(out, "  mean absolute error {mean}, root mean square {root}, greatest {greatest}");
        off(&mut out, "Largest errors", &values.worst);
    }
    if !findings.outputs.is_empty() {
        if findings.microseconds > 0.0 {
            let _ = writeln!(out, "  {} runs per second on one core", grouped((1e6 / findings.microseconds) as u64));
        }
        spreads(&mut out, findings);
    }
    if let Some(against) = &findings.against {
        agreement(&mut out, against, findings.samples);
    }
    wrapped(&out)
}

/// `sample 3`, with its file if that is known.
fn place(sample: usize, file: Option<&str>) -> String {
    file.map_or_else(|| format!("sample {sample}"), |file| format!("sample {sample}, {file}"))
}

fn part(of: usize, all: usize) -> String {
    format!("{of} of {all}, {:.2} %", of as f64 * 100.0 / all.max(1) as f64)
}

fn classes(out: &mut String, found: &Classes, samples: usize) {
    let _ = writeln!(out, "  accuracy: {}", part(found.right, samples));
    if found.top > 1 {
        let _ = writeln!(out, "  among the {} greatest: {}", found.top, part(found.top_right, samples));
    }
    if let Some(area) = found.area_under_curve {
        let _ = writeln!(out, "  area under the curve of class 1: {}", short(area));
    }
    let count = found.confusion.len();
    // More columns than a terminal has are not readable.
    if count <= 16 {
        let _ =
            writeln!(out, "\n{}", heading("Confusion matrix: a row for each label, a column for each assigned class"));
        let names: Vec<String> = (0..count).map(|class| class.to_string()).collect();
        let mut columns = vec![("label", Align::Right)];
        columns.extend(names.iter().map(|name| (name.as_str(), Align::Right)));
        let mut table = Table::new(&columns);
        for (label, row) in found.confusion.iter().enumerate() {
            let cell = |&count: &usize| if count == 0 { ".".to_owned() } else { count.to_string() };
            table.row(std::iter::once(label.to_string()).chain(row.iter().map(cell)));
        }
        out.push_str(&table.text());
    }
    let _ = writeln!(out, "\n{}", heading("Classes"));
    let mut table = Table::new(&[
        ("class", Align::Right),
        ("samples", Align::Right),
        ("recall", Align::Right),
        ("precision", Align::Right),
    ]);
    let per_cent = |part: Option<f64>| part.map_or_else(|| "-".to_owned(), |part| format!("{:.1} %", part * 100.0));
    for (class, of) in found.of_class.iter().enumerate() {
        table.row([found.name(class), of.samples.to_string(), per_cent(of.recall), per_cent(of.precision)]);
    }
    out.push_str(&table.text());
    if !found.worst.is_empty() {
        let _ = writeln!(out, "\n{}", heading("Largest errors"));
        for wrong in &found.worst {
            let by = short(wrong.margin);
            let _ = writeln!(
                out,
                "  {}: {} taken for {}, whose score is {by} greater",
                place(wrong.sample, wrong.file.as_deref()),
                found.name(wrong.label),
                found.name(wrong.found)
            );
        }
    }
}

/// What the outputs hold, where there is nothing to compare them with.
fn spreads(out: &mut String, findings: &Findings) {
    let _ = writeln!(out, "\n{}", heading("Outputs: real values of all samples"));
    let mut table = Table::new(&[
        ("output", Align::Left),
        ("smallest", Align::Right),
        ("mean", Align::Right),
        ("greatest", Align::Right),
        ("not finite", Align::Right),
    ]);
    for output in &findings.outputs {
        let [smallest, mean, greatest] =
            output.range.map_or_else(|| std::array::from_fn(|_| "-".to_owned()), |range| range.map(short));
        let not_finite = if output.not_finite == 0 { String::new() } else { grouped(output.not_finite as u64) };
        table.row([output.output.clone(), smallest, mean, greatest, not_finite]);
    }
    out.push_str(&table.text());
    for output in &findings.outputs {
        let (most, others) = output.most_often(5);
        if most.is_empty() {
            continue;
        }
        let mut each: Vec<String> = most.iter().map(|(element, samples)| format!("{element} ({samples})")).collect();
        if others > 0 {
            each.push(format!("others ({others})"));
        }
        let _ = writeln!(out, "  greatest element of {}, and in how many samples: {}", output.output, each.join(", "));
    }
}

fn agreement(out: &mut String, against: &Agreement, samples: usize) {
    let _ = writeln!(out, "\n{}", heading(&format!("Beside {}", against.model)));
    if let Some(same) = against.same {
        let _ = writeln!(out, "  same greatest element: {}", part(same, samples));
    }
    if let Some(right) = against.right {
        let _ = writeln!(out, "  its accuracy: {}", part(right, samples));
    }
    let [mean, greatest] = [against.mean_absolute_difference, against.greatest_difference].map(short);
    let _ = writeln!(out, "  difference of real values: mean {mean}, greatest {greatest}");
    off(out, "Agree least", &against.worst);
}

fn off(out: &mut String, title: &str, samples: &[Off]) {
    if !samples.is_empty() {
        let each: Vec<String> = samples
            .iter()
            .map(|off| format!("{} ({})", place(off.sample, off.file.as_deref()), short(off.error)))
            .collect();
        let _ = writeln!(out, "  {}: {}", title.to_lowercase(), each.join(", "));
    }
}
