//! `tvm-embedded generate`: the C files that a firmware links.

use std::fmt::Write as _;

use tvm_embedded_interface::{Options, Parameters};

use crate::args::{self, Generate};
use crate::compiled;
use crate::failure::Result;
use crate::interface::{interface, library_headers};
use crate::load;
use crate::message;
use crate::output;
use crate::self_test;
use crate::terminal::{self, printable, sentence, shown};

/// Carries out the verb.
pub fn generate(args: &Generate) -> Result<()> {
    let (selected, loaded) = compiled::source(&args.source)?;
    let parameters = match args.parameters {
        args::Parameters::Carried => Parameters::Carried,
        args::Parameters::User => Parameters::User,
    };
    let without_library = args.no_library.then(library_headers);
    let mut options = Options { symbol: args.symbol.clone(), parameters, without_library, ..Options::default() };
    if let Some(runs) = args.self_test.runs {
        // Recorded with the archive's own constants and with the library, whatever the device has.
        let host = Options { symbol: args.symbol.clone(), ..Options::default() };
        let model = interface(&loaded, &selected, &host)?;
        let own = load::chosen(&loaded.library, &selected)?.extension.is_some();
        let record = self_test::record(&model, runs, &args.self_test, own);
        options.self_test = Some(record.map_err(|failure| failure.of(&selected.path))?);
    }
    let generated = interface(&loaded, &selected, &options)?;
    output::generated(&args.output, &generated)?;
    for repair in &generated.repairs {
        message::note(&format!("{}: {}", printable(&repair.file), sentence(&repair.text)));
    }
    if let Some(note) = compiled::note(&loaded.library, &generated) {
        message::note(&note);
    }
    if !generated.brought.is_empty() {
        let functions: Vec<String> = generated.brought.iter().map(|name| printable(name)).collect();
        message::note(&format!("the firmware must provide {}", functions.join(", ")));
    }
    if let Some(test) = &options.self_test {
        self_test::notes(&generated, test).iter().for_each(|note| message::note(note));
    }
    let mut text = String::new();
    for file in &generated.files {
        let _ = writeln!(text, "{}", shown(&args.output.join(&file.path)));
    }
    terminal::print(&text)
}
