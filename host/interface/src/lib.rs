//! From a validated model to its C header, descriptor and JSON.
//!
//! [`generate`] turns one module of an archive into everything that firmware needs to build it: `my_model.h` with all facts
//! as macros, `my_model.hpp` for C++17, `my_model.rs` for Rust, `my_model.c` with the descriptor, `my_model.json` with the same facts, copies of the archive's C in which
//! known defects are repaired, the headers of TVM that those include, and a CMake file. [`write()`] writes the files to a
//! directory. The output depends only on the archive and the options.
//!
//! Names and text of an archive are untrusted: they are written as valid C identifiers, as escaped string
//! literals, or in comments that they cannot end.
//!
//! ```no_run
//! use tvm_embedded_interface::{Options, generate, write};
//! use tvm_embedded_mlf::{Archive, Library};
//!
//! let archive = Archive::read("net.tar")?;
//! let library = Library::parse(&archive)?;
//! for module in &library.modules {
//!     let generated = generate(&archive, &library, module, &Options::default())?;
//!     write(std::path::Path::new(&generated.facts.symbol), &generated.files)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod archive_copies;
mod c_header;
mod c_source;
mod checked;
mod error;
mod facts;
mod options;
mod output;
mod rust_module;
mod self_test;
mod text;
mod update;

pub use archive_copies::adapt::Repair;
pub use error::{Error, Result};
pub use facts::tree::Macro;
pub use facts::{ABI_VERSION, DeviceFacts, Facts, Named, ParameterFacts, PlacementFacts, TensorFacts, WorkspaceFacts};
pub use options::{LibraryHeaders, Options, Parameters};
pub use output::build::DIRECTORY as ARCHIVE_DIRECTORY;
pub use output::write::{OutputFile, write};
pub use self_test::random::random_input;
pub use self_test::record::SelfTest;

use archive_copies::{adapt, headers};
use c_header::{cpp, header};
use c_source::source;
use checked::plan::Plan;
use checked::symbols;
use output::{build, linker};
use std::borrow::Cow;
use tvm_embedded_mlf::{Archive, Bytes, Finding, Library, Module};

/// The output for one model.
#[derive(Debug, Clone)]
pub struct Generated {
    /// All files, in the order of their paths.
    pub files: Vec<OutputFile>,
    /// Paths of the C files to compile, with the output directory and [`ARCHIVE_DIRECTORY`] on the include path.
    pub sources: Vec<String>,
    /// All facts about the model.
    pub facts: Facts,
    /// Findings about the archive.
    pub findings: Vec<Finding>,
    /// Changes in the copies of the archive's C.
    pub repairs: Vec<Repair>,
    /// What the model uses and the user links: functions of device drivers and kernel libraries, and for a model that arrived
    /// compiled everything else that C does not have.
    pub brought: Vec<String>,
}

/// The archive's own bytes of a text that was taken from it unchanged.
fn part_of(archive: &Archive, text: &str) -> Bytes {
    let own = archive
        .members()
        .iter()
        .find(|member| member.data.as_ptr() == text.as_ptr() && member.data.len() == text.len());
    own.map_or_else(|| text.to_owned().into(), |member| member.data.clone())
}

