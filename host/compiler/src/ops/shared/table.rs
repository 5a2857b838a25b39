//! Functions of one byte: computed here for all 256 bytes, looked up on the target: `table.h`. Exact by construction.

use crate::ir::graph::{DType, Subgraph};
use crate::ir::layer::{Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::flow::{self, Flow};

/// The kernel's file.
const HEADER: &str = "table.h";

/// Input and output of a function of one element, with their scales and zero points.
#[derive(Clone, Copy)]
pub struct Elements<'a> {
    /// The input.
    pub input: Operand<'a>,
    /// The output.
    pub output: Operand<'a>,
    /// Scale and zero point of the input.
    pub input_quant: (f32, i32),
    /// Scale and zero point of the output.
    pub output_quant: (f32, i32),
}

/// Checks input and output of a function of one element: same shape, each of one of these types, one scale each.
pub fn elements<'a>(checker: &mut Checker<'a>, from: &[DType], to: &[DType]) -> Option<Elements<'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (checker.dtype(input, from) & checker.dtype(output, to) & checker.shape(output, &input.shape)).then_some(())?;
    let (input_quant, output_quant) = (checker.per_tensor(input)?, checker.per_tensor(output)?);
    Some(Elements { input, output, input_quant, output_quant })
}

/// An operator computed by table.
struct Table<'a> {
    elements: Elements<'a>,
    bytes: Vec<u8>,
}

/// The operator with a table of `function`, a function of bytes: from the input as stored to the output as stored;
/// `None` where the reference's arithmetic would overflow.
pub fn checked<'a>(
    checker: &mut Checker<'a>,
    elements: Elements<'a>,
    function: impl Fn(i32) -> Option<i32>,
) -> Option<Box<dyn Checked + 'a>> {
    let signed = elements.input.dtype == DType::Int8;
    let mut bytes = Vec::with_capacity(256);
    for byte in 0..=255u8 {
        let stored = if signed { i32::from(byte as i8) } else { i32::from(byte) };
        let Some(value) = function(stored) else {
            checker.bad(format!("scales so far apart that {stored} overflows 32 bits"), "scales of similar size");
            return None;
        };
        bytes.push(value as u8);
    }
    Some(Box::new(Table { elements, bytes }))
}

/// The same from what an input represents to what the output does, all in float32, as TensorFlow Lite's `LUTPopulate`.
pub fn populated<'a>(
    checker: &mut Checker<'a>,
    elements: Elements<'a>,
    function: impl Fn(f32) -> f32,
) -> Option<Box<dyn Checked + 'a>> {
    checked(checker, elements, |x| looked_up(&elements, x, &function))
}

/// One byte of `LUTPopulate`.
fn looked_up(elements: &Elements<'_>, x: i32, function: &impl Fn(f32) -> f32) -> Option<i32> {
    let ((in_scale, in_zero), (out_scale, out_zero)) = (elements.input_quant, elements.output_quant);
    let inverse = 1.0 / out_scale;
    let stored = (function(in_scale * (x - in_zero) as f32) * inverse).round() + out_zero as f32;
    (stored.abs() < 2_147_483_648.0).then_some((stored as i32).clamp(-128, 127))
}

/// [`populated`] for a function of which only bounds are known, in this order: C libraries differ in its last bits. Refused where a byte
/// would depend on them, which takes a result next to the middle between two steps.
pub fn bounded<'a>(
    checker: &mut Checker<'a>,
    elements: Elements<'a>,
    function: impl Fn(f32) -> [f32; 2],
) -> Option<Box<dyn Checked + 'a>> {
    let at_end = |x: i32, end: usize| looked_up(&elements, x, &|real| function(real)[end]);
    if let Some(x) = (-128..=127).find(|&x| at_end(x, 0) != at_end(x, 1)) {
        let steps = x - elements.input_quant.1;
        let found = format!("scale {}, of which {steps} steps are between two output bytes", elements.input_quant.0);
        checker.bad_tensor(
            elements.input.id,
            found,
            "a scale that differs in its last digits: math libraries disagree here",
        );
        return None;
    }
    populated(checker, elements, |x| function(x)[0])
}

