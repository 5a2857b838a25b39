//! Members of the header's structs, and facts about them in the facts file.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Result};

/// Refuses facts about something that the header does not have.
pub(super) fn check_names<T>(
    given: &BTreeMap<String, T>,
    members: &[(&str, u32)],
    key: &str,
    place: &str,
) -> Result<()> {
    let Some(odd) = given.keys().find(|name| !members.iter().any(|(member, _)| member == name)) else {
        return Ok(());
    };
    let known: Vec<&str> = members.iter().map(|(member, _)| *member).take(20).collect();
    let text = format!("{key} has '{odd}', which is not a member of {place} (members: {})", known.join(", "));
    Err(Error::new(ErrorKind::Metadata, text))
}

/// A fact is missing; `line` is what gives it.
pub(super) fn missing(text: impl Into<String>, line: impl AsRef<str>) -> Error {
    let advice = format!("give it in the facts file (--facts), for example {{ {} }}", line.as_ref());
    Error::new(ErrorKind::MissingFact, text).advise(advice)
}
