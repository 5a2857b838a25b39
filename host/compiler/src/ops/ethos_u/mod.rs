//! `ethos-u`: a part of a model that Arm's compiler Vela has compiled for an Ethos-U NPU.
//!
//! The file has its commands and weights as constants, and two tensors for its memory, of which only the size matters. The tensors that
//! it reads and writes are in the first one, at offsets that the metadata `OfflineMemoryAllocation` lists; or they are regions of
//! their own. The pass `npu` reads both, and puts what it finds into [`Part`].

pub mod call;
mod feature_map;
mod payload;
mod registers;
mod stream;

use crate::ir::graph::{DType, OpKind, OpOptions, TensorId};
use crate::ir::layer::{Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Exactness, Support, read};
use crate::ops::kernels::kernels;
use payload::Payload;
use registers::{REGIONS, Span, Uses};
use std::ops::Range;

/// The operator. It has no kernel: the user's driver calls the NPU.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| read(Marked { kind: marked(bytes) }),
    definitions: Definition {
        kind: OpKind::ETHOS_U,
        versions: 0..=i32::MAX,
        inputs: 1..=usize::MAX,
        outputs: 1..=usize::MAX,
        options: None,
        check,
        kernels: kernels![],
        reference: "none: an Ethos-U NPU, by your driver ([ethos_u.md](ethos_u.md))",
        support: &[Support { types: "int8, uint8, int16, int32", cores: Cores::NoCode, result: Exactness::Device }],
    },
};

/// Alignment of the memory of an NPU, in bytes: Arm's driver refuses other addresses.
pub const ALIGN: usize = 16;

/// The options in the file: the kind of operator, 1.
#[derive(Debug)]
pub struct Marked {
    /// The kind, if the options are a number.
    pub kind: Option<u8>,
}

impl OpOptions for Marked {}

/// A number in FlexBuffers: the value, its type, its width.
fn marked(bytes: &[u8]) -> Option<u8> {
    match bytes {
        &[kind, 4, 1] => Some(kind),
        _ => None,
    }
}

/// What the pass `npu` finds. The operator's inputs are then its commands, its weights if it has any, and the tensors that it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whether it has weights.
    pub weighted: bool,
    /// Bytes of its memory, and their name in the file.
    pub scratch: usize,
    /// The same of its fast memory.
    pub fast: usize,
    /// Name of the memory in the file.
    pub name: String,
    /// Where the tensors that it reads are in its memory; `None` for a region of their own.
    pub inputs: Vec<Option<usize>>,
    /// The same for those that it writes.
    pub outputs: Vec<Option<usize>>,
}

impl OpOptions for Part {}

impl Part {
    /// Which of the inputs is the first tensor: behind commands and weights.
    pub fn first_tensor(&self) -> usize {
        1 + usize::from(self.weighted)
    }
}

/// A checked part.
pub struct Examined {
    payload: Payload,
    uses: Uses,
}

/// The first of the regions that are tensors.
const FIRST: usize = 3;

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    examine(checker).map(|examined| Box::new(examined) as _)
}

/// Checks a part.
pub fn examine(checker: &mut Checker<'_>) -> Option<Examined> {
    let part = checker.options::<Part>()?;
    let commands = checker.input(0)?;
    let weights = if part.weighted { Some(checker.input(1)?) } else { None };
    for (operand, what) in [(Some(commands), "commands"), (weights, "weights")] {
        let Some(operand) = operand else { continue };
        if !operand.is_constant() || operand.dtype != DType::Uint8 {
            checker.bad_tensor(operand.id, format!("{what} that are not in the file"), "a constant of uint8");
            return None;
        }
    }
    let tensors = tensors(checker, part.first_tensor())?;
    let payload = payload::parse(&commands.contents().unwrap_or_default());
    let uses = payload.and_then(|payload| Ok((stream::uses(&payload.commands, payload.u85)?, payload)));
    let (uses, payload) = match uses {
        Ok(found) => found,
        Err(refusal) => {
            checker.bad_tensor(commands.id, refusal.found, refusal.supported);
            return None;
        }
    };
    let before = checker.problems.len();
    places(checker, part, &tensors);
    regions(checker, part, &uses, weights.map_or(0, |weights| weights.bytes()), &tensors);
    (checker.problems.len() == before).then_some(Examined { payload, uses })
}

