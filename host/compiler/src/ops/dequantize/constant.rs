//! DEQUANTIZE of constants, at compile time: weights that the file keeps as float16, int4 or int8.

use crate::ir::graph::{DType, Quantization, Tensor};
use crate::math::half;
use crate::ops::checker::Checker;
use crate::ops::definition::Checked;
use crate::ops::shared::ahead;

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
    Some(ahead::known(Ok(vec![ahead::floats(values(input.tensor)?)])))
}

/// The real numbers that a constant represents.
fn values(tensor: &Tensor) -> Option<Vec<f32>> {
    let data = tensor.data.as_ref()?;
    if tensor.dtype == DType::Float16 {
        return Some(data.chunks_exact(2).map(|two| half::to_f32(u16::from_le_bytes([two[0], two[1]]))).collect());
    }
    let Quantization { scales, zero_points, axis } = tensor.quant.as_ref()?;
    let inner: usize = match scales.len() {
        1 => tensor.elements(),
        _ => tensor.shape.get(axis + 1..)?.iter().product(),
    };
    let value = |(i, x): (usize, i32)| {
        let channel = i / inner % scales.len();
        Some(scales[channel] * (x - i32::try_from(*zero_points.get(channel)?).ok()?) as f32)
    };
    stored(tensor)?.into_iter().enumerate().map(value).collect()
}

/// The elements of an integer constant of up to 16 bits.
fn stored(tensor: &Tensor) -> Option<Vec<i32>> {
    let data = tensor.data.as_ref()?;
    Some(match tensor.dtype {
        DType::Uint8 => data.iter().map(|&byte| i32::from(byte)).collect(),
        DType::Int16 => tensor.i16_data()?.into_iter().map(i32::from).collect(),
        _ => tensor.i8_data()?.into_iter().map(i32::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_scale() {
        let quant = Quantization { scales: vec![0.5, 2.0], zero_points: vec![0, 1], axis: 1 };
        let data: Vec<u8> = vec![0x21, 0x8f];
        let tensor = Tensor {
            dtype: DType::Int4,
            shape: vec![2, 2],
            quant: Some(quant),
            data: Some(data.into()),
            ..Tensor::default()
        };
        assert_eq!(values(&tensor), Some(vec![0.5, 2.0, -0.5, -18.0]));
    }
}
