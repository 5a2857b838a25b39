//! SignalPCAN on uint32: `signal_pcan.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::signal;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["snr_shift"]),
    definitions: Definition {
        kind: OpKind::SIGNAL_PCAN,
        versions: 1..=1,
        inputs: 3..=3,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["signal_pcan.h"],
        reference: "signal/micro/kernels/pcan.cc",
        support: &[Support::bytes("uint32, a gain curve of int16", Cores::Portable)],
    },
};

/// Words of a curve that covers every 32-bit noise value.
const CURVE: usize = 125;

struct Pcan<'a> {
    input: Operand<'a>,
    noise: Operand<'a>,
    curve: Operand<'a>,
    output: Operand<'a>,
    shift: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [shift] = signal::options(checker)?;
    let (input, noise, curve, output) = (checker.input(0)?, checker.input(1)?, checker.input(2)?, checker.output(0)?);
    (signal::is(checker, input, DType::Uint32) & signal::is(checker, noise, DType::Uint32)).then_some(())?;
    (checker.dtype(curve, &[DType::Int16]) & checker.dtype(output, &[DType::Uint32])).then_some(())?;
    (checker.rank(input, 1) & checker.rank(curve, 1)).then_some(())?;
    (checker.shape(noise, &input.shape) & checker.shape(output, &input.shape)).then_some(())?;
    if curve.elements() < CURVE {
        checker.bad_tensor(curve.id, format!("{} words", curve.elements()), format!("at least {CURVE}"));
    }
    let shift = signal::within(checker, "snr_shift", shift, 0, 63)?;
    Some(Box::new(Pcan { input, noise, curve, output, shift }))
}

impl Checked for Pcan<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (channels, shift, output) = (self.input.elements(), self.shift, self.output.id);
        let in_place = |input| InPlace { input, output, lead: 0, reason: "element by element" };
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", self.input.id),
                Argument::input("noise", self.noise.id),
                Argument::input("curve", self.curve.id),
                Argument::output("output", output),
            ],
            in_place: vec![in_place(self.input.id), in_place(self.noise.id)],
            headers: vec!["signal_pcan.h"],
            body: format!("    tvmk_signal_pcan(input, noise, curve, output, {channels}, {shift});\n"),
            ..lowering.layer(format!("gain of {channels} channels"))
        })
    }
}
