//! SignalFilterBankLog, uint32 to int16: `signal_filter_bank_log.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::signal;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["input_correction_bits", "output_scale"]),
    definitions: Definition {
        kind: OpKind::SIGNAL_FILTER_BANK_LOG,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["signal_filter_bank_log.h"],
        reference: "signal/micro/kernels/filter_bank_log.cc",
        support: &[Support::bytes("uint32 to int16", Cores::Portable)],
    },
};

struct Log<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    shift: usize,
    scale: i32,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [shift, scale] = signal::options(checker)?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (signal::is(checker, input, DType::Uint32) & checker.dtype(output, &[DType::Int16])).then_some(())?;
    (checker.rank(input, 1) & checker.shape(output, &input.shape)).then_some(())?;
    let shift = signal::within(checker, "input_correction_bits", shift, 0, 31)?;
    Some(Box::new(Log { input, output, shift, scale }))
}

impl Checked for Log<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        // The reference reads it as unsigned, whatever its sign in the file.
        let (channels, scale, shift) = (self.input.elements(), self.scale as u32, self.shift);
        Lowered::Layer(Layer {
            headers: vec!["signal_filter_bank_log.h"],
            body: format!("    tvmk_signal_filter_bank_log(input, output, {channels}, {scale}u, {shift});\n"),
            ..lowering.layer_of(format!("logarithms of {channels} channels"), self.input.id, self.output.id)
        })
    }
}
