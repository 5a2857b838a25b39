//! RSQRT on int16: `rsqrt.h`.

use super::root::{factor, root};
use crate::ir::graph::DType;
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::shared::table::Elements;
use crate::ops::shared::{ahead, table_int16};

/// Elements, and what their roots are multiplied with.
struct Root<'a> {
    elements: Elements<'a>,
    factor: Multiplier,
}

/// The check. A run ends at a number below 0.
pub fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let elements = table_int16::elements(checker)?;
    let ((from, _), (to, _)) = (elements.input_quant, elements.output_quant);
    let factor = factor(from, to);
    if let Some(x) = (1..=32767).find(|&x| root(x, factor).is_none()) {
        checker.bad(format!("scales {from} to {to}, with which {x} overflows 32 bits"), "scales of similar size");
        return None;
    }
    Some(Box::new(Root { elements, factor }))
}

impl Checked for Root<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.elements.input, self.elements.output);
        let (count, Multiplier { mantissa, shift }) = (input.elements(), self.factor);
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input: input.id, output: output.id, lead: 0, reason: "element by element" }],
            headers: vec!["rsqrt.h"],
            body: format!("    return tvmk_rsqrt_int16(input, output, {count}, {mantissa}, {shift});\n"),
            fails: true,
            ..lowering.layer_of(format!("int16 RSQRT of {count} elements"), input.id, output.id)
        })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let inputs = self.elements.input.i16_data()?;
        // A number below 0 ends every run, so it is left to the run.
        inputs.iter().all(|&x| x >= 0).then_some(())?;
        let of = |x: i16| if x == 0 { Some(32767) } else { root(x.into(), self.factor) };
        let values: Option<Vec<i32>> = inputs.into_iter().map(of).collect();
        ahead::stored(DType::Int16, values?.into_iter().map(|value| value.min(32767)))
    }
}
