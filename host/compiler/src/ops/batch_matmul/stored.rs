//! A product of a matrix of float32 and constant ones that the file stores as float16, int8 or int4 before a DEQUANTIZE: FULLY_CONNECTED's
//! kernel, which converts each weight when it is read, `float_stored.h`.

use crate::ir::graph::{DType, Quantization, Stored};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::Checked;
use crate::ops::fully_connected;
use crate::ops::shared::matrices::Matrices;
use crate::ops::shared::{stored, text, window};
use std::sync::Arc;

/// A checked product.
pub struct Kept<'a> {
    matrices: Matrices<'a>,
    /// As the file has them.
    stored: Arc<Stored>,
}

/// The second matrices in the form of the file, if FULLY_CONNECTED's kernel can read them: rows of the first are contiguous, and scales
/// are those of units. Types and shapes have been checked.
pub fn kept<'a>(checker: &Checker<'_>, matrices: &Matrices<'a>) -> Option<Kept<'a>> {
    let [rows, units, depth] = matrices.size;
    let second = matrices.second;
    let stored = second.tensor.stored().filter(|_| !checker.ahead && !matrices.turned[0])?.clone();
    let axis = second.shape.len() - if matrices.turned[1] { 2 } else { 1 };
    let scaled = |quant: &Quantization| {
        let each = quant.axis == axis && quant.scales.len() == units;
        quant.zero_points.iter().all(|&zero| zero == 0) && (quant.scales.len() == 1 || each)
    };
    // Matrices of int4 begin with a byte.
    let whole = stored.dtype != DType::Int4 || (units * depth).is_multiple_of(2);
    let fits = whole && (stored.dtype == DType::Float16 || stored.quant.as_ref().is_some_and(scaled));
    let small = fully_connected::rows_window(rows, depth, units).is_some();
    let matrices = Matrices { batches: matrices.batches.clone(), ..*matrices };
    (fits && small).then_some(Kept { matrices, stored })
}

impl Kept<'_> {
    /// The weights as `[matrix][unit][element]`.
    fn by_unit(&self) -> Stored {
        let [_, units, depth] = self.matrices.size;
        let data = match self.matrices.turned[1] {
            true => self.stored.data.clone(),
            false => turned(&self.stored, units, depth).into(),
        };
        let quant = self.stored.quant.clone().map(|quant| Quantization { axis: 0, ..quant });
        Stored { dtype: self.stored.dtype, data, quant, shape: Vec::new() }
    }
}

/// Matrices `[element][unit]` as `[unit][element]`.
fn turned(stored: &Stored, units: usize, depth: usize) -> Vec<u8> {
    let from = |at: usize| at / (depth * units) * depth * units + at % depth * units + at / depth % units;
    match stored.dtype {
        DType::Float16 => {
            (0..stored.data.len() / 2).flat_map(|at| [0, 1].map(|i| stored.data[2 * from(at) + i])).collect()
        }
        DType::Int4 => {
            let half = |at: usize| stored.data[from(at) / 2] >> (4 * (from(at) % 2)) & 15;
            (0..stored.data.len()).map(|at| half(2 * at) | half(2 * at + 1) << 4).collect()
        }
        _ => (0..stored.data.len()).map(|at| stored.data[from(at)]).collect(),
    }
}

impl Checked for Kept<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let [rows, units, depth] = self.matrices.size;
        let weights = stored::of(lowering, &self.by_unit(), &self.matrices.second.shape, (0, units));
        let window = fully_connected::rows_window(rows, depth, units);
        // `kept` has checked both.
        let (Some(weights), Some(window)) = (weights, window) else { return Lowered::Nothing };
        let mut matrices = Matrices { batches: self.matrices.batches.clone(), ..self.matrices };
        if weights.dtype == DType::Int4 {
            matrices.batches.iter_mut().for_each(|(_, steps)| steps[1] /= 2);
        }
        let mut fields = vec![("weights", "0".to_owned()), ("bias", "0".to_owned())];
        fields.extend([("low", "0.0f".to_owned()), ("high", "0.0f".to_owned())]);
        fields.extend(window::members_of_batches(&window, units, 1));
        let name = lowering.constant("weights");
        // The reference has no activation: infinite results stay.
        let body = text::constant_struct("tvmk_float_window_t", "fixed", &fields)
            + "    tvmk_float_stored_t layer;\n    layer.window = fixed;\n"
            + "    TVMK_FLOAT_UNBOUNDED(layer.window);\n"
            + &weights.fields
            + &matrices.nest(["input", &name, "output"], |[first, second, output], indent| {
                let own = if second == name { String::new() } else { format!("{indent}layer.weights = {second};\n") };
                format!("{own}{indent}tvmk_float_conv_2d_{}(&layer, {first}, {output});\n", weights.form)
            });
        let count: usize = matrices.batches.iter().map(|(count, _)| count).product();
        let summary = format!(
            "float32 BATCH_MATMUL {rows}x{depth} times a constant {depth}x{units}, {count} of them, kept as {}",
            weights.dtype
        );
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", matrices.first.id),
                Argument::output("output", matrices.output.id),
            ],
            constants: weights.constants,
            headers: vec!["float_stored.h"],
            body,
            macs: (count * rows * units) as u64 * depth as u64,
            ..lowering.layer(summary)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_every_size_are_turned() {
        // Two matrices of two elements for each of three units.
        let given: Vec<u8> = (0..12).collect();
        let expected = [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11];
        let stored = |dtype, data: Vec<u8>| Stored { dtype, data: data.into(), quant: None, shape: Vec::new() };
        assert_eq!(turned(&stored(DType::Int8, given.clone()), 3, 2), expected);
        let pairs = |values: &[u8]| values.chunks(2).map(|two| two[0] | two[1] << 4).collect::<Vec<u8>>();
        assert_eq!(turned(&stored(DType::Int4, pairs(&given)), 3, 2), pairs(&expected));
        let wide = |values: &[u8]| values.iter().flat_map(|&value| [value, 100 + value]).collect::<Vec<u8>>();
        assert_eq!(turned(&stored(DType::Float16, wide(&given)), 3, 2), wide(&expected));
    }
}
