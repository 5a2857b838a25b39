//! Functions of one int16: 513 of their values computed here, straight lines between them on the target: `table_int16.h`. As
//! TensorFlow Lite's `LUTPopulate` and `LUTLookup`.

use crate::ir::graph::DType;
use crate::ir::layer::{Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::shared::ahead;
use crate::ops::shared::table::{self, Elements};

/// The kernels' file.
const HEADER: &str = "table_int16.h";

/// Input and output of a function of one int16, both with a zero point of 0, as the reference requires.
pub fn elements<'a>(checker: &mut Checker<'a>) -> Option<Elements<'a>> {
    let elements = table::elements(checker, &[DType::Int16], &[DType::Int16])?;
    let zero = |checker: &mut Checker<'a>, operand: Operand<'a>, zero_point: i32| {
        if zero_point != 0 {
            checker.bad_tensor(operand.id, format!("zero point {zero_point} of int16"), "0");
        }
        zero_point == 0
    };
    let (input, output) = (elements.input_quant.1, elements.output_quant.1);
    (zero(checker, elements.input, input) & zero(checker, elements.output, output)).then_some(elements)
}

/// An operator computed by table.
struct Table<'a> {
    elements: Elements<'a>,
    values: Vec<i16>,
}

/// The operator with a table of `function`, from what an input represents to what the output does.
pub fn checked<'a>(
    checker: &mut Checker<'a>,
    elements: Elements<'a>,
    function: impl Fn(f32) -> f32,
) -> Option<Box<dyn Checked + 'a>> {
    let (in_scale, out_scale) = (elements.input_quant.0, elements.output_quant.0);
    let range = |scale: f32| [-32768.0, 32767.0].map(|steps: f32| scale * steps);
    let [low, high] = range(out_scale);
    let units = 65536.0 / (high - low);
    let values = values(range(in_scale), |x| function(x) * units);
    if values.iter().any(|value| value.is_nan()) {
        let found = format!("scales {in_scale} and {out_scale}");
        checker.bad(found, "scales with which the function's values are finite");
        return None;
    }
    Some(Box::new(Table { elements, values: whole(&values) }))
}

/// A function at each 512th of a range, the end included; entries are shifted so that the error of a straight line to the next one is
/// halved. In float32, as the reference, whose result is undefined where a value is NaN.
pub fn values([low, high]: [f32; 2], function: impl Fn(f32) -> f32) -> Vec<f32> {
    let step = (high - low) / 512.0;
    let entry = |i: u16| {
        let x = low + f32::from(i) * step;
        let (sample, next) = (function(x).round(), function(low + (f32::from(i) + 1.0) * step));
        let error = ((next + sample) / 2.0).round() - function(x + step / 2.0).round();
        sample - (error / 2.0).round()
    };
    (0..512).map(entry).chain([function(high).round()]).map(|value| value.clamp(-32768.0, 32767.0)).collect()
}

/// Values as the table has them.
pub fn whole(values: &[f32]) -> Vec<i16> {
    values.iter().map(|&value| value as i16).collect()
}

/// A table of such values for a layer.
pub fn constant(name: String, values: Vec<i16>, comment: &str) -> Constant {
    Constant { name, row: 8, data: ConstantData::I16(values), align: 2, comment: comment.to_owned(), core: Core::Any }
}

impl Table<'_> {
    /// The kernel's `tvmk_table_int16_at`.
    fn at(&self, x: i16) -> i16 {
        let i = (256 + (i32::from(x) >> 7)) as usize;
        let [base, next] = [self.values[i], self.values[i + 1]];
        let slope = i32::from(next.wrapping_sub(base));
        (i32::from(base) + ((slope * i32::from(x & 127) + 64) >> 7)) as i16
    }
}

impl Checked for Table<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Elements { input, output, .. } = self.elements;
        let (name, count) = (lowering.constant("table"), input.elements());
        let body = format!("    tvmk_table_int16({name}, input, output, {count});\n");
        let comment = "output for each 128th input, shifted to halve the error of straight lines";
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input: input.id, output: output.id, lead: 0, reason: "element by element" }],
            constants: vec![constant(name, self.values.clone(), comment)],
            headers: vec![HEADER],
            body,
            ..lowering.layer_of(format!("int16 {} of {count} elements by table", lowering.op.kind), input.id, output.id)
        })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let inputs = self.elements.input.i16_data()?;
        ahead::stored(DType::Int16, inputs.into_iter().map(|x| i32::from(self.at(x))))
    }
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn the_table_of_a_straight_line_is_that_line() {
        let line = values([-32768.0, 32767.0], |x| x / 2.0);
        assert_eq!((line.len(), line[0], line[512]), (513, -16384.0, 16384.0));
        assert!(line.windows(2).all(|pair| (63.0..=65.0).contains(&(pair[1] - pair[0]))));
    }

    #[test]
    fn infinite_differences_are_nan_and_large_values_the_limit() {
        assert!(values([-1.0, 1.0], |_| f32::INFINITY)[0].is_nan());
        assert_eq!(values([-1.0, 1.0], |_| 1e30), vec![32767.0; 513]);
    }
}
