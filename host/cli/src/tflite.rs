//! .tflite files: compiled to archives, or read for the facts that TVM's archives lack.

use std::fmt::Write as _;
use std::path::Path;

use tvm_embedded_compiler::ir::graph::{DType, Graph, Tensor, TensorId};
use tvm_embedded_compiler::passes::{advise, choose, doubts};
use tvm_embedded_compiler::{
    Compiled, Errors, InputShape, MAX_PROBLEMS, Options, Problem, Report, import::tflite as read, ir::names,
};
use tvm_embedded_mlf::{self as mlf, ModelTensor, Quantization};

use crate::extension::has_extension;
use crate::failure::{Failure, Result};
use crate::message::{self, Progress, Stage};
use crate::terminal::{printable, sentence, shown};

const WHOLE_FILE: &str = "give a complete int8 .tflite file, as written by the TensorFlow Lite converter";

/// Whether a file is read as a .tflite file: by its identifier, or, if that is damaged, by its name.
pub fn is_tflite(path: &Path, content: &[u8]) -> bool {
    content.get(4..8) == Some(b"TFL3") || has_extension(path, "tflite")
}

/// Compiles a file; without a name in `options` the module gets the name of the file.
pub fn prepare(path: &Path, content: &[u8], mut options: Options) -> Result<Compiled> {
    if options.module_name.is_none() {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        options.module_name = Some(names::module_name(&stem));
    }
    if content.is_empty() {
        return Err(Failure::refused(format!("{}: is empty", shown(path))).advise(WHOLE_FILE));
    }
    let chosen = options.input_shapes.clone();
    let progress = Progress::begin(Stage::Compile, shown(path), 1);
    let prepared = tvm_embedded_compiler::prepare(content, &options).map_err(|errors| {
        let failure = refused(path, &errors);
        let graph = match graph(content, &chosen) {
            Err(_) => return failure.advise(WHOLE_FILE),
            Ok(graph) => graph,
        };
        match advise::advice(&graph, &errors) {
            Some(advice) => failure.advise(advice),
            // The request is not possible; the message says what is possible.
            None if errors.0.iter().any(|problem| problem.found.starts_with("pools too small")) => {
                failure.advise("change the pools: one without a size takes what does not fit in the others")
            }
            None if errors.0.iter().any(|problem| problem.found.contains(" bytes of RAM, ")) => {
                failure.advise("give --ram that many, or leave it out")
            }
            None => failure,
        }
    });
    if prepared.is_ok() {
        progress.complete();
    }
    prepared
}

/// Reports what is unusual about a model that was compiled, and these probable mistakes in its file.
pub fn report_findings(path: &Path, doubts: Vec<mlf::Finding>, report: &Report) {
    let constants = report.findings.iter().map(|constant| mlf::Finding {
        code: mlf::Code::CompilerFinding,
        severity: mlf::Severity::Warning,
        subject: constant.tensor.clone(),
        text: constant.text.clone(),
        advice: String::new(),
    });
    let all: Vec<mlf::Finding> = constants.chain(doubts).collect();
    message::findings(path, Some(&report.module), &all);
}

/// Notes about a file that was compiled, for instance that it is a float32 model.
pub fn note(content: &[u8], shapes: &[InputShape]) -> Option<String> {
    advise::note(&graph(content, shapes).ok()?)
}

/// A file as it is, with these shapes for inputs as far as it allows them.
fn graph(content: &[u8], shapes: &[InputShape]) -> std::result::Result<Graph, Errors> {
    let mut graph = read::read(content)?;
    // What it does not allow is refused when it is compiled.
    let _ = choose::choose(&mut graph, shapes);
    Ok(graph)
}

/// Probable mistakes in a file that was compiled.
pub fn doubts(content: &[u8]) -> Vec<mlf::Finding> {
    let Ok(graph) = read::read(content) else { return Vec::new() };
    let finding = |doubt: doubts::Doubt| mlf::Finding {
        code: mlf::Code::ScalesDisagree,
        severity: mlf::Severity::Warning,
        subject: doubt.tensor,
        text: doubt.found,
        advice: "the reference computes the same; convert the model again if that is not intended".to_owned(),
    };
    doubts::doubts(&graph).into_iter().map(finding).collect()
}

