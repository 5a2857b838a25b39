//! From operators to layers: what each operator contributes to the generated C.
//!
//! A [`Layer`] becomes one `static` C function whose parameters are its [`Argument`]s, then `scratch`. Its constants become
//! `static const` arrays of the same file. The directories of [`crate::ops`] build layers; `plan` places the tensors;
//! `emit` writes.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph, TensorId};
use crate::ir::options::{Options, Scratch, Target};
use std::sync::Arc;

pub use crate::ir::constant::{Constant, ConstantData, Core, Packed};

/// What an operator sees while it is lowered.
pub struct Lowering<'a> {
    /// The graph the operator belongs to.
    pub graph: &'a Subgraph,
    /// The operator.
    pub op: &'a Operator,
    /// The options of the user, such as size or speed.
    pub options: &'a Options,
    /// How much scratch memory the layer may have.
    pub scratch: Scratch,
    /// C identifier of the layer, unique in the model. Constants are named `<name>_weights` and so on.
    pub name: String,
}

impl Lowering<'_> {
    /// Name of a constant of this layer: `<layer>_<what>`.
    pub fn constant(&self, what: &str) -> String {
        format!("{}_{what}", self.name)
    }

    /// Such a constant for these cores, aligned to words.
    pub fn array(&self, what: &str, core: Core, data: ConstantData, comment: impl Into<String>) -> Constant {
        Constant { name: self.constant(what), row: 0, data, align: 4, comment: comment.into(), core }
    }

    /// A layer of this operator with nothing in it yet.
    pub fn layer(&self, summary: String) -> Layer {
        Layer {
            name: self.name.clone(),
            operators: vec![self.op.index],
            kind: Some(self.op.kind),
            summary,
            ..Layer::default()
        }
    }

    /// A layer from one tensor to one other, whose arguments are `input` and `output`.
    pub fn layer_of(&self, summary: String, input: TensorId, output: TensorId) -> Layer {
        let arguments = vec![Argument::input("input", input), Argument::output("output", output)];
        Layer { arguments, ..self.layer(summary) }
    }
}

/// The result of lowering one operator.
#[derive(Debug, Clone)]
pub enum Lowered {
    /// A C function.
    Layer(Layer),
    /// No code: the output is the input's bytes under another shape or name.
    Alias {
        /// Tensor whose bytes are used.
        input: TensorId,
        /// The other name for them.
        output: TensorId,
    },
    /// Blocks of bytes shared with other tensors: code only for those that can't be placed where they are needed.
    Parts(Parts),
    /// No code and no data, such as a handle.
    Nothing,
}

/// What an operator that only moves bytes does: SPLIT, CONCATENATION and others.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The layer without arguments and statements.
    pub layer: Layer,
    /// The blocks to move, in this order. Together they are all bytes of the outputs.
    pub parts: Vec<Part>,
}

/// Bytes of one tensor that become bytes of another.
#[derive(Debug, Clone)]
pub struct Part {
    /// Parameter and tensor that they are copied from.
    pub input: Argument,
    /// Parameter and tensor that they are copied to.
    pub output: Argument,
    /// Their positions in both tensors, if they are one block.
    pub block: Option<Block>,
    /// Statements that copy them.
    pub statements: String,
}

/// A block of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Position of the first byte in the input.
    pub input: usize,
    /// Position of the first byte in the output.
    pub output: usize,
    /// Number of bytes.
    pub bytes: usize,
}

impl Parts {
    /// The layer that copies the parts marked in `copied`; `None` for no part.
    pub fn into_layer(self, copied: &[bool]) -> Option<Layer> {
        let left: Vec<Part> =
            self.parts.into_iter().zip(copied).filter_map(|(part, &copied)| copied.then_some(part)).collect();
        let mut arguments: Vec<Argument> = Vec::new();
        for argument in left.iter().map(|part| &part.input).chain(left.iter().map(|part| &part.output)) {
            if !arguments.contains(argument) {
                arguments.push(argument.clone());
            }
        }
        let body = left.iter().map(|part| part.statements.as_str()).collect();
        (!left.is_empty()).then_some(Layer { arguments, body, ..self.layer })
    }
}

