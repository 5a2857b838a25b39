//! Functions of the header that convert between real values and a tensor's elements.

use crate::c_header::fragments::{entry, section};
use crate::c_header::types::element_type;
use crate::checked::plan::Plan;
use crate::facts::{Named, TensorFacts};
use std::fmt::Write;

/// The functions of all tensors that have a scale and elements of 8 or 16 bits; nothing for other models.
pub fn quantisation(out: &mut String, plan: &Plan<'_>) {
    let (symbol, prefix) = (plan.symbol(), plan.macro_prefix());
    let sides = [("input", &plan.facts.inputs), ("output", &plan.facts.outputs)];
    let mut tensors = sides
        .iter()
        .flat_map(|(side, tensors)| tensors.iter().map(move |tensor| (side, tensor)))
        .filter_map(|(side, tensor)| Some((side, tensor, Elements::of(tensor)?)))
        .peekable();
    if tensors.peek().is_none() {
        return;
    }
    section(out, "Real values and elements");
    out.push_str(
        "/* For each quantised tensor: quantize gives the element for a real value, rounded as by the converter (halves\n \
         * away from zero; the nearest limit for values out of range, the lowest for NaN); dequantize gives the\n \
         * real value of an element; ..._array converts `count` of them. quantize_fixed takes value / 2^fraction_bits, and\n \
         * dequantize_fixed gives such a value (INT32_MIN or INT32_MAX if out of range), both only with integers. All may\n \
         * be called from anywhere; functions that are not called take no memory. */\n",
    );
    for (side, tensor, elements) in tensors {
        let place = format!("{prefix}_{}", side.to_ascii_uppercase());
        elements.functions(out, &format!("tvm_{symbol}_{side}_{}", tensor.c_name), &entry(&place, &tensor.c_name));
    }
}

/// How the elements of one tensor are stored.
struct Elements {
    ctype: &'static str,
    low: &'static str,
    high: &'static str,
    scale: f32,
}

impl Elements {
    fn of(tensor: &Named<TensorFacts>) -> Option<Self> {
        let (low, high) = match element_type(&tensor.facts) {
            "int8_t" => ("INT8_MIN", "INT8_MAX"),
            "uint8_t" if tensor.facts.dtype.is_some_and(|dtype| (dtype.code, dtype.bits) == (1, 8)) => {
                ("0", "UINT8_MAX")
            }
            "int16_t" => ("INT16_MIN", "INT16_MAX"),
            "uint16_t" if tensor.facts.dtype.is_some_and(|dtype| dtype.code == 1) => ("0", "UINT16_MAX"),
            _ => return None,
        };
        let scale = tensor.facts.quantization.as_ref()?.scale;
        (scale > 0.0).then_some(Self { ctype: element_type(&tensor.facts), low, high, scale })
    }

    fn functions(&self, out: &mut String, name: &str, place: &str) {
        let Self { ctype, low, high, scale } = self;
        let (scale_of, zero) = (format!("{place}_SCALE"), format!("{place}_ZERO_POINT"));
        let (to, to_shift) = fraction(1.0 / f64::from(*scale));
        let (from, from_shift) = fraction(f64::from(*scale));
        let _ = write!(
            out,
            "\nstatic inline {ctype} {name}_quantize(float value) {{\n  \
             return TVM_CONVERT({ctype}, TVMQuantize(value, {scale_of}, {zero}, {low}, {high}));\n}}\n\
             static inline float {name}_dequantize({ctype} element) {{\n  \
             return TVMDequantize(element, {scale_of}, {zero});\n}}\n\
             static inline {ctype} {name}_quantize_fixed(int32_t value, int32_t fraction_bits) {{\n  \
             return TVM_CONVERT({ctype},\n                     \
             TVMQuantizeInteger(value, {to}, fraction_bits + ({to_shift}), {zero}, {low}, {high}));\n}}\n\
             static inline int32_t {name}_dequantize_fixed({ctype} element, int32_t fraction_bits) {{\n  \
             return TVMScale(element - ({zero}), {from}, {from_shift} - fraction_bits);\n}}\n"
        );
        for (verb, from, to) in [("quantize", "float", *ctype), ("dequantize", *ctype, "float")] {
            let (source, target) = if verb == "quantize" { ("values", "elements") } else { ("elements", "values") };
            let _ = write!(
                out,
                "static inline void {name}_{verb}_array(const {from} *{source}, {to} *{target}, size_t count) {{\n  \
                 size_t i;\n  for (i = 0; i < count; i++) {{\n    \
                 {target}[i] = {name}_{verb}({source}[i]);\n  }}\n}}\n"
            );
        }
    }
}

/// The multiplier below 2^31 and the shift with `factor` = multiplier / 2^shift, to 31 bits.
fn fraction(factor: f64) -> (i32, i32) {
    let mut shift = 0;
    let mut size = factor;
    while size < f64::from(1 << 30) {
        size *= 2.0;
        shift += 1;
    }
    while size.round() >= f64::from(1_u32 << 31) {
        size /= 2.0;
        shift -= 1;
    }
    // Rounded, it is at most 2^31 - 1.
    (size.round() as i32, shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_is_kept_to_31_bits() {
        assert_eq!(fraction(1.0), (1 << 30, 30));
        assert_eq!(fraction(0.5), (1 << 30, 31));
        assert_eq!(fraction(1.0 - f64::EPSILON), (1 << 30, 30));
        assert_eq!(fraction(f64::from(1_u32 << 31)), (1 << 30, -1));
        for factor in
            [f64::from(f32::MIN_POSITIVE), 1e-12, 0.003_921_569, 3.7, 1e30, 1.0 / f64::from(f32::from_bits(1))]
        {
            let (multiplier, shift) = fraction(factor);
            let found = f64::from(multiplier) * 2_f64.powi(-shift);
            assert!((found / factor - 1.0).abs() < 2_f64.powi(-30), "{factor}");
        }
    }
}
