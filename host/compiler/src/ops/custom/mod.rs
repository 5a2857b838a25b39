//! Custom operators that a user's function computes: `custom.h` describes its arguments.

use crate::ir::graph::{Custom, DType, OpKind, OpOptions, TensorId};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::options::CustomOperator;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::text;
use std::fmt::{Display, Write};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::CUSTOM,
    versions: 0..=i32::MAX,
    inputs: 0..=usize::MAX,
    outputs: 1..=usize::MAX,
    options: None,
    check,
    kernels: kernels!["custom.h"],
    reference: "none: a function of yours, by `compile --custom`",
    support: &[Support::bytes("float32, int8, uint8, int16, int32, int64, bool", Cores::Portable)],
};

/// Types of tensors that a function can take.
const TYPES: &[(DType, i32)] = &[
    (DType::Float32, 0),
    (DType::Int32, 2),
    (DType::Uint8, 3),
    (DType::Int64, 4),
    (DType::Bool, 6),
    (DType::Int16, 7),
    (DType::Int8, 9),
];

/// A custom operator with its function.
#[derive(Debug)]
pub struct Called {
    /// The operator as the file has it.
    pub custom: Custom,
    /// The function that computes it.
    pub by: CustomOperator,
}

impl OpOptions for Called {}

struct Call<'a> {
    called: &'a Called,
    inputs: Vec<Option<Operand<'a>>>,
    outputs: Vec<Operand<'a>>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let called = checker.options::<Called>()?;
    let types: Vec<DType> = TYPES.iter().map(|(dtype, _)| *dtype).collect();
    let inputs: Vec<Option<Operand<'a>>> = (0..checker.op.inputs.len()).map(|i| checker.optional_input(i)).collect();
    let outputs: Vec<Operand<'a>> = (0..checker.op.outputs.len()).filter_map(|i| checker.output(i)).collect();
    let mut fits = true;
    for operand in inputs.iter().flatten().chain(&outputs) {
        fits &= checker.dtype(*operand, &types);
    }
    fits.then(|| Box::new(Call { called, inputs, outputs }) as _)
}

/// `{1, 2, 3}`.
fn list<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    format!("{{{}}}", values.join(", "))
}

/// Writes the arrays that describe one tensor, and returns the initialiser of its struct.
fn described(body: &mut String, name: &str, operand: Option<&Operand<'_>>) -> String {
    let Some(operand) = operand else { return "{TVM_CUSTOM_LEFT_OUT, 0, 0, NULL, 0, 0, NULL, NULL}".to_owned() };
    let dtype = TYPES.iter().find(|(dtype, _)| *dtype == operand.dtype).map_or(-1, |(_, number)| *number);
    let mut array = |what: &str, c_type: &str, values: String| {
        let _ = writeln!(body, "    static const {c_type} {name}_{what}[] = {values};");
        format!("{name}_{what}")
    };
    let rank = operand.shape.len();
    let shape = if rank > 0 { array("shape", "int32_t", list(&operand.shape)) } else { "NULL".to_owned() };
    let (mut scales, mut zero_points, mut count, mut axis) = ("NULL".to_owned(), "NULL".to_owned(), 0, 0);
    if let Some(quant) = &operand.quant {
        (count, axis) = (quant.scales.len(), if quant.scales.len() > 1 { quant.axis } else { 0 });
        scales = array("scales", "float", list(quant.scales.iter().map(|&scale| text::float(scale))));
        zero_points = array("zero_points", "int32_t", list(&quant.zero_points));
    }
    format!("{{{dtype}, {}, {rank}, {shape}, {count}, {axis}, {scales}, {zero_points}}}", operand.elements())
}

impl Checked for Call<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Called { custom, by } = self.called;
        let (mut body, mut arguments) = (String::new(), Vec::new());
        let mut pointers = |name: String, id: Option<TensorId>, written: bool| match id {
            Some(tensor) => {
                arguments.push(Argument { name: name.clone(), tensor, written });
                name
            }
            None => "NULL".to_owned(),
        };
        let ids = self.inputs.iter().map(|input| input.map(|operand| operand.id));
        let inputs: Vec<String> = ids.enumerate().map(|(i, id)| pointers(format!("input{i}"), id, false)).collect();
        let ids = self.outputs.iter().map(|output| output.id);
        let outputs: Vec<String> =
            ids.enumerate().map(|(i, id)| pointers(format!("output{i}"), Some(id), true)).collect();
        let of_inputs: Vec<String> = self
            .inputs
            .iter()
            .enumerate()
            .map(|(i, op)| described(&mut body, &format!("in{i}"), op.as_ref()))
            .collect();
        let of_outputs: Vec<String> =
            self.outputs.iter().enumerate().map(|(i, op)| described(&mut body, &format!("out{i}"), Some(op))).collect();
        let mut array = |c_type: &str, name: &str, values: &[String]| {
            if values.is_empty() {
                return "NULL".to_owned();
            }
            let _ = writeln!(body, "    {c_type}{name}[] = {{\n        {},\n    }};", values.join(",\n        "));
            name.to_owned()
        };
        let tensors = "static const tvm_custom_tensor_t ";
        let (ins, outs) = (array(tensors, "ins", &of_inputs), array(tensors, "outs", &of_outputs));
        let bytes: Vec<String> = custom.options.iter().map(u8::to_string).collect();
        let lines: Vec<String> = bytes.chunks(20).map(|line| line.join(", ")).collect();
        let options = array("static const uint8_t ", "options", &lines);
        let (read, made) = (array("const void *const ", "from", &inputs), array("void *const ", "to", &outputs));
        let scratch = if by.scratch > 0 { "scratch" } else { "NULL" };
        let _ = writeln!(
            body,
            "    static const tvm_custom_operator_t op = {{{options}, {}, {}, {}, {ins}, {outs}, {}}};\n    return \
             tvmk_custom({}, &op, {read}, {made}, {scratch});",
            custom.options.len(),
            self.inputs.len(),
            self.outputs.len(),
            by.scratch,
            by.function,
        );
        Lowered::Layer(Layer {
            arguments,
            scratch_bytes: by.scratch,
            scratch_align: 16,
            fails: true,
            headers: vec!["custom.h"],
            includes: vec![by.header.clone()],
            body,
            ..lowering.layer(format!("{} by {}", lowering.op.kind, by.function))
        })
    }
}
