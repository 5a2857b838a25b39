//! SLICE: with a begin and a size known at compile time `move.h`, otherwise `slice.h`.

mod run;

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::moved::{self, Moved};
use crate::ops::shared::moves::{self, Level, Move};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::SLICE,
    versions: 1..=6,
    inputs: 3..=3,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["slice.h"],
    reference: "slice.cc",
    support: &[Support::bytes("int8, uint8, int16, int32, float32, bool", Cores::Portable)],
};

const TYPES: &[DType] = &[DType::Int8, DType::Uint8, DType::Int16, DType::Int32, DType::Float32, DType::Bool];

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, begin, size, output) = (checker.input(0)?, checker.input(1)?, checker.input(2)?, checker.output(0)?);
    let shape = &input.tensor.shape;
    moved::types(checker, input, output, TYPES).then_some(())?;
    checker.dtype(size, &[begin.dtype]).then_some(())?;
    if shape.len() > moves::LEVELS {
        checker.bad_tensor(input.id, format!("shape {shape:?}"), format!("up to {} dimensions", moves::LEVELS));
    }
    if !begin.is_constant() || !size.is_constant() {
        return run::check(checker, [input, begin, size, output]);
    }
    let (begins, sizes) = (moved::numbers(checker, begin)?, moved::numbers(checker, size)?);
    for (operand, values) in [(begin, &begins), (size, &sizes)] {
        if values.len() != shape.len() || operand.shape.len() != 1 {
            let expected = format!("one for each of {shape:?}");
            checker.bad_tensor(operand.id, format!("{values:?} of shape {:?}", operand.shape), expected);
            return None;
        }
    }
    let mut counts = Vec::new();
    for ((&length, &begin), &size) in shape.iter().zip(&begins).zip(&sizes) {
        let left = length as i64 - begin.clamp(0, length as i64);
        let count = if size == -1 { left } else { size };
        if begin < 0 || count < 1 || count > left {
            checker.bad(format!("a slice from {begins:?} of size {sizes:?}"), format!("a part of {shape:?}"));
            return None;
        }
        counts.push(count as usize);
    }
    checker.shape(output, &counts).then_some(())?;
    let element = input.dtype.size();
    let (from, to) = (moves::steps(shape, element), moves::steps(&counts, element));
    let first: i64 = begins.iter().zip(&from).map(|(begin, step)| begin * step).sum();
    let levels: Vec<Level> =
        (0..counts.len()).map(|i| Level { count: counts[i], input: from[i], output: to[i] }).collect();
    let taken = Move::new(&levels, element, first as usize, 0)?;
    Some(Box::new(Moved::new(input, output, vec![taken])))
}