/// Generates the interface of one module.
///
/// `library` must be parsed from `archive`, and `module` be one of its modules, possibly completed with facts that the
/// archive does not hold (`tvm_embedded_mlf::Module::apply_tflite_io`).
///
/// # Errors
/// [`Error::Symbol`] for a symbol that is not valid in C; [`Error::MissingFact`] when the archive does not hold a tensor's
/// size; [`Error::Limit`] for values beyond the limits of a descriptor; [`Error::Unsupported`] for C with needs that can't be met;
/// [`Error::Contradiction`] for facts or a self-test of another model.
pub fn generate(archive: &Archive, library: &Library, module: &Module, options: &Options) -> Result<Generated> {
    let plan = Plan::new(archive, library, module, options)?;
    let copies = adapt::copies(archive, &plan)?;
    let own = own_files(&plan, options)?;
    let mut sources: Vec<String> = own.iter().map(|(path, _)| path.clone()).filter(|p| p.ends_with(".c")).collect();
    let mut texts: Vec<&str> = copies.files.iter().map(|copy| &*copy.text).collect();
    texts.extend(own.iter().map(|(_, text)| text.as_str()));
    let headers = headers::needed(&module.name, &texts)?;
    let mut files: Vec<(String, Bytes)> = own.into_iter().map(|(path, text)| (path, text.into())).collect();
    let alone = options.without_library.as_ref();
    let marked = |text: &str| if alone.is_some() { build::without_library(text) } else { text.to_owned() };
    files.extend(headers.iter().map(|(path, text)| (format!("{ARCHIVE_DIRECTORY}/{path}"), marked(text).into())));
    if let Some(headers) = alone {
        files.push(("tvm_embedded.h".to_owned(), marked(&headers.c).into()));
        files.push(("tvm_embedded.hpp".to_owned(), headers.cpp.clone().into()));
    }
    for copy in copies.files {
        let path = format!("{ARCHIVE_DIRECTORY}/{}", copy.name);
        if copy.compiled {
            sources.push(path.clone());
        }
        let contents = match copy.text {
            Cow::Borrowed(text) => part_of(archive, text),
            Cow::Owned(text) => text.into(),
        };
        files.push((path, contents));
    }
    let brought = brought(module);
    if let Some(library) = &module.compiled {
        files.push((format!("{ARCHIVE_DIRECTORY}/{}", library.file), library.content.clone()));
    }
    files.push(("CMakeLists.txt".to_owned(), build::cmake(&plan, &sources, alone.is_none(), &brought).into()));
    files.push(("sources.txt".to_owned(), build::list(&sources).into()));
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Generated {
        files: files.into_iter().map(|(path, contents)| OutputFile { path, contents }).collect(),
        sources,
        findings: module.findings.clone(),
        repairs: copies.repairs,
        brought,
        facts: plan.facts,
    })
}

/// The files that are not copies, with their paths.
fn own_files(plan: &Plan<'_>, options: &Options) -> Result<Vec<(String, String)>> {
    let symbol = plan.symbol();
    let mut own: Vec<(String, String)> = vec![
        (format!("{symbol}.h"), header::header(plan)),
        (format!("{symbol}.hpp"), cpp::header(plan)),
        (format!("{symbol}.rs"), rust_module::module(plan)),
        (format!("{symbol}.c"), source::source(plan)),
        (format!("{symbol}.json"), plan.facts.json()),
    ];
    let of_constants = [
        (format!("{symbol}_parameters.c"), source::parameters(plan)),
        (format!("{symbol}.ld"), linker::fragment(plan)),
        (format!("{symbol}_update.h"), update::header::header(plan)),
    ];
    own.extend(of_constants.into_iter().filter_map(|(path, text)| Some((path, text?))));
    if let Some(test) = &options.self_test {
        own.push((format!("{symbol}_self_test.h"), self_test::header::header(plan, test)));
        own.push((format!("{symbol}_self_test.c"), self_test::source::source(plan, test)?));
    }
    Ok(own)
}

/// What the model uses and the user links.
fn brought(module: &Module) -> Vec<String> {
    let called = module.called_symbols.iter();
    let named = called.filter(|name| symbols::brought(name) && !module.defined_symbols.contains(name));
    named.chain(module.compiled.iter().flat_map(|library| &library.needed)).cloned().collect()
}

/// An update of a model's constants, for `TVMReadUpdate_my_model` of its generated files: those of the archive, or for each pool of
/// constants (in the order of [`Facts::parameters`]) the content in `replaced`, if that is not `None`.
///
/// # Errors
/// [`Error::Unsupported`] for a model without constants outside of its code; [`Error::MissingFact`] when there is no content for a
/// pool; [`Error::Contradiction`] for content of another size; and those of [`generate`].
pub fn pack(archive: &Archive, library: &Library, module: &Module, replaced: &[Option<Vec<u8>>]) -> Result<Vec<u8>> {
    update::blob::blob(&Plan::new(archive, library, module, &Options::default())?, replaced)
}
