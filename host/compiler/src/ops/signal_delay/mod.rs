//! SignalDelay on int16: `signal_delay.h`. It keeps the last samples.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, Layer, LayerState, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::signal;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["delay_length"]),
    definitions: Definition {
        kind: OpKind::SIGNAL_DELAY,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["signal_delay.h"],
        reference: "signal/micro/kernels/delay.cc",
        support: &[Support::bytes("int16", Cores::Portable)],
    },
};

/// Longest delay.
const LONGEST: i32 = 1 << 20;

struct Delay<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    delay: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [delay] = signal::options(checker)?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (checker.dtype(input, &[DType::Int16]) & checker.dtype(output, &[DType::Int16])).then_some(())?;
    signal::innermost(checker, input)?;
    checker.shape(output, &input.shape).then_some(())?;
    let delay = signal::within(checker, "delay_length", delay, 0, LONGEST)?;
    signal::room(checker, delay * input.elements() / input.shape.last()?)?;
    Some(Box::new(Delay { input, output, delay }))
}

impl Checked for Delay<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, delay) = (self.input.id, self.output.id, self.delay);
        if delay == 0 {
            return Lowered::Alias { input, output };
        }
        let frame = self.input.shape.last().copied().unwrap_or(1);
        let rows = self.input.elements() / frame;
        Lowered::Layer(Layer {
            arguments: vec![Argument::input("input", input), Argument::output("output", output)],
            states: vec![LayerState::zeros("past", DType::Int16, delay * rows)],
            headers: vec!["signal_delay.h"],
            body: format!("    tvmk_signal_delay(input, output, past, {frame}, {delay}, {rows});\n"),
            ..lowering.layer(format!("delay by {delay} samples"))
        })
    }
}
