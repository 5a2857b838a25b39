//! Messages: what the program says beside its result, on standard error, as text or as a JSON object in each line.
//!
//! This is the only place that writes to standard error. `docs/messages.md` describes the objects.

mod line;
mod progress;

use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};
use tvm_embedded_mlf::Finding;

use crate::failure::Failure;
use crate::foreign_text::{printable, shown};
pub use line::{Form, Settings, Stage, choose, is_json, requested};
use line::{Message, emit, tell};
pub use progress::Progress;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const NEXT: Style = AnsiColor::Cyan.on_default().bold();

/// Reports why the program fails, and what to do next.
pub fn failure(failure: &Failure) {
    let message = failure.to_string();
    let advice = failure.advice();
    if is_json() {
        emit(&Message::Error { code: failure.exit_code(), kind: failure.kind().name(), message: &message, advice });
        return;
    }
    tell(&format!("{ERROR}error:{ERROR:#} {message}\n"));
    if let Some(advice) = advice {
        tell(&format!("  {NEXT}next:{NEXT:#} {advice}\n"));
    }
}

/// Reports a note in addition to the result.
pub fn note(text: &str) {
    match is_json() {
        true => emit(&Message::Note { message: text }),
        false => tell(&format!("{NEXT}note:{NEXT:#} {text}\n")),
    }
}

/// Reports findings about a model in a file. Only as JSON: for people, `inspect` and `report` show them.
pub fn findings(file: &Path, model: Option<&str>, findings: &[Finding]) {
    if !is_json() {
        return;
    }
    let (file, model) = (shown(file), model.map(printable));
    for finding in findings {
        emit(&Message::Finding {
            file: &file,
            model: model.as_deref(),
            severity: finding.severity,
            code: finding.code,
            subject: &printable(&finding.subject),
            message: &finding.text,
            advice: Some(finding.advice.as_str()).filter(|advice| !advice.is_empty()),
        });
    }
}

/// Reports a line that the model's program wrote to standard error.
pub fn output(text: &str) {
    emit(&Message::Output { text });
}

/// Reports a complete file. Only as JSON: for people, the result names the files.
pub fn file(path: &Path, fresh: bool) {
    if is_json() {
        emit(&Message::File { path: &shown(path), fresh });
    }
}

/// Reports the end of the program. Only as JSON: people see the prompt.
pub fn finished(code: u8) {
    if is_json() {
        emit(&Message::Finished { success: code == 0, code });
    }
}
