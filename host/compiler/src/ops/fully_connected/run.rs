//! FULLY_CONNECTED on int8 and int16 whose weights or bias are computed by the run: `matrices.h`.

use super::bias;
use crate::ir::graph::{Activation, DType};
use crate::ops::checker::Checker;
use crate::ops::definition::Checked;
use crate::ops::shared::matrices::{Matrices, Product};
use crate::ops::shared::{weighted, window_int16};

/// Rows, inputs and units have been checked.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    (rows, inputs, units): (usize, usize, usize),
    activation: Activation,
) -> Option<Box<dyn Checked + 'a>> {
    let (first, second, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(first, &[DType::Int8, DType::Int16]).then_some(())?;
    (checker.dtype(second, &[DType::Int8]) & checker.dtype(output, &[first.dtype])).then_some(())?;
    weighted::check_quantisation(checker, second, (0, units));
    let bias = checker.optional_input(2);
    if let Some(bias) = bias {
        let wide = window_int16::INT16_BIAS_32.bias;
        let types = if first.dtype == DType::Int8 { &[DType::Int32] } else { wide };
        if checker.dtype(bias, types) && bias.elements() != units {
            checker.bad_tensor(bias.id, format!("{} elements", bias.elements()), format!("{units}"));
        }
        bias::check_scale(checker, [first, second, output]);
    }
    let range = checker.activation(activation, output)?;
    let size = [rows, units, inputs];
    let matrices = Matrices { first, second, bias, output, size, turned: [false, true], batches: Vec::new() };
    Some(Box::new(Product::quantised(checker, matrices, range)?))
}
