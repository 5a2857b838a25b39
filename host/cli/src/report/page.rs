//! The HTML page.

use askama::Template;

use super::document::{Document, Fit, Kind, Layer, Tensor};
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
    facts: Vec<(&'static str, String, &'static str)>,
    constants: Vec<(&'a str, Share)>,
    shared: u64,
    validation: Option<Section<'a>>,
}

/// A layer with the lengths of its bars.
struct Row<'a> {
    at: usize,
    layer: &'a Layer,
    macs: Share,
    flash: Share,
    ram: Share,
}

/// A number, and its percentage of the greatest.
struct Share {
    text: String,
    percent: f64,
}

impl Share {
    fn new(number: u64, most: u64) -> Self {
        let percent = if most == 0 { 0.0 } else { (number as f64 * 1000.0 / most as f64).round() / 10.0 };
        Share { text: grouped(number), percent }
    }
}

/// The complete page.
pub fn page(document: &Document) -> Result<String> {
    let charts = picture::charts(document).iter().map(|chart: &Chart| rendered(chart)).collect::<Result<_>>()?;
    let most = |of: fn(&Layer) -> u64| document.layers.iter().map(of).max().unwrap_or(0);
    let (macs, flash, ram) = (most(|l| l.macs), most(|l| l.flash), most(|l| l.ram));
    let rows = document.layers.iter().enumerate().map(|(at, layer)| Row {
        at,
        layer,
        macs: Share::new(layer.macs, macs),
        flash: Share::new(layer.flash, flash),
        ram: Share::new(layer.ram, ram),
    });
    let mut heavy: Vec<&Layer> = document.layers.iter().filter(|layer| layer.flash > 0).collect();
    heavy.sort_by_key(|layer| std::cmp::Reverse(layer.flash));
    let total = document.totals.constants;
    let constants = heavy.iter().map(|layer| (layer.name.as_str(), Share::new(layer.flash, total))).collect();
    let shared = total.saturating_sub(heavy.iter().map(|layer| layer.flash).sum());
    let (rows, facts, legend) = (rows.collect(), facts(document), legend(document));
    let validation = document.validation.as_ref().map(Section::new);
    rendered(&Page { d: document, charts, legend, rows, facts, constants, shared, validation })
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

fn facts(document: &Document) -> Vec<(&'static str, String, &'static str)> {
    let t = &document.totals;
    let bytes = |bytes: u64| format!("{} bytes", grouped(bytes));
    let mut facts = vec![
        ("Layers", document.layers.len().to_string(), ""),
        ("Multiply-accumulates", grouped(t.macs), "of one run"),
        ("Constants", bytes(t.constants), "flash, without code"),
        ("Workspace", bytes(t.workspace), "RAM, free between runs"),
    ];
    if t.state > 0 {
        facts.push(("State", bytes(t.state), "RAM, kept from run to run"));
    }
    if t.inputs + t.outputs > 0 {
        facts.push(("Inputs and outputs", bytes(t.inputs + t.outputs), "RAM of the caller"));
    } else {
        facts.push(("Inputs and outputs", "in the workspace".to_owned(), ""));
    }
    if let Some(stack) = t.stack {
        facts.push(("Stack", bytes(stack), "RAM, at most, on Arm cores"));
    }
    facts.push(("Total RAM", bytes(t.ram()), "sum of the known figures above"));
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

    /// A number in groups of digits.
    #[askama::filter_fn]
    pub fn n(number: &u64, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(grouped(*number))
    }

    /// The same for a number that may be missing.
    #[askama::filter_fn]
    pub fn opt(number: &Option<u64>, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(number.map_or_else(String::new, grouped))
    }
}
