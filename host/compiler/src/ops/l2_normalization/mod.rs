//! L2_NORMALIZATION of the last dimension: `l2_normalization.h` on int8, `l2_normalization_float.h` on float32.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Activation, DType, OpKind};
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::binary;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::L2_NORMALIZATION,
    versions: 1..=2,
    inputs: 1..=1,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["l2_normalization.h", "l2_normalization_float.h"],
    reference: "l2norm.cc",
    support: &[Support::bytes("int8, float32", Cores::Portable)],
};

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::L2norm(o)) = table else { return or_default::<binary::Options>(table) };
    read(binary::Options { activation: o.fused_activation_function()?.into() })
}

struct Normalization<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    zero_point: i32,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let activation = checker.options::<binary::Options>()?.activation;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Float32]).then_some(())?;
    (checker.dtype(output, &[input.dtype]) & checker.shape(output, &input.shape)).then_some(())?;
    if activation != Activation::None {
        checker.bad(format!("fused activation {activation}"), "none");
    }
    let depth = *input.shape.last().filter(|_| input.shape.len() <= 4).or_else(|| {
        checker.bad_tensor(input.id, format!("shape {:?}", input.shape), "one to four dimensions");
        None
    })?;
    let mut zero_point = 0;
    if input.dtype == DType::Int8 {
        zero_point = checker.per_tensor(input)?.1;
        let largest = (127 - zero_point).max(zero_point + 128) as usize;
        let most = i32::MAX as usize / (largest * largest);
        if depth > most {
            checker.bad_tensor(
                input.id,
                format!("rows of {depth} elements"),
                format!("up to {most} with this zero point"),
            );
        }
    }
    Some(Box::new(Normalization { input, output, zero_point }))
}

impl Checked for Normalization<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output) = (self.input.id, self.output.id);
        let depth = self.input.shape.last().copied().unwrap_or(1);
        let rows = self.input.elements() / depth.max(1);
        let (header, call) = match self.input.dtype {
            DType::Float32 => ("l2_normalization_float.h", "tvmk_float_l2_normalization(input, output".to_owned()),
            _ => ("l2_normalization.h", format!("tvmk_l2_normalization(input, output, {}", self.zero_point)),
        };
        let reason = "element by element, after the row's length is known";
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input, output, lead: 0, reason }],
            headers: vec![header],
            body: format!("    {call}, {rows}, {depth});\n"),
            ..lowering.layer_of(format!("L2_NORMALIZATION of {rows} rows of {depth}"), input, output)
        })
    }
}
