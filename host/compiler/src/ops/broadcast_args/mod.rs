//! BROADCAST_ARGS: the shape that two shapes broadcast to: `broadcast_args.h` if they are known only at run time.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::ahead;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::BROADCAST_ARGS,
    versions: 1..=1,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["broadcast_args.h"],
    reference: "broadcast_args.cc",
    support: &[Support::bytes("int32, int64", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (first, second, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(first, &[DType::Int32, DType::Int64]).then_some(())?;
    let same = [first.dtype];
    (checker.dtype(second, &same) & checker.dtype(output, &same)).then_some(())?;
    (checker.rank(first, 1) & checker.rank(second, 1)).then_some(())?;
    let (Some(a), Some(b)) = (first.i64_data(), second.i64_data()) else {
        checker.shape(output, &[first.elements().max(second.elements())]).then_some(())?;
        return Some(Box::new(Broadcast { inputs: [first, second], output }));
    };
    let Some(shape) = broadcast(&a, &b) else {
        checker.bad(format!("shapes {a:?} and {b:?}"), "shapes that broadcast");
        return None;
    };
    checker.shape(output, &[shape.len()]).then_some(())?;
    let contents = ahead::integers(output.dtype, &shape)?;
    Some(ahead::known(Ok(vec![contents.into()])))
}

/// Of shapes that a run computes.
struct Broadcast<'a> {
    inputs: [Operand<'a>; 2],
    output: Operand<'a>,
}

impl Checked for Broadcast<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let [first, second] = self.inputs;
        let dtype = self.output.dtype;
        let (a, b) = (first.elements(), second.elements());
        let body = format!("    return tvmk_broadcast_args_{dtype}(input1, {a}, input2, {b}, output);\n");
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input1", first.id),
                Argument::input("input2", second.id),
                Argument::output("output", self.output.id),
            ],
            fails: true,
            headers: vec!["broadcast_args.h"],
            body,
            ..lowering.layer(format!("BROADCAST_ARGS of {a} and {b} dimensions"))
        })
    }
}

/// `None` where two dimensions differ and none is 1. Dimensions of int64 are truncated to int32, as in the reference.
fn broadcast(a: &[i64], b: &[i64]) -> Option<Vec<i64>> {
    let rank = a.len().max(b.len());
    let own = |shape: &[i64], i: usize| (i + shape.len()).checked_sub(rank).map_or(1, |i| i64::from(shape[i] as i32));
    let dimension = |i| match (own(a, i), own(b, i)) {
        (1, size) | (size, 1) => Some(size),
        (first, second) => (first == second).then_some(first),
    };
    (0..rank).map(dimension).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_of_each_dimension() {
        assert_eq!(broadcast(&[3, 1], &[2, 1, 4]), Some(vec![2, 3, 4]));
        assert_eq!(broadcast(&[], &[5]), Some(vec![5]));
        assert_eq!(broadcast(&[2, 3], &[4, 3]), None);
        assert_eq!(broadcast(&[1 << 32 | 5, i64::MIN + 1], &[1, 7]), Some(vec![5, 7]));
    }
}
