//! REDUCE_MAX and REDUCE_MIN on int8 and REDUCE_ALL on bool, `reduce_extremes.h`, and float32, `reduce_extremes_float.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::reduce::{self, Reduce};

/// The operators.
pub static DEFINITIONS: [Definition; 3] = [
    // The largest.
    definition(OpKind::REDUCE_MAX, "reduce.cc", EXTREMES),
    // The smallest.
    definition(OpKind::REDUCE_MIN, "reduce.cc", EXTREMES),
    // Whether all are true.
    definition(OpKind::REDUCE_ALL, "reduce.cc", ALL),
];

const EXTREMES: &[Support] = &[Support::bytes("int8, float32", Cores::Portable)];
const ALL: &[Support] = &[Support::bytes("bool", Cores::Portable)];

const fn definition(kind: OpKind, reference: &'static str, support: &'static [Support]) -> Definition {
    Definition {
        kind,
        versions: 1..=2,
        inputs: 2..=2,
        outputs: 1..=1,
        options: Some(reduce::options),
        check,
        kernels: kernels!["reduce_extremes.h", "reduce_extremes_float.h"],
        reference,
        support,
    }
}

struct Extreme<'a>(Reduce<'a>);

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let types: &[DType] =
        if checker.op.kind == OpKind::REDUCE_ALL { &[DType::Bool] } else { &[DType::Int8, DType::Float32] };
    checker.dtype(input, types).then_some(())?;
    checker.dtype(output, &[input.dtype]);
    checker.bools(input);
    let reduce = reduce::check(checker);
    if input.dtype == DType::Int8 {
        let (from, to) = (checker.per_tensor(input)?, checker.per_tensor(output)?);
        if from != to {
            let found = format!("scale {} and zero point {}", to.0, to.1);
            checker.bad_tensor(output.id, found, format!("those of the input, {} and {}", from.0, from.1));
        }
    }
    Some(Box::new(Extreme(reduce?)))
}

impl Checked for Extreme<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Reduce { input, output, .. } = self.0;
        let kind = lowering.op.kind;
        let (header, function) = match (kind, input.dtype) {
            (OpKind::REDUCE_ALL, _) => ("reduce_extremes.h", "tvmk_reduce_all"),
            (OpKind::REDUCE_MAX, DType::Int8) => ("reduce_extremes.h", "tvmk_reduce_max_int8"),
            (_, DType::Int8) => ("reduce_extremes.h", "tvmk_reduce_min_int8"),
            (OpKind::REDUCE_MAX, _) => ("reduce_extremes_float.h", "tvmk_reduce_max_float"),
            _ => ("reduce_extremes_float.h", "tvmk_reduce_min_float"),
        };
        let body = self.0.statements() + &format!("    {function}(&loops, input, output);\n");
        let summary = format!("{kind} of {:?} to {:?}", input.shape, output.shape);
        Lowered::Layer(Layer { headers: vec![header], body, ..lowering.layer_of(summary, input.id, output.id) })
    }
}
