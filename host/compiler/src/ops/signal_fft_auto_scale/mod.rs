//! SignalFftAutoScale on int16: `signal_fft_auto_scale.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |_, _| Ok(None),
    definitions: Definition {
        kind: OpKind::SIGNAL_FFT_AUTO_SCALE,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 2..=2,
        options: None,
        check,
        kernels: kernels!["signal_fft_auto_scale.h"],
        reference: "signal/micro/kernels/fft_auto_scale_kernel.cc",
        support: &[Support::bytes("int16", Cores::Portable)],
    },
};

struct Scale<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    bits: Operand<'a>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, output, bits) = (checker.input(0)?, checker.output(0)?, checker.output(1)?);
    checker.dtype(input, &[DType::Int16]).then_some(())?;
    (checker.dtype(output, &[DType::Int16]) & checker.dtype(bits, &[DType::Int32])).then_some(())?;
    (checker.rank(input, 1) & checker.shape(output, &input.shape) & checker.shape(bits, &[])).then_some(())?;
    Some(Box::new(Scale { input, output, bits }))
}

impl Checked for Scale<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, count) = (self.input.id, self.output.id, self.input.elements());
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", input),
                Argument::output("output", output),
                Argument::output("bits", self.bits.id),
            ],
            in_place: vec![InPlace { input, output, lead: 0, reason: "element by element, after all were read once" }],
            headers: vec!["signal_fft_auto_scale.h"],
            body: format!("    tvmk_signal_fft_auto_scale(input, output, bits, {count});\n"),
            ..lowering.layer(format!("scaling of {count} samples"))
        })
    }
}