impl Checked for Table<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Elements { input, output, .. } = self.elements;
        let (name, count) = (lowering.constant("table"), input.elements());
        let body = format!("    tvmk_table({name}, (const uint8_t *)input, (uint8_t *)output, {count});\n");
        let table = Constant {
            name,
            data: ConstantData::U8(self.bytes.clone()),
            align: 1,
            row: 16,
            comment: "output byte for each input byte".into(),
            core: Core::Any,
        };
        let summary = format!("{} of {count} elements by table", lowering.op.kind);
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input: input.id, output: output.id, lead: 0, reason: "element by element" }],
            constants: vec![table],
            headers: vec![HEADER],
            body,
            ..lowering.layer_of(summary, input.id, output.id)
        })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let bytes = self.elements.input.contents()?;
        Some(Ok(vec![bytes.iter().map(|&byte| self.bytes[usize::from(byte)]).collect()]))
    }

    fn flow(&self) -> Flow<'_> {
        let value = |x: i32| i32::from(self.bytes[usize::from(x as i8 as u8)] as i8);
        flow::lanes(vec![self.elements.input], self.elements.output, true, move |ranges| {
            let (low, high) = ranges[0];
            let values = (low..=high).map(value);
            Some((values.clone().min()?, values.max()?))
        })
    }
}

/// The table of a layer made here.
fn table_of(layer: &Layer) -> Option<&[u8]> {
    match layer.constants.as_slice() {
        [Constant { data: ConstantData::U8(table), .. }] if layer.headers == [HEADER] => Some(table),
        _ => None,
    }
}

/// Merges two tables into one if the first one's result is read only by the second.
pub fn compose(graph: &Subgraph, lowered: &mut [Lowered]) {
    let (mut reads, mut writer) = (vec![0usize; graph.tensors.len()], vec![None; graph.tensors.len()]);
    graph.outputs.iter().for_each(|id| reads[id.0] += 2);
    for (i, lowered) in lowered.iter().enumerate() {
        match lowered {
            Lowered::Layer(layer) => {
                for argument in &layer.arguments {
                    if argument.written {
                        writer[argument.tensor.0].get_or_insert(i);
                    } else {
                        reads[argument.tensor.0] += 1;
                    }
                }
            }
            Lowered::Alias { input, .. } => reads[input.0] += 1,
            Lowered::Parts(parts) => parts.parts.iter().for_each(|part| reads[part.input.tensor.0] += 1),
            Lowered::Nothing => {}
        }
    }
    for second in 0..lowered.len() {
        let Lowered::Layer(layer) = &lowered[second] else { continue };
        let (Some(table), Some(between)) = (table_of(layer), layer.arguments.first().map(|argument| argument.tensor))
        else {
            continue;
        };
        let Some(first) = writer[between.0].filter(|_| reads[between.0] == 1) else { continue };
        let Lowered::Layer(before) = &lowered[first] else { continue };
        let Some(inner) = table_of(before) else { continue };
        let both: Vec<u8> = inner.iter().map(|&byte| table[usize::from(byte)]).collect();
        let mut joined = layer.clone();
        // Chains can be long: what is known about earlier tables is not copied.
        let Lowered::Layer(before) = std::mem::replace(&mut lowered[first], Lowered::Nothing) else { continue };
        let own = std::mem::replace(&mut joined.operators, before.operators);
        joined.operators.extend(own);
        joined.summary = before.summary + ", then " + &joined.summary;
        joined.in_place.iter_mut().for_each(|pair| pair.input = before.arguments[0].tensor);
        joined.arguments[0] = before.arguments[0].clone();
        joined.constants[0].data = ConstantData::U8(both);
        lowered[second] = Lowered::Layer(joined);
    }
}
