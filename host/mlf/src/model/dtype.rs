//! Element types.

use std::fmt;

/// Element type as in DLPack.
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
        // In TVM a bool takes a whole byte.
        let bits = if bits == 1 { 8 } else { bits };
        elements.checked_mul(bits).map(|bits| bits.div_ceil(8))
    }

    /// Bytes of a tensor of this shape; `None` on overflow or with a negative dimension.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_go_both_ways() {
        for text in [
            "bool", "int4", "int8", "int16", "int32", "int64", "uint1", "uint4", "uint8", "uint16", "uint32", "uint64",
            "float16", "float32", "float64", "bfloat16",
        ] {
            let dtype = DType::parse(text).expect(text);
            // In DLPack, an unsigned integer of one bit is a bool.
            let shown = if text == "uint1" { "bool" } else { text };
            assert_eq!(dtype.to_string(), shown);
        }
        for text in ["", "int", "int7", "float8", "bfloat32", "int8x4", "Int8", "uint 8", "complex64"] {
            assert_eq!(DType::parse(text), None, "{text}");
        }
        assert_eq!(DType { code: 3, bits: 64, lanes: 2 }.to_string(), "dtype3_64x2");
    }

    #[test]
    fn sizes_and_alignments() {
        let size = |text: &str, shape: &[i64]| DType::parse(text).expect(text).size_of_shape(shape);
        assert_eq!(size("int8", &[]), Some(1));
        assert_eq!(size("float32", &[2, 3]), Some(24));
        assert_eq!(size("int4", &[3]), Some(2));
        assert_eq!(size("bool", &[3]), Some(3));
        assert_eq!(size("int8", &[5, 0]), Some(0));
        assert_eq!(size("int8", &[-1]), None);
        assert_eq!(size("int16", &[i64::MAX, 4]), None);
        assert_eq!(size("int64", &[1 << 62]), None);
        for (text, alignment) in [("int4", 1), ("bool", 1), ("int16", 2), ("float64", 8)] {
            assert_eq!(DType::parse(text).expect(text).alignment(), alignment);
        }
    }
}
