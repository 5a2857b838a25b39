//! PAD with zeros, that is with the zero point: `move.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::moves::{self, Level, Move};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::PAD,
    versions: 1..=4,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "pad.cc",
    support: &[Support::bytes("int8, int16, int32, float32", Cores::Portable)],
};

struct Pad<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    inside: Move,
    /// What the padding consists of.
    byte: i32,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, amounts, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(output, &[input.dtype]);
    checker.dtype(output, &[DType::Int8, DType::Int16, DType::Int32, DType::Float32]).then_some(())?;
    let given = checker.constant_i32(amounts)?;
    if given.len() != 2 * input.shape.len() || given.iter().any(|&amount| amount < 0) {
        let expected = format!("two numbers from 0 for each of {:?}", input.shape);
        checker.bad_tensor(amounts.id, format!("amounts {given:?}"), expected);
        return None;
    }
    let before = |i: usize| given[2 * i] as usize;
    let expected: Vec<usize> = input
        .shape
        .iter()
        .zip(given.chunks(2))
        .map(|(&size, pair)| size + pair[0] as usize + pair[1] as usize)
        .collect();
    let fits = checker.shape(output, &expected);
    let byte = if input.dtype == DType::Int8 { checker.per_tensor(output)?.1 & 0xff } else { 0 };
    fits.then_some(())?;
    let element = input.dtype.size();
    let (from, to) = (moves::steps(&input.shape, element), moves::steps(&output.shape, element));
    let first: usize = (0..to.len()).map(|i| before(i) * to[i] as usize).sum();
    let level = |i: usize| Level { count: input.shape[i], input: from[i], output: to[i] };
    let inside = Move::new(&(0..to.len()).map(level).collect::<Vec<_>>(), element, 0, first);
    if inside.is_none() {
        checker.bad("padding in six dimensions", format!("{} dimensions", moves::LEVELS));
    }
    Some(Box::new(Pad { input, output, inside: inside?, byte }))
}

impl Checked for Pad<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.input, self.output);
        let mut body = String::new();
        if output.bytes() > input.bytes() {
            body += &format!("    memset(output, {}, {}U);\n", self.byte, output.bytes());
        }
        body += &self.inside.statements("layer", "input", "output");
        let summary = format!("PAD {:?} to {:?}", input.shape, output.shape);
        Lowered::Layer(Layer { headers: vec!["move.h"], body, ..lowering.layer_of(summary, input.id, output.id) })
    }
}
