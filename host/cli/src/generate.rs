//! `tvm-embedded generate`: the C files that a firmware links.

use std::fmt::Write as _;

use tvm_embedded_interface::{Error, Generated, LibraryHeaders, Options, Parameters};

use crate::args::{self, Generate, Model};
use crate::failure::{Failure, Kind, Result};
use crate::load::{self, Loaded};
use crate::output;
use crate::terminal::{self, printable, sentence, shown};

/// Carries out the verb.
pub fn generate(args: &Generate) -> Result<()> {
    let loaded = load::load(&args.model)?;
    let parameters = match args.parameters {
        args::Parameters::Carried => Parameters::Carried,
        args::Parameters::User => Parameters::User,
    };
    let without_library = args.no_library.then(library_headers);
    let options = Options { symbol: args.symbol.clone(), parameters, without_library, ..Options::default() };
    let generated = interface(&loaded, &args.model, &options)?;
    output::generated(&args.output, &generated)?;
    for repair in &generated.repairs {
        terminal::print_note(&format!("{}: {}", printable(&repair.file), sentence(&repair.text)));
    }
    if !generated.brought.is_empty() {
        let functions: Vec<String> = generated.brought.iter().map(|name| printable(name)).collect();
        terminal::print_note(&format!("the firmware must provide {}", functions.join(", ")));
    }
    let mut text = String::new();
    for file in &generated.files {
        let _ = writeln!(text, "{}", shown(&args.output.join(&file.path)));
    }
    terminal::print(&text)
}

/// The library's headers, for files that need no library.
pub fn library_headers() -> LibraryHeaders {
    LibraryHeaders { c: tvm_embedded_runtime::HEADER.to_owned(), cpp: tvm_embedded_runtime::CPP_HEADER.to_owned() }
}

/// Generates the interface of the model that the command line selects.
pub fn interface(loaded: &Loaded, model: &Model, options: &Options) -> Result<Generated> {
    let module = load::chosen(&loaded.library, model)?;
    tvm_embedded_interface::generate(&loaded.archive, &loaded.library, module, options)
        .map_err(|error| refused(model, &error))
}

fn refused(model: &Model, error: &Error) -> Failure {
    let kind = match error {
        Error::Symbol { .. } => Kind::Usage,
        _ => Kind::Refused,
    };
    let failure = Failure::new(kind, format!("{}: {}", shown(&model.path), sentence(&error.to_string())));
    match error {
        Error::Symbol { .. } => failure.advise("choose another name with --symbol"),
        Error::MissingFact { .. } if model.tflite.is_none() => {
            failure.advise("give the .tflite file that the archive was made from with --tflite")
        }
        _ => failure,
    }
}
