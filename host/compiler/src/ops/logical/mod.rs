//! LOGICAL_AND and LOGICAL_OR with broadcasting, LOGICAL_NOT: `logical.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::binary::{self, Binary};

/// The operators.
pub static DEFINITIONS: [Definition; 3] = [
    // Whether both are true.
    definition(OpKind::LOGICAL_AND, 2, "logical.cc"),
    // Whether one is true.
    definition(OpKind::LOGICAL_OR, 2, "logical.cc"),
    // Whether it is not true.
    definition(OpKind::LOGICAL_NOT, 1, "elementwise.cc"),
];

const SUPPORT: &[Support] = &[Support::bytes("bool", Cores::Portable)];

const fn definition(kind: OpKind, inputs: usize, reference: &'static str) -> Definition {
    Definition {
        kind,
        versions: 1..=1,
        inputs: inputs..=inputs,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["logical.h"],
        reference,
        support: SUPPORT,
    }
}

struct Both<'a> {
    binary: Binary<'a>,
    and: bool,
}

struct Not<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.op.kind != OpKind::LOGICAL_NOT {
        let and = checker.op.kind == OpKind::LOGICAL_AND;
        return Some(Box::new(Both { binary: binary::check(checker, &[DType::Bool])?, and }));
    }
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    checker.dtype(input, &[DType::Bool]);
    checker.dtype(output, &[DType::Bool]);
    checker.shape(output, &input.shape);
    checker.bools(input);
    Some(Box::new(Not { input, output }))
}

impl Checked for Both<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let function = if self.and { "tvmk_logical_and" } else { "tvmk_logical_or" };
        self.binary.lower(lowering, "logical.h", "", |tensors| format!("    {function}({tensors});\n"))
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let [a, b] = self.binary.inputs.map(|input| input.tensor.contents());
        let (a, b) = (a?, b?);
        let value = |[i, j]: [usize; 2]| if self.and { a[i] & b[j] } else { a[i] | b[j] };
        Some(Ok(vec![self.binary.pairs().map(value).collect()]))
    }
}

impl Checked for Not<'_> {
    fn evaluate(&self) -> Option<Evaluated> {
        Some(Ok(vec![self.input.contents()?.iter().map(|value| value ^ 1).collect()]))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, count) = (self.input.id, self.output.id, self.input.elements());
        Lowered::Layer(Layer {
            in_place: vec![InPlace { input, output, lead: 0, reason: "element by element" }],
            headers: vec!["logical.h"],
            body: format!("    tvmk_logical_not(input, output, {count});\n"),
            ..lowering.layer_of(format!("LOGICAL_NOT of {count} elements"), input, output)
        })
    }
}
