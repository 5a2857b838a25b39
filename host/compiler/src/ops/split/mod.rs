//! SPLIT and SPLIT_V of any type: `move.h`. The shapes of the parts are those of the output tensors.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::OpKind;
use crate::ir::layer::{Argument, Layer, Lowered, Lowering, Parts};
use crate::ops::checker::{Checker, Operand, resolve_axis};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, OptionsReader, ReadOptions, Support, or_default};
use crate::ops::shared::moves::{Level, Move};
use std::ops::RangeInclusive;

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // Equal parts: inputs are axis, tensor.
    definition(OpKind::SPLIT, 1..=4, 2, split_options, "split.cc"),
    // Parts of given sizes: inputs are tensor, sizes, axis.
    definition(OpKind::SPLIT_V, 1..=2, 3, split_v_options, "split_v.cc"),
];

const SUPPORT: &[Support] = &[Support::bytes("any", Cores::Portable)];

const fn definition(
    kind: OpKind,
    versions: RangeInclusive<i32>,
    inputs: usize,
    options: OptionsReader,
    reference: &'static str,
) -> Definition {
    Definition {
        kind,
        versions,
        inputs: inputs..=inputs,
        outputs: 1..=usize::MAX,
        options: Some(options),
        check,
        kernels: &[],
        reference,
        support: SUPPORT,
    }
}

/// The number of parts in the options is that of the outputs.
fn split_options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    or_default::<()>(table.filter(|table| !matches!(table, BuiltinOptionsRef::Split(_))))
}

fn split_v_options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    or_default::<()>(table.filter(|table| !matches!(table, BuiltinOptionsRef::Splitv(_))))
}

/// Notes the shape of each part: of equal lengths, or those in the second input, of which one may be the rest.
fn gives(checker: &mut Checker<'_>, input: Operand<'_>, axis: usize) {
    let (count, length) = (checker.op.outputs.len(), input.shape[axis]);
    let sizes = match checker.op.kind {
        OpKind::SPLIT => vec![length.checked_div(count).and_then(|part| i64::try_from(part).ok()).unwrap_or(0); count],
        _ => checker.optional_input(1).and_then(|sizes| sizes.i64_data()).unwrap_or_default(),
    };
    let known: i64 = sizes.iter().filter(|size| **size >= 0).fold(0, |sum, size| sum.saturating_add(*size));
    for (i, size) in sizes.into_iter().enumerate().take(count) {
        let Some(part) = checker.output(i) else { return };
        let size = if size < 0 { i64::try_from(length).unwrap_or(0).saturating_sub(known) } else { size };
        let mut shape = input.shape.clone();
        shape[axis] = usize::try_from(size).unwrap_or(0);
        checker.gives(part, &shape);
    }
}

/// A checked operator whose outputs are parts of its input.
pub struct Split<'a> {
    /// The tensor that is split.
    pub input: Operand<'a>,
    /// The outputs, with the length of each along the dimension.
    pub parts: Vec<(Operand<'a>, usize)>,
    /// The dimension.
    pub axis: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (tensor, axis) = if checker.op.kind == OpKind::SPLIT { (1, 0) } else { (0, 2) };
    let (input, axis) = (checker.input(tensor)?, checker.input(axis)?);
    let given = checker.constant_i32(axis)?;
    let resolved = given.first().filter(|_| given.len() == 1).and_then(|&axis| resolve_axis(axis, input.shape.len()));
    let Some(resolved) = resolved else {
        checker.bad_tensor(axis.id, format!("axis {given:?}"), format!("one dimension of {:?}", input.shape));
        return None;
    };
    gives(checker, input, resolved);
    let (mut parts, mut length) = (Vec::new(), 0);
    for i in 0..checker.op.outputs.len() {
        let part = checker.output(i)?;
        checker.dtype(part, &[input.dtype]);
        let mut expected = input.shape.clone();
        expected[resolved] = part.shape.get(resolved).copied().unwrap_or(0);
        checker.shape(part, &expected).then_some(())?;
        length += expected[resolved];
        parts.push((part, expected[resolved]));
    }
    if length != input.shape[resolved] || input.dtype.size() == 0 {
        let expected = format!("parts that add up to {} along dimension {resolved}", input.shape[resolved]);
        checker.bad_tensor(input.id, format!("parts that add up to {length}"), expected);
    }
    Some(Box::new(Split { input, parts, axis: resolved }))
}

impl Split<'_> {
    /// The move to each part.
    fn moves(&self) -> Vec<Move> {
        let (shape, axis) = (&self.input.tensor.shape, self.axis);
        let rows: usize = shape[..axis].iter().product();
        let step = shape[axis + 1..].iter().product::<usize>() * self.input.dtype.size();
        let (total, mut offset) = (step * shape[axis], 0);
        let part = |&(_, length): &(Operand<'_>, usize)| {
            let block = step * length;
            offset += block;
            let row = Level { count: rows, input: total as i64, output: block as i64 };
            Move::rows(row, block, offset - block, 0)
        };
        self.parts.iter().map(part).collect()
    }
}

impl Checked for Split<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, axis) = (self.input, self.axis);
        let part = |(i, ((output, _), part)): (usize, (&(Operand<'_>, usize), Move))| {
            let to = Argument::output(&format!("output{i}"), output.id);
            part.part(&format!("part{i}"), Argument::input("input", input.id), to)
        };
        let parts = self.parts.iter().zip(self.moves()).enumerate().map(part).collect();
        let summary = format!("{} into {} tensors along dimension {axis}", lowering.op.kind, self.parts.len());
        Lowered::Parts(Parts { layer: Layer { headers: vec!["move.h"], ..lowering.layer(summary) }, parts })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let input = self.input.contents()?;
        let part = |((output, _), part): (&(Operand<'_>, usize), Move)| {
            let mut bytes = vec![0; output.bytes()];
            part.apply(&input, &mut bytes);
            bytes.into()
        };
        Some(Ok(self.parts.iter().zip(self.moves()).map(part).collect()))
    }
}
