//! Element types.

use std::fmt;

/// Element type as DLPack has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DType {
    /// DLPack code: 0 signed, 1 unsigned, 2 float, 4 bfloat.
    pub code: u8,
    /// Bits of one lane.
    pub bits: u8,
    /// Lanes of one element.
    pub lanes: u16,
}

impl DType {
    /// Signed 8 bit integer.
    pub const INT8: DType = DType { code: 0, bits: 8, lanes: 1 };
    /// 32 bit float.
    pub const FLOAT32: DType = DType { code: 2, bits: 32, lanes: 1 };

    /// Reads TVM's spelling: `int8`, `uint16`, `float32`, `bfloat16`, `bool`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (name, bits) = text.split_at(digits);
        let (code, bits) = match (name, bits) {
            ("bool", "") => (1, 1),
            ("bfloat", "16") => (4, 16),
            ("int", "4" | "8" | "16" | "32" | "64") => (0, bits.parse().ok()?),
            ("uint", "1" | "4" | "8" | "16" | "32" | "64") => (1, bits.parse().ok()?),
            ("float", "16" | "32" | "64") => (2, bits.parse().ok()?),
            _ => return None,
        };
        Some(DType { code, bits, lanes: 1 })
    }

    /// Bytes that `elements` take, packed below one byte; `None` on overflow.
    pub fn size_of(self, elements: u64) -> Option<u64> {
        let bits = u64::from(self.bits) * u64::from(self.lanes);
        // TVM keeps a bool in a whole byte.
        let bits = if bits == 1 { 8 } else { bits };
        elements.checked_mul(bits).map(|bits| bits.div_ceil(8))
    }

    /// Bytes of a tensor of that shape; `None` on overflow or with a negative dimension.
    pub fn size_of_shape(self, shape: &[i64]) -> Option<u64> {
        let mut elements = 1u64;
        for &dimension in shape {
            elements = elements.checked_mul(u64::try_from(dimension).ok()?)?;
        }
        self.size_of(elements)
    }

    /// Natural alignment of one element in bytes.
    pub fn alignment(self) -> u64 {
        u64::from(self.bits).div_ceil(8).next_power_of_two()
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.bits) {
            (1, 1) => write!(f, "bool")?,
            (0, bits) => write!(f, "int{bits}")?,
            (1, bits) => write!(f, "uint{bits}")?,
            (2, bits) => write!(f, "float{bits}")?,
            (4, bits) => write!(f, "bfloat{bits}")?,
            (code, bits) => write!(f, "dtype{code}_{bits}")?,
        }
        if self.lanes == 1 { Ok(()) } else { write!(f, "x{}", self.lanes) }
    }
}
