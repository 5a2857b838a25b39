//! The contents of constants. What DEQUANTIZE makes of weights stays in the form of the file, which takes a half to an eighth of the memory:
//! it becomes float32 where something reads it.

use crate::ir::element::{DType, Quantization};
use crate::ir::half;
use std::borrow::Cow;
use std::sync::Arc;

/// The bytes of a constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    /// Little-endian, as in the file.
    Plain(Arc<[u8]>),
    /// float32, as DEQUANTIZE makes it of these.
    Stored(Arc<Stored>),
}

/// A constant as the file has it before a DEQUANTIZE.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// float16, int4, or integers of 8 or 16 bits.
    pub dtype: DType,
    /// Its bytes.
    pub data: Arc<[u8]>,
    /// Quantisation of integers.
    pub quant: Option<Quantization>,
    /// Its shape, along which the scales change.
    pub shape: Vec<usize>,
}

impl Contents {
    /// Number of bytes.
    #[allow(clippy::len_without_is_empty, reason = "nothing asks for it")]
    pub fn len(&self) -> usize {
        match self {
            Contents::Plain(data) => data.len(),
            Contents::Stored(stored) => 4 * stored.elements(),
        }
    }

    /// The bytes; float32 of a stored form is made for this call.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Contents::Plain(data) => Cow::Borrowed(data),
            Contents::Stored(stored) => Cow::Owned(stored.floats().flat_map(f32::to_le_bytes).collect()),
        }
    }

    /// The bytes, if they are in memory.
    pub fn plain(&self) -> Option<&Arc<[u8]>> {
        match self {
            Contents::Plain(data) => Some(data),
            Contents::Stored(_) => None,
        }
    }
}

impl From<Arc<[u8]>> for Contents {
    fn from(data: Arc<[u8]>) -> Contents {
        Contents::Plain(data)
    }
}

impl From<Vec<u8>> for Contents {
    fn from(data: Vec<u8>) -> Contents {
        Contents::Plain(data.into())
    }
}

impl From<&[u8]> for Contents {
    fn from(data: &[u8]) -> Contents {
        Contents::Plain(data.into())
    }
}

impl FromIterator<u8> for Contents {
    fn from_iter<T: IntoIterator<Item = u8>>(bytes: T) -> Contents {
        Contents::Plain(bytes.into_iter().collect())
    }
}

impl Stored {
    /// Number of elements.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are as many scales as its shape has channels, with a zero point each.
    pub fn is_sound(&self) -> bool {
        let Some(Quantization { scales, zero_points, axis }) = &self.quant else { return self.dtype == DType::Float16 };
        let of_channels = scales.len() == 1 || self.shape.get(*axis) == Some(&scales.len());
        let zeros = zero_points.iter().all(|&zero| i32::try_from(zero).is_ok());
        self.dtype == DType::Float16 || of_channels && zeros && scales.len() == zero_points.len()
    }

    /// The real numbers that it represents, with the NaN that arithmetic gives.
    pub fn floats(&self) -> impl Iterator<Item = f32> + '_ {
        // Elements of one channel before the next.
        let inner = self
            .quant
            .as_ref()
            .map_or(1, |quant| self.shape.iter().skip(quant.axis.saturating_add(1)).product::<usize>().max(1));
        (0..self.elements()).map(move |i| {
            let value = self.float(i, inner);
            if value.is_nan() { f32::from_bits(0x7fc0_0000) } else { value }
        })
    }

    fn float(&self, i: usize, inner: usize) -> f32 {
        let pair = || [self.data[2 * i], self.data[2 * i + 1]];
        let integer = match self.dtype {
            DType::Float16 => return half::to_f32(u16::from_le_bytes(pair())),
            DType::Int4 => i32::from((self.data[i / 2] << (4 * (1 - i % 2))) as i8 >> 4),
            DType::Uint8 => i32::from(self.data[i]),
            DType::Int16 => i32::from(i16::from_le_bytes(pair())),
            _ => i32::from(self.data[i] as i8),
        };
        let Some(Quantization { scales, zero_points, .. }) = &self.quant else { return integer as f32 };
        let channel = if scales.len() == 1 { 0 } else { i / inner % scales.len() };
        scales[channel] * integer.wrapping_sub(zero_points[channel] as i32) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(dtype: DType, shape: &[usize], data: &[u8], quant: Option<Quantization>) -> Stored {
        Stored { dtype, data: data.into(), quant, shape: shape.to_vec() }
    }

    fn quant(scales: &[f32], zero_points: &[i64], axis: usize) -> Option<Quantization> {
        Some(Quantization { scales: scales.to_vec(), zero_points: zero_points.to_vec(), axis })
    }

    #[test]
    fn each_channel_has_its_scale() {
        let by_column = stored(DType::Int4, &[2, 2], &[0x21, 0x8f], quant(&[0.5, 2.0], &[0, 1], 1));
        assert!(by_column.is_sound());
        assert_eq!(by_column.floats().collect::<Vec<_>>(), [0.5, 2.0, -0.5, -18.0]);
        let by_row = stored(DType::Int8, &[2, 2], &[1, 2, 255, 3], quant(&[0.5, 2.0], &[0, 1], 0));
        assert_eq!(by_row.floats().collect::<Vec<_>>(), [0.5, 1.0, -4.0, 4.0]);
        let wide = stored(DType::Int16, &[1], &[0, 1], quant(&[0.5], &[6], 0));
        assert_eq!(wide.floats().collect::<Vec<_>>(), [125.0]);
    }

    #[test]
    fn halves_are_four_bytes_each() {
        let contents = Contents::Stored(Arc::new(stored(DType::Float16, &[2], &[0, 0x3c, 1, 0x7e], None)));
        assert_eq!(contents.len(), 8);
        // One, and a NaN.
        assert_eq!(contents.bytes().as_ref(), [0, 0, 0x80, 0x3f, 0, 0, 0xc0, 0x7f]);
    }

    #[test]
    fn scales_that_do_not_fit_are_not_sound() {
        let bytes = |quant| stored(DType::Int8, &[2, 3], &[0; 6], quant).is_sound();
        assert!(bytes(quant(&[1.0], &[0], 7)) && bytes(quant(&[1.0, 1.0], &[0, 0], 0)));
        assert!(!bytes(None) && !bytes(quant(&[1.0, 1.0], &[0, 0], 1)) && !bytes(quant(&[1.0], &[], 0)));
    }
}
