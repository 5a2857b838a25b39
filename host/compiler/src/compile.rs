//! Runs all passes in order.

use crate::import::tflite;
use crate::ir::model::Model;
use crate::ir::names::{self, Names};
use crate::ir::options::Options;
use crate::ir::problem::{Errors, Problem};
use crate::ir::report::Report;
use crate::passes::{check, emit, fold, fuse, inline, lower, metadata, place, requantise, schedule, state};
use tvm_embedded_mlf as mlf;

/// Module name where the user gives none.
pub const DEFAULT_MODULE: &str = "model";

/// What a compilation gives.
#[derive(Debug, Clone)]
pub struct Output {
    /// The archive: an uncompressed tar file in Model Library Format, version 7.
    pub archive: Vec<u8>,
    /// What the model costs.
    pub report: Report,
}

/// Compiles a `.tflite` file to a model archive. The same file and options always give the same bytes.
///
/// # Errors
/// All problems of the file that could be found at once.
pub fn compile(file: &[u8], options: &Options) -> Result<Output, Errors> {
    let model = plan_model(file, options)?;
    let report = Report::new(&model);
    let limits = mlf::Limits::default();
    let metadata = metadata::metadata(&model, &report)?;
    if metadata.len() as u64 > limits.metadata_bytes {
        let found = format!("{} layers, which take {} bytes of metadata", model.layers.len(), metadata.len());
        return Err(Problem::file(found, format!("what fits into {} bytes", limits.metadata_bytes)).into());
    }
    let mut archive = mlf::ArchiveBuilder::new();
    archive.add("metadata.json", metadata);
    for file in emit::emit(&model) {
        archive.add(file.path, file.text);
    }
    let archive = archive.finish().map_err(metadata::internal)?;
    if archive.len() as u64 > limits.archive_bytes {
        return Err(lower::too_large());
    }
    Ok(Output { archive, report })
}

/// All passes but the writing of text.
pub fn plan_model(file: &[u8], options: &Options) -> Result<Model, Errors> {
    let module = options.module_name.clone().unwrap_or_else(|| DEFAULT_MODULE.to_owned());
    if !names::is_lower_identifier(&module) && module != "default" {
        let found = format!("module name {module:?}");
        return Err(Problem::file(found, "a C identifier in lower case, up to 64 characters").into());
    }
    let mut graph = tflite::read(file)?;
    inline::inline(&mut graph);
    fold::fold(&mut graph)?;
    requantise::requantise(&mut graph);
    check::check(&graph)?;
    let description = graph.description.clone();
    let mut program = state::resolve(graph);
    fuse::fuse(&mut program, options.keep_all_tensors);
    let mut names = Names::new();
    let mut lowered = lower::lower(&mut program, options, &mut names)?;
    if !options.keep_all_tensors {
        fuse::fuse_layers(&program.graph, &mut lowered);
    }
    let schedule = schedule::schedule(&mut program, lowered, &mut names, options.keep_all_tensors);
    let mut model = place::place(module, program, schedule, options)?;
    model.description = description;
    Ok(model)
}
