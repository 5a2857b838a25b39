//! `tvm-embedded new`: a project with a model that is ready to build.

use std::fs;

use askama::Template;
use tvm_embedded_interface::{Facts, Named, Options, TensorFacts};

use crate::args::{Model, New, NewBoard};
use crate::failure::{Failure, Kind, Result};
use crate::terminal::{self, shown};
use crate::{interface, load, output};

/// Facts of a model and a board for the templates.
struct Project {
    symbol: String,
    upper: String,
    file: &'static str,
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
    state: bool,
    runs: usize,
    /// QEMU's name for the board; nothing for this computer.
    qemu: &'static str,
    cpu: &'static str,
    memory: &'static str,
    place: &'static str,
}

struct Tensor {
    name: String,
    upper: String,
    describe: String,
    quantised: bool,
}

#[derive(Template)]
#[template(path = "new/main.c", escape = "none")]
struct Main<'a> {
    p: &'a Project,
}

#[derive(Template)]
#[template(path = "new/Makefile", escape = "none")]
struct Makefile<'a> {
    p: &'a Project,
}

#[derive(Template)]
#[template(path = "new/README.md", escape = "none")]
struct Readme<'a> {
    p: &'a Project,
}

/// Name of the model's file in a project.
const FILE: &str = "model.tflite";

/// Carries out the verb.
pub fn new(args: &New) -> Result<()> {
    let directory = &args.directory;
    let is_empty = fs::read_dir(directory).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty || directory.is_file() {
        return Err(Failure::file(directory, "exists and is not empty").advise("name a new directory"));
    }
    let content = load::read_bounded(&args.model, load::MAX_TFLITE)?;
    if !crate::tflite::is_tflite(&args.model, &content) {
        return Err(Failure::refused(format!("{}: is not a .tflite file", shown(&args.model)))
            .advise("give the .tflite file; `generate` takes archives"));
    }
    let model = Model { path: args.model.clone(), module: None, tflite: None };
    let loaded = load::load(&model)?;
    let without_library = Some(interface::library_headers());
    let generated = interface::interface(&loaded, &model, &Options { without_library, ..Options::default() })?;
    let project = project(&generated.facts, args.board);
    let texts = [
        ("main.c", filled(&Main { p: &project })?),
        ("Makefile", filled(&Makefile { p: &project })?),
        ("README.md", filled(&Readme { p: &project })?),
    ];
    output::generated(&directory.join("model"), &generated)?;
    let mut files = vec![(directory.join(FILE), content)];
    files.extend(texts.map(|(name, text)| (directory.join(name), text.into_bytes())));
    output::replace(&files.iter().map(|(path, content)| (path.as_path(), content.as_slice())).collect::<Vec<_>>())?;
    terminal::print(&format!("{}: build with `make`, run with `make run`; see README.md\n", shown(directory)))
}

fn project(facts: &Facts, board: NewBoard) -> Project {
    let state = facts.workspaces.iter().any(|workspace| workspace.facts.state);
    let m4 = "-mthumb -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16";
    let (qemu, cpu, memory, place) = match board {
        NewBoard::Host => ("", "", "", "this computer"),
        NewBoard::CortexM4Qemu => ("mps2-an386", m4, "4M", "Arm's MPS2 board AN386 (Cortex-M4) in QEMU"),
        NewBoard::CortexM55Qemu => (
            "mps3-an547",
            "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard",
            "512K",
            "Arm's MPS3 board AN547 (Cortex-M55) in QEMU",
        ),
    };
    Project {
        upper: facts.symbol.to_uppercase(),
        symbol: facts.symbol.clone(),
        file: FILE,
        inputs: facts.inputs.iter().map(Tensor::new).collect(),
        outputs: facts.outputs.iter().map(Tensor::new).collect(),
        // With state, the outputs change from run to run.
        runs: if state { 3 } else { 1 },
        state,
        qemu,
        cpu,
        memory,
        place,
    }
}

impl Tensor {
    fn new(tensor: &Named<TensorFacts>) -> Self {
        let dtype = tensor.facts.dtype.map_or_else(String::new, |dtype| dtype.to_string());
        let shape = tensor.facts.shape.as_deref().unwrap_or_default();
        Tensor {
            name: tensor.c_name.clone(),
            upper: tensor.c_name.to_uppercase(),
            describe: format!("{dtype} {shape:?}"),
            quantised: tensor.facts.quantization.is_some(),
        }
    }
}

fn filled(template: &impl Template) -> Result<String> {
    template
        .render()
        .map(|text| text.trim_end().to_owned() + "\n")
        .map_err(|error| Failure::new(Kind::Refused, format!("the project can't be written: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_with_files_is_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), "").unwrap();
        let args = New { directory: folder.path().to_owned(), model: "none.tflite".into(), board: NewBoard::Host };
        let failure = new(&args).unwrap_err();
        assert!(failure.to_string().contains("not empty") && failure.exit_code() == 3, "{failure}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
