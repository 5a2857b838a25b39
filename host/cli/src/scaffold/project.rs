//! What the templates of a project show of a model and a board.

use std::path::Path;

use tvm_embedded_interface::{Facts, Named, TensorFacts};

use super::place::Place;
use crate::args::NewBoard;
use crate::failure::Result;

/// Facts of a model and a board for the templates.
pub struct Project {
    pub symbol: String,
    pub upper: String,
    pub file: &'static str,
    pub inputs: Vec<Tensor>,
    pub outputs: Vec<Tensor>,
    pub state: bool,
    pub runs: usize,
    /// The board's name on the command line.
    pub board: &'static str,
    pub place: Place,
}

/// An input or output, as the templates name it.
pub struct Tensor {
    pub name: String,
    pub upper: String,
    pub describe: String,
    pub quantised: bool,
}

/// Name of the model's file in a project.
const FILE: &str = "model.tflite";

impl Project {
    /// The project of a model with these facts, in a directory.
    ///
    /// # Errors
    /// A directory whose name the board's tools do not take.
    pub fn new(facts: &Facts, board: NewBoard, directory: &Path) -> Result<Self> {
        let state = facts.workspaces.iter().any(|workspace| workspace.facts.state);
        Ok(Self {
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

    /// Whether the program writes to a serial port of its own.
    pub fn has_uart(&self) -> bool {
        ["stm32", "nrf52"].contains(&self.board)
    }

    /// Whether a Makefile builds the program, instead of an SDK.
    pub fn has_make(&self) -> bool {
        !self.place.run.is_empty()
    }

    /// Whether it is a sketch of Arduino.
    pub fn is_sketch(&self) -> bool {
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
