//! SQRT on int16: `sqrt_int16.h`.

use crate::ir::graph::DType;
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::shared::table::Elements;
use crate::ops::shared::{ahead, table_int16, text};

/// Between two scales.
struct Root<'a> {
    elements: Elements<'a>,
}

/// The square root of what an input represents, truncated to a step of the output, as in TensorFlow Lite. A run ends at a number
/// below 0.
pub fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let root = Root { elements: table_int16::elements(checker)? };
    if root.steps(i16::MAX) >= 2_147_483_000.0 {
        let (from, to) = (root.elements.input_quant.0, root.elements.output_quant.0);
        checker.bad(format!("scales {from} to {to}, with which 32767 overflows 32 bits"), "scales of similar size");
        return None;
    }
    Some(Box::new(root))
}

impl Root<'_> {
    /// In steps of the output, before it is truncated.
    fn steps(&self, x: i16) -> f32 {
        (self.elements.input_quant.0 * f32::from(x)).sqrt() / self.elements.output_quant.0
    }
}

impl Checked for Root<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Elements { input, output, input_quant, output_quant } = self.elements;
        let count = input.elements();
        let [from, to] = [input_quant, output_quant].map(|(scale, _)| text::float(scale));
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input: input.id, output: output.id, lead: 0, reason: "element by element" }],
            headers: vec!["sqrt_int16.h"],
            body: format!("    return tvmk_sqrt_int16(input, output, {count}, {from}, {to});\n"),
            fails: true,
            ..lowering.layer_of(format!("int16 SQRT of {count} elements"), input.id, output.id)
        })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let inputs = self.elements.input.i16_data()?;
        // A number below 0 ends every run, so it is left to the run.
        let fits = inputs.iter().all(|&x| x >= 0);
        let values = inputs.into_iter().map(|x| self.steps(x).min(32767.0) as i32);
        if fits { ahead::stored(DType::Int16, values) } else { None }
    }
}
