//! Tables of float16, int8 or int4 whose blocks become float32 when a run reads them: `gather_table.h`. EMBEDDING_LOOKUP has such tables
//! in files with dynamic-range weights, both operators behind a DEQUANTIZE.

use super::operands::Gather;
use crate::ir::graph::{DType, Quantization, Stored};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::{stored, text};
use std::sync::Arc;

/// A checked operator on such a table.
pub struct Table<'a> {
    pub gather: Gather<'a>,
    pub stored: Arc<Stored>,
    pub axis: usize,
}

/// Whether the operator itself converts integers to float32; problems if it can't.
pub fn converts(checker: &mut Checker<'_>, input: Operand<'_>, output: Operand<'_>) -> bool {
    if output.dtype != DType::Float32 || !matches!(input.dtype, DType::Int8 | DType::Int4) || checker.ahead {
        return false;
    }
    if !is_lookup(checker) {
        // TensorFlow Lite gives the output the table's type, TensorFlow Lite Micro copies bytes.
        let way = format!("{}: the reference does not convert. A DEQUANTIZE after it does", input.dtype);
        checker.bad_tensor(output.id, "float32", way);
        return true;
    }
    let quant = input.tensor.quant.as_ref();
    let fits = |quant: &&Quantization| {
        let count = quant.scales.len();
        count == 1 || count == input.shape[0] && quant.axis == 0
    };
    let Some(quant) = quant.filter(fits) else {
        let found = quant.map_or(0, |quant| quant.scales.len());
        checker.bad_tensor(input.id, format!("{found} scales"), "one scale, or one for each row");
        return true;
    };
    if quant.zero_points.iter().any(|&zero| zero != 0) {
        checker.bad_tensor(input.id, "a zero point other than 0", "a symmetric table");
    }
    if !input.is_constant() {
        checker.bad_tensor(input.id, "a table computed at run time", "a constant table, or one of float32");
    }
    let row: usize = input.shape[1..].iter().product();
    if input.dtype == DType::Int4 && !row.is_multiple_of(2) {
        // The reference begins such rows in the middle of another.
        checker.bad_tensor(input.id, format!("rows of {row} elements of int4"), "an even number, or int8");
    }
    true
}

fn is_lookup(checker: &Checker<'_>) -> bool {
    checker.op.kind == crate::ir::graph::OpKind::EMBEDDING_LOOKUP
}

/// The table as the file has it, if a run converts what it reads.
pub fn stored(checker: &Checker<'_>, gather: &Gather<'_>, axis: usize, converts: bool) -> Option<Arc<Stored>> {
    let input = gather.input.tensor;
    if converts {
        let data = input.data.as_ref()?.plain()?.clone();
        let (quant, shape) = (input.quant.clone(), input.shape.clone());
        return Some(Arc::new(Stored { dtype: input.dtype, data, quant, shape }));
    }
    let stored = input.stored().filter(|_| !checker.ahead)?.clone();
    let quant = stored.quant.as_ref();
    let scaled = |quant: &Quantization| {
        let each = quant.axis == axis && quant.scales.len() == gather.length;
        quant.zero_points.iter().all(|&zero| zero == 0) && (quant.scales.len() == 1 || each)
    };
    (stored.dtype == DType::Float16 || quant.is_some_and(scaled)).then_some(stored)
}

impl Checked for Table<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let gather = &self.gather;
        let weights = stored::of(lowering, &self.stored, &gather.input.shape, (self.axis, gather.length));
        // `stored` has checked the scales.
        let Some(weights) = weights else { return gather.lower(lowering) };
        let fails = !gather.positions.is_constant();
        let body = text::constant_struct("tvmk_gather_t", "fixed", &gather.fields(1))
            + &format!("    tvmk_gather_table_t layer;\n    layer.gather = fixed;\n{}", weights.fields)
            + &format!("    {}tvmk_gather_{}(&layer, positions, output);\n", how(fails), weights.form);
        let shapes = format!("{:?} of {:?}", gather.positions.shape, gather.input.shape);
        let summary = format!("{} {shapes}, table kept as {}", lowering.op.kind, weights.dtype);
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("positions", gather.positions.id),
                Argument::output("output", gather.output.id),
            ],
            fails,
            constants: weights.constants,
            headers: vec!["gather_table.h"],
            body,
            ..lowering.layer(summary)
        })
    }
}

/// What the body of the layer does with the kernel's result.
pub fn how(fails: bool) -> &'static str {
    if fails { "return " } else { "(void)" }
}
