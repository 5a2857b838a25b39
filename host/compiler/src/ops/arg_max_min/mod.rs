//! ARG_MAX and ARG_MIN to int32, of int8, `arg_max_min.h`, and float32, `arg_max_min_float.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // Where the largest is.
    definition(OpKind::ARG_MAX),
    // Where the smallest is.
    definition(OpKind::ARG_MIN),
];

const SUPPORT: &[Support] = &[Support::bytes("int8 or float32 to int32", Cores::Portable)];

const fn definition(kind: OpKind) -> Definition {
    Definition {
        kind,
        versions: 1..=3,
        inputs: 2..=2,
        outputs: 1..=1,
        // The type that the options name is the output's.
        options: None,
        check,
        kernels: kernels!["arg_max_min.h", "arg_max_min_float.h"],
        reference: "arg_min_max.cc",
        support: SUPPORT,
    }
}

struct Arg<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    axis: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, axis, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Float32]);
    checker.dtype(output, &[DType::Int32]);
    let given = checker.constant_i32(axis)?;
    let &[number] = given.as_slice() else {
        checker.bad_tensor(axis.id, format!("axes {given:?}"), "one axis");
        return None;
    };
    let axis = checker.axis(number, input)?;
    let mut expected = input.shape.clone();
    expected.remove(axis);
    checker.shape(output, &expected);
    Some(Box::new(Arg { input, output, axis }))
}

impl Checked for Arg<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, axis) = (self.input, self.output, self.axis);
        let kind = lowering.op.kind;
        let which = if kind == OpKind::ARG_MAX { "max" } else { "min" };
        let (header, element) = match input.dtype {
            DType::Int8 => ("arg_max_min.h", "int8"),
            _ => ("arg_max_min_float.h", "float"),
        };
        let (outer, count) = (input.shape[..axis].iter().product::<usize>(), input.shape[axis]);
        let inner: usize = input.shape[axis + 1..].iter().product();
        let body = format!("    tvmk_arg_{which}_{element}(input, output, {outer}, {count}, {inner});\n");
        let summary = format!("{kind} of {:?} along dimension {axis}", input.shape);
        Lowered::Layer(Layer { headers: vec![header], body, ..lowering.layer_of(summary, input.id, output.id) })
    }
}
