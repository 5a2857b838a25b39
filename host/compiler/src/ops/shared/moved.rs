//! Operators whose output consists of blocks of their input, and of one value elsewhere.

use crate::ir::graph::DType;
use crate::ir::layer::{Argument, Layer, Lowered, Lowering, Parts};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::flow::{self, Flow};
use crate::ops::shared::moves::Move;

/// Types with a size.
pub const ALL: &[DType] =
    &[DType::Int8, DType::Uint8, DType::Int16, DType::Int32, DType::Int64, DType::Float32, DType::Bool];

/// The contents of the output where nothing is moved.
#[derive(Clone, Copy)]
pub enum Gaps<'a> {
    /// There are no gaps.
    None,
    /// This byte, everywhere.
    Byte(u8),
    /// The one element of a tensor.
    Element(Operand<'a>),
}

/// A checked operator that only moves.
pub struct Moved<'a> {
    /// Tensor moved from.
    pub input: Operand<'a>,
    /// Tensor moved to.
    pub output: Operand<'a>,
    /// What is written before anything is moved.
    pub gaps: Gaps<'a>,
    /// From the input to the output.
    pub moves: Vec<Move>,
    /// Within the output, afterwards and in this order.
    pub repeats: Vec<Move>,
    /// Whether everything moved keeps its position along the last dimension, and none is added there.
    pub keeps_channels: bool,
}

impl<'a> Moved<'a> {
    /// Moves without gaps; the shapes are checked.
    pub fn new(input: Operand<'a>, output: Operand<'a>, moves: Vec<Move>) -> Moved<'a> {
        Moved { input, output, gaps: Gaps::None, moves, repeats: Vec::new(), keeps_channels: false }
    }

    fn gaps(&self, arguments: &mut Vec<Argument>) -> String {
        let (size, bytes) = (self.output.dtype.size(), self.output.bytes());
        match self.gaps {
            Gaps::None => String::new(),
            Gaps::Byte(byte) => format!("    tvmk_fill((int8_t *)output, {}, {bytes});\n", byte as i8),
            Gaps::Element(value) => {
                let (text, from) = match value.contents() {
                    Some(data) => {
                        let list: Vec<String> = data.iter().take(size).map(|&byte| (byte as i8).to_string()).collect();
                        (format!("    static const int8_t value[{size}] = {{{}}};\n", list.join(", ")), "value")
                    }
                    None => {
                        arguments.push(Argument::input("value", value.id));
                        (String::new(), "(const int8_t *)value")
                    }
                };
                text + &format!("    tvmk_repeat((int8_t *)output, {from}, {size}, {bytes});\n")
            }
        }
    }
}

/// Whether input and output have the same one of these types; at compile time any type.
pub fn types(checker: &mut Checker<'_>, input: Operand<'_>, output: Operand<'_>, allowed: &[DType]) -> bool {
    let allowed = if checker.ahead { ALL } else { allowed };
    checker.dtype(input, allowed) && checker.dtype(output, &[input.dtype])
}

/// The whole numbers of a constant tensor of int32 or int64.
pub fn numbers(checker: &mut Checker<'_>, operand: Operand<'_>) -> Option<Vec<i64>> {
    let values = operand.i64_data();
    if values.is_none() {
        let found = if operand.is_constant() { operand.dtype.to_string() } else { "computed at run time".to_owned() };
        checker.bad_tensor(operand.id, found, "a constant int32 or int64");
    }
    values
}

/// Input and output of an operator that moves, of one type, and input 1: a vector of whole numbers known at compile time, and those.
pub fn by_numbers<'a>(checker: &mut Checker<'a>) -> Option<([Operand<'a>; 3], Vec<i64>)> {
    let (input, given, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    types(checker, input, output, ALL).then_some(())?;
    checker.rank(given, 1).then_some(())?;
    Some(([input, given, output], numbers(checker, given)?))
}

/// Whole numbers as sizes, none of which is 0.
pub fn sizes<T: Copy>(given: &[T]) -> Option<Vec<usize>>
where
    usize: TryFrom<T>,
{
    given.iter().map(|&n| usize::try_from(n).ok().filter(|&n| n > 0)).collect()
}

/// An output that is one block of its input, or one move.
pub fn block(
    lowering: &Lowering<'_>,
    summary: String,
    moved: &Move,
    input: Operand<'_>,
    output: Operand<'_>,
) -> Lowered {
    let part = moved.part("layer", Argument::input("input", input.id), Argument::output("output", output.id));
    let layer = Layer { headers: vec!["move.h"], ..lowering.layer(summary) };
    Lowered::Parts(Parts { layer, parts: vec![part] })
}

impl Checked for Moved<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.input, self.output);
        let summary = format!("{} {:?} to {:?}", lowering.op.kind, input.shape, output.shape);
        if let ([part], []) = (&*self.moves, &*self.repeats)
            && part.single().is_some_and(|block| block.bytes == output.bytes())
        {
            return block(lowering, summary, part, input, output);
        }
        let mut arguments = Vec::new();
        if !self.moves.is_empty() {
            arguments.push(Argument::input("input", input.id));
        }
        let mut body = self.gaps(&mut arguments);
        arguments.push(Argument::output("output", output.id));
        for (i, part) in self.moves.iter().enumerate() {
            body += &part.statements(&format!("move{i}"), "input", "output");
        }
        for (i, part) in self.repeats.iter().enumerate() {
            body += &part.statements(&format!("repeat{i}"), "output", "output");
        }
        Lowered::Layer(Layer { arguments, headers: vec!["move.h"], body, ..lowering.layer(summary) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let (size, bytes) = (self.output.dtype.size(), self.output.bytes());
        let mut output = match self.gaps {
            Gaps::None => vec![0; bytes],
            Gaps::Byte(byte) => vec![byte; bytes],
            Gaps::Element(value) => value.contents()?.get(..size)?.repeat(self.output.elements()),
        };
        let input = self.input.contents();
        for part in &self.moves {
            part.apply(input.as_deref()?, &mut output);
        }
        self.repeats.iter().for_each(|part| part.apply_within(&mut output));
        Some(Ok(vec![output.into()]))
    }

    fn flow(&self) -> Flow<'_> {
        let gap = match self.gaps {
            _ if !self.keeps_channels => return Flow::Opaque,
            Gaps::None => return flow::copies(self.input, self.output),
            Gaps::Byte(byte) => Some(byte),
            Gaps::Element(value) => value.contents().and_then(|data| data.first().copied()),
        };
        gap.map_or(Flow::Opaque, |byte| flow::copies_or(self.input, self.output, i32::from(byte as i8)))
    }
}
