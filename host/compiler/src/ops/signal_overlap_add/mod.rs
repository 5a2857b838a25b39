//! SignalOverlapAdd on int16, `signal_overlap_add.h`, and float32, `signal_overlap_add_float.h`. It keeps the sums of later samples.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, Layer, LayerState, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::signal;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["T", "frame_step"]),
    definitions: Definition {
        kind: OpKind::SIGNAL_OVERLAP_ADD,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["signal_overlap_add.h", "signal_overlap_add_float.h"],
        reference: "signal/micro/kernels/overlap_add.cc",
        support: &[Support::bytes("int16, float32", Cores::Portable)],
    },
};

/// The element types, with their number in the file format.
const TYPES: [(DType, i32); 2] = [(DType::Int16, 7), (DType::Float32, 0)];

struct OverlapAdd<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    frame: usize,
    frames: usize,
    step: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [number, step] = signal::options(checker)?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let Some(&(dtype, _)) = TYPES.iter().find(|(_, other)| *other == number) else {
        checker.bad(format!("sums of type {number}"), "int16 (7), float32 (0)");
        return None;
    };
    (checker.dtype(input, &[dtype]) & checker.dtype(output, &[dtype])).then_some(())?;
    let [outer @ .., frames, frame] = input.shape.as_slice() else {
        checker.bad_tensor(input.id, format!("shape {:?}", input.shape), "two dimensions or more");
        return None;
    };
    let step = signal::within(checker, "frame_step", step, 1, *frame as i32)?;
    signal::room(checker, frame * outer.iter().product::<usize>())?;
    checker.shape(output, &[outer, &[frames * step]].concat()).then_some(())?;
    Some(Box::new(OverlapAdd { input, output, frame: *frame, frames: *frames, step }))
}

impl Checked for OverlapAdd<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (header, function) = match self.input.dtype {
            DType::Float32 => ("signal_overlap_add_float.h", "tvmk_signal_overlap_add_float"),
            _ => ("signal_overlap_add.h", "tvmk_signal_overlap_add"),
        };
        let (frame, frames, step) = (self.frame, self.frames, self.step);
        let rows = self.input.elements() / (frame * frames);
        Lowered::Layer(Layer {
            arguments: vec![Argument::input("input", self.input.id), Argument::output("output", self.output.id)],
            states: vec![LayerState::zeros("sums", self.input.dtype, frame * rows)],
            headers: vec![header],
            body: format!("    {function}(input, output, sums, {frame}, {step}, {frames}, {rows});\n"),
            ..lowering.layer(format!("sum of frames of {frame}, {step} apart"))
        })
    }
}
