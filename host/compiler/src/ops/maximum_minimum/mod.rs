//! MAXIMUM and MINIMUM with broadcasting, on int8 and int32, `maximum_minimum.h`, and float32, `maximum_minimum_float.h`.
//! The reference compares the stored values, whatever their quantisation is.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::flow::{self, Flow};
use crate::ops::kernels::kernels;
use crate::ops::shared::ahead;
use crate::ops::shared::binary::{self, Binary};

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // The larger of two.
    definition(OpKind::MAXIMUM),
    // The smaller of two.
    definition(OpKind::MINIMUM),
];

const SUPPORT: &[Support] = &[Support::bytes("int8, uint8, int16, int32, int64, float32", Cores::Portable)];

const fn definition(kind: OpKind) -> Definition {
    Definition {
        kind,
        versions: 1..=4,
        inputs: 2..=2,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["maximum_minimum.h", "maximum_minimum_float.h"],
        reference: "maximum_minimum.cc",
        support: SUPPORT,
    }
}

/// Inputs and output, and which of the two operators it is.
struct Extreme<'a>(Binary<'a>, OpKind);

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if ahead::is_arithmetic(checker) {
        return match checker.op.kind {
            OpKind::MAXIMUM => ahead::arithmetic(checker, |a, b| Some(a.max(b)), |a, b| if a > b { a } else { b }),
            _ => ahead::arithmetic(checker, |a, b| Some(a.min(b)), |a, b| if a < b { a } else { b }),
        };
    }
    let types = [DType::Int8, DType::Int16, DType::Int32, DType::Int64, DType::Float32];
    Some(Box::new(Extreme(binary::check(checker, &types)?, checker.op.kind)))
}

impl Checked for Extreme<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let which = if lowering.op.kind == OpKind::MAXIMUM { "maximum" } else { "minimum" };
        let (element, header) = match self.0.inputs[0].dtype {
            DType::Int8 => ("int8", "maximum_minimum.h"),
            DType::Int16 => ("int16", "maximum_minimum.h"),
            DType::Int32 => ("int32", "maximum_minimum.h"),
            DType::Int64 => ("int64", "maximum_minimum.h"),
            _ => ("float", "maximum_minimum_float.h"),
        };
        self.0.lower(lowering, header, "", |tensors| format!("    tvmk_{which}_{element}({tensors});\n"))
    }

    fn flow(&self) -> Flow<'_> {
        let Extreme(binary, kind) = self;
        let extreme = |x: i32, y: i32| Some(if *kind == OpKind::MAXIMUM { x.max(y) } else { x.min(y) });
        flow::lanes(binary.inputs.to_vec(), binary.output, true, move |ranges| flow::corners(ranges, extreme))
    }
}
