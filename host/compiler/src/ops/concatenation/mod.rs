//! CONCATENATION of any type: `move.h`. Inputs of int8 are quantised like the output; `passes::requantise` has inserted QUANTIZE
//! before those that are not.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Activation, DType, OpKind, OpOptions};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering, Parts};
use crate::ops::checker::{Checker, Operand, resolve_axis};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, or_default, read};
use crate::ops::flow::{self, Flow};
use crate::ops::shared::moves::{Level, Move};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::CONCATENATION,
    versions: 1..=4,
    inputs: 1..=usize::MAX,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: &[],
    reference: "concatenation.cc",
    support: &[Support::bytes("any", Cores::Portable)],
};

/// Its options.
#[derive(Debug, Default)]
struct Options {
    axis: i32,
    activation: Activation,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Concatenation(o)) = table else { return or_default::<Options>(table) };
    read(Options { axis: o.axis()?, activation: o.fused_activation_function()?.into() })
}

struct Concatenation<'a> {
    parts: Vec<Operand<'a>>,
    output: Operand<'a>,
    axis: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    if options.activation != Activation::None {
        checker.bad(format!("fused activation {}", options.activation), "none");
    }
    let output = checker.output(0)?;
    gives(checker, options.axis, output);
    let axis = checker.axis(options.axis, output)?;
    let (mut parts, mut length) = (Vec::new(), 0);
    for i in 0..checker.op.inputs.len() {
        let input = checker.input(i)?;
        checker.dtype(input, &[output.dtype]);
        let mut expected = output.shape.clone();
        expected[axis] = input.shape.get(axis).copied().unwrap_or(0);
        checker.shape(input, &expected).then_some(())?;
        length += expected[axis];
        check_quantization(checker, input, output);
        parts.push(input);
    }
    if length != output.shape[axis] || output.dtype.size() == 0 {
        checker.bad_tensor(output.id, format!("shape {:?}", output.shape), format!("{length} along dimension {axis}"));
    }
    Some(Box::new(Concatenation { parts, output, axis }))
}

/// Notes the output's shape: that of the first input, with the lengths of all.
fn gives(checker: &mut Checker<'_>, axis: i32, output: Operand<'_>) {
    let inputs: Vec<_> = (0..checker.op.inputs.len()).filter_map(|i| checker.optional_input(i)).collect();
    let Some(mut shape) = inputs.first().map(|input| input.shape.clone()) else { return };
    let Some(axis) = resolve_axis(axis, shape.len()) else { return };
    shape[axis] =
        inputs.iter().filter_map(|input| input.shape.get(axis)).fold(0, |sum, size| sum.saturating_add(*size));
    checker.gives(output, &shape);
}

/// What the reference copies: int8 and uint8 quantised like the output, int16 without a zero point.
fn check_quantization(checker: &mut Checker<'_>, input: Operand<'_>, output: Operand<'_>) {
    let describe = |operand: Operand<'_>| match operand.per_tensor() {
        Some((scale, zero_point)) => format!("scale {scale} and zero point {zero_point}"),
        None => "no quantisation".to_owned(),
    };
    let fits = match output.dtype {
        DType::Int8 | DType::Uint8 => match (input.per_tensor(), output.per_tensor()) {
            (None, None) => input.quant == output.quant,
            (a, b) => a == b,
        },
        DType::Int16 => [input, output].iter().all(|operand| operand.per_tensor().is_none_or(|(_, zero)| zero == 0)),
        _ => true,
    };
    if !fits && output.dtype == DType::Int16 {
        let found = format!("{} for an output of {}", describe(input), describe(output));
        checker.bad_tensor(input.id, found, "zero point 0 of int16");
    } else if !fits {
        checker.bad_tensor(input.id, describe(input), format!("{} as the output", describe(output)));
    }
}

impl Concatenation<'_> {
    /// The move of each part.
    fn moves(&self) -> Vec<Move> {
        let (output, axis) = (self.output, self.axis);
        let rows: usize = output.shape[..axis].iter().product();
        let width = |shape: &[usize]| shape[axis..].iter().product::<usize>() * output.dtype.size();
        let (total, mut offset) = (width(&output.shape), 0);
        let part = |input: &Operand<'_>| {
            let block = width(&input.shape);
            offset += block;
            Move::rows(Level { count: rows, input: block as i64, output: total as i64 }, block, 0, offset - block)
        };
        self.parts.iter().map(part).collect()
    }
}

impl Checked for Concatenation<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (output, axis) = (self.output, self.axis);
        let part = |(i, (input, part)): (usize, (&Operand<'_>, Move))| {
            let from = Argument::input(&format!("input{i}"), input.id);
            part.part(&format!("part{i}"), from, Argument::output("output", output.id))
        };
        let parts = self.parts.iter().zip(self.moves()).enumerate().map(part).collect();
        let summary = format!("CONCATENATION of {} tensors along dimension {axis}", self.parts.len());
        Lowered::Parts(Parts { layer: Layer { headers: vec!["move.h"], ..lowering.layer(summary) }, parts })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let mut bytes = vec![0; self.output.bytes()];
        for (input, part) in self.parts.iter().zip(self.moves()) {
            part.apply(&input.contents()?, &mut bytes);
        }
        Some(Ok(vec![bytes.into()]))
    }

    fn flow(&self) -> Flow<'_> {
        let (inputs, output) = (self.parts.clone(), self.output);
        if self.axis + 1 == output.shape.len() && output.dtype == DType::Int8 {
            return Flow::Joined { inputs, output };
        }
        flow::lanes(inputs, output, false, |ranges| ranges.iter().copied().reduce(flow::hull))
    }
}