/// One C function of the generated code.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// C identifier, from [`Lowering::name`].
    pub name: String,
    /// Indices of the operators computed here, first to last.
    pub operators: Vec<usize>,
    /// Kind of the operator that was lowered, `None` for a layer without one. Passes add operators under the index of another, so
    /// the file may have another kind there.
    pub kind: Option<OpKind>,
    /// One line for the comment above the function: what is computed, which variant, which shapes.
    pub summary: String,
    /// Pointers the function takes, in order: run-time tensors only, never constants.
    pub arguments: Vec<Argument>,
    /// What the layer keeps from run to run: parameters after the arguments, which it reads and writes.
    pub states: Vec<LayerState>,
    /// Pairs that may share memory.
    pub in_place: Vec<InPlace>,
    /// Bytes of scratch memory during the call; 0 for none. The function then has a last parameter `uint8_t *scratch`.
    pub scratch_bytes: usize,
    /// Alignment of the scratch memory, a power of two up to 16.
    pub scratch_align: u32,
    /// Arrays in flash.
    pub constants: Vec<Constant>,
    /// Where a loop or a branch begins or ends.
    pub control: Option<Control>,
    /// Whether a run can fail here: the body then returns 0, or the status that the run returns.
    pub fails: bool,
    /// Whether it calls a device's functions: it then has a last parameter `void *device`, and its arguments are memory at multiples of
    /// 16 bytes.
    pub device: bool,
    /// Kernel files the body needs, such as `"conv_2d.h"`; the files that these include are found automatically.
    pub headers: Vec<&'static str>,
    /// The user's headers that the body needs.
    pub includes: Vec<String>,
    /// C statements, indented by four spaces, each line ended by a newline. Uses argument and constant names.
    pub body: String,
    /// Multiply-accumulates of one call.
    pub macs: u64,
    /// Why the layer does not use the best kernel of its operator, on some cores or on all.
    pub limits: Vec<Limit>,
}

/// The role of a layer in a loop or a branch, whose layers run several times or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Gives the variables of a loop their first values; the loop begins after it.
    LoopBegin,
    /// Leaves the loop if its condition is false.
    LoopTest,
    /// Gives the variables their next values; the loop ends after it.
    LoopEnd,
    /// The layers after it run only if the condition is true.
    IfBegin,
    /// Takes the results of the first branch; the second one begins after it.
    IfElse,
    /// Takes the results of the second branch, which ends here.
    IfEnd,
    /// Copies a value before it is overwritten.
    Copy,
}

/// Why a layer does not use the best kernel of its operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The cores concerned.
    pub paths: &'static [Path],
    /// The reason, and what in the file causes it.
    pub reason: String,
    /// Whether the layer uses the general kernel, which computes what the fast ones can't.
    pub general: bool,
}

/// Instruction sets for which kernels have special code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// C that any compiler accepts.
    Portable,
    /// Arm's DSP extension.
    Dsp,
    /// MVE.
    Mve,
}

impl Path {
    /// All of them.
    pub const ALL: &'static [Path] = &[Path::Portable, Path::Dsp, Path::Mve];

    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Path::Portable => "portable",
            Path::Dsp => "dsp",
            Path::Mve => "mve",
        }
    }

    /// The macro that kernels test for it; none for C.
    pub fn macro_name(self) -> Option<&'static str> {
        match self {
            Path::Portable => None,
            Path::Dsp => Some("TVMK_DSP"),
            Path::Mve => Some("TVMK_MVE"),
        }
    }
}

impl From<Layer> for Lowered {
    fn from(layer: Layer) -> Self {
        Lowered::Layer(layer)
    }
}

impl Layer {
    /// Bytes of constants in a build for these cores.
    pub fn constant_bytes(&self, target: Target) -> usize {
        let constants = self.constants.iter().filter(|constant| constant.core.is_for(target));
        constants.map(|constant| constant.data.bytes()).sum()
    }
}

/// One pointer parameter of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// C identifier, such as `input`.
    pub name: String,
    /// The tensor that it points to.
    pub tensor: TensorId,
    /// Whether the layer fills it; a read-only argument is a pointer to `const`.
    pub written: bool,
}

impl Argument {
    /// A tensor the layer reads.
    pub fn input(name: &str, tensor: TensorId) -> Self {
        Argument { name: name.into(), tensor, written: false }
    }

    /// A tensor the layer fills.
    pub fn output(name: &str, tensor: TensorId) -> Self {
        Argument { name: name.into(), tensor, written: true }
    }
}

/// Memory that a layer keeps from run to run, in the pool of the model's state. The pass `lower` makes it a tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerState {
    /// C identifier of the parameter.
    pub name: &'static str,
    /// Element type.
    pub dtype: DType,
    /// Contents before the first run, as many bytes as there are; at least one element.
    pub initial: Arc<[u8]>,
}

impl LayerState {
    /// This many elements, all zero.
    pub fn zeros(name: &'static str, dtype: DType, elements: usize) -> Self {
        LayerState { name, dtype, initial: vec![0; elements * dtype.size()].into() }
    }
}

/// Permission for an output to overlap an input of the same layer.
///
/// The output then starts at least `lead` bytes before the input. A kernel may allow it if, whenever it writes the output byte
/// at an offset, it no longer needs any input byte below that offset minus `lead`: with a lead of 0 it writes no
/// output byte before it has read the input byte at the same position and all bytes before it. With a lead of 0 the output starts
/// exactly where the input does: depthwise kernels, which compute channel by channel, rely on it. Planned only where no later
/// layer reads the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InPlace {
    /// Tensor that is read.
    pub input: TensorId,
    /// Tensor that is written.
    pub output: TensorId,
    /// Bytes by which the output starts before the input, at least.
    pub lead: usize,
    /// Why this is safe, for the report.
    pub reason: &'static str,
}
