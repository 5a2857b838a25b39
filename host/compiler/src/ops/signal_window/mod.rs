//! SignalWindow on int16: `signal_window.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::signal;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["shift"]),
    definitions: Definition {
        kind: OpKind::SIGNAL_WINDOW,
        versions: 1..=1,
        inputs: 2..=2,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["signal_window.h"],
        reference: "signal/micro/kernels/window.cc",
        support: &[Support::bytes("int16", Cores::Portable)],
    },
};

struct Window<'a> {
    input: Operand<'a>,
    window: Operand<'a>,
    output: Operand<'a>,
    shift: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [shift] = signal::options(checker)?;
    let (input, window, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    for operand in [input, window, output] {
        checker.dtype(operand, &[DType::Int16]).then_some(())?;
    }
    let shift = signal::within(checker, "shift", shift, 0, 31)?;
    (checker.rank(window, 1) & checker.shape(output, &input.shape)).then_some(())?;
    signal::innermost(checker, input)?;
    if !input.elements().is_multiple_of(window.elements()) {
        let found = format!("a window of {} over {} samples", window.elements(), input.elements());
        checker.bad(found, "a number of samples that is a multiple of the window");
    }
    Some(Box::new(Window { input, window, output, shift }))
}

impl Checked for Window<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (length, shift) = (self.window.elements(), self.shift);
        let repeats = self.input.elements() / length;
        let (input, output) = (self.input.id, self.output.id);
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", input),
                Argument::input("window", self.window.id),
                Argument::output("output", output),
            ],
            in_place: vec![InPlace { input, output, lead: 0, reason: "element by element" }],
            headers: vec!["signal_window.h"],
            body: format!("    tvmk_signal_window(input, window, output, {length}, {repeats}, {shift});\n"),
            ..lowering.layer(format!("window of {length} over {:?}", self.input.shape))
        })
    }
}
