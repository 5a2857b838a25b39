//! The report as text.

use std::fmt::Write as _;

use super::cell::UNKNOWN;
use super::cores::words;
use super::document::{Change, Document, Layer, Miss};
use super::instructions;
use crate::table::{Align, Table, grouped, wrapped};
use crate::terminal::heading;
use crate::validate;

/// The whole report.
pub fn text(document: &Document) -> String {
    let t = &document.totals;
    let mut out = format!("{}\n", heading(&format!("{} ({})", document.model, document.file)));
    let stack = t.stack.map_or_else(|| "not known".to_owned(), |bytes| format!("at most {}", grouped(bytes)));
    let npu = if document.layers.iter().any(|layer| layer.npu) { ", without those of the NPU" } else { "" };
    let _ = write!(
        out,
        "  {} layers, {} multiply-accumulates{npu}, {}\n  flash: {} bytes of constants{}, and the code\n  \
         RAM: {} bytes: workspace {}, state {}, inputs {}, outputs {}, stack {stack}\n",
        document.layers.len(),
        grouped(t.macs),
        code(&document.core),
        grouped(t.constants),
        if document.constants_by_core.is_empty() { "" } else { " in the largest build" },
        grouped(t.ram()),
        grouped(t.workspace),
        grouped(t.state),
        grouped(t.inputs),
        grouped(t.outputs),
    );
    if !document.options.is_empty() {
        let _ = writeln!(out, "  compiled with {}", document.options.join(" "));
    }
    for fit in &document.board {
        let verdict = if fit.fits { "fits" } else { "DOES NOT FIT" };
        let (needed, available) = (grouped(fit.needed), grouped(fit.available));
        let _ = writeln!(out, "  {}: {verdict}: {needed} of {available} bytes ({})", fit.memory, fit.counted);
    }
    list(&mut out, "How to reduce the RAM", &document.advice);
    modes(&mut out, document);
    tensors(&mut out, document);
    layers(&mut out, document);
    memory(&mut out, document);
    let pairs: Vec<String> =
        document.in_place.iter().map(|p| format!("{} overwrites {}: {}", p.output, p.input, p.reason)).collect();
    list(&mut out, "Tensors that overwrite others", &pairs);
    list(&mut out, "Findings", &document.findings);
    if let Some(changes) = &document.changes {
        changed(&mut out, &format!("Changed since {}", changes.file), &changes.totals);
        changed(&mut out, "Changed layers", &changes.layers);
    }
    if let Some(findings) = &document.validation {
        let _ = writeln!(out, "\n{}", heading("Validation"));
        out.push_str(&validate::text(findings));
    }
    wrapped(&out)
}

/// The cores that the C is for.
fn code(core: &str) -> String {
    match core {
        "all" => "C for every core".to_owned(),
        "portable" => "portable C".to_owned(),
        core => format!("C for {core}"),
    }
}

fn list(out: &mut String, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        let _ = writeln!(out, "\n{}", heading(title));
        lines.iter().for_each(|line| _ = writeln!(out, "  {line}"));
    }
}

fn modes(out: &mut String, document: &Document) {
    let Some(first) = document.modes.first() else { return };
    let _ = writeln!(out, "\n{}", heading(&format!("With each --optimize, estimated on {}", first.core)));
    let mut table = Table::new(&[
        ("--optimize", Align::Whole),
        ("instructions", Align::Right),
        ("flash", Align::Right),
        ("constants", Align::Right),
        ("workspace", Align::Right),
    ]);
    for mode in &document.modes {
        let known = |figure: Option<u64>| figure.map_or_else(|| UNKNOWN.to_owned(), |figure| mode.at_least(figure));
        table.row([
            mode.optimize.clone(),
            known(mode.instructions),
            known(mode.flash()),
            grouped(mode.constants),
            grouped(mode.workspace),
        ]);
    }
    out.push_str(&table.text());
    for mode in document.modes.iter().filter(|mode| mode.layers_not_counted > 0) {
        let _ = writeln!(out, "  {}: {}, whose kernels were not measured", mode.optimize, mode.without());
    }
}

fn tensors(out: &mut String, document: &Document) {
    let _ = writeln!(out, "\n{}", heading("Inputs and outputs"));
    let mut table = Table::new(&[
        ("", Align::Whole),
        ("name", Align::Left),
        ("type", Align::Whole),
        ("shape", Align::Whole),
        ("scale", Align::Whole),
        ("zero point", Align::Right),
    ]);
    let inputs = document.inputs.iter().map(|tensor| ("input", tensor));
    for (what, tensor) in inputs.chain(document.outputs.iter().map(|tensor| ("output", tensor))) {
        table.row([
            what.to_owned(),
            tensor.name.clone(),
            tensor.dtype.clone(),
            format!("{:?}", tensor.shape),
            tensor.scale.map_or_else(String::new, |scale| scale.to_string()),
            tensor.zero_point.map_or_else(String::new, |zero| zero.to_string()),
        ]);
    }
    out.push_str(&table.text());
}

fn layers(out: &mut String, document: &Document) {
    let main = instructions::main_core(document);
    let on = main.map_or_else(String::new, |core| format!(", with instructions estimated on {}", core.core));
    let _ = writeln!(out, "\n{}", heading(&format!("Layers{on}")));
    let mut table = Table::new(&[
        ("", Align::Right),
        ("layer", Align::Left),
        ("MACs", Align::Right),
        ("instructions", Align::Right),
        ("flash", Align::Right),
        ("RAM", Align::Right),
        ("scratch", Align::Right),
        ("kernel", Align::Left),
    ]);
    for (at, layer) in document.layers.iter().enumerate() {
        table.row([
            at.to_string(),
            layer.name.clone(),
            grouped(layer.macs),
            main.map_or_else(String::new, |core| instructions::text(core, layer, at)),
            grouped(layer.flash),
            grouped(layer.ram),
            grouped(layer.scratch),
            layer.kernels.join(" "),
        ]);
    }
    out.push_str(&table.text());
    let misses = document.layers.iter().flat_map(|layer| layer.misses.iter().map(move |miss| (layer, miss)));
    let line =
        |(l, miss): (&Layer, &Miss)| format!("{} for {}: {}", l.name, words(&miss.cores, &document.core), miss.why);
    list(out, "Not the best kernel", &misses.map(line).collect::<Vec<_>>());
}

fn memory(out: &mut String, document: &Document) {
    for pool in &document.pools {
        let _ = writeln!(out, "\n{}", heading(&format!("{}: {} bytes", pool.name, grouped(pool.bytes))));
        let mut table = Table::new(&[
            ("from", Align::Right),
            ("to", Align::Right),
            ("layers", Align::Whole),
            ("what", Align::Left),
        ]);
        for buffer in document.buffers.iter().filter(|buffer| buffer.pool == pool.name) {
            table.row([
                grouped(buffer.offset),
                grouped(buffer.offset + buffer.bytes),
                format!("{} to {}", buffer.first, buffer.last),
                buffer.name.clone(),
            ]);
        }
        out.push_str(&table.text());
    }
}

fn changed(out: &mut String, title: &str, changes: &[Change]) {
    let _ = writeln!(out, "\n{}", heading(title));
    if changes.is_empty() {
        out.push_str("  nothing\n");
        return;
    }
    let mut table =
        Table::new(&[("what", Align::Left), ("before", Align::Right), ("now", Align::Right), ("", Align::Whole)]);
    let number = |number: Option<u64>| number.map_or_else(String::new, grouped);
    for change in changes {
        table.row([change.what.clone(), number(change.before), number(change.now), change.difference()]);
    }
    out.push_str(&table.text());
}
