//! PACK of any type: `move.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{OpKind, OpOptions};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering, Parts};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, read};
use crate::ops::shared::moves::{Level, Move};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::PACK,
    versions: 1..=2,
    inputs: 1..=usize::MAX,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: &[],
    reference: "pack.cc",
    support: &[Support::bytes("any", Cores::Portable)],
};

/// Its options.
#[derive(Debug)]
struct Options {
    count: i32,
    axis: i32,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Pack(o)) = table else { return Ok(None) };
    read(Options { count: o.values_count()?, axis: o.axis()? })
}

struct Pack<'a> {
    parts: Vec<Operand<'a>>,
    output: Operand<'a>,
    axis: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let output = checker.output(0)?;
    let axis = checker.axis(options.axis, output)?;
    let count = checker.op.inputs.len();
    if usize::try_from(options.count) != Ok(count) {
        checker.bad(format!("{count} inputs for a count of {}", options.count), "as many inputs as the options say");
        return None;
    }
    let parts: Vec<Operand<'a>> = (0..count).map(|i| checker.input(i)).collect::<Option<_>>()?;
    let shape = &parts.first()?.tensor.shape;
    if axis > shape.len() || output.dtype.size() == 0 {
        let found = format!("{} of shape {:?}", output.dtype, output.shape);
        checker.bad_tensor(output.id, found, format!("one dimension more than {shape:?}"));
        return None;
    }
    for &part in &parts {
        checker.dtype(part, &[output.dtype]);
        checker.shape(part, shape);
    }
    let mut expected = shape.clone();
    expected.insert(axis, count);
    checker.shape(output, &expected).then_some(())?;
    Some(Box::new(Pack { parts, output, axis }))
}

impl Pack<'_> {
    /// The move of each part.
    fn moves(&self) -> impl Iterator<Item = Move> {
        let (shape, axis) = (&self.output.shape, self.axis);
        let rows: usize = shape[..axis].iter().product();
        let block = shape[axis + 1..].iter().product::<usize>() * self.output.dtype.size();
        let step = Level { count: rows, input: block as i64, output: (block * self.parts.len()) as i64 };
        (0..self.parts.len()).map(move |i| Move::rows(step, block, 0, i * block))
    }
}

impl Checked for Pack<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let part = |(i, (input, part)): (usize, (&Operand<'_>, Move))| {
            let from = Argument::input(&format!("input{i}"), input.id);
            part.part(&format!("part{i}"), from, Argument::output("output", self.output.id))
        };
        let parts = self.parts.iter().zip(self.moves()).enumerate().map(part).collect();
        let summary = format!("PACK of {} tensors along dimension {}", self.parts.len(), self.axis);
        Lowered::Parts(Parts { layer: Layer { headers: vec!["move.h"], ..lowering.layer(summary) }, parts })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let mut bytes = vec![0; self.output.bytes()];
        for (part, moved) in self.parts.iter().zip(self.moves()) {
            moved.apply(&part.contents()?, &mut bytes);
        }
        Some(Ok(vec![bytes.into()]))
    }
}
