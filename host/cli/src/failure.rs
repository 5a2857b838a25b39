//! Failures of the program: a sentence, what to do next, and an exit code.

use std::fmt::Display;
use std::path::Path;

use thiserror::Error;

use crate::foreign_text::shown;

/// The kind of a failure decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The model or archive can't be used.
    Refused = 1,
    /// The command line names something that does not exist. (clap uses the same code.)
    Usage = 2,
    /// A file can't be read or written, or has wrong contents.
    File = 3,
    /// The model's code failed, or its results are not the expected ones.
    Model = 4,
    /// There is no C compiler, or it failed.
    Compiler = 5,
}

impl Kind {
    /// Its name in messages for programs.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Refused => "refused",
            Kind::Usage => "usage",
            Kind::File => "file",
            Kind::Model => "model",
            Kind::Compiler => "compiler",
        }
    }
}

/// Why the program failed.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct Failure {
    kind: Kind,
    message: String,
    advice: Option<String>,
}

/// Result of every verb.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure of this kind; `message` names the file and the place.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Failure { kind, message: message.into(), advice: None }
    }

    /// The model or archive is refused.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// The command line names something that does not exist.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// `path` can't be read or written, or has wrong contents.
    pub fn file(path: &Path, what: impl Display) -> Self {
        Self::new(Kind::File, format!("{}: {what}", shown(path)))
    }

    /// The model's code failed.
    pub fn model(message: impl Into<String>) -> Self {
        Self::new(Kind::Model, message)
    }

    /// The C compiler failed.
    pub fn compiler(message: impl Into<String>) -> Self {
        Self::new(Kind::Compiler, message)
    }

    /// Adds the name of the model, if the message names no file yet.
    pub fn of(mut self, model: &Path) -> Self {
        let name = shown(model);
        if matches!(self.kind, Kind::Usage | Kind::Model | Kind::Compiler) && !self.message.starts_with(&name) {
            self.message = format!("{name}: {}", self.message);
        }
        self
    }

    /// Adds what the user can do next.
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// What the user can do next.
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        self.kind as u8
    }
}
