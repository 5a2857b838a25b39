//! BROADCAST_TO a shape known at compile time: `move.h`.

use crate::ir::graph::OpKind;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::moved::{self, Moved};
use crate::ops::shared::moves::{self, Level, Move};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::BROADCAST_TO,
    versions: 1..=3,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "broadcast_to.cc",
    support: &[Support::bytes("int8, uint8, int16, int32, int64, float32, bool", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let ([input, wanted, output], given) = moved::by_numbers(checker)?;
    let (from, rank) = (&input.tensor.shape, given.len());
    let fits = |shape: &Vec<usize>| {
        let alike = |(&n, &m): (&usize, &usize)| n == 1 || n == m;
        from.len() <= rank && rank <= moves::LEVELS && from.iter().rev().zip(shape.iter().rev()).all(alike)
    };
    let Some(shape) = moved::sizes(&given).filter(fits) else {
        let expected = format!("up to {} dimensions that {from:?} broadcasts to", moves::LEVELS);
        checker.bad_tensor(wanted.id, format!("{given:?}"), expected);
        return None;
    };
    checker.shape(output, &shape).then_some(())?;
    let element = input.dtype.size();
    let (to, in_steps) = (moves::steps(&shape, element), moves::steps(from, element));
    let ahead = rank - from.len();
    let step = |i: usize| match i.checked_sub(ahead) {
        Some(k) if from[k] != 1 => in_steps[k],
        _ => 0,
    };
    let levels: Vec<Level> = (0..rank).map(|i| Level { count: shape[i], input: step(i), output: to[i] }).collect();
    let all = Move::new(&levels, element, 0, 0)?;
    Some(Box::new(Moved::new(input, output, vec![all])))
}
