//! CAST between integers and bool, `cast.h`, and from and to float32, `cast_float.h`. Scales are ignored.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::kernels;

/// The operator; its options repeat the types of its tensors.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::CAST,
    versions: 1..=7,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["cast.h", "cast_float.h"],
    reference: "cast.cc",
    support: &[Support::bytes(
        "int8, int16, int32, float32 and bool to each other; uint32 from and to integers and bool",
        Cores::Portable,
    )],
};

const TYPES: &[DType] = &[DType::Int8, DType::Int16, DType::Int32, DType::Uint32, DType::Float32, DType::Bool];

struct Cast<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (checker.dtype(input, TYPES) & checker.dtype(output, TYPES)).then_some(())?;
    (checker.shape(output, &input.shape) & checker.bools(input)).then_some(())?;
    if [input.dtype, output.dtype].contains(&DType::Uint32) && [input.dtype, output.dtype].contains(&DType::Float32) {
        checker.bad(format!("{} to {}", input.dtype, output.dtype), "uint32 from and to integers and bool");
    }
    Some(Box::new(Cast { input, output }))
}

fn name(dtype: DType) -> &'static str {
    match dtype {
        DType::Int8 => "int8",
        DType::Int16 => "int16",
        // Between integers, the sign of the type changes no bit.
        DType::Int32 | DType::Uint32 => "int32",
        DType::Bool => "bool",
        _ => "float",
    }
}

impl Checked for Cast<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, count) = (self.input.id, self.output.id, self.input.elements());
        let (from, to) = (self.input.dtype, self.output.dtype);
        if from.size() == 4 && to.size() == 4 && ![from, to].contains(&DType::Float32) || from == to {
            return Lowered::Alias { input, output };
        }
        let read = if from == DType::Uint32 { "(const int32_t *)input" } else { "input" };
        let write = if to == DType::Uint32 { "(int32_t *)output" } else { "output" };
        let header = if [from, to].contains(&DType::Float32) { "cast_float.h" } else { "cast.h" };
        // In C, wider elements of two types must not share memory.
        let in_place = InPlace { input, output, lead: 0, reason: "element by element, bytes are written" };
        Lowered::Layer(Layer {
            in_place: if to.size() == 1 { vec![in_place] } else { Vec::new() },
            headers: vec![header],
            body: format!("    tvmk_cast_{}_{}({read}, {write}, {count});\n", name(from), name(to)),
            ..lowering.layer_of(format!("CAST of {count} elements, {from} to {to}"), input, output)
        })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let (data, to) = (self.input.contents()?, self.output.dtype);
        let words = [DType::Int32, DType::Uint32];
        if self.input.dtype == to || words.contains(&self.input.dtype) && words.contains(&to) {
            return Some(Ok(vec![data.into_owned().into()]));
        }
        let bytes: Vec<u8> = match self.input.dtype {
            DType::Float32 => self.input.f32_data()?.into_iter().flat_map(|x| of_float(x, to)).collect(),
            DType::Int8 => data.iter().flat_map(|&x| of_integer((x as i8).into(), to)).collect(),
            DType::Bool => data.iter().flat_map(|&x| of_integer((x != 0).into(), to)).collect(),
            DType::Int16 => self.input.i16_data()?.into_iter().flat_map(|x| of_integer(x.into(), to)).collect(),
            _ => {
                let words = data.chunks_exact(4).map(|x| i32::from_le_bytes([x[0], x[1], x[2], x[3]]));
                words.flat_map(|x| of_integer(x, to)).collect()
            }
        };
        Some(Ok(vec![bytes.into()]))
    }
}

/// Towards zero; values out of range become the limit of the type, NaN becomes 0.
fn of_float(x: f32, to: DType) -> Vec<u8> {
    match to {
        DType::Int8 => (x as i8).to_le_bytes().into(),
        DType::Int16 => (x as i16).to_le_bytes().into(),
        DType::Int32 => (x as i32).to_le_bytes().into(),
        _ => vec![(x != 0.0).into()],
    }
}

/// Without the bits that do not fit.
fn of_integer(x: i32, to: DType) -> Vec<u8> {
    match to {
        DType::Int8 => (x as i8).to_le_bytes().into(),
        DType::Int16 => (x as i16).to_le_bytes().into(),
        DType::Int32 | DType::Uint32 => x.to_le_bytes().into(),
        DType::Float32 => (x as f32).to_le_bytes().into(),
        _ => vec![(x != 0).into()],
    }
}
