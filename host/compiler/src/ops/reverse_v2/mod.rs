//! REVERSE_V2: `move.h`.

use crate::ir::graph::OpKind;
use crate::ops::checker::{Checker, resolve_axis};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::moved::{self, Moved};
use crate::ops::shared::moves::{self, Level, Move};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::REVERSE_V2,
    versions: 1..=3,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "reverse.cc",
    support: &[Support::bytes("int8, uint8, int16, int32, int64, float32, bool", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, axes, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    let shape = &input.tensor.shape;
    moved::types(checker, input, output, moved::ALL).then_some(())?;
    checker.rank(axes, 1).then_some(())?;
    let given = checker.constant_i32(axes)?;
    let resolved: Option<Vec<usize>> = given.iter().map(|&axis| resolve_axis(axis, shape.len())).collect();
    let mut reversed = resolved.unwrap_or_default();
    reversed.sort_unstable();
    if reversed.is_empty() || reversed.windows(2).any(|pair| pair[0] + 1 != pair[1]) {
        let expected = format!("adjacent dimensions of {shape:?}, each once");
        checker.bad_tensor(axes.id, format!("axes {given:?}"), expected);
        return None;
    }
    checker.shape(output, shape).then_some(())?;
    let element = input.dtype.size();
    let steps = moves::steps(shape, element);
    let back = |i: usize| reversed.contains(&i);
    let levels: Vec<Level> = (0..shape.len())
        .map(|i| Level { count: shape[i], input: if back(i) { -steps[i] } else { steps[i] }, output: steps[i] })
        .collect();
    let last: usize = (0..shape.len()).filter(|&i| back(i)).map(|i| (shape[i] - 1) * steps[i] as usize).sum();
    // Adjacent dimensions become one loop: at most three loops are left.
    let moved = Move::new(&levels, element, last, 0)?;
    Some(Box::new(Moved::new(input, output, vec![moved])))
}
