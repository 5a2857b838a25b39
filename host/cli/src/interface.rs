//! The interface of a model: for each verb that generates it.

use tvm_embedded_interface::{Error, Generated, LibraryHeaders, Options};

use crate::args::Model;
use crate::failure::{Failure, Kind, Result};
use crate::load::{self, Loaded};
use crate::terminal::{sentence, shown};

/// The library's headers, for files that need no library.
pub fn library_headers() -> LibraryHeaders {
    LibraryHeaders { c: tvm_embedded_runtime::HEADER.to_owned(), cpp: tvm_embedded_runtime::CPP_HEADER.to_owned() }
}

/// Generates the interface of the model that the command line selects.
pub fn interface(loaded: &Loaded, model: &Model, options: &Options) -> Result<Generated> {
    let module = load::chosen(&loaded.library, model)?;
    tvm_embedded_interface::generate(&loaded.archive, &loaded.library, module, options).map_err(|error| {
        match (module.compiled.is_some(), &error) {
            // The message itself has the line of the facts file.
            (true, Error::MissingFact { .. }) => {
                Failure::refused(format!("{}: {}", shown(&model.path), sentence(&error.to_string())))
            }
            _ => refused(model, &error),
        }
    })
}

/// A failure of the interface generator, with what to do.
pub fn refused(model: &Model, error: &Error) -> Failure {
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
