//! MIRROR_PAD: copies the input to the middle, then mirrors one dimension after the other within the output: `move.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::shared::moved::{self, Moved};
use crate::ops::shared::moves::{self, Level, Move};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::MIRROR_PAD,
    versions: 1..=3,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: &[],
    reference: "mirror_pad.cc",
    support: &[Support::bytes("int8, uint8, float32", Cores::Portable)],
};

/// Its options.
#[derive(Debug)]
struct Options {
    mode: i8,
}

impl OpOptions for Options {}

impl Default for Options {
    /// SYMMETRIC: without a table of options the reference has no mode, and then does not leave the edge out. The
    /// schema's default of the field, in a table without it, is REFLECT.
    fn default() -> Self {
        Self { mode: 1 }
    }
}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Mirrorpad(o)) = table else { return or_default::<Options>(table) };
    read(Options { mode: o.mode()? })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let mode = checker.options::<Options>()?.mode;
    let (input, amounts, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    moved::types(checker, input, output, &[DType::Int8, DType::Uint8, DType::Float32]).then_some(())?;
    let shape = &input.tensor.shape;
    checker.shape(amounts, &[shape.len(), 2]).then_some(())?;
    let given = moved::numbers(checker, amounts)?;
    // REFLECT does not repeat the edge, SYMMETRIC does.
    let edge = match mode {
        0 => 1,
        1 => 0,
        _ => {
            checker.bad(format!("mode {mode}"), "REFLECT, SYMMETRIC");
            return None;
        }
    };
    let mut pads = Vec::new();
    for (&size, pair) in shape.iter().zip(given.chunks(2)) {
        if pair.iter().any(|&amount| !(0..=size as i64 - edge).contains(&amount)) {
            let expected = format!("from 0 to what {shape:?} can mirror");
            checker.bad_tensor(amounts.id, format!("amounts {given:?}"), expected);
            return None;
        }
        pads.push((pair[0] as usize, pair[1] as usize));
    }
    let expected: Vec<usize> = shape.iter().zip(&pads).map(|(size, (before, after))| size + before + after).collect();
    checker.shape(output, &expected).then_some(())?;
    let found = moves_of(shape, &pads, &expected, edge as usize, input.dtype.size());
    if found.is_none() {
        checker.bad_tensor(input.id, format!("shape {shape:?}"), format!("{} dimensions that move", moves::LEVELS));
    }
    let (inside, repeats) = found?;
    Some(Box::new(Moved { repeats, ..Moved::new(input, output, vec![inside]) }))
}

/// The middle, and the mirrors within the output, the innermost dimension first.
fn moves_of(
    shape: &[usize],
    pads: &[(usize, usize)],
    result: &[usize],
    edge: usize,
    element: usize,
) -> Option<(Move, Vec<Move>)> {
    let (from, to) = (moves::steps(shape, element), moves::steps(result, element));
    let first = |axes: usize| (0..axes).map(|i| pads[i].0 * to[i] as usize).sum::<usize>();
    let middle: Vec<Level> =
        (0..shape.len()).map(|i| Level { count: shape[i], input: from[i], output: to[i] }).collect();
    let inside = Move::new(&middle, element, 0, first(shape.len()))?;
    let mut repeats = Vec::new();
    for axis in (0..shape.len()).rev() {
        let (step, (before, after)) = (to[axis], pads[axis]);
        let mut mirror = |count: usize, source: usize, place: usize| {
            // Of outer dimensions only the middle, of inner ones everything.
            let mut levels: Vec<Level> =
                (0..axis).map(|i| Level { count: shape[i], input: to[i], output: to[i] }).collect();
            levels.push(Level { count, input: -step, output: step });
            let at = |place: usize| first(axis) + place * step as usize;
            repeats.push(Move::new(&levels, step as usize, at(source), at(place))?);
            Some(())
        };
        if before > 0 {
            mirror(before, 2 * before + edge - 1, 0)?;
        }
        if after > 0 {
            mirror(after, before + shape[axis] - 1 - edge, before + shape[axis])?;
        }
    }
    Some((inside, repeats))
}
