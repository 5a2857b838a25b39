//! RESHAPE: another shape for the same bytes, without code.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};
use crate::ops::shared::alias;

/// The operator. The new shape is that of the output tensor; the second input and the options count only where that is not known.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::RESHAPE,
    versions: 1..=1,
    inputs: 1..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: &[],
    reference: "reshape.cc",
    support: &[Support::bytes("any", Cores::NoCode)],
};

/// The longest list of dimensions.
const MAX_RANK: usize = 8;

/// Its options.
#[derive(Debug)]
struct Options {
    /// The dimensions, one of which may be -1; nothing if the file has none.
    shape: Option<Vec<i32>>,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, budget: &mut Budget) -> ReadOptions {
    let list = match table {
        Some(BuiltinOptionsRef::Reshape(o)) => o.new_shape()?.filter(|list| list.len() <= MAX_RANK),
        Some(_) => return Ok(None),
        None => None,
    };
    let shape = list.map(|list| budget.numbers(Some(list), MAX_RANK, "dimensions")).transpose()?;
    read(Options { shape })
}

/// The dimensions that the second input, or else the options, give; one may be -1. As in `reshape.cc` of TensorFlow Lite.
fn given(checker: &Checker<'_>) -> Option<Vec<i32>> {
    let shape = checker.optional_input(1).filter(|shape| shape.shape.len() == 1 && shape.dtype == DType::Int32);
    if let Some(shape) = shape {
        return shape.i32_data();
    }
    let sizes = checker.op.options::<Options>()?.shape.clone()?;
    // Old files have this for a scalar.
    Some(if sizes == [0] { Vec::new() } else { sizes })
}

/// The shape of this number of elements with these dimensions.
fn fitted(sizes: &[i32], elements: usize) -> Option<Vec<usize>> {
    let known = sizes.iter().filter(|size| **size != -1).map(|&size| usize::try_from(size).ok());
    let known = known.into_iter().try_fold(1usize, |product, size| product.checked_mul(size?))?;
    let rest = match sizes.iter().filter(|size| **size == -1).count() {
        0 => 1,
        1 => elements.checked_div(known)?,
        _ => return None,
    };
    let shape = || sizes.iter().map(|&size| usize::try_from(size).unwrap_or(rest)).collect();
    (known.checked_mul(rest)? == elements).then(shape)
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    if let Some(sizes) = given(checker) {
        match fitted(&sizes, input.elements()) {
            Some(shape) => checker.gives(output, &shape),
            None if input.elements() != output.elements() => {
                checker.bad(format!("shape {sizes:?} for {} elements", input.elements()), "as many elements");
                return None;
            }
            None => {}
        }
    }
    alias::of_any_type(checker, input, output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dimension_may_be_what_is_left() {
        assert_eq!(fitted(&[-1, 8], 24), Some(vec![3, 8]));
        assert_eq!(fitted(&[2, 3], 6), Some(vec![2, 3]));
        assert_eq!((fitted(&[], 1), fitted(&[-1], 0)), (Some(vec![]), Some(vec![0])));
        for (sizes, elements) in
            [(&[-1, 7][..], 24), (&[-1, -1], 4), (&[2, -2], 4), (&[0, -1], 4), (&[5], 4), (&[i32::MAX; 4], 4)]
        {
            assert_eq!(fitted(sizes, elements), None, "{sizes:?}");
        }
    }
}
