//! What an element of a tensor is: its type, and the real number that it stands for.

use crate::ir::kind::type_name;
use std::fmt;

/// Element types of the file format that the compiler distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub enum DType {
    Float32,
    Int32,
    Uint8,
    Int64,
    Bool,
    Int16,
    Uint32,
    Uint64,
    #[default]
    Int8,
    /// Two in a byte, the first in the low half; only for constants.
    Int4,
    /// Two bytes; only for constants, which DEQUANTIZE converts to float32 at compile time.
    Float16,
    /// Handle of a variable; has no contents of its own.
    Resource,
    /// Anything else, by its number in the file; never passes `check`.
    Other(i8),
}

impl DType {
    /// Bytes of one element; 0 if the type has no fixed size, takes less than a byte, or is only for constants.
    pub fn size(self) -> usize {
        match self {
            DType::Int64 | DType::Uint64 => 8,
            DType::Float32 | DType::Int32 | DType::Uint32 => 4,
            DType::Int16 => 2,
            DType::Uint8 | DType::Int8 | DType::Bool => 1,
            DType::Int4 | DType::Float16 | DType::Resource | DType::Other(_) => 0,
        }
    }

    /// Bytes of this number of elements.
    pub fn bytes(self, elements: usize) -> Option<usize> {
        match self {
            DType::Int4 => Some(elements.div_ceil(2)),
            DType::Float16 => elements.checked_mul(2),
            _ => elements.checked_mul(self.size()),
        }
    }

    /// The lowest and highest value of an integer type of up to 32 bits.
    pub fn range(self) -> Option<(i32, i32)> {
        match self {
            DType::Int4 => Some((-8, 7)),
            DType::Int8 => Some((-128, 127)),
            DType::Uint8 => Some((0, 255)),
            DType::Int16 => Some((-32768, 32767)),
            DType::Int32 => Some((i32::MIN, i32::MAX)),
            _ => None,
        }
    }

    /// The C99 type of one element.
    pub fn c_type(self) -> &'static str {
        match self {
            DType::Float32 => "float",
            DType::Int64 => "int64_t",
            DType::Uint64 => "uint64_t",
            DType::Int32 => "int32_t",
            DType::Uint32 => "uint32_t",
            DType::Int16 => "int16_t",
            DType::Int4 | DType::Int8 => "int8_t",
            DType::Bool | DType::Uint8 | DType::Float16 | DType::Resource | DType::Other(_) => "uint8_t",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DType::Float32 => f.write_str("float32"),
            DType::Float16 => f.write_str("float16"),
            DType::Int64 => f.write_str("int64"),
            DType::Uint64 => f.write_str("uint64"),
            DType::Int32 => f.write_str("int32"),
            DType::Uint32 => f.write_str("uint32"),
            DType::Int16 => f.write_str("int16"),
            DType::Int8 => f.write_str("int8"),
            DType::Int4 => f.write_str("int4"),
            DType::Uint8 => f.write_str("uint8"),
            DType::Bool => f.write_str("bool"),
            DType::Resource => f.write_str("resource"),
            DType::Other(code) => f.write_str(&type_name(*code)),
        }
    }
}

/// Affine quantisation: real = scale · (stored − zero point).
#[derive(Debug, Clone, PartialEq)]
pub struct Quantization {
    /// One scale for the whole tensor, or one for each index of `axis`. Finite and positive after `check`.
    pub scales: Vec<f32>,
    /// As many as there are scales.
    pub zero_points: Vec<i64>,
    /// The dimension along which the scales change; meaningless for one scale.
    pub axis: usize,
}
