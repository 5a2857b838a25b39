//! The operator on float32.

use super::operands::{Operands, Options, Sizes};
use crate::ir::graph::{Activation, DType};
use crate::ir::layer::{ConstantData, Core, Layer, LayerState, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::Checked;
use crate::ops::shared::text;

struct Svdf<'a> {
    operands: Operands<'a>,
    sizes: Sizes,
    /// Features, time, bias.
    constants: [Vec<f32>; 3],
    range: (f32, f32),
    bounds: u8,
}

/// The check of types; `sizes` fit.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    options: &Options,
    operands: Operands<'a>,
    sizes: Sizes,
) -> Option<Box<dyn Checked + 'a>> {
    let Operands { features, time, bias, state, output, .. } = operands;
    let mut data = Vec::new();
    for constant in [features, time, bias] {
        checker.dtype(constant, &[DType::Float32]).then_some(())?;
        if !constant.is_constant() {
            checker.bad_tensor(constant.id, "computed at run time", "constants");
        }
        data.push(constant.f32_data()?);
    }
    (checker.dtype(state, &[DType::Float32]) & checker.dtype(output, &[DType::Float32])).then_some(())?;
    let range = checker.float_activation(options.activation)?;
    let bounds = match options.activation {
        Activation::None => 0,
        Activation::Relu => 1,
        _ => 2,
    };
    let constants = data.try_into().ok()?;
    Some(Box::new(Svdf { operands, sizes, constants, range, bounds }))
}

impl Checked for Svdf<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Sizes { batches, inputs, filters, memory, rank } = self.sizes;
        let constant = |(what, comment): (&'static str, String), values: &Vec<f32>| {
            lowering.array(what, Core::Any, ConstantData::F32(values.clone()), comment)
        };
        let names = [
            ("weights", format!("features [filter {filters}][{inputs}]")),
            ("time", format!("weights of time [filter {filters}][{memory}]")),
            ("bias", format!("biases [unit {}]", filters / rank)),
        ];
        let mut fields: Vec<_> = ["features", "time", "bias"]
            .into_iter()
            .zip(&names)
            .map(|(field, (what, _))| (field, lowering.constant(what)))
            .collect();
        fields.extend(self.sizes.fields());
        fields.push(("low", text::float(self.range.0)));
        fields.push(("high", text::float(self.range.1)));
        fields.push(("bounds", self.bounds.to_string()));
        let mut body = text::constant_struct("tvmk_float_svdf_t", "layer", &fields);
        body += "    tvmk_float_svdf(&layer, input, output, state);\n";
        Lowered::Layer(Layer {
            states: vec![LayerState::zeros("state", DType::Float32, batches * filters * memory)],
            constants: names.into_iter().zip(&self.constants).map(|(name, values)| constant(name, values)).collect(),
            headers: vec!["svdf_float.h"],
            body,
            macs: self.sizes.macs(),
            ..lowering.layer_of(self.sizes.summary(), self.operands.input.id, self.operands.output.id)
        })
    }
}
