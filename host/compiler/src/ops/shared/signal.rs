//! What the operators on signals share: options that are whole numbers, kept in FlexBuffers.

use crate::format::flexbuffer::Map;
use crate::ir::graph::{DType, OpOptions};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{ReadOptions, read};

/// Options of an operator on signals: whole numbers, in the alphabetical order of their names.
#[derive(Debug)]
pub struct Numbers<const N: usize>(pub [i32; N]);

impl<const N: usize> OpOptions for Numbers<N> {}

/// Reads the numbers with these names; `None` if the bytes are another map.
pub fn numbers<const N: usize>(bytes: &[u8], names: [&str; N]) -> ReadOptions {
    match Map::read(bytes).and_then(|map| map.integers(names)) {
        Some(found) => read(Numbers(found)),
        None => Ok(None),
    }
}

/// The options of this operator.
pub fn options<const N: usize>(checker: &mut Checker<'_>) -> Option<[i32; N]> {
    checker.options::<Numbers<N>>().map(|numbers| numbers.0)
}

/// An option within a range, a problem if it is not.
pub fn within(checker: &mut Checker<'_>, name: &str, value: i32, low: i32, high: i32) -> Option<usize> {
    if (low..=high).contains(&value) {
        return usize::try_from(value).ok();
    }
    checker.bad(format!("{name} {value}"), format!("{low} to {high}"));
    None
}

/// Elements kept from run to run, a problem if they are too many.
pub fn room(checker: &mut Checker<'_>, elements: usize) -> Option<()> {
    const MOST: usize = 1 << 22;
    if elements > MOST {
        checker.bad(format!("{elements} elements kept from run to run"), format!("up to {MOST}"));
    }
    (elements <= MOST).then_some(())
}

/// Whether an operand has this type, and is computed at run time if it is unsigned: such constants are not supported.
pub fn is(checker: &mut Checker<'_>, operand: Operand<'_>, dtype: DType) -> bool {
    if !checker.dtype(operand, &[dtype]) {
        return false;
    }
    let constant = operand.is_constant() && matches!(dtype, DType::Uint32 | DType::Uint64);
    if constant {
        checker.bad_tensor(operand.id, format!("a constant of {dtype}"), "one computed at run time");
    }
    !constant
}

/// The contents of a constant of int16, a problem if it is not one.
pub fn int16(checker: &mut Checker<'_>, operand: Operand<'_>) -> Option<Vec<i16>> {
    checker.dtype(operand, &[DType::Int16]).then_some(())?;
    let data = operand.i16_data();
    if data.is_none() {
        checker.bad_tensor(operand.id, "computed at run time", "a constant");
    }
    data
}

/// The length of the last dimension, a problem for a scalar.
pub fn innermost(checker: &mut Checker<'_>, operand: Operand<'_>) -> Option<usize> {
    let last = operand.shape.last().copied();
    if last.is_none() {
        checker.bad_tensor(operand.id, "a scalar", "at least one dimension");
    }
    last
}
