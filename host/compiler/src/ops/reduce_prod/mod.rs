//! REDUCE_PROD of integers, at compile time: how many elements a shape has.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ops::checker::{Checker, resolve_axis};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Refusal, Support, or_default, read};
use crate::ops::shared::ahead;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::REDUCE_PROD,
    versions: 1..=2,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: &[],
    reference: "none, as in TensorFlow Lite",
    support: &[Support::bytes("int32, int64, of values known at compile time", Cores::NoCode)],
};

/// Its options.
#[derive(Debug, Default)]
struct Options {
    keep: bool,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Reducer(o)) = table else { return or_default::<Options>(table) };
    read(Options { keep: o.keep_dims()? })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let (input, axes, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    ahead::refuse_later(checker).then_some(())?;
    let fits = checker.dtype(input, &[DType::Int32, DType::Int64]) & checker.dtype(output, &[input.dtype]);
    fits.then_some(())?;
    let shape = &input.tensor.shape;
    let mut reduced = vec![false; shape.len()];
    for axis in checker.constant_i32(axes)? {
        let Some(axis) = resolve_axis(axis, shape.len()) else {
            checker.bad(format!("axis {axis}"), format!("a dimension of {shape:?}"));
            return None;
        };
        reduced[axis] = true;
    }
    let pairs = || shape.iter().zip(&reduced);
    let expected: Vec<usize> =
        pairs().filter(|(_, gone)| options.keep || !**gone).map(|(&n, gone)| if *gone { 1 } else { n }).collect();
    checker.shape(output, &expected).then_some(())?;
    let mut products = vec![Some(1i64); output.elements()];
    for (i, value) in input.i64_data()?.into_iter().enumerate() {
        let place = &mut products[place(i, shape, &reduced)];
        *place = place.and_then(|product| product.checked_mul(value));
    }
    let products: Option<Vec<i64>> = products.into_iter().collect();
    match products.and_then(|products| ahead::integers(output.dtype, &products)) {
        Some(bytes) => ahead::only(checker, bytes),
        None => {
            let refusal = Refusal::new("a product that is too large", format!("products that are {}", output.dtype));
            Some(ahead::known(Err(refusal)))
        }
    }
}

/// Which element of the result the input's element `i` is a factor of.
fn place(mut i: usize, shape: &[usize], reduced: &[bool]) -> usize {
    let (mut place, mut step) = (0, 1);
    for (&size, &gone) in shape.iter().zip(reduced).rev() {
        if !gone {
            place += i % size * step;
            step *= size;
        }
        i /= size;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_dimensions_select_the_result_of_an_element() {
        let places = |reduced: &[bool]| (0..6).map(|i| place(i, &[2, 3], reduced)).collect::<Vec<_>>();
        assert_eq!(places(&[true, false]), [0, 1, 2, 0, 1, 2]);
        assert_eq!(places(&[false, true]), [0, 0, 0, 1, 1, 1]);
        assert_eq!(places(&[true, true]), [0; 6]);
    }
}
