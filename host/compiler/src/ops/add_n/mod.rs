//! ADD_N: sums of tensors of one shape, on int8, `add_n.h`, and float32, `add_n_float.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::{ahead, text};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::ADD_N,
    versions: 1..=2,
    inputs: 2..=usize::MAX,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["add_n.h", "add_n_float.h"],
    reference: "add_n.cc",
    support: &[Support::bytes("int8, float32", Cores::Portable)],
};

struct AddN<'a> {
    inputs: Vec<Operand<'a>>,
    output: Operand<'a>,
    scaled: Option<Scaled>,
}

/// Additional facts for int8.
struct Scaled {
    multiplier: Multiplier,
    /// The zero points that a sum starts with.
    zero_points: i64,
    zero_point: i32,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let inputs: Vec<Operand<'a>> = (0..checker.op.inputs.len()).map(|i| checker.input(i)).collect::<Option<_>>()?;
    let (first, output) = (*inputs.first()?, checker.output(0)?);
    checker.dtype(first, &[DType::Int8, DType::Float32]).then_some(())?;
    let fits = inputs[1..].iter().chain([&output]).fold(true, |fits, &operand| {
        fits & checker.dtype(operand, &[first.dtype]) & checker.shape(operand, &first.shape)
    });
    fits.then_some(())?;
    let scaled = if first.dtype == DType::Int8 { Some(scaled(checker, &inputs, output)?) } else { None };
    Some(Box::new(AddN { inputs, output, scaled }))
}

fn scaled(checker: &mut Checker<'_>, inputs: &[Operand<'_>], output: Operand<'_>) -> Option<Scaled> {
    let (scale, zero) = checker.per_tensor(*inputs.first()?)?;
    for &input in inputs {
        let (own, own_zero) = checker.per_tensor(input)?;
        if (own, own_zero) != (scale, zero) {
            let found = format!("scale {own}, zero point {own_zero}");
            checker.bad_tensor(input.id, found, format!("scale {scale}, zero point {zero}, as the first input"));
            return None;
        }
    }
    let (out_scale, zero_point) = checker.per_tensor(output)?;
    let factor = 2.0 * f64::from(scale) / (f64::from(1 << 20) * f64::from(out_scale));
    let multiplier = Multiplier::new(factor);
    if factor >= 1.0 || multiplier.shift > 0 {
        checker.bad(format!("scales {scale} to {out_scale}"), "an output scale above 2^-19 of the inputs'");
        return None;
    }
    // The reference starts its sum at minus the zero point.
    let count = i64::try_from(inputs.len()).ok()?;
    let zero_points = (count + 1).checked_mul(zero.into())?;
    let ends = [-128, 127].map(|x| count.checked_mul(x).and_then(|sum| sum.checked_sub(zero_points)));
    if ends.iter().any(|end| end.is_none_or(|end| end.abs() >= 1 << 12)) {
        checker.bad(format!("{count} inputs of zero point {zero}"), "inputs whose sum stays below 4096 steps");
        return None;
    }
    Some(Scaled { multiplier, zero_points, zero_point })
}

impl Checked for AddN<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let names: Vec<String> = (1..=self.inputs.len()).map(|i| format!("input{i}")).collect();
        let (inputs, count) = (names.len(), self.output.elements());
        let element = self.output.dtype.c_type();
        let list = format!(
            "    const {element} *const inputs[{inputs}] = {{\n        {},\n    }};\n",
            names.join(",\n        ")
        );
        let (header, body) = match &self.scaled {
            None => ("add_n_float.h", list + &format!("    tvmk_add_n_float(inputs, {inputs}, output, {count});\n")),
            Some(Scaled { multiplier, zero_points, zero_point }) => {
                let fields = [
                    ("inputs", inputs.to_string()),
                    ("count", count.to_string()),
                    ("mantissa", multiplier.mantissa.to_string()),
                    ("shift", (-multiplier.shift).to_string()),
                    ("zero_points", zero_points.to_string()),
                    ("zero_point_out", zero_point.to_string()),
                ];
                let layer = text::constant_struct("tvmk_add_n_t", "layer", &fields);
                ("add_n.h", layer + &list + "    tvmk_add_n(&layer, inputs, output);\n")
            }
        };
        let mut arguments: Vec<Argument> =
            names.iter().zip(&self.inputs).map(|(name, input)| Argument::input(name, input.id)).collect();
        arguments.push(Argument::output("output", self.output.id));
        let output = self.output.id;
        let in_place = |input: &Operand<'_>| InPlace { input: input.id, output, lead: 0, reason: "element by element" };
        Lowered::Layer(Layer {
            arguments,
            in_place: self.inputs.iter().map(in_place).collect(),
            headers: vec![header],
            body,
            ..lowering.layer(format!("ADD_N of {inputs} tensors of {:?}", self.output.shape))
        })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let inputs: Vec<Vec<f32>> = self.inputs.iter().map(|input| input.f32_data()).collect::<Option<_>>()?;
        let sum = |i: usize| inputs.iter().fold(0.0, |sum, input| sum + input.get(i).copied().unwrap_or_default());
        Some(Ok(vec![ahead::floats((0..self.output.elements()).map(sum))]))
    }
}
