//! The layers of a part for an NPU: copies into its memory, the call of the driver, copies out of it.

use crate::ir::graph::{OpOptions, Operator, Subgraph, TensorId};
use crate::ir::layer::{Argument, Block, ConstantData, Core, Layer, Lowered, Lowering, Part, Parts};
use std::fmt::Write;

/// Options of an operator that moves tensors into the memory of an NPU, or out of it; not in the file format.
#[derive(Debug)]
pub struct Moves {
    /// Whether into the memory.
    pub into: bool,
    /// A tensor, a region of memory, and where the tensor begins there.
    pub blocks: Vec<(TensorId, TensorId, usize)>,
}

impl OpOptions for Moves {}

impl Moves {
    /// The end of the layer's name.
    pub fn name(&self) -> &'static str {
        if self.into { "_in" } else { "_out" }
    }
}

/// What the driver finds in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// The weights.
    Weights,
    /// Memory from this position on.
    Memory(TensorId, usize),
}

/// Options of an operator that calls the driver; not in the file format. Its first two inputs are the commands and the weights.
#[derive(Debug)]
pub struct Invocation {
    /// Address and length of each region.
    pub regions: Vec<(Base, usize)>,
    /// Regions of memory, with whether they are written.
    pub memory: Vec<(TensorId, bool)>,
    /// Whether no part before it runs on the device.
    pub first: bool,
    /// Whether no part after it does.
    pub last: bool,
    /// What it computes.
    pub summary: String,
}

impl OpOptions for Invocation {}

/// The code of such an operator; `None` for all others.
pub fn lower(lowering: &Lowering<'_>) -> Option<Lowered> {
    let op = lowering.op;
    if let Some(moves) = op.options::<Moves>() {
        return Some(carry(lowering, moves));
    }
    Some(Lowered::Layer(invoke(lowering, op.options()?)))
}

fn carry(lowering: &Lowering<'_>, Moves { into, blocks }: &Moves) -> Lowered {
    let mut parts = Vec::new();
    let mut sum = 0;
    for (i, &(tensor, memory, at)) in blocks.iter().enumerate() {
        let bytes = lowering.graph.tensor(tensor).bytes();
        let memory_name = format!("memory{}", blocks.iter().position(|(_, other, _)| *other == memory).unwrap_or(i));
        let tensor_name = format!("tensor{}", blocks.iter().position(|(other, ..)| *other == tensor).unwrap_or(i));
        let place = if at == 0 { memory_name.clone() } else { format!("{memory_name} + {at}") };
        let (to, from) = if *into { (&place, &tensor_name) } else { (&tensor_name, &place) };
        let statements = format!("    tvmk_copy((int8_t *){to}, (const int8_t *){from}, {bytes});\n")
            .replace("*)memory", "*)(void *)memory");
        let statements = statements.replace("(const int8_t *)(void *)", "(const int8_t *)(const void *)");
        let (input, output, block) = if *into {
            (
                Argument::input(&tensor_name, tensor),
                Argument::output(&memory_name, memory),
                Block { input: 0, output: at, bytes },
            )
        } else {
            (
                Argument::input(&memory_name, memory),
                Argument::output(&tensor_name, tensor),
                Block { input: at, output: 0, bytes },
            )
        };
        parts.push(Part { input, output, block: Some(block), statements });
        sum += bytes;
    }
    let summary = format!("copy of {sum} bytes {} the NPU's memory", if *into { "into" } else { "out of" });
    Lowered::Parts(Parts { layer: Layer { headers: vec!["base.h"], ..lowering.layer(summary) }, parts })
}

/// The statements of a call, and its constants.
fn invoke(lowering: &Lowering<'_>, call: &Invocation) -> Layer {
    let bytes = |i: usize| -> Vec<u8> {
        let id = lowering.op.inputs.get(i).copied().flatten();
        id.and_then(|id| lowering.graph.tensor(id).contents()).map(|data| data.into_owned()).unwrap_or_default()
    };
    let array = |what: &str, data: Vec<u8>, comment: &str| {
        let constant = lowering.array(what, Core::Any, ConstantData::U8(data), comment);
        crate::ir::layer::Constant { align: super::ALIGN, ..constant }
    };
    let commands = array("commands", bytes(0), "for Arm's driver");
    let weights = array("weights", bytes(1), "as the NPU reads them");
    let name = |memory: TensorId| {
        let at = call.memory.iter().position(|(other, _)| *other == memory);
        format!("memory{}", at.unwrap_or_default())
    };
    let sizes: Vec<String> = call.regions.iter().map(|(_, bytes)| format!("{bytes}U")).collect();
    let count = sizes.len();
    let mut body = format!("    size_t sizes[{count}] = {{{}}};\n    uint64_t bases[{count}];\n", sizes.join(", "));
    for (i, (base, _)) in call.regions.iter().enumerate() {
        let address = match *base {
            Base::Weights => weights.name.clone(),
            Base::Memory(memory, 0) => name(memory),
            Base::Memory(memory, at) => format!("({} + {at})", name(memory)),
        };
        let _ = writeln!(body, "    bases[{i}] = (uint64_t)(uintptr_t){address};");
    }
    let invoke = format!("Invoke(device, {}, {}, bases, sizes, {count})", commands.name, commands.data.bytes());
    let around = [
        (call.first, "Activate(device)"),
        (true, "Open(device)"),
        (true, &*invoke),
        (true, "Close(device)"),
        (call.last, "Deactivate(device)"),
    ];
    for (_, step) in around.iter().filter(|(there, _)| *there) {
        let _ = write!(body, "    if (TVMDeviceEthosU{step} != 0) {{\n        return -1;\n    }}\n");
    }
    body.push_str("    return 0;\n");
    let arguments = call.memory.iter().map(|&(tensor, written)| Argument { name: name(tensor), tensor, written });
    Layer {
        arguments: arguments.collect(),
        constants: vec![commands, weights].into_iter().filter(|array| !array.data.is_empty()).collect(),
        fails: true,
        device: true,
        body,
        ..lowering.layer(call.summary.clone())
    }
}

/// An operator of this compiler's own.
pub fn made(
    graph: &Subgraph,
    of: &Operator,
    options: impl OpOptions,
    inputs: Vec<TensorId>,
    outputs: Vec<TensorId>,
) -> Operator {
    debug_assert!(inputs.iter().chain(&outputs).all(|id| id.0 < graph.tensors.len()));
    let inputs = inputs.into_iter().map(Some).collect();
    Operator {
        index: of.index,
        kind: of.kind,
        version: of.version,
        options: std::sync::Arc::new(options),
        inputs,
        outputs,
    }
}
