//! A model that arrived compiled, with TVM's header and a static library.

use std::path::Path;

use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Generated};
use tvm_embedded_mlf::{CompiledModel, Error, Library};

use crate::args::{Compiled, Model, Source};
use crate::failure::{Failure, Kind, Result};
use crate::load::{self, Loaded};
use crate::terminal::{printable, shown};

/// Largest header, with the constants of pools as text, and largest file of facts.
const MAX_TEXT: u64 = 64 << 20;
/// Largest static library.
const MAX_LIBRARY: u64 = 256 << 20;
/// This computer's cores in object files of the ELF format; on others the generated C finds that the library is for another core.
const OWN_MACHINE: Option<u16> = match () {
    () if cfg!(target_arch = "x86_64") => Some(62),
    () if cfg!(target_arch = "aarch64") => Some(183),
    () if cfg!(target_arch = "riscv64") => Some(243),
    () => None,
};

/// Reads the model that a verb works on; also returns how it was selected.
pub fn source(args: &Source) -> Result<(Model, Loaded)> {
    let selected = args.model();
    let loaded = match load(&args.compiled)? {
        Some(loaded) => load::complete(loaded, &selected)?,
        None => load::load(&selected)?,
    };
    Ok((selected, loaded))
}

/// Reads such a model, if the command line names one.
fn load(args: &Compiled) -> Result<Option<Loaded>> {
    let (Some(header_path), Some(library_path)) = (&args.header, &args.library) else {
        return Ok(None);
    };
    let header = text(header_path)?;
    let content = load::read_bounded(library_path, MAX_LIBRARY)?;
    let facts = args.facts.as_deref().map(|path| Ok((shown(path), text(path)?))).transpose()?;
    let (header_name, library_name) = (shown(header_path), shown(library_path));
    let model = CompiledModel {
        header: (&header_name, &header),
        library: (&library_name, &content),
        facts: facts.as_ref().map(|(name, text)| (name.as_str(), text.as_str())),
    };
    let (archive, library) = model.read().map_err(|error| refused(&error))?;
    Ok(Some(Loaded { compiled: false, note: None, archive, library }))
}

fn text(path: &Path) -> Result<String> {
    let bytes = load::read_bounded(path, MAX_TEXT)?;
    String::from_utf8(bytes).map_err(|_| Failure::refused(format!("{}: is not a text in UTF-8", shown(path))))
}

fn refused(error: &Error) -> Failure {
    let text = error.to_string();
    match error.advice().map(printable) {
        Some(advice) => {
            let suffix = format!(" ({advice})");
            Failure::new(Kind::Refused, text.strip_suffix(&suffix).unwrap_or(&text)).advise(advice)
        }
        None => Failure::new(Kind::Refused, text)
            .advise("give header and library as the model's compiler wrote them; docs/compiled.md describes them and the facts file"),
    }
}

/// Where the library of such a model is below the directory of the generated files. Refused if this computer can't run it.
pub fn library_to_run(library: &Library) -> Result<Option<String>> {
    let Some(compiled) = library.modules.first().and_then(|module| module.compiled.as_ref()) else { return Ok(None) };
    if OWN_MACHINE.is_some_and(|own| own != compiled.machine.number) {
        let text =
            format!("{} is for {}, which this computer does not run", printable(&compiled.file), compiled.machine);
        return Err(Failure::refused(text)
            .advise("give the model's library for this computer; `inspect` and `generate` take any"));
    }
    Ok(Some(format!("{ARCHIVE_DIRECTORY}/{}", compiled.file)))
}

/// What the user must know of the library, beside the generated files.
pub fn note(library: &Library, generated: &Generated) -> Option<String> {
    let compiled = library.modules.first()?.compiled.as_ref()?;
    let memory = match compiled.writable_bytes {
        0 => "has no writable memory".to_owned(),
        bytes => format!("has {bytes} bytes of writable memory"),
    };
    Some(format!(
        "{} is for {} and {memory}; link {ARCHIVE_DIRECTORY}/{} after {}",
        printable(&compiled.file),
        compiled.machine,
        printable(&compiled.file),
        generated.sources.join(", ")
    ))
}
