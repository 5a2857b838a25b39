//! SignalFilterBankSquareRoot, uint64 to uint32: `signal_filter_bank_square_root.h`. A shift of 32 or more ends the run.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::signal;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |_, _| Ok(None),
    definitions: Definition {
        kind: OpKind::SIGNAL_FILTER_BANK_SQUARE_ROOT,
        versions: 1..=1,
        inputs: 2..=2,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["signal_filter_bank_square_root.h"],
        reference: "signal/micro/kernels/filter_bank_square_root.cc",
        support: &[Support::bytes("uint64 to uint32", Cores::Portable)],
    },
};

struct SquareRoot<'a> {
    input: Operand<'a>,
    shift: Operand<'a>,
    output: Operand<'a>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, shift, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    signal::is(checker, input, DType::Uint64).then_some(())?;
    (checker.dtype(shift, &[DType::Int32]) & checker.dtype(output, &[DType::Uint32])).then_some(())?;
    (checker.rank(input, 1) & checker.shape(shift, &[]) & checker.shape(output, &input.shape)).then_some(())?;
    if let Some(shift) = shift.i32_data().and_then(|shift| shift.first().copied()) {
        signal::within(checker, "a shift of", shift, 0, 31)?;
    }
    Some(Box::new(SquareRoot { input, shift, output }))
}

impl Checked for SquareRoot<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let channels = self.input.elements();
        let fails = !self.shift.is_constant();
        let result = if fails { "return " } else { "(void)" };
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", self.input.id),
                Argument::input("shift", self.shift.id),
                Argument::output("output", self.output.id),
            ],
            fails,
            headers: vec!["signal_filter_bank_square_root.h"],
            body: format!("    {result}tvmk_signal_filter_bank_square_root(input, shift, output, {channels});\n"),
            ..lowering.layer(format!("square roots of {channels} channels"))
        })
    }
}
