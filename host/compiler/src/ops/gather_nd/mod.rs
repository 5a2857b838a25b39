//! GATHER_ND: `gather_nd.h`. Positions known at compile time are checked here, others by each run.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::{moved, text};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::GATHER_ND,
    versions: 1..=5,
    inputs: 2..=2,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["gather_nd.h"],
    reference: "gather_nd.cc",
    support: &[Support::bytes("int8, float32, positions of int32", Cores::Portable)],
};

/// Dimensions that a position may have, as in the reference.
const DEPTH: usize = 5;

struct GatherNd<'a> {
    input: Operand<'a>,
    positions: Operand<'a>,
    output: Operand<'a>,
    count: usize,
    block: usize,
    /// For each dimension of a position, the number of values and the bytes from one to the next.
    sizes: Vec<usize>,
    steps: Vec<usize>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, positions, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    moved::types(checker, input, output, &[DType::Int8, DType::Float32]).then_some(())?;
    checker.dtype(positions, &[DType::Int32]).then_some(())?;
    let shape = &input.tensor.shape;
    let most = shape.len().min(DEPTH);
    let depth = positions.tensor.shape.last().copied().filter(|depth| (1..=most).contains(depth));
    let Some(depth) = depth else {
        let found = format!("shape {:?} for an input of shape {shape:?}", positions.shape);
        checker.bad_tensor(positions.id, found, format!("a last dimension of 1 to {most}"));
        return None;
    };
    let rows = &positions.tensor.shape[..positions.tensor.shape.len() - 1];
    checker.shape(output, &[rows, &shape[depth..]].concat()).then_some(())?;
    let bytes = |from: usize| shape[from..].iter().product::<usize>() * input.dtype.size();
    let sizes = shape[..depth].to_vec();
    let inside = |&(i, &position): &(usize, &i32)| usize::try_from(position).is_ok_and(|p| p < sizes[i % depth]);
    let known = positions.i32_data();
    if let Some((i, wrong)) = known.iter().flatten().enumerate().find(|place| !inside(place)) {
        let found = format!("position {wrong} in dimension {}", i % depth);
        checker.bad_tensor(positions.id, found, format!("0 to {}", sizes[i % depth] - 1));
        return None;
    }
    let (count, steps) = (rows.iter().product(), (1..=depth).map(bytes).collect());
    Some(Box::new(GatherNd { input, positions, output, count, block: bytes(depth), sizes, steps }))
}

impl Checked for GatherNd<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let list =
            |values: &[usize]| format!("{{{}}}", values.iter().map(usize::to_string).collect::<Vec<_>>().join(", "));
        let fields = [
            ("count", self.count.to_string()),
            ("depth", self.sizes.len().to_string()),
            ("block", self.block.to_string()),
            ("size", list(&self.sizes)),
            ("step", list(&self.steps)),
        ];
        let fails = !self.positions.is_constant();
        let call = "tvmk_gather_nd(&layer, (const int8_t *)input, positions, (int8_t *)output);\n";
        let body = text::constant_struct("tvmk_gather_nd_t", "layer", &fields)
            + &format!("    {}{call}", if fails { "return " } else { "(void)" });
        let summary = format!("GATHER_ND {:?} of {:?}", self.positions.shape, self.input.shape);
        let arguments = vec![
            Argument::input("input", self.input.id),
            Argument::input("positions", self.positions.id),
            Argument::output("output", self.output.id),
        ];
        Lowered::Layer(Layer { arguments, fails, headers: vec!["gather_nd.h"], body, ..lowering.layer(summary) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let (data, positions) = (self.input.contents()?, self.positions.i32_data()?);
        let mut bytes = Vec::with_capacity(self.output.bytes());
        for place in positions.chunks_exact(self.steps.len()) {
            let mut from = 0;
            for (&position, step) in place.iter().zip(&self.steps) {
                from += usize::try_from(position).ok()? * step;
            }
            bytes.extend_from_slice(data.get(from..from + self.block)?);
        }
        Some(Ok(vec![bytes.into()]))
    }
}
