//! From a path on the command line to models: archives are read, .tflite files are compiled in memory.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use tvm_embedded_compiler::Options;
use tvm_embedded_mlf::{Archive, Error, ErrorKind, Library, Limits, Module};

use crate::args::Model;
use crate::failure::{Failure, Kind, Result};
use crate::foreign;
use crate::message;
use crate::system;
use crate::terminal::{printable, shown};
use crate::tflite;

/// Largest .tflite file that is read.
pub const MAX_TFLITE: u64 = tvm_embedded_compiler::import::tflite::MAX_FILE as u64;

/// An archive and its contents.
pub struct Loaded {
    /// Whether it was compiled from a .tflite file in memory.
    pub compiled: bool,
    /// Notes about that file.
    pub note: Option<String>,
    /// Its members.
    pub archive: Archive,
    /// Their contents, with the facts of `--tflite`.
    pub library: Library,
}

/// Reads the model of a verb, and compiles it if it is a .tflite file.
pub fn load(args: &Model) -> Result<Loaded> {
    let limits = Limits::default();
    let mut content = read_bounded(&args.path, limits.archive_bytes.max(MAX_TFLITE))?;
    let compiled = tflite::is_tflite(&args.path, &content);
    let (mut note, mut doubts) = (None, Vec::new());
    if compiled {
        let options = Options { input_shapes: args.shapes.chosen(), ..Options::default() };
        (note, doubts) = (tflite::note(&content, &options.input_shapes), tflite::doubts(&content));
        let compiled = tflite::prepare(&args.path, &content, options)?;
        content = Vec::new();
        let written = compiled.write(&mut content);
        written.map_err(|error| Failure::refused(format!("{}: {error}", shown(&args.path))))?;
    } else if let Some(failure) = foreign::refused(&args.path, &content) {
        return Err(failure);
    } else if !args.shapes.given.is_empty() {
        let message = format!("{}: is an archive, whose inputs have their shapes", shown(&args.path));
        return Err(Failure::usage(message).advise("leave --input-shape out, or give it to `compile`"));
    }
    let archive = Archive::from_vec(&shown(&args.path), content, limits).map_err(refused)?;
    let mut library = Library::parse(&archive).map_err(refused)?;
    if let [module] = library.modules.as_mut_slice() {
        module.findings.append(&mut doubts);
    }
    complete(Loaded { compiled, note, archive, library }, args)
}

/// Adds the facts of `--tflite`.
pub fn complete(mut loaded: Loaded, args: &Model) -> Result<Loaded> {
    if let Some(path) = &args.tflite {
        let library = &mut loaded.library;
        let (inputs, outputs) = tflite::tensors(path, &read_bounded(path, MAX_TFLITE)?)?;
        let name = chosen(library, args)?.name.clone();
        for module in library.modules.iter_mut().filter(|module| module.name == name) {
            module.apply_tflite_io(&inputs, &outputs).map_err(|error| {
                let failure = refused(error);
                Failure::refused(format!("{}: {failure}", shown(path)))
                    .advise(failure.advice().unwrap_or("leave --tflite out").to_owned())
            })?;
        }
    }
    message::findings(&args.path, None, &loaded.library.findings);
    let selected = |module: &&Module| args.module.as_ref().is_none_or(|name| module.name == *name);
    for module in loaded.library.modules.iter().filter(selected) {
        message::findings(&args.path, Some(&module.name), &module.findings);
    }
    Ok(loaded)
}

/// The model that `--module` names, or the only one.
pub fn chosen<'a>(library: &'a Library, args: &Model) -> Result<&'a Module> {
    let names = || library.modules.iter().map(|m| printable(&m.name)).collect::<Vec<_>>().join(", ");
    match (&args.module, library.modules.as_slice()) {
        (None, [only]) => Ok(only),
        (None, []) => Err(Failure::refused(format!("{}: the archive holds no model", shown(&args.path)))),
        (None, _) => Err(Failure::usage(format!("{}: the archive holds several models", shown(&args.path)))
            .advise(format!("choose one with --module: {}", names()))),
        (Some(name), modules) => modules.iter().find(|module| module.name == *name).ok_or_else(|| {
            Failure::usage(format!("{}: no model {} in this archive", shown(&args.path), printable(name)))
                .advise(format!("models: {}", names()))
        }),
    }
}

/// Reads a model of at most `limit` bytes.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>> {
    read_at_most(path, limit)?.ok_or_else(|| {
        Failure::refused(format!("{}: is larger than {} MiB, which is the limit", shown(path), limit >> 20))
            .advise("models for microcontrollers are far smaller: is this the right file?")
    })
}

/// Reads a file; `None` when it holds more than `limit` bytes.
pub fn read_at_most(path: &Path, limit: u64) -> Result<Option<Vec<u8>>> {
    let failed = |error: std::io::Error| system::unreadable(path, &error);
    let file = File::open(path).map_err(failed)?;
    // Pipes have no length, so the bytes read are also counted.
    if file.metadata().is_ok_and(|found| found.len() > limit) {
        return Ok(None);
    }
    // Allocated at full size once, so that there is only one copy.
    let known = file.metadata().ok().filter(|found| found.is_file()).map_or(0, |found| found.len());
    let mut bytes = Vec::with_capacity(usize::try_from(known.min(limit) + 1).unwrap_or(0));
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// An error of the archive reader, with its advice on a separate line.
pub fn refused(error: Error) -> Failure {
    let kind = if error.kind() == ErrorKind::Io { Kind::File } else { Kind::Refused };
    let text = error.to_string();
    if error.kind() == ErrorKind::TooLarge {
        let advice = error.advice().map(|advice| format!(" ({})", printable(advice))).unwrap_or_default();
        return Failure::new(kind, text.strip_suffix(&advice).unwrap_or(&text))
            .advise("models for microcontrollers are far smaller: is this the right file?");
    }
    match error.advice().map(printable) {
        Some(advice) => {
            let suffix = format!(" ({advice})");
            Failure::new(kind, text.strip_suffix(&suffix).unwrap_or(&text)).advise(advice)
        }
        None if kind == Kind::File => Failure::new(kind, text),
        None => Failure::new(kind, text).advise(
            "give a complete archive (.tar) written by TVM 0.8 to 0.18, or the .tflite file that it was made from",
        ),
    }
}
