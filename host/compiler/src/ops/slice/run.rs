//! SLICE whose begin or size is computed at run time: `slice.h`.

use crate::ir::graph::DType;
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::moves;
use crate::ops::shared::text;

struct Slice<'a> {
    /// Input, begin, size, output.
    tensors: [Operand<'a>; 4],
}

/// Types of input and output have been checked.
pub fn check<'a>(checker: &mut Checker<'a>, tensors: [Operand<'a>; 4]) -> Option<Box<dyn Checked + 'a>> {
    let [input, begin, size, _] = tensors;
    checker.dtype(begin, &[DType::Int32, DType::Int64]);
    let rank = input.shape.len();
    (checker.shape(begin, &[rank]) & checker.shape(size, &[rank])).then_some(())?;
    Some(Box::new(Slice { tensors }))
}

impl Checked for Slice<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let [input, begin, size, output] = self.tensors;
        let rank = input.shape.len();
        let ones = std::iter::repeat_n(&1, moves::LEVELS.saturating_sub(rank));
        let shape: Vec<String> = ones.chain(&input.tensor.shape).map(usize::to_string).collect();
        let fields = [
            ("shape", format!("{{{}}}", shape.join(", "))),
            ("rank", rank.to_string()),
            ("element", input.dtype.size().to_string()),
            ("count", output.elements().to_string()),
        ];
        let call = format!("tvmk_slice_{}(&layer, (const int8_t *)input, begin, size, (int8_t *)output)", begin.dtype);
        let body = text::constant_struct("tvmk_slice_t", "layer", &fields) + &format!("    return {call};\n");
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", input.id),
                Argument::input("begin", begin.id),
                Argument::input("size", size.id),
                Argument::output("output", output.id),
            ],
            fails: true,
            headers: vec!["slice.h"],
            body,
            ..lowering.layer(format!("SLICE of {:?}, {} elements", input.shape, output.elements()))
        })
    }
}
