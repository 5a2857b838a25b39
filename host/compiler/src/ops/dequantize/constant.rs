//! DEQUANTIZE of constants, at compile time: weights that the file keeps as float16, int4 or int8.

use crate::ir::graph::{Contents, DType, Stored};
use crate::ops::checker::Checker;
use crate::ops::definition::Checked;
use crate::ops::shared::ahead;
use std::sync::Arc;

/// The check of a DEQUANTIZE whose input is a constant.
pub fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let types = [DType::Float16, DType::Int4, DType::Int8, DType::Uint8, DType::Int16];
    let fits = checker.dtype(input, &types) & checker.dtype(output, &[DType::Float32]);
    (fits & checker.shape(output, &input.shape)).then_some(())?;
    if input.dtype != DType::Float16 && input.quant.is_none() {
        checker.per_tensor(input);
        return None;
    }
    let data = input.data.as_ref()?.plain()?.clone();
    let (quant, shape) = (input.quant.clone(), input.shape.clone());
    let stored = Stored { dtype: input.dtype, data, quant, shape };
    stored.is_sound().then(|| ahead::known(Ok(vec![Contents::Stored(Arc::new(stored))])))
}