/// Inputs and outputs of a model that was compiled.
pub fn tensors_of(path: &Path, compiled: &Compiled) -> Result<(Vec<ModelTensor>, Vec<ModelTensor>)> {
    let inputs = compiled.inputs().map(|input| tensor(path, input)).collect::<Result<_>>()?;
    Ok((inputs, compiled.outputs().map(|output| tensor(path, output)).collect::<Result<_>>()?))
}

/// Inputs and outputs as a file describes them.
pub fn tensors(path: &Path, content: &[u8]) -> Result<(Vec<ModelTensor>, Vec<ModelTensor>)> {
    let graph: Graph = read::read(content).map_err(|errors| refused(path, &errors).advise(WHOLE_FILE))?;
    let no_graph = || Failure::refused(format!("{}: the file holds no graph", shown(path)));
    let main = graph.subgraphs.first().ok_or_else(no_graph)?;
    let tensor = |&id: &TensorId| tensor(path, main.tensor(id));
    let inputs = main.inputs.iter().map(tensor).collect::<Result<_>>()?;
    Ok((inputs, main.outputs.iter().map(tensor).collect::<Result<_>>()?))
}

fn tensor(path: &Path, tensor: &Tensor) -> Result<ModelTensor> {
    let refused =
        |what: String| Failure::refused(format!("{}: tensor {} {what}", shown(path), printable(&tensor.name)));
    if tensor.unknown {
        return Err(refused("has a dimension that the file leaves open".to_owned()));
    }
    let dtype =
        dtype(tensor.dtype).ok_or_else(|| refused(format!("is {}, which no input or output can be", tensor.dtype)))?;
    Ok(ModelTensor {
        name: tensor.name.clone(),
        dtype,
        shape: tensor.shape.iter().map(|&dimension| dimension as i64).collect(),
        quantization: tensor.per_tensor().map(|(scale, zero_point)| Quantization { scale, zero_point }),
    })
}

fn dtype(dtype: DType) -> Option<mlf::DType> {
    mlf::DType::parse(&dtype.to_string())
}

/// All problems, grouped by kind.
fn refused(path: &Path, errors: &Errors) -> Failure {
    let mut kinds: Vec<(String, Vec<String>)> = Vec::new();
    for problem in &errors.0 {
        let (place, what) = (place(problem), what(problem));
        match kinds.iter_mut().find(|(known, _)| *known == what) {
            Some((_, places)) => places.push(place),
            None => kinds.push((what, vec![place])),
        }
    }
    let mut message = shown(path);
    match errors.0.len() {
        0 | 1 => {}
        count if count >= MAX_PROBLEMS => _ = write!(message, ": the first {MAX_PROBLEMS} problems"),
        count => _ = write!(message, ": {count} problems"),
    }
    let several = kinds.len() > 1;
    for (what, places) in kinds {
        match places.as_slice() {
            [place] => {
                let colon = if place.is_empty() { "" } else { ": " };
                let _ = write!(message, "{}{place}{colon}{what}", if several { "\n  " } else { ": " });
            }
            places => {
                let _ = write!(message, "\n  {what}\n    {}", places.join("\n    "));
            }
        }
    }
    Failure::refused(message)
}

fn place(problem: &Problem) -> String {
    let mut parts = Vec::new();
    if let Some((index, kind)) = problem.operator {
        parts.push(format!("operator {index} ({kind})"));
    }
    if let Some(tensor) = &problem.tensor {
        parts.push(format!("tensor {}", printable(tensor)));
    }
    parts.join(", ")
}

fn what(problem: &Problem) -> String {
    let supported = match problem.supported.as_str() {
        "" => String::new(),
        supported => format!(" (supported: {supported})"),
    };
    sentence(&format!("{}{supported}", problem.found))
}

/// Bytes of the inputs or outputs in memory of the caller. If they are in a pool, no layer names such an address.
pub fn outside(report: &Report, place: &str, tensors: &[ModelTensor]) -> u64 {
    let used = report.layers.iter().flat_map(|layer| layer.inputs.iter().chain(&layer.outputs));
    if !used.into_iter().any(|tensor| tensor.place == place) {
        return 0;
    }
    let elements = |tensor: &ModelTensor| tensor.shape.iter().map(|d| d.unsigned_abs()).product::<u64>();
    tensors.iter().filter_map(|tensor| tensor.dtype.size_of(elements(tensor))).sum()
}
