//! `tvm-embedded inspect`: what is in a model, as a table or as JSON.

mod library;
mod measured;
mod report;
mod text;

use crate::args::Inspect;
use crate::compiled;
use crate::failure::{Failure, Kind, Result};
use crate::load;
use crate::terminal;

/// Carries out the verb.
pub fn inspect(args: &Inspect) -> Result<()> {
    let (selected, loaded) = compiled::source(&args.source)?;
    let only = match &selected.module {
        Some(_) => Some(load::chosen(&loaded.library, &selected)?.name.as_str()),
        None => None,
    };
    let mut report = report::Report::new(&loaded, only);
    if let Some(path) = &args.measured {
        measured::Measured::read(path)?.merge(&mut report)?;
    }
    if !args.json {
        return terminal::print(&text::text(&report));
    }
    let mut json = serde_json::to_string_pretty(&report)
        .map_err(|error| Failure::new(Kind::Refused, format!("the facts can't be written as JSON: {error}")))?;
    json.push('\n');
    terminal::print(&json)
}
