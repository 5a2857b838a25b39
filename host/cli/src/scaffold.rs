//! `tvm-embedded new`: a project with a model that is ready to build.

mod files;
mod place;

use std::fs;
use std::path::Path;

use tvm_embedded_interface::{Facts, Named, Options, TensorFacts};

use crate::args::{Model, New, NewBoard};
use crate::failure::{Failure, Result};
use crate::terminal::{self, shown};
use crate::{interface, load, output};
use place::Place;

/// Facts of a model and a board for the templates.
struct Project {
    symbol: String,
    upper: String,
    file: &'static str,
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
    state: bool,
    runs: usize,
    /// The board's name on the command line.
    board: &'static str,
    place: Place,
}

struct Tensor {
    name: String,
    upper: String,
    describe: String,
    quantised: bool,
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
    let project = project(&generated.facts, args.board, directory)?;
    let texts = files::all(&project)?;
    let mut files = vec![(directory.join(FILE), content)];
    files.extend(texts.into_iter().map(|(name, text)| (directory.join(name), text.into_bytes())));
    for parent in files.iter().filter_map(|(path, _)| path.parent()) {
        fs::create_dir_all(parent).map_err(|error| Failure::file(parent, format!("can't be made: {error}")))?;
    }
    output::generated(&directory.join(project.place.model), &generated)?;
    output::replace(&files.iter().map(|(path, content)| (path.as_path(), content.as_slice())).collect::<Vec<_>>())?;
    let next = project.place.next;
    terminal::print(&format!("{}: {next}; see README.md\n", shown(directory)))
}

fn project(facts: &Facts, board: NewBoard, directory: &Path) -> Result<Project> {
    let state = facts.workspaces.iter().any(|workspace| workspace.facts.state);
    Ok(Project {
        upper: facts.symbol.to_uppercase(),
        symbol: facts.symbol.clone(),
        file: FILE,
        inputs: facts.inputs.iter().map(Tensor::new).collect(),
        outputs: facts.outputs.iter().map(Tensor::new).collect(),
        // With state, the outputs change from run to run.
        runs: if state { 3 } else { 1 },
        state,
        board: board.name(),
        place: Place::new(board, directory)?,
    })
}

impl Project {
    /// Whether the program writes to a serial port of its own.
    fn has_uart(&self) -> bool {
        ["stm32", "nrf52"].contains(&self.board)
    }

    /// Whether a Makefile builds the program, instead of an SDK.
    fn has_make(&self) -> bool {
        !self.place.run.is_empty()
    }

    fn is_sketch(&self) -> bool {
        self.board == "arduino"
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
