//! The form of messages, and how one is written.

use std::ffi::OsString;
use std::io::Write;
use std::sync::OnceLock;

use anstream::AutoStream;
use clap::ValueEnum;
use serde::Serialize;
use tvm_embedded_mlf::{Code, Severity};

/// The form of all messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Text for people
    #[default]
    Human,
    /// One JSON object in each line, on standard error: docs/messages.md
    Json,
}

/// What the command line says about messages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Their form.
    pub form: Form,
    /// Whether progress is left out.
    pub quiet: bool,
}

/// Set once, before any message. A process has one standard error, so it has one form of messages.
static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Chooses the form of all messages of this process; later calls have no effect.
pub fn choose(settings: Settings) {
    let _ = SETTINGS.set(settings);
}

/// The form that a command line asks for which clap has refused, and therefore not read.
pub fn requested(args: impl IntoIterator<Item = OsString>) -> Form {
    let mut args = args.into_iter().take_while(|arg| arg != "--");
    while let Some(arg) = args.next() {
        if arg == "--message-format=json" || arg == "--message-format" && args.next().is_some_and(|form| form == "json")
        {
            return Form::Json;
        }
    }
    Form::Human
}

/// What was chosen.
pub fn settings() -> Settings {
    SETTINGS.get().copied().unwrap_or_default()
}

/// Whether messages are JSON.
pub fn is_json() -> bool {
    settings().form == Form::Json
}

/// A message as JSON. Fields are always present; what is not known is `null`.
#[derive(Debug, Serialize)]
#[serde(tag = "reason", rename_all = "lowercase")]
pub enum Message<'a> {
    /// Why the program fails.
    Error { code: u8, kind: &'a str, message: &'a str, advice: Option<&'a str> },
    /// Something that a user should know.
    Note { message: &'a str },
    /// A finding about a model, as `inspect` shows it.
    Finding {
        file: &'a str,
        model: Option<&'a str>,
        severity: Severity,
        code: Code,
        subject: &'a str,
        message: &'a str,
        advice: Option<&'a str>,
    },
    /// How far long work is.
    Progress { stage: Stage, subject: &'a str, done: usize, total: usize },
    /// A line that the model's program wrote to standard error.
    Output { text: &'a str },
    /// A file that is complete; fresh if it already had the content.
    File { path: &'a str, fresh: bool },
    /// The last message.
    Finished { success: bool, code: u8 },
}

/// Work that may take long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// From a `.tflite` file to C; one step.
    Compile,
    /// The C compiler; one step.
    Build,
    /// Runs of the model; a step for each.
    Run,
}

impl Stage {
    /// What is going on, in a word.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Compile => "compiling",
            Stage::Build => "building",
            Stage::Run => "running",
        }
    }
}

/// Writes a message as JSON.
pub fn emit(message: &Message<'_>) {
    // Numbers and text can always be written as JSON.
    if let Ok(line) = serde_json::to_string(message) {
        tell(&format!("{line}\n"));
    }
}

/// Writes to standard error in one piece. When that fails, only the exit code reports the failure.
pub fn tell(text: &str) {
    let _ = AutoStream::auto(std::io::stderr().lock()).write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_found_in_a_command_line_that_is_wrong() {
        let form = |line: &str| requested(line.split(' ').map(OsString::from));
        assert_eq!(form("tool --message-format json frobnicate"), Form::Json);
        assert_eq!(form("tool inspect --message-format=json --josn"), Form::Json);
        for other in ["tool inspect --josn", "tool --message-format human x", "tool -- --message-format json", "tool"] {
            assert_eq!(form(other), Form::Human, "{other}");
        }
        assert_eq!(form("tool --message-format"), Form::Human);
    }
}
