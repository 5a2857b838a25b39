//! The HTML page.

use askama::Template;

use super::cell::{Cell, Share};
use super::cores::words;
use super::document::{Document, Fit, Kind, Layer, Tensor};
use super::instructions;
use super::picture::{self, Chart, rendered};
use super::validation::Section;
use crate::failure::Result;
use crate::table::grouped;

/// The template's data.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    d: &'a Document,
    charts: Vec<String>,
    legend: Vec<(&'static str, &'static str)>,
    rows: Vec<Row<'a>>,
    facts: Vec<(&'static str, String, String)>,
    /// The core of the column of instructions.
    main: Option<&'a str>,
    /// For whom a kernel without a miss is the best.
    best: String,
    instructions: Option<instructions::Section<'a>>,
    constants: Vec<(&'a str, Share)>,
    shared: u64,
    validation: Option<Section<'a>>,
}

/// A layer with the lengths of its bars.
struct Row<'a> {
    at: usize,
    layer: &'a Layer,
    macs: Cell,
    instructions: Option<Cell>,
    flash: Cell,
    ram: Cell,
    /// Cores, and why they don't have the best kernel.
    misses: Vec<(String, &'a str)>,
}

/// The complete page.
pub fn page(document: &Document) -> Result<String> {
    let charts = picture::charts(document).iter().map(|chart: &Chart| rendered(chart)).collect::<Result<_>>()?;
    let rows = rows(document);
    let mut heavy: Vec<&Layer> = document.layers.iter().filter(|layer| layer.flash > 0).collect();
    heavy.sort_by_key(|layer| std::cmp::Reverse(layer.flash));
    let total = document.totals.constants;
    let constants = heavy.iter().map(|layer| (layer.name.as_str(), Share::new(layer.flash, total))).collect();
    let shared = total.saturating_sub(heavy.iter().map(|layer| layer.flash).sum());
    rendered(&Page {
        d: document,
        charts,
        legend: legend(document),
        rows,
        facts: facts(document),
        main: instructions::main_core(document).map(|core| core.core.as_str()),
        best: words("portable, dsp, mve", &document.core),
        instructions: instructions::Section::new(document),
        constants,
        shared,
        validation: document.validation.as_ref().map(Section::new),
    })
}

/// The rows of the table of layers.
fn rows(document: &Document) -> Vec<Row<'_>> {
    let most = |of: fn(&Layer) -> u64| document.layers.iter().map(of).max().unwrap_or(0);
    let (macs, flash, ram) = (most(|l| l.macs), most(|l| l.flash), most(|l| l.ram));
    let mut cells = instructions::column(document).into_iter().flatten();
    let row = |(at, layer)| Row {
        at,
        layer,
        macs: Cell::Known(Share::new(layer.macs, macs)),
        instructions: cells.next(),
        flash: Cell::Known(Share::new(layer.flash, flash)),
        ram: Cell::Known(Share::new(layer.ram, ram)),
        misses: layer.misses.iter().map(|miss| (words(&miss.cores, &document.core), miss.why.as_str())).collect(),
    };
    document.layers.iter().enumerate().map(row).collect()
}

/// The kinds of rectangles that there are, by class.
fn legend(document: &Document) -> Vec<(&'static str, &'static str)> {
    let kinds = [
        (Kind::Tensor, "tensor"),
        (Kind::InPlace, "tensor that overwrites another (cross-lined)"),
        (Kind::Scratch, "scratch memory (hatched)"),
        (Kind::State, "state (dotted)"),
    ];
    let used = |kind: Kind| document.buffers.iter().any(|buffer| buffer.kind == kind && buffer.bytes > 0);
    kinds.into_iter().filter(|&(kind, _)| used(kind)).map(|(kind, text)| (picture::class(kind), text)).collect()
}

fn facts(document: &Document) -> Vec<(&'static str, String, String)> {
    let t = &document.totals;
    let bytes = |bytes: u64| format!("{} bytes", grouped(bytes));
    let mut facts = Vec::new();
    let mut add = |name, value, note: &str| facts.push((name, value, note.to_owned()));
    add("Layers", document.layers.len().to_string(), "");
    let npu = document.layers.iter().any(|layer| layer.npu);
    add(
        "Multiply-accumulates",
        grouped(t.macs),
        if npu { "of one run, without the NPU\u{2019}s" } else { "of one run" },
    );
    if let Some((name, value, note)) = instructions::fact(document) {
        add(name, value, &note);
    }
    let largest = if document.constants_by_core.is_empty() { "" } else { ", of the largest build" };
    add("Constants", bytes(t.constants), &format!("flash, without code{largest}"));
    add("Workspace", bytes(t.workspace), "RAM, free between runs");
    if t.state > 0 {
        add("State", bytes(t.state), "RAM, kept from run to run");
    }
    if t.inputs + t.outputs > 0 {
        add("Inputs and outputs", bytes(t.inputs + t.outputs), "RAM of the caller");
    } else {
        add("Inputs and outputs", "in the workspace".to_owned(), "");
    }
    if let Some(stack) = t.stack {
        add("Stack", bytes(stack), "RAM, at most, on Arm cores");
    }
    add("Total RAM", bytes(t.ram()), "sum of the known figures above");
    facts
}

impl Tensor {
    /// `int8 [1, 8, 8, 1]`
    fn form(&self) -> String {
        format!("{} {:?}", self.dtype, self.shape)
    }

    /// The least and the greatest real value.
    fn limits(&self) -> String {
        self.range.map_or_else(|| "\u{2013}".to_owned(), |[least, most]| format!("{least:.4} to {most:.4}"))
    }

    /// Scale and zero point.
    fn quantisation(&self) -> String {
        match (self.scale, self.zero_point) {
            (Some(scale), Some(zero)) => format!("real = (stored - {zero}) \u{d7} {scale}").replace("- -", "+ "),
            _ => "none".to_owned(),
        }
    }
}

impl Fit {
    fn percent(&self) -> f64 {
        (self.needed as f64 * 1000.0 / self.available as f64).round() / 10.0
    }

    fn bar(&self) -> f64 {
        self.percent().min(100.0)
    }
}

/// Filters of the template.
mod filters {
    use crate::table::grouped;

    /// A text whose numbers in groups of digits are not broken at the end of a line, nor what follows a sign or precedes a `%`.
    #[askama::filter_fn]
    pub fn unbroken(text: &str, _: &dyn askama::Values) -> askama::Result<String> {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let mut out = String::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            let (before, after) = (text[..at].chars().last(), text[at + c.len_utf8()..].chars().next());
            let inside =
                c == ' ' && (digit(before) && (digit(after) || after == Some('%')) || before == Some('\u{b1}'));
            out.push(if inside { '\u{a0}' } else { c });
        }
        Ok(out)
    }

    /// A number in groups of digits.
    #[askama::filter_fn]
    pub fn n(number: &u64, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(grouped(*number))
    }

    /// The same for a number that may be missing.
    #[askama::filter_fn]
    pub fn opt(number: &Option<u64>, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(number.map_or_else(|| "\u{2013}".to_owned(), grouped))
    }
}
