//! The files of one module: its scanned sources, its header, its entry point.

use crate::c::{EntryPoint, Facts, scan};
use crate::container::archive::Archive;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::ModuleMetadata;

const INCLUDES: &str = "codegen/host/include/";

/// A source or header with its facts.
pub(super) struct Scanned<'a> {
    pub path: &'a str,
    pub facts: Facts<'a>,
}

/// The header, and the spelling of the model's name in it.
pub(super) struct Header<'a> {
    pub path: &'a str,
    pub prefix: String,
    pub facts: Facts<'a>,
}

/// The input of the following steps.
pub(super) struct Input<'a> {
    pub archive: &'a Archive,
    pub version: u32,
    pub metadata: &'a ModuleMetadata,
    pub sources: &'a [Scanned<'a>],
    pub header: Option<&'a Header<'a>>,
    pub run: &'a EntryPoint<'a>,
    /// Member that defines the entry point.
    pub run_member: &'a str,
}

impl<'a> Input<'a> {
    /// Members of a struct of the header, `<prefix>_<what>`; empty without it.
    pub fn members(&self, what: &str) -> &'a [(&'a str, u32)] {
        self.header
            .and_then(|h| h.facts.structs.get(format!("{}_{what}", h.prefix).as_str()))
            .map_or(&[], Vec::as_slice)
    }

    /// An error in the entry point.
    pub fn run_error(&self, text: impl Into<String>) -> Error {
        Error::new(ErrorKind::Source, text).at_line(self.run.line).in_member(self.run_member)
    }

    /// An error in the header.
    pub fn header_error(&self, text: impl Into<String>) -> Error {
        let error = Error::new(ErrorKind::Source, text);
        match self.header {
            Some(header) => error.in_member(header.path),
            None => error.in_member(self.run_member),
        }
    }
}

pub(super) fn find_run<'s, 'a>(sources: &'s [Scanned<'a>], prefix: &str) -> Result<(&'a str, &'s EntryPoint<'a>)> {
    let mut found = sources.iter().filter_map(|s| s.facts.run.as_ref().map(|run| (s.path, run)));
    let Some(first) = found.next() else {
        return Err(Error::new(ErrorKind::MissingMember, format!("no C file of the module defines '{prefix}_run'"))
            .advise("the archive is incomplete, or was not built with --executor=aot --runtime=crt"));
    };
    if let Some((path, run)) = found.next() {
        let text = format!("'{prefix}_run' is defined a second time");
        return Err(Error::new(ErrorKind::Source, text).at_line(run.line).in_member(path));
    }
    Ok(first)
}

/// TVM writes the header's name in lower case and includes it unchanged, so the file is searched for in every spelling.
pub(super) fn find_header<'a>(
    archive: &'a Archive,
    sources: &[Scanned<'_>],
    spellings: &[String],
    odd: &'a [&'a str],
) -> Result<Header<'a>> {
    let included = included_header(sources);
    let mut wanted: Vec<String> = included.iter().map(|f| f.to_string()).collect();
    wanted.extend(spellings.iter().map(|s| format!("{s}.h")));
    let matches = |path: &str, exact: bool| {
        let Some(file) = path.strip_prefix(INCLUDES) else {
            return false;
        };
        wanted.iter().any(|w| w == file || !exact && w.eq_ignore_ascii_case(file))
    };
    let members = archive.members();
    let member =
        members.iter().find(|m| matches(&m.path, true)).or_else(|| members.iter().find(|m| matches(&m.path, false)));
    let Some(member) = member else {
        let text = format!("the model's header {INCLUDES}{} is missing", wanted.first().map_or("", |w| w));
        return Err(Error::new(ErrorKind::MissingMember, text));
    };
    let prefix = member.path[INCLUDES.len()..].trim_end_matches(".h");
    let text = archive.text(&member.path)?;
    let facts = scan(text, prefix, odd).map_err(|e| e.in_member(&member.path))?;
    Ok(Header { path: &member.path, prefix: prefix.to_owned(), facts })
}

pub(super) fn included_header<'a>(sources: &[Scanned<'a>]) -> Option<&'a str> {
    let mut all = sources.iter().flat_map(|s| &s.facts.includes);
    all.find(|name| name.starts_with("tvmgen_")).copied()
}
