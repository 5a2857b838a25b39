//! What a Fourier transform needs in flash: twiddle factors as KISS FFT computes them, its stages, the order of its input.

use crate::ir::graph::DType;
use crate::ir::layer::{Constant, ConstantData, Core, Lowering};
use std::f64::consts::PI;

/// The tables of one transform of real numbers, which is a complex one of half its length and one further step.
pub struct Tables {
    /// Of the complex transform.
    length: usize,
    /// Factors of that length, first to last.
    factors: Vec<usize>,
    dtype: DType,
}

impl Tables {
    /// For an even length from 4 to 65536 whose only factors are 2, 3 and 5.
    pub fn new(length: usize, dtype: DType) -> Option<Self> {
        ((4..=1 << 16).contains(&length) && length.is_multiple_of(2)).then_some(())?;
        let factors = factors(length / 2)?;
        Some(Tables { length: length / 2, factors, dtype })
    }

    /// Of the real transform.
    pub fn length(&self) -> usize {
        2 * self.length
    }

    /// The arrays, and the fields of the kernel's struct.
    pub fn constants(&self, lowering: &Lowering<'_>, inverse: bool) -> (Vec<Constant>, Vec<(&'static str, String)>) {
        let sign = if inverse { -1.0 } else { 1.0 };
        let (n, half) = (self.length, self.length / 2);
        let twiddle = |i: usize| -2.0 * PI * i as f64 / n as f64 * sign;
        let super_twiddle = |i: usize| -PI * ((i + 1) as f64 / n as f64 + 0.5) * sign;
        let order = ConstantData::I16(self.order().iter().map(|&at| at as u16 as i16).collect());
        let radix = ConstantData::U8(self.factors.iter().rev().map(|&factor| factor as u8).collect());
        let constants = [
            ("twiddles", self.circle((0..n).map(twiddle)), "twiddle factors"),
            ("super_twiddles", self.circle((0..half).map(super_twiddle)), "twiddle factors of the last step"),
            ("order", order, "which element is at each position"),
            ("radix", radix, "of each stage"),
        ];
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        for (what, data, comment) in constants {
            let name = lowering.constant(what);
            let pointer = if what == "order" { format!("(const uint16_t *){name}") } else { name.clone() };
            fields.push((what, pointer));
            let align = data.bytes() / data.len();
            arrays.push(Constant { name, data, align, row: 0, comment: comment.into(), core: Core::Any });
        }
        fields.push(("stages", self.factors.len().to_string()));
        fields.push(("length", n.to_string()));
        (arrays, fields)
    }

    /// Cosine and sine of each angle, side by side.
    fn circle(&self, angles: impl Iterator<Item = f64>) -> ConstantData {
        let pairs = angles.flat_map(|angle| [angle.cos(), angle.sin()]);
        let fixed = |x: f64, one: i32| (0.5 + f64::from(one) * x).floor();
        match self.dtype {
            DType::Int16 => ConstantData::I16(pairs.map(|x| fixed(x, 0x7fff) as i16).collect()),
            DType::Int32 => ConstantData::I32(pairs.map(|x| fixed(x, i32::MAX) as i32).collect()),
            _ => ConstantData::F32(pairs.map(|x| x as f32).collect()),
        }
    }

    /// Which element of the input is at each position before the first stage: the digits of its number, in the base of the factors,
    /// reversed.
    fn order(&self) -> Vec<usize> {
        let mut order = vec![0];
        for &factor in self.factors.iter().rev() {
            order = (0..factor).flat_map(|digit| order.iter().map(move |&at| at * factor + digit)).collect();
        }
        order
    }
}

/// Factors 4 first, then 2, 3 and 5; `None` for other factors.
fn factors(mut length: usize) -> Option<Vec<usize>> {
    let mut factors = Vec::new();
    for factor in [4, 2, 3, 5] {
        while length.is_multiple_of(factor) {
            factors.push(factor);
            length /= factor;
        }
    }
    (length == 1 && !factors.is_empty()).then_some(factors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_factored() {
        assert_eq!(factors(256), Some(vec![4, 4, 4, 4]));
        assert_eq!(factors(240), Some(vec![4, 4, 3, 5]));
        assert_eq!((factors(1), factors(7)), (None, None));
        assert!(Tables::new(2, DType::Int16).is_none() && Tables::new(15, DType::Int16).is_none());
        let tables = Tables::new(12, DType::Int16).unwrap();
        // Factors 2 and 3: the first half of the result comes from even elements.
        assert_eq!(tables.order(), [0, 2, 4, 1, 3, 5]);
    }
}
