//! TRANSPOSE of any type: `move.h`.

use crate::ir::graph::OpKind;
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::shared::moves::{self, Level, Move};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::TRANSPOSE,
    versions: 1..=6,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "transpose.cc",
    support: &[Support::bytes("any", Cores::Portable)],
};

struct Transpose<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    moved: Move,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, order, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(output, &[input.dtype]);
    checker.rank(order, 1).then_some(())?;
    let given = checker.constant_i32(order)?;
    if input.dtype.size() == 0 {
        checker.bad_tensor(output.id, input.dtype.to_string(), "a type with a size");
    }
    let Some(axes) = permutation(&given, input.shape.len()) else {
        let supported = format!("each dimension of {:?} once", input.shape);
        checker.bad_tensor(order.id, format!("order {given:?}"), supported);
        return None;
    };
    let expected: Vec<usize> = axes.iter().map(|&from| input.shape[from]).collect();
    checker.shape(output, &expected).then_some(())?;
    let element = input.dtype.size();
    let (from, to) = (moves::steps(&input.shape, element), moves::steps(&expected, element));
    let level = |i: usize| Level { count: expected[i], input: from[axes[i]], output: to[i] };
    let moved = Move::new(&(0..axes.len()).map(level).collect::<Vec<_>>(), element, 0, 0);
    if moved.is_none() {
        checker.bad(format!("order {axes:?}"), format!("up to {} dimensions that move", moves::LEVELS));
    }
    Some(Box::new(Transpose { input, output, moved: moved? }))
}

/// The order, if it is one. The reference does not count dimensions from the end.
fn permutation(given: &[i32], rank: usize) -> Option<Vec<usize>> {
    let order: Vec<usize> = given.iter().map(|&axis| usize::try_from(axis).ok()).collect::<Option<_>>()?;
    let complete = order.len() == rank && (0..rank).all(|axis| order.contains(&axis));
    complete.then_some(order)
}

impl Checked for Transpose<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.input.id, self.output.id);
        if self.moved.single().is_some() {
            return Lowered::Alias { input, output };
        }
        let summary = format!("TRANSPOSE {:?} to {:?}", self.input.shape, self.output.shape);
        let body = self.moved.statements("layer", "input", "output");
        Lowered::Layer(Layer { headers: vec!["move.h"], body, ..lowering.layer_of(summary, input, output) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let mut bytes = vec![0; self.output.bytes()];
        self.moved.apply(&self.input.contents()?, &mut bytes);
        Some(Ok(vec![bytes.into()]))
    }
}
