//! ADD, SUB, MUL, RELU, LEAKY_RELU, LOGISTIC and TANH on int16: `elements_int16.h`. Zero points are 0, as the reference requires.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::math::quantize::{Multiplier, rounding_divide_by_pot, saturating_rounding_doubling_high_mul};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::shared::binary::{self, Binary};
use crate::ops::shared::table::{self, Elements};
use crate::ops::shared::{ahead, text};

/// The kernels' file.
pub const HEADER: &str = "elements_int16.h";

/// The scale of a tensor, whose zero point must be 0.
fn scale(checker: &mut Checker<'_>, operand: Operand<'_>) -> Option<f64> {
    let (scale, zero_point) = checker.per_tensor(operand)?;
    if zero_point != 0 {
        checker.bad_tensor(operand.id, format!("zero point {zero_point} of int16"), "0");
        return None;
    }
    Some(scale.into())
}

/// ADD, SUB or MUL.
struct Arithmetic<'a> {
    binary: Binary<'a>,
    kind: OpKind,
    /// Of both inputs and the result.
    multipliers: [Multiplier; 3],
    range: (i32, i32),
}

/// The check of ADD, SUB and MUL.
pub fn check_arithmetic<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let binary = binary::check(checker, &[DType::Int16])?;
    let (first, second) = (scale(checker, binary.inputs[0])?, scale(checker, binary.inputs[1])?);
    let result = scale(checker, binary.output)?;
    let factors = if checker.op.kind == OpKind::MUL {
        [0.0, 0.0, first * second / result]
    } else {
        let twice_max = 2.0 * first.max(second);
        [first / twice_max, second / twice_max, twice_max / (f64::from(1 << 15) * result)]
    };
    let multipliers = factors.map(Multiplier::new);
    if factors.iter().any(|&factor| factor >= 1.0) || multipliers.iter().any(|m| m.shift > 0) {
        let found = format!("scales {first} and {second} to {result}");
        checker.bad(found, "a larger output scale");
        return None;
    }
    let range = checker.activation(binary.activation, binary.output)?;
    Some(Box::new(Arithmetic { binary, kind: checker.op.kind, multipliers, range }))
}

impl Checked for Arithmetic<'_> {
    fn evaluate(&self) -> Option<Evaluated> {
        let [a, b] = self.binary.inputs.map(|input| input.i16_data());
        let (a, b) = (a?, b?);
        let scaled = |x: i32, factor: Multiplier| {
            rounding_divide_by_pot(
                saturating_rounding_doubling_high_mul(x, factor.mantissa),
                factor.shift.unsigned_abs(),
            )
        };
        let [first, second, result] = self.multipliers;
        let one = |[i, j]: [usize; 2]| {
            let (x, y) = (i32::from(a[i]), i32::from(b[j]));
            let widened = || (scaled(x << 15, first), scaled(y << 15, second));
            let sum = match self.kind {
                OpKind::ADD => widened().0 + widened().1,
                OpKind::SUB => widened().0 - widened().1,
                _ => x * y,
            };
            scaled(sum, result).clamp(self.range.0, self.range.1)
        };
        ahead::stored(DType::Int16, self.binary.pairs().map(one))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let [first, second, result] = self.multipliers;
        let body = text::constant_struct(
            "tvmk_elements_int16_t",
            "layer",
            &[
                ("mantissa1", first.mantissa.to_string()),
                ("mantissa2", second.mantissa.to_string()),
                ("mantissa_out", result.mantissa.to_string()),
                ("shift1", (-first.shift).to_string()),
                ("shift2", (-second.shift).to_string()),
                ("shift_out", (-result.shift).to_string()),
                ("low", self.range.0.to_string()),
                ("high", self.range.1.to_string()),
            ],
        );
        let function = match self.kind {
            OpKind::ADD => "tvmk_add_int16",
            OpKind::SUB => "tvmk_sub_int16",
            _ => "tvmk_mul_int16",
        };
        self.binary.lower(lowering, HEADER, &body, |tensors| format!("    {function}(&layer, {tensors});\n"))
    }
}

/// A function of one element: the kernel and the statements before its call.
struct Unary<'a> {
    elements: Elements<'a>,
    function: &'static str,
    structure: &'static str,
    fields: Vec<(&'static str, String)>,
    table: bool,
    /// What it makes of an element, where it is computed at compile time, too.
    value: Option<Box<dyn Fn(i32) -> Option<i32>>>,
}

/// Input and output of a function of one element, and their scales.
fn unary<'a>(checker: &mut Checker<'a>) -> Option<(Elements<'a>, f64, f64)> {
    let elements = table::elements(checker, &[DType::Int16], &[DType::Int16])?;
    Some((elements, scale(checker, elements.input)?, scale(checker, elements.output)?))
}

/// The check of RELU and LEAKY_RELU; `alpha` is 0 for RELU.
pub fn check_relu<'a>(checker: &mut Checker<'a>, alpha: f32) -> Option<Box<dyn Checked + 'a>> {
    let (elements, from, to) = unary(checker)?;
    let (rising, falling) = (Multiplier::new(from / to), Multiplier::new(from * f64::from(alpha.abs()) / to));
    if [rising, falling].iter().any(|multiplier| multiplier.checked_apply(-32768).is_none()) {
        checker.bad(format!("scales {from} to {to}"), "scales of similar size");
        return None;
    }
    let fields = vec![
        ("mantissa", rising.mantissa.to_string()),
        ("shift", rising.shift.to_string()),
        ("mantissa_below", falling.mantissa.to_string()),
        ("shift_below", falling.shift.to_string()),
        ("sign", if alpha < 0.0 { "-1" } else { "1" }.to_owned()),
    ];
    let (function, structure) = ("tvmk_relu_int16", "tvmk_relu_int16_t");
    let value = move |x: i32| {
        let y = if x < 0 { falling.checked_apply(x)? } else { rising.checked_apply(x)? };
        Some((if x < 0 && alpha < 0.0 { -y } else { y }).clamp(-32768, 32767))
    };
    Some(Box::new(Unary { elements, function, structure, fields, table: false, value: Some(Box::new(value)) }))
}

