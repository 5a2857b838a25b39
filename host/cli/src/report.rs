//! `tvm-embedded report`: a page, a picture, text or JSON about a model.

mod cell;
mod collect;
mod compare;
mod cores;
mod document;
mod instructions;
mod memory;
mod modes;
mod page;
mod picture;
mod text;
mod validation;

use std::path::Path;

use tvm_embedded_compiler::Options;

use crate::apart;
use crate::args::Report;
use crate::estimate::NPU;
use crate::failure::{Failure, Kind, Result};
use crate::foreign;
use crate::load;
use crate::output::replace;
use crate::terminal::{self, printable, shown};
use crate::tflite;
use crate::validate::Findings;
use document::{Document, FORMAT};

/// Largest report read for `--against`.
const MAX_REPORT: u64 = 64 << 20;

/// A form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Page,
    Picture,
    Json,
    Text,
}

/// Carries out the verb.
pub fn report(args: &Report) -> Result<()> {
    apart::check(&[&args.path], args.output.as_deref().as_slice())?;
    let form = form(args)?;
    let against = args.against.as_deref().map(earlier).transpose()?;
    let mut document = document(args)?;
    document.board = args.board.map(|board| compare::fits(board, &document)).unwrap_or_default();
    document.changes = against.map(|before| compare::changes(&before, &document));
    document.validation = args.validation.as_deref().map(|path| judged(path, &document)).transpose()?;
    let content = match form {
        Form::Page => page::page(&document)?,
        Form::Picture => picture::file(&document)?,
        Form::Json => json(&document)?,
        Form::Text => text::text(&document),
    };
    match &args.output {
        // Files have no styles.
        Some(path) if form == Form::Text => replace(&[(path, plain(&content).as_bytes())]),
        Some(path) => replace(&[(path, content.as_bytes())]),
        None => terminal::print(&content),
    }
}

/// The requested form: by an option, else by the file's name; text if that has no extension.
fn form(args: &Report) -> Result<Form> {
    let extension = args.output.as_deref().and_then(Path::extension).map(|e| e.to_string_lossy().to_lowercase());
    Ok(match (args.svg, args.json, args.text, extension.as_deref()) {
        (true, ..) => Form::Picture,
        (_, true, ..) => Form::Json,
        (_, _, true, _) => Form::Text,
        (.., Some("html" | "htm")) => Form::Page,
        (.., Some("svg")) => Form::Picture,
        (.., Some("json")) => Form::Json,
        (.., Some("txt" | "text") | None) => Form::Text,
        (.., Some(other)) => {
            let path = args.output.as_deref().unwrap_or(Path::new(""));
            let message = format!("{}: a report can't be written as .{}", shown(path), printable(other));
            return Err(Failure::usage(message).advise(
                "name a file .html (or .htm), .svg, .json or .txt, or choose what is in it with --svg, --json or --text; \
                 for a PDF, print the .html page from a browser",
            ));
        }
    })
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn json(document: &Document) -> Result<String> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Failure::new(Kind::Refused, format!("the report can't be written as JSON: {error}")))?;
    Ok(text + "\n")
}

fn document(args: &Report) -> Result<Document> {
    let path = &args.path;
    let content = load::read_bounded(path, load::MAX_TFLITE)?;
    if !tflite::is_tflite(path, &content) {
        return Err(foreign::refused(path, &content).unwrap_or_else(|| {
            Failure::refused(format!("{}: is not a .tflite file", shown(path)))
                .advise("give the .tflite file that an archive was made from; `inspect` shows what is in an archive")
        }));
    }
    let options = args.building.options();
    let compiled = tflite::prepare(path, &content, options.clone())?;
    let (inputs, outputs) = tflite::tensors_of(path, &compiled)?;
    let report = compiled.report;
    tflite::report_findings(path, tflite::doubts(&content), &report);
    let file = printable(&path.display().to_string());
    let mut document = collect::collect(&file, &args.building.core, &report, (&inputs, &outputs));
    document.options = args.building.given().iter().map(|option| printable(option)).collect();
    let note = tflite::note(&content, &options.input_shapes);
    document.modes = modes::modes(path, &content, &options, &args.building.core, &report);
    document.cores = cores::cores(&report, &args.building.core);
    let free = options.ram.is_none() && options.pools.is_empty();
    // Without limits for the memory, the size with inputs and outputs inside the workspace is tried as well.
    let inside = (free && !options.io_in_workspace).then(|| {
        let tried = tflite::prepare(path, &content, Options { io_in_workspace: true, ..options }).ok()?.report;
        Some(tried.pools.iter().filter(|pool| !pool.state).map(|pool| pool.bytes as u64).sum())
    });
    document.findings.extend(note);
    if report.layers.iter().any(|layer| layer.device) {
        document.findings.push(NPU.to_owned());
    }
    document.advice = memory::advice(&document, inside.flatten(), free);
    Ok(document)
}

/// Findings that `validate` wrote as JSON; they must be of an output of this model.
fn judged(path: &Path, document: &Document) -> Result<Findings> {
    let content = load::read_bounded(path, MAX_REPORT)?;
    let findings: Findings = serde_json::from_slice(&content).map_err(|error| {
        Failure::file(path, format!("does not hold the findings of validate: {error}"))
            .advise("give a file that `tvm-embedded validate MODEL.tflite … --json` wrote")
    })?;
    if !document.outputs.iter().any(|output| output.name == findings.output) {
        let message = format!("is about output {}, which {} does not have", printable(&findings.output), document.file);
        return Err(Failure::file(path, message).advise("validate this model, and give that file"));
    }
    Ok(findings)
}

/// A report that was written as JSON before.
fn earlier(path: &Path) -> Result<Document> {
    let content = load::read_bounded(path, MAX_REPORT)?;
    let wrong = |what: String| {
        Failure::file(path, what).advise("give a file that `tvm-embedded report MODEL.tflite -o FILE.json` wrote")
    };
    let value: serde_json::Value =
        serde_json::from_slice(&content).map_err(|error| wrong(format!("is not JSON: {error}")))?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format == u64::from(FORMAT) => {}
        Some(format) => {
            return Err(wrong(format!("is a report of format {format}, expected format {FORMAT}")));
        }
        None => return Err(wrong("is not a report".to_owned())),
    }
    serde_json::from_value(value).map_err(|error| wrong(format!("is not a complete report: {error}")))
}

#[cfg(test)]
mod tests;
