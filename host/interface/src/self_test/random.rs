//! Random content of inputs: the same numbers on the host and, in the generated C, on the device.

use crate::facts::TensorFacts;
use std::fmt::Write;
use tvm_embedded_mlf::DType;

/// Bits of a random word that are kept, and bits that are then set; for even and odd words of a tensor.
type Masks = [(u32, u32); 2];

/// The content of an input of a self-test: every value of 8 and 16 bit integers and of types that are not known, 0 to 7 for wider
/// integers, which often are positions, and floats with magnitudes from 0.125 to 2.
///
/// `number` distinguishes the inputs of all runs: run × number of inputs + position of the input.
#[must_use]
pub fn random_input(tensor: &TensorFacts, number: u32) -> Vec<u8> {
    let masks = masks(tensor.dtype);
    let mut state = number.wrapping_add(1).wrapping_mul(0x9E37_79B9);
    let mut content = Vec::with_capacity(tensor.bytes as usize + 4);
    for word in 0..tensor.bytes.div_ceil(4) as usize {
        // Marsaglia's xorshift32.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let (keep, set) = masks[word % 2];
        content.extend((state & keep | set).to_le_bytes());
    }
    content.truncate(tensor.bytes as usize);
    content
}

/// The same as C: a function that all inputs share.
pub fn function(out: &mut String, symbol: &str) {
    let _ = write!(
        out,
        "\n/* Random content of an input, as on the host. `masks`: for even and odd words, the bits that are kept, and those that are\n \
         * set. */\n\
         static void tvm_{symbol}_random(uint8_t *to, uint32_t bytes, uint32_t number, const uint32_t *masks) {{\n  \
         uint32_t state = (number + 1u) * 0x9E3779B9u;\n  uint32_t word = 0u;\n  uint32_t at;\n  \
         for (at = 0u; at < bytes; at++) {{\n    \
         if ((at & 3u) == 0u) {{\n      const uint32_t odd = (at >> 1) & 2u;\n      state ^= state << 13;\n      \
         state ^= state >> 17;\n      state ^= state << 5;\n      word = (state & masks[odd]) | masks[odd + 1u];\n    }}\n    \
         to[at] = TVM_CONVERT(uint8_t, word & 0xFFu);\n    word >>= 8;\n  }}\n}}\n"
    );
}

/// The initialiser of an input's masks in C.
pub fn initialiser(tensor: &TensorFacts) -> String {
    let words: Vec<String> =
        masks(tensor.dtype).iter().map(|(keep, set)| format!("0x{keep:08X}u, 0x{set:08X}u")).collect();
    format!("{{ {} }}", words.join(", "))
}

fn masks(dtype: Option<DType>) -> Masks {
    const ALL: (u32, u32) = (u32::MAX, 0);
    const SMALL: (u32, u32) = (7, 0);
    let both = |mask| [mask, mask];
    match dtype {
        Some(DType { code: 1, bits: 1, .. } | DType { code: 6, .. }) => both((0x0101_0101, 0)),
        Some(DType { code: 0 | 1, bits: 32, .. }) => both(SMALL),
        Some(DType { code: 0 | 1, bits: 64, .. }) => [SMALL, (0, 0)],
        // Exponents of the last four powers of two below 2, so no infinite value, no NaN and nothing that rounds to 0.
        Some(DType { code: 2, bits: 32, .. }) => both((0x81FF_FFFF, 0x3E00_0000)),
        Some(DType { code: 2, bits: 64, .. }) => [ALL, (0x803F_FFFF, 0x3FC0_0000)],
        Some(DType { code: 2, bits: 16, .. }) => both((0x8FFF_8FFF, 0x3000_3000)),
        Some(DType { code: 4, bits: 16, .. }) => both((0x81FF_81FF, 0x3E00_3E00)),
        _ => both(ALL),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(dtype: DType, bytes: u32) -> TensorFacts {
        TensorFacts {
            name: "x".into(),
            index: 0,
            bytes,
            elements: bytes,
            alignment: 1,
            dtype: Some(dtype),
            shape: None,
            quantization: None,
            placement: None,
        }
    }

    #[test]
    fn values_are_in_range_and_differ() {
        let floats = random_input(&tensor(DType::FLOAT32, 4000), 0);
        let values: Vec<f32> = floats.chunks(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
        assert!(values.iter().all(|v| (0.125..2.0).contains(&v.abs())) && values.iter().any(|v| *v < 0.0));
        let doubles = random_input(&tensor(DType { code: 2, bits: 64, lanes: 1 }, 800), 0);
        let mut values = doubles.chunks(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()));
        assert!(values.all(|v| (0.125..2.0).contains(&v.abs())));
        let positions = random_input(&tensor(DType { code: 0, bits: 64, lanes: 1 }, 800), 3);
        let values: Vec<i64> = positions.chunks(8).map(|bytes| i64::from_le_bytes(bytes.try_into().unwrap())).collect();
        assert!(values.iter().all(|v| (0..8).contains(v)) && values.contains(&0) && values.contains(&7));
        let bytes = random_input(&tensor(DType::INT8, 4001), 0);
        assert_eq!(bytes.len(), 4001);
        assert!((0..=255).all(|value| bytes.contains(&value)));
        assert_ne!(bytes, random_input(&tensor(DType::INT8, 4001), 1));
        assert!(random_input(&tensor(DType { code: 6, bits: 8, lanes: 1 }, 99), 0).iter().all(|v| *v < 2));
        let positions = random_input(&tensor(DType { code: 0, bits: 32, lanes: 1 }, 400), 0);
        assert!(positions.chunks(4).all(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()) < 8));
    }

    /// Exponent and sign of both formats of 16 bits: magnitudes from 0.125 to 2, neither infinite nor NaN.
    #[test]
    fn short_floats_are_in_range() {
        for (code, fraction, bias) in [(2, 10, 15), (4, 7, 127)] {
            let bytes = random_input(&tensor(DType { code, bits: 16, lanes: 1 }, 800), 0);
            let words: Vec<u16> = bytes.chunks(2).map(|bytes| u16::from_le_bytes(bytes.try_into().unwrap())).collect();
            let exponents = words.iter().map(|word| i32::from((word & 0x7FFF) >> fraction) - bias);
            assert!(exponents.clone().all(|exponent| (-3..=0).contains(&exponent)), "{code}");
            assert!(exponents.clone().any(|e| e == -3) && exponents.clone().any(|e| e == 0), "{code}");
            assert!(words.iter().any(|word| word >> 15 == 1) && words.iter().any(|word| word >> 15 == 0), "{code}");
        }
    }
}
