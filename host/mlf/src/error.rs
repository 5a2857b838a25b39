//! Errors for archives that can't be used: file, member, place in it, reason, and what to do.

use crate::foreign_text;
use std::fmt;

/// Result of all functions in this crate that read untrusted bytes.
pub type Result<T> = std::result::Result<T, Error>;

/// Kind of an [`Error`]; tools map it to an exit code, tests distinguish errors by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file could not be read from disk.
    Io,
    /// The file is larger than the limits allow, or holds too many or too large members.
    TooLarge,
    /// The bytes are not a complete, plain tar file.
    NotTar,
    /// A tar entry is of a kind that is not allowed in a model archive (link, device, sparse file, …).
    UnsafeEntry,
    /// A member's name is absolute, escapes the archive, is not UTF-8 or appears twice.
    BadName,
    /// `metadata.json` is missing, is not JSON, or a value in it is missing or of the wrong type.
    Metadata,
    /// A readable archive of a kind that this crate does not support; the text says what to do instead.
    Unsupported,
    /// A member that the metadata or another member requires is missing.
    MissingMember,
    /// Nothing holds a fact of a compiled model that is needed; the advice shows how the facts file gives it.
    MissingFact,
    /// C text could not be understood, or two places of the archive contradict each other.
    Source,
}

/// Place inside a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Path of a value in a JSON document, for example `modules.net.memory.functions.main[0]`.
    Json(String),
    /// Line in a text, from 1.
    Line(u32),
    /// Offset in bytes from the beginning of the archive.
    Offset(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Json(path) if path.is_empty() => write!(f, "top level"),
            Place::Json(path) => write!(f, "{path}"),
            Place::Line(line) => write!(f, "line {line}"),
            Place::Offset(offset) => write!(f, "byte {offset}"),
        }
    }
}

/// Why an archive was refused. Has the form `file: member: place: what was wrong (what to do)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    kind: ErrorKind,
    file: String,
    member: Option<String>,
    place: Option<Place>,
    message: String,
    advice: Option<String>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Details {
            kind,
            file: String::new(),
            member: None,
            place: None,
            message: message.into(),
            advice: None,
        }))
    }

    /// Names the archive, unless an inner call already has.
    pub(crate) fn in_file(mut self, file: &str) -> Self {
        if self.0.file.is_empty() {
            self.0.file = file.to_owned();
        }
        self
    }

    /// Names the member, unless an inner call already has.
    pub(crate) fn in_member(mut self, member: &str) -> Self {
        self.0.member.get_or_insert_with(|| member.to_owned());
        self
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.0.place.get_or_insert(place);
        self
    }

    pub(crate) fn at_line(self, line: u32) -> Self {
        self.at(Place::Line(line))
    }

    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// Kind of error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Name of the archive, as given when it was opened.
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// Member concerned, if any.
    pub fn member(&self) -> Option<&str> {
        self.0.member.as_deref()
    }

    /// Place in the member, if known.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// What was wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the user can do about it, if anything.
    pub fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.file.is_empty() {
            write!(f, "{}: ", printable(&self.0.file))?;
        }
        if let Some(member) = &self.0.member {
            write!(f, "{}: ", printable(member))?;
        }
        if let Some(place) = &self.0.place {
            write!(f, "{}: ", printable(&place.to_string()))?;
        }
        write!(f, "{}", printable(&self.0.message))?;
        match &self.0.advice {
            Some(advice) => write!(f, " ({})", printable(advice)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// Text from an archive, safe for a message.
fn printable(text: &str) -> String {
    foreign_text::shown(text, 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_can_be_read() {
        let error =
            Error::new(ErrorKind::Source, "wrong").advise("do better").at_line(3).in_member("a.c").in_file("net.tar");
        // The innermost place, which is the most exact one, was set first.
        let error = error.at(Place::Offset(7)).in_member("b.c").in_file("other.tar");
        assert_eq!((error.kind(), error.file(), error.member()), (ErrorKind::Source, "net.tar", Some("a.c")));
        assert_eq!(
            (error.place(), error.message(), error.advice()),
            (Some(&Place::Line(3)), "wrong", Some("do better"))
        );
        assert_eq!(error.to_string(), "net.tar: a.c: line 3: wrong (do better)");
        assert_eq!(Error::new(ErrorKind::Io, "wrong").at(Place::Offset(9)).to_string(), "byte 9: wrong");
    }
}
