//! All passes in a row.

use crate::lower::{Lowered, Lowering};
use crate::model::Model;
use crate::names::{self, Names};
use crate::options::Options;
use crate::problem::{Errors, Problem};
use crate::report::Report;
use crate::{check, emit, fuse, metadata, op, place, read, state, storage};
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
pub fn compile(tflite: &[u8], options: &Options) -> Result<Output, Errors> {
    let model = plan_model(tflite, options)?;
    let report = Report::new(&model);
    let mut archive = mlf::ArchiveBuilder::new();
    archive.add("metadata.json", metadata::metadata(&model, &report)?);
    for file in emit::emit(&model) {
        archive.add(file.path, file.text);
    }
    Ok(Output { archive: archive.finish().map_err(metadata::internal)?, report })
}

/// All passes but the writing of text.
pub fn plan_model(tflite: &[u8], options: &Options) -> Result<Model, Errors> {
    let module = options.module_name.clone().unwrap_or_else(|| DEFAULT_MODULE.to_owned());
    if !names::is_lower_identifier(&module) && module != "default" {
        let found = format!("module name {module:?}");
        return Err(Problem::file(found, "a C identifier in lower case, up to 64 characters").into());
    }
    let graph = read::read(tflite)?;
    check::check(&graph)?;
    let description = graph.description.clone();
    let mut program = state::resolve(graph);
    fuse::fuse(&mut program, options.keep_all_tensors);
    let mut names = Names::new();
    let mut lowered = lower(&program, options, &mut names)?;
    if !options.keep_all_tensors {
        op::fuse_layers(&program.graph, &mut lowered);
    }
    let schedule = storage::schedule(&mut program, lowered, &mut names, options.keep_all_tensors);
    let mut model = place::place(module, program, schedule, options)?;
    model.description = description;
    Ok(model)
}

/// Pass 4: every operator to what the generated code does for it.
fn lower(program: &state::Program, options: &Options, names: &mut Names) -> Result<Vec<Lowered>, Errors> {
    let graph = &program.graph;
    let (mut lowered, mut problems) = (Vec::new(), Vec::new());
    for op in &graph.operators {
        let Some(definition) = op::definition(op.kind) else {
            problems.push(Problem::operator(graph, op, "an operator the compiler doesn't know", ""));
            continue;
        };
        let name = names.unique(&format!("{}_{}", op.kind, op.index).to_ascii_lowercase());
        match (definition.lower)(&Lowering { graph, options, name }, op) {
            Ok(result) => lowered.push(result),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(lowered) } else { Err(Errors(problems)) }
}
