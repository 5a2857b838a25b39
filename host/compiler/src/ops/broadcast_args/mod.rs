//! BROADCAST_ARGS: the shape that two shapes broadcast to, at compile time.

use crate::ir::graph::OpKind;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::ahead;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::BROADCAST_ARGS,
    versions: 1..=1,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "broadcast_args.cc",
    support: &[Support::bytes("int32, int64, of values known at compile time", Cores::NoCode)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (first, second, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    ahead::refuse_later(checker).then_some(())?;
    let (a, b) = (checker.constant_integers(first)?, checker.constant_integers(second)?);
    let same = [first.dtype];
    (checker.dtype(second, &same) & checker.dtype(output, &same)).then_some(())?;
    (checker.rank(first, 1) & checker.rank(second, 1)).then_some(())?;
    let Some(shape) = broadcast(&a, &b) else {
        checker.bad(format!("shapes {a:?} and {b:?}"), "shapes that broadcast");
        return None;
    };
    checker.shape(output, &[shape.len()]).then_some(())?;
    let contents = ahead::integers(output.dtype, &shape)?;
    ahead::only(checker, contents)
}

/// `None` where two dimensions differ and none is 1.
fn broadcast(a: &[i64], b: &[i64]) -> Option<Vec<i64>> {
    let rank = a.len().max(b.len());
    let own = |shape: &[i64], i: usize| (i + shape.len()).checked_sub(rank).map_or(1, |i| shape[i]);
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
    }
}
