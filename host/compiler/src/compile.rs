//! All passes in a row.

use crate::import::tflite;
use crate::ir::graph;
use crate::ir::model::Model;
use crate::ir::names::{self, Names};
use crate::ir::options::Options;
use crate::ir::problem::{Errors, Problem};
use crate::ops;
use crate::passes::report::Report;
use crate::passes::{check, emit, fuse, lower, metadata, place, requantise, schedule, state};
use tvm_embedded_mlf as mlf;

/// Module name where the user gives none.
pub const DEFAULT_MODULE: &str = "model";

/// Most bytes of constants that operators read, those that several read counted for each.
const MAX_CONTENTS: usize = 16 << 20;

/// Longest dimension of weights: each output channel has factors and sums of its own, many times the size of one weight.
const MAX_CHANNELS: usize = 1 << 18;

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
    requantise::requantise(&mut graph);
    check::check(&graph)?;
    check_contents(&graph)?;
    let description = graph.description.clone();
    let mut program = state::resolve(graph);
    fuse::fuse(&mut program, options.keep_all_tensors);
    let mut names = Names::new();
    let mut lowered = lower::lower(&program, options, &mut names)?;
    if !options.keep_all_tensors {
        ops::fuse_layers(&program.graph, &mut lowered);
    }
    let schedule = schedule::schedule(&mut program, lowered, &mut names, options.keep_all_tensors);
    let mut model = place::place(module, program, schedule, options)?;
    model.description = description;
    Ok(model)
}

/// Constants are packed anew for each operator: what a file holds once can be asked for often.
fn check_contents(graph: &graph::Graph) -> Result<(), Errors> {
    let Some(main) = graph.subgraphs.first() else { return Ok(()) };
    let read = || main.operators.iter().flat_map(|op| op.inputs.iter().flatten()).map(|&id| main.tensor(id));
    for tensor in read().filter(|tensor| tensor.is_constant() && tensor.shape.len() > 1) {
        if let Some(long) = tensor.shape.iter().find(|&&dimension| dimension > MAX_CHANNELS) {
            let problem = Problem::file(format!("a constant {long} elements long"), format!("up to {MAX_CHANNELS}"));
            return Err(Problem { tensor: Some(tensor.name.clone()), ..problem }.into());
        }
    }
    let bytes: usize = read().filter_map(|tensor| tensor.data.as_ref()).map(|data| data.len()).sum();
    if bytes > MAX_CONTENTS {
        let found = format!("operators that read {bytes} bytes of constants");
        return Err(Problem::file(found, format!("up to {MAX_CONTENTS} bytes")).into());
    }
    Ok(())
}
