//! PAD with zeros, that is with the zero point, and PADV2 with a value: `move.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::moved::{Gaps, Moved};
use crate::ops::shared::moves::{self, Level, Move};

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // Padding with zeros.
    definition(OpKind::PAD, 2, 4),
    // Padding with the value of a third input, or without it with zeros.
    definition(OpKind::PADV2, 3, 4),
];

const SUPPORT: &[Support] = &[Support::bytes("int8, uint8, int16, int32, float32", Cores::Portable)];

const TYPES: &[DType] = &[DType::Int8, DType::Uint8, DType::Int16, DType::Int32, DType::Float32];

const fn definition(kind: OpKind, inputs: usize, newest: i32) -> Definition {
    Definition {
        kind,
        versions: 1..=newest,
        inputs: 2..=inputs,
        outputs: 1..=1,
        options: None,
        check,
        kernels: &[],
        reference: "pad.cc",
        support: SUPPORT,
    }
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, amounts, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(output, &[input.dtype]);
    checker.dtype(output, TYPES).then_some(())?;
    let given = checker.constant_i32(amounts)?;
    if given.len() != 2 * input.shape.len() || given.iter().any(|&amount| amount < 0) {
        let expected = format!("two numbers of at least 0 for each of {:?}", input.shape);
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
    let gaps = gaps(checker, output)?;
    fits.then_some(())?;
    let element = input.dtype.size();
    let (from, to) = (moves::steps(&input.shape, element), moves::steps(&output.shape, element));
    let first: usize = (0..to.len()).map(|i| before(i) * to[i] as usize).sum();
    let level = |i: usize| Level { count: input.shape[i], input: from[i], output: to[i] };
    let inside = Move::new(&(0..to.len()).map(level).collect::<Vec<_>>(), element, 0, first);
    if inside.is_none() {
        checker.bad("padding in six dimensions", format!("{} dimensions", moves::LEVELS));
    }
    let gaps = if output.bytes() > input.bytes() { gaps } else { Gaps::None };
    let keeps_channels = given.chunks(2).next_back() == Some(&[0, 0]);
    Some(Box::new(Moved { gaps, keeps_channels, ..Moved::new(input, output, vec![inside?]) }))
}

/// The value of the padding. It must be quantised like the output.
fn gaps<'a>(checker: &mut Checker<'a>, output: Operand<'a>) -> Option<Gaps<'a>> {
    let quantised = [DType::Int8, DType::Uint8].contains(&output.dtype);
    let Some(value) = checker.optional_input(2) else {
        let zero = if quantised { checker.per_tensor(output)?.1 & 0xff } else { 0 };
        return Some(Gaps::Byte(zero as u8));
    };
    checker.dtype(value, &[output.dtype]).then_some(())?;
    if value.elements() != 1 {
        checker.bad_tensor(value.id, format!("shape {:?}", value.shape), "one element");
    }
    if quantised && value.per_tensor() != output.per_tensor() {
        checker.bad_tensor(value.id, "a scale or zero point different from the output's", "those of the output");
    }
    Some(Gaps::Element(value))
}
