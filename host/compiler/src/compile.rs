//! Runs all passes in order.

use crate::budget;
use crate::import::tflite;
use crate::ir::graph::Tensor;
use crate::ir::model::Model;
use crate::ir::names::{self, Names};
use crate::ir::options::{Optimize, Options, Target};
use crate::ir::problem::{Errors, Problem};
use crate::ir::program::Program;
use crate::ir::report::Report;
use crate::passes::bands::choose::{Choice, Choices};
use crate::passes::{
    bands, bind, check, choose, detections, emit, fold, fuse, inline, lower, metadata, narrow, npu, place, pools,
    requantise, schedule, share, state, through_float, uint8,
};
use crate::thrift::{self, Thrift};
use std::fmt;
use std::io::{self, Write};
use tvm_embedded_mlf as mlf;

/// Module name if the user gives none.
pub const DEFAULT_MODULE: &str = "model";

/// The result of a compilation.
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
    let compiled = prepare(file, options)?;
    let mut archive = Vec::with_capacity(compiled.bytes as usize);
    compiled.write(&mut archive).map_err(metadata::internal)?;
    Ok(Output { archive, report: compiled.report })
}

/// A compiled model whose archive is not written yet: it is much larger than the model.
#[derive(Debug)]
pub struct Compiled {
    /// What the model costs.
    pub report: Report,
    model: Model,
    metadata: Vec<u8>,
    /// Length of the operators' file and the others, in the order of the archive.
    lengths: Vec<u64>,
    /// Length of the archive.
    bytes: u64,
}

/// Compiles a `.tflite` file as [`compile`] does, but leaves the archive to be written by [`Compiled::write`].
///
/// # Errors
/// All problems of the file that could be found at once.
pub fn prepare(file: &[u8], options: &Options) -> Result<Compiled, Errors> {
    let model = plan_model(file, options)?;
    let report = Report::new(&model);
    let limits = mlf::Limits::default();
    let metadata = metadata::metadata(&model, &report)?;
    if metadata.len() as u64 > limits.metadata_bytes {
        let found = format!("{} layers, which take {} bytes of metadata", model.layers.len(), metadata.len());
        return Err(Problem::file(found, format!("up to {} bytes", limits.metadata_bytes)).into());
    }
    let files = emit::emit(&model);
    let lengths: Vec<u64> = files.iter().map(emit::File::bytes).collect();
    let mut members = vec![(METADATA, metadata.len() as u64)];
    members.extend(files.iter().zip(&lengths).map(|(file, &bytes)| (file.path.as_str(), bytes)));
    mlf::check_names(members.iter().map(|(path, _)| *path)).map_err(metadata::internal)?;
    let bytes = mlf::ArchiveWriter::<Vec<u8>>::bytes(members.into_iter());
    if bytes > limits.archive_bytes {
        return Err(lower::too_large());
    }
    drop(files);
    Ok(Compiled { report, model, metadata, lengths, bytes })
}

/// Name of the member with the metadata.
const METADATA: &str = "metadata.json";

impl Compiled {
    /// The model's inputs, with the shapes that it is compiled for.
    pub fn inputs(&self) -> impl Iterator<Item = &Tensor> {
        self.model.inputs.iter().map(|port| self.model.tensor(port.tensor))
    }

    /// The same for its outputs.
    pub fn outputs(&self) -> impl Iterator<Item = &Tensor> {
        self.model.outputs.iter().map(|port| self.model.tensor(port.tensor))
    }

    /// Writes the archive, without holding all of it in memory.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut archive = mlf::ArchiveWriter::new(out);
        archive.add(METADATA, self.metadata.len() as u64, |out| out.write_all(&self.metadata))?;
        for (file, &bytes) in emit::emit(&self.model).iter().zip(&self.lengths) {
            archive.add(&file.path, bytes, |out| {
                let mut text = Text { out, error: None };
                let written = file.write(&mut text);
                text.error.map_or(written.map_err(io::Error::other), Err)
            })?;
        }
        archive.finish().map(|_| ())
    }
}

/// A stream that text is written to, and why it failed.
struct Text<'a> {
    out: &'a mut dyn Write,
    error: Option<io::Error>,
}

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_all(text.as_bytes()).map_err(|error| {
            self.error = Some(error);
            fmt::Error
        })
    }
}

/// All passes except the writing of text.
pub fn plan_model(file: &[u8], options: &Options) -> Result<Model, Errors> {
    let module = options.module_name.clone().unwrap_or_else(|| DEFAULT_MODULE.to_owned());
    if !names::is_lower_identifier(&module) && module != "default" {
        let found = format!("module name {module:?}");
        return Err(Problem::file(found, "a C identifier in lower case, up to 64 characters").into());
    }
    pools::check(options)?;
    let mut graph = tflite::read(file)?;
    choose::choose(&mut graph, &options.input_shapes)?;
    bind::bind(&mut graph, &options.custom)?;
    npu::bind(&mut graph)?;
    inline::inline(&mut graph);
    detections::dequantise(&mut graph);
    fold::fold(&mut graph)?;
    uint8::as_int8(&mut graph);
    requantise::requantise(&mut graph);
    check::check(&graph)?;
    if !options.keep_all_tensors {
        through_float::through_float(&mut graph);
    }
    let description = graph.description.clone();
    let mut program = state::resolve(graph);
    fuse::fuse(&mut program, options.keep_all_tensors);
    if !options.keep_all_tensors {
        narrow::narrow(&mut program);
    }
    // Code optimised for size is the same C on every core.
    let target = if options.optimize == Optimize::Size { Target::Portable } else { options.target };
    let options = &Options { target, ..options.clone() };
    let planned = |thrift: &Thrift| plan_program(&module, program.clone(), thrift, options);
    let mut model = planned(&Thrift::new())?;
    if options.optimize != Optimize::Speed {
        model = thrift::fit(model, &planned)?;
    }
    if let Some(bytes) = options.ram.filter(|_| !options.keep_all_tensors) {
        let banded = |choice: &Choice| {
            let mut program = program.clone();
            bands::bands(&mut program, &choice.segments)
                .ok_or_else(|| metadata::internal("an operator has no bands"))?;
            plan_program(&module, program, &choice.thrift, options)
        };
        model = budget::fit(model, bytes, || Choices::new(&program, options), &banded)?;
    }
    model.description = description;
    model.stored = pools::assign(&model, options)?;
    Ok(model)
}

/// The passes from a fused program to a planned model. The operators in `thrift` get less scratch memory.
fn plan_program(module: &str, mut program: Program, thrift: &Thrift, options: &Options) -> Result<Model, Errors> {
    npu::split(&mut program);
    let mut names = Names::new();
    let mut lowered = lower::lower(&mut program, options, thrift, &mut names)?;
    if !options.keep_all_tensors {
        fuse::fuse_layers(&program.graph, &mut lowered);
    }
    if options.ram.is_some() {
        share::share(&program.graph, &mut lowered);
    }
    if options.constants.is_empty() {
        // With pools each operator has its constants in one of them.
        share::share_arrays(&mut lowered);
    }
    let schedule =
        schedule::schedule(&mut program, lowered, &mut names, options.keep_all_tensors, options.io_in_workspace);
    place::place(module.to_owned(), program, schedule, options)
}