/// Elements clamped between the numbers of `range`, for RELU6: the upper limit takes precedence.
pub fn clamped<'a>(
    checker: &mut Checker<'a>,
    elements: Elements<'a>,
    (low, high): (i32, i32),
) -> Option<Box<dyn Checked + 'a>> {
    if !(-32768..=32767).contains(&low) {
        checker.bad_tensor(elements.input.id, format!("zero point {low}"), "a number of int16");
        return None;
    }
    let fields = vec![("low", low.to_string()), ("high", high.to_string())];
    let (function, structure) = ("tvmk_relu6_int16", "tvmk_relu6_int16_t");
    let value = move |x: i32| Some(if x > high { high } else { x.max(low) });
    Some(Box::new(Unary { elements, function, structure, fields, table: false, value: Some(Box::new(value)) }))
}

/// The power of two that a scale equals within a thousandth.
pub fn log2(scale: f64) -> Option<i32> {
    // In float32, as the reference.
    let log = (scale as f32).ln() * (1.0f32 / 2.0f32.ln());
    ((log - log.round()).abs() < 1e-3).then_some(log.round() as i32)
}

/// The check of LOGISTIC and TANH; the reference does not rescale inputs of scales 2^-12, and for TANH 2^-11.
pub fn check_sigmoid<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (elements, from, to) = unary(checker)?;
    if log2(to) != Some(-15) {
        checker.bad_tensor(elements.output.id, format!("scale {to}"), "scale 2^-15");
        return None;
    }
    let tanh = checker.op.kind == OpKind::TANH;
    let left = log2(from).map(|log| 12 + log).filter(|&left| left == 0 || (tanh && left == 1));
    let (multiplier, shift) = match left {
        Some(left) => (3 << left, 0),
        None => argument(from),
    };
    // The reference takes a multiplier of 0 for a scale of a power of two, and shifts 3 out of the word.
    if !(1..=65535).contains(&multiplier) {
        let expected = if multiplier == 0 { "a scale of at least 3.8e-14" } else { "a scale below 5" };
        checker.bad_tensor(elements.input.id, format!("scale {from}"), expected);
        return None;
    }
    let fields = vec![("table", String::new()), ("multiplier", multiplier.to_string()), ("shift", shift.to_string())];
    let function = if tanh { "tvmk_tanh_int16" } else { "tvmk_logistic_int16" };
    Some(Box::new(Unary { elements, function, structure: "tvmk_sigmoid_int16_t", fields, table: true, value: None }))
}

/// Multiplier and shift that bring an input to steps of 1 / (3 · 4096).
fn argument(scale: f64) -> (i64, i32) {
    let (mut multiplier, mut shift) = (scale * 4096.0 * 3.0, 0);
    while multiplier <= 32767.0 / 2.0 && shift <= 30 {
        shift += 1;
        multiplier *= 2.0;
    }
    (multiplier as i64, shift)
}

/// 65536 · sigmoid(i / 24), each entry shifted so that the error of a straight line to the next one is halved; the last is the limit
/// of the type.
fn sigmoids() -> Vec<i16> {
    let exact = |x: f64| 65536.0 / (1.0 + (-x / 24.0).exp());
    let entry = |i: u32| {
        let x = f64::from(i);
        let error = (exact(x) + exact(x + 1.0)) / 2.0 - exact(x + 0.5);
        (exact(x) - error / 2.0).round() as u16
    };
    (0..255).map(entry).chain([u16::MAX]).map(|value| value as i16).collect()
}

/// The table that LOGISTIC and TANH share, by this name.
pub fn table_constant(name: String) -> Constant {
    Constant {
        name,
        data: ConstantData::I16(sigmoids()),
        align: 2,
        row: 8,
        comment: "65536 * sigmoid(i / 24), as bits".into(),
        core: Core::Any,
    }
}

impl Checked for Unary<'_> {
    fn evaluate(&self) -> Option<Evaluated> {
        let (input, value) = (self.elements.input.i16_data()?, self.value.as_ref()?);
        let values: Vec<i32> = input.into_iter().map(|x| value(x.into())).collect::<Option<_>>()?;
        ahead::stored(DType::Int16, values.into_iter())
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Elements { input, output, .. } = self.elements;
        let (name, count) = (lowering.constant("table"), input.elements());
        let mut fields = self.fields.clone();
        let mut constants = Vec::new();
        if self.table {
            fields[0].1 = format!("(const uint16_t *){name}");
            constants.push(table_constant(name));
        }
        let mut body = text::constant_struct(self.structure, "layer", &fields);
        body += &format!("    {}(&layer, input, output, {count});\n", self.function);
        let summary = format!("int16 {} of {count} elements", lowering.op.kind);
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input: input.id, output: output.id, lead: 0, reason: "element by element" }],
            constants,
            headers: vec![HEADER],
            body,
            ..lowering.layer_of(summary, input.id, output.id)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_begins_at_a_half_and_rises() {
        let table: Vec<u16> = sigmoids().iter().map(|&bits| bits as u16).collect();
        assert_eq!((table[0], table[28], table[255]), (32768, 49975, 65535));
        assert!(table.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
