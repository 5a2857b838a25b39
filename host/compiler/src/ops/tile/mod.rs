//! TILE: repeats the input along each dimension, by numbers known at compile time: `move.h`. TensorFlow Lite Micro does not have it.

use crate::ir::graph::OpKind;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::moved::{self, Moved};
use crate::ops::shared::moves::{self, Level, Move};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::TILE,
    versions: 1..=3,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "tile.cc",
    support: &[Support::bytes("int8, uint8, int16, int32, int64, float32, bool", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let ([input, multiples, output], given) = moved::by_numbers(checker)?;
    let from = &input.tensor.shape;
    let Some(often) = moved::sizes(&given).filter(|often| often.len() == from.len()) else {
        let expected = format!("{} numbers of at least 1, one for each dimension of {from:?}", from.len());
        checker.bad_tensor(multiples.id, format!("{given:?}"), expected);
        return None;
    };
    let shape: Option<Vec<usize>> = from.iter().zip(&often).map(|(n, times)| n.checked_mul(*times)).collect();
    checker.shape(output, &shape.unwrap_or_default()).then_some(())?;
    let element = input.dtype.size();
    let (in_steps, out_steps) = (moves::steps(from, element), moves::steps(&output.tensor.shape, element));
    let mut levels = Vec::new();
    for (i, (&count, &times)) in from.iter().zip(&often).enumerate() {
        levels.push(Level { count: times, input: 0, output: out_steps[i] * count as i64 });
        levels.push(Level { count, input: in_steps[i], output: out_steps[i] });
    }
    let Some(all) = Move::new(&levels, element, 0, 0) else {
        checker.bad(format!("{given:?} times {from:?}"), format!("what {} nested loops can repeat", moves::LEVELS));
        return None;
    };
    Some(Box::new(Moved::new(input, output, vec![all])))
}
