//! CIRCULAR_BUFFER on int8: `circular_buffer.h`. Its output is a variable tensor, which pass `state` makes a state of the model.

use crate::ir::graph::{DType, OpKind, Subgraph, TensorId};
use crate::ir::layer::{Argument, Layer, LayerState, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::signal;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["cycles_max"]),
    definitions: Definition {
        kind: OpKind::CIRCULAR_BUFFER,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 1..=2,
        options: None,
        check,
        kernels: kernels!["circular_buffer.h"],
        reference: "circular_buffer.cc",
        support: &[Support::bytes("int8", Cores::Portable)],
    },
};

/// Whether a tensor is the contents of a buffer, which are kept from run to run.
pub fn writes(graph: &Subgraph, id: TensorId) -> bool {
    graph.operators.iter().any(|op| op.kind == OpKind::CIRCULAR_BUFFER && op.outputs.first() == Some(&id))
}

struct Buffer<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    /// The output that says whether a cycle ends, if the file has one.
    ready: Option<Operand<'a>>,
    cycle: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [cycle] = signal::options(checker)?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (checker.dtype(input, &[DType::Int8]) & checker.dtype(output, &[DType::Int8])).then_some(())?;
    (checker.rank(input, 4) & checker.rank(output, 4)).then_some(())?;
    let &[_, slots, width, depth] = output.shape.as_slice() else { return None };
    (checker.shape(input, &[1, 1, width, depth]) & checker.shape(output, &[1, slots, width, depth])).then_some(())?;
    if !output.variable {
        checker.bad_tensor(output.id, "a tensor that is not kept from run to run", "a variable tensor");
    }
    // After a reset it contains its zero point.
    checker.per_tensor(output)?;
    let cycle = signal::within(checker, "cycles_max", cycle, 1, i32::MAX)?;
    let ready = if checker.op.outputs.len() == 2 { Some(checker.output(1)?) } else { None };
    match ready {
        Some(ready) => {
            checker.dtype(ready, &[DType::Bool]).then_some(())?;
            if ready.elements() != 1 {
                checker.bad_tensor(ready.id, format!("shape {:?}", ready.shape), "one element");
            }
        }
        // The interpreter ends the run before the operators that follow.
        None if cycle != 1 => checker.bad(
            format!("runs that end here, except every {cycle}th one"),
            "cycles_max 1, or a second output that says when a cycle ends",
        ),
        None => {}
    }
    Some(Box::new(Buffer { input, output, ready, cycle }))
}

impl Checked for Buffer<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (slots, depth) = (self.output.shape[1], self.input.elements());
        let mut arguments = vec![Argument::input("input", self.input.id), Argument::output("output", self.output.id)];
        let mut body = format!("    tvmk_circular_buffer(input, output, {slots}, {depth});\n");
        let mut states = Vec::new();
        if let Some(ready) = self.ready {
            arguments.push(Argument::output("ready", ready.id));
            let initial = (self.cycle as i32).to_le_bytes().to_vec().into();
            states.push(LayerState { name: "left", dtype: DType::Int32, initial });
            body += &format!("    *ready = tvmk_circular_buffer_ready(left, INT32_C({}));\n", self.cycle);
        }
        let summary = format!("the last {slots} slots of {depth}");
        Lowered::Layer(Layer { arguments, states, headers: vec!["circular_buffer.h"], body, ..lowering.layer(summary) })
    }
}
