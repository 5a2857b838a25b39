//! SignalFramer on int16: `signal_framer.h`. It keeps samples that later frames hold, too.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, Layer, LayerState, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::{signal, text};

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["frame_size", "frame_step", "prefill"]),
    definitions: Definition {
        kind: OpKind::SIGNAL_FRAMER,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 2..=2,
        options: None,
        check,
        kernels: kernels!["signal_framer.h"],
        reference: "signal/micro/kernels/framer.cc",
        support: &[Support::bytes("int16", Cores::Portable)],
    },
};

struct Framer<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    valid: Operand<'a>,
    frame: usize,
    step: usize,
    /// Samples before the first: silence.
    before: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [frame, step, prefill] = signal::options(checker)?;
    let (input, output, valid) = (checker.input(0)?, checker.output(0)?, checker.output(1)?);
    (checker.dtype(input, &[DType::Int16]) & checker.dtype(output, &[DType::Int16])).then_some(())?;
    (checker.dtype(valid, &[DType::Bool]) & checker.shape(valid, &[])).then_some(())?;
    let length = signal::innermost(checker, input)?;
    let frame = signal::within(checker, "frame_size", frame, 1, i32::from(i16::MAX))?;
    let step = signal::within(checker, "frame_step", step, 1, frame as i32)?;
    if !length.is_multiple_of(step) {
        checker
            .bad(format!("{length} samples in steps of {step}"), "a number of samples that is a multiple of the step");
        return None;
    }
    let mut shape = input.shape.clone();
    shape.pop();
    signal::room(checker, frame.next_multiple_of(step) * shape.iter().product::<usize>())?;
    shape.extend([length / step, frame]);
    checker.shape(output, &shape).then_some(())?;
    let before = if prefill != 0 { frame - step } else { 0 };
    Some(Box::new(Framer { input, output, valid, frame, step, before }))
}

impl Checked for Framer<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let length = self.input.shape.last().copied().unwrap_or(1);
        let (rows, kept) = (self.input.elements() / length, self.frame.next_multiple_of(self.step) - self.step);
        let fields = [
            ("frame", self.frame.to_string()),
            ("step", self.step.to_string()),
            ("frames", (length / self.step).to_string()),
            ("rows", rows.to_string()),
            ("kept", kept.to_string()),
        ];
        let count = (self.before as i32).to_le_bytes().to_vec().into();
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", self.input.id),
                Argument::output("output", self.output.id),
                Argument::output("valid", self.valid.id),
            ],
            states: vec![
                LayerState::zeros("past", DType::Int16, (kept * rows).max(1)),
                LayerState { name: "count", dtype: DType::Int32, initial: count },
            ],
            headers: vec!["signal_framer.h"],
            body: text::constant_struct("tvmk_signal_framer_t", "layer", &fields)
                + "    tvmk_signal_framer(&layer, input, output, valid, past, count);\n",
            ..lowering.layer(format!("frames of {}, {} apart", self.frame, self.step))
        })
    }
}