/// The tensors that it reads, then those that it writes.
fn tensors<'a>(checker: &mut Checker<'a>, first: usize) -> Option<[Vec<Operand<'a>>; 2]> {
    let inputs: Vec<Operand<'a>> = (first..checker.op.inputs.len()).filter_map(|i| checker.input(i)).collect();
    let outputs: Vec<Operand<'a>> = (0..checker.op.outputs.len()).filter_map(|i| checker.output(i)).collect();
    if inputs.is_empty() {
        checker.bad("no tensor that the NPU reads", "at least one");
        return None;
    }
    let types = [DType::Int8, DType::Uint8, DType::Int16, DType::Int32];
    let fits = inputs.iter().chain(&outputs).filter(|operand| !checker.dtype(**operand, &types)).count() == 0;
    (fits && inputs.len() + first == checker.op.inputs.len()).then_some([inputs, outputs])
}

/// Whether the tensors' places in the NPU's memory are possible.
fn places(checker: &mut Checker<'_>, part: &Part, [inputs, outputs]: &[Vec<Operand<'_>>; 2]) {
    for (tensors, offsets) in [(inputs, &part.inputs), (outputs, &part.outputs)] {
        let mut taken: Vec<(Range<usize>, TensorId)> = Vec::new();
        for (tensor, offset) in tensors.iter().zip(offsets) {
            let Some(offset) = *offset else { continue };
            let place = offset..offset + tensor.bytes();
            if !offset.is_multiple_of(ALIGN) {
                let found = format!("at byte {offset} of the NPU's memory");
                checker.bad_tensor(tensor.id, found, format!("a multiple of {ALIGN}, as the driver requires"));
            } else if place.end > part.scratch {
                let found =
                    format!("a scratch tensor of {} bytes: this tensor ends at byte {}", part.scratch, place.end);
                checker.bad_tensor(tensor.id, found, format!("at least {} bytes", place.end));
            } else if taken
                .iter()
                .any(|(other, id)| *id != tensor.id && other.start < place.end && place.start < other.end)
            {
                checker.bad_tensor(tensor.id, "overlaps another tensor in the NPU's memory", "places of their own");
            }
            taken.push((place, tensor.id));
        }
    }
}

/// Whether the commands stay within what each region has.
fn regions(checker: &mut Checker<'_>, part: &Part, uses: &Uses, weights: usize, tensors: &[Vec<Operand<'_>>; 2]) {
    let [inputs, outputs] = tensors;
    let mut sizes =
        vec![("weights", weights, false), ("scratch", part.scratch, true), ("fast scratch", part.fast, true)];
    sizes.extend(inputs.iter().map(|input| ("an input", input.bytes(), false)));
    sizes.extend(outputs.iter().map(|output| ("an output", output.bytes(), true)));
    for (i, &Span { end, written }) in uses.regions.iter().enumerate().filter(|(_, span)| span.end > 0) {
        let Some(&(what, bytes, writable)) = sizes.get(i) else {
            let found = format!("commands for region {i}");
            checker.bad(
                found,
                format!("the {} regions of the operator: weights, scratch, fast scratch, inputs, outputs", sizes.len()),
            );
            continue;
        };
        if end > bytes as u64 {
            checker.bad(
                format!("commands that use {end} bytes of region {i} ({what}), which has {bytes}"),
                "the file as Vela wrote it",
            );
        }
        if written && !writable {
            checker.bad(format!("commands that write to region {i} ({what})"), "the file as Vela wrote it");
        }
    }
    let offsets = part.inputs.iter().chain(&part.outputs);
    for (i, (tensor, offset)) in inputs.iter().chain(outputs).zip(offsets).enumerate() {
        let used = uses.regions.get(FIRST + i).is_some_and(|span| span.end > 0);
        if offset.is_none() && !used {
            let supported =
                "an offset in the metadata OfflineMemoryAllocation: Vela writes it, and editing the file can lose it";
            checker.bad_tensor(tensor.id, "a tensor whose place in the NPU's memory is not known", supported);
        }
    }
}

impl Examined {
    /// The NPU, and what it gets.
    pub fn summary(&self, commands: usize, weights: usize) -> String {
        format!("ethos-u: {}, commands {commands} bytes, weights {weights} bytes", self.payload.npu)
    }

    /// Whether commands use a region.
    pub fn uses(&self, region: usize) -> bool {
        self.uses.regions.get(region).is_some_and(|span| span.end > 0)
    }

    /// How many regions there are at most.
    pub fn most() -> usize {
        REGIONS
    }
}

impl Checked for Examined {
    // The pass `npu` has replaced it.
    fn lower(&self, _: &Lowering<'_>) -> Lowered {
        Lowered::Nothing
    }
}
