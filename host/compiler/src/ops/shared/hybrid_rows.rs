//! Rows of int8 that are multiplied with quantised floats, as constants: `tvmk_hybrid_t` and `tvmk_unit_rows_t` of `hybrid.h`.

use crate::ir::layer::{Constant, ConstantData, Core, Lowering};
use crate::ops::shared::{text, unit_rows};

/// Which scale a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scales {
    /// The only one.
    One,
    /// Its own.
    Each,
    /// That of its number modulo four: an LSTM's rows are `[unit][gate]`.
    Gates,
}

/// The rows, and how their sums become floats.
pub struct HybridRows<'a> {
    /// What the names of the constants begin with, `""` or `"recurrent_"`.
    pub prefix: &'a str,
    /// Elements of a row.
    pub depth: usize,
    /// `[row][element]`.
    pub weights: &'a [i8],
    /// Groups of rows, each of which the kernel begins with a multiple of four.
    pub groups: usize,
    /// The scales.
    pub scales: &'a [f32],
    /// Which of them a row has.
    pub which: Scales,
    /// Whether inputs are quantised with an offset.
    pub asymmetric: bool,
    /// Whether sums are scaled by the weights' scale first.
    pub weights_first: bool,
    /// Whether the offset's share is subtracted in float32.
    pub float_offset: bool,
    /// What is added to results, if the compiler knows it.
    pub biases: Option<&'a [f32]>,
    /// The bound of results, `TVMK_HYBRID_...`, with its ends.
    pub bound: (&'static str, f32, f32),
}

impl HybridRows<'_> {
    /// The constants, the initialisers of `tvmk_hybrid_t` and of `tvmk_unit_rows_t`, and whether weights are packed for the DSP
    /// extension.
    pub fn lower(&self, lowering: &Lowering<'_>) -> (Vec<Constant>, [String; 2], bool) {
        let padded = self.padded();
        let shape = format!("[{}][{}]", padded.len() / self.depth, self.depth);
        let name = |what: &str| format!("{}{what}", self.prefix);
        let (mut constants, rows, packed) = unit_rows::rows(lowering, &name("weights"), &padded, self.depth, &shape);
        let mut plain = |what: &str, data, comment: &str| {
            constants.push(lowering.array(&name(what), Core::Any, data, comment));
            lowering.constant(&name(what))
        };
        let scales = plain("scales", ConstantData::F32(self.scales.to_vec()), "scales of the weights");
        let mut totals = "NULL".to_owned();
        if self.asymmetric {
            let sum = |row: &[i8]| row.iter().map(|&weight| i32::from(weight)).sum();
            let sums = ConstantData::I32(self.weights.chunks(self.depth).map(sum).collect());
            totals = plain("totals", sums, "sums of each channel's weights");
        }
        (constants, [self.initialiser(&scales, &totals), rows], packed)
    }

    /// The initialiser of `tvmk_hybrid_t` with these names.
    pub fn initialiser(&self, scales: &str, totals: &str) -> String {
        let mask = match self.which {
            Scales::One => 0,
            Scales::Each => -1,
            Scales::Gates => 3,
        };
        let [asymmetric, first, floats] =
            [self.asymmetric, self.weights_first, self.float_offset && self.asymmetric].map(i32::from);
        let (bound, low, high) = self.bound;
        let ends = text::float_pair((low, high));
        let ordinary = i32::from(self.is_ordinary());
        format!("{{{scales}, {totals}, {mask}, {asymmetric}, {first}, {floats}, {bound}, {ordinary}, {ends}}}")
    }

    /// Whether no result is NaN, infinite or below the normal numbers unless an input's scale is extreme: `is_ordinary` of
    /// `tvmk_hybrid_t`.
    fn is_ordinary(&self) -> bool {
        let adds = |biases: &[f32]| biases.iter().all(|bias| *bias == 0.0 || (1e-24..=1e24).contains(&bias.abs()));
        self.scales.iter().all(|scale| (1e-12..=1e12).contains(scale)) && self.biases.is_some_and(adds)
    }

    /// The weights, of which each group's rows are a multiple of four.
    fn padded(&self) -> Vec<i8> {
        let rows = self.weights.len() / self.depth / self.groups;
        let mut padded = Vec::with_capacity(self.weights.len());
        for group in self.weights.chunks(rows * self.depth) {
            padded.extend_from_slice(group);
            padded.resize(padded.len() + (rows.next_multiple_of(4) - rows) * self.depth, 0);
        }
        padded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_scales_and_biases_are_not_ordinary() {
        let ordinary = |scales: &[f32], biases: Option<&[f32]>| {
            let (prefix, weights, bound) = ("", &[1][..], ("TVMK_HYBRID_FREE", 0.0, 0.0));
            let (asymmetric, weights_first, float_offset) = (false, false, false);
            let (depth, groups, which) = (1, 1, Scales::Each);
            #[rustfmt::skip]
            let rows = HybridRows { prefix, depth, weights, groups, scales, which, asymmetric, weights_first, float_offset, biases, bound };
            rows.initialiser("s", "t").contains("TVMK_HYBRID_FREE, 1, ")
        };
        assert!(ordinary(&[0.01, 3.0], Some(&[])));
        assert!(ordinary(&[0.01], Some(&[0.0, -0.0, -0.5, 1e20])));
        assert!(!ordinary(&[0.01], None));
        for extreme in [0.0, 1e-13, 1e13, f32::NAN, -1.0] {
            assert!(!ordinary(&[0.01, extreme], Some(&[])), "{extreme}");
        }
        for extreme in [1e-25, -1e-40, 1e25, f32::INFINITY, f32::NAN] {
            assert!(!ordinary(&[0.01], Some(&[1.0, extreme])), "{extreme}");
        }
    }
}
