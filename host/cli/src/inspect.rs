//! `tvm-embedded inspect`: what is in a model, as a table or as JSON.

mod measured;
mod report;
mod text;

use crate::args::Inspect;
use crate::failure::{Failure, Kind, Result};
use crate::load;
use crate::terminal;

/// Carries out the verb.
pub fn inspect(args: &Inspect) -> Result<()> {
    let loaded = load::load(&args.model)?;
    let only = match &args.model.module {
        Some(_) => Some(load::chosen(&loaded.library, &args.model)?.name.as_str()),
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
