//! SignalEnergy on int16: `signal_energy.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::signal;

/// The operator. The reference does not write bins outside its range; here they are 0.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["end_index", "start_index"]),
    definitions: Definition {
        kind: OpKind::SIGNAL_ENERGY,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["signal_energy.h"],
        reference: "signal/micro/kernels/energy.cc",
        support: &[Support::bytes("int16 to uint32", Cores::Portable)],
    },
};

struct Energy<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    start: usize,
    end: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [end, start] = signal::options(checker)?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (checker.dtype(input, &[DType::Int16]) & checker.dtype(output, &[DType::Uint32])).then_some(())?;
    (checker.rank(input, 1) & checker.rank(output, 1)).then_some(())?;
    // The file alone says how many.
    checker.gives(output, &output.shape);
    let bins = output.elements().min(input.elements() / 2) as i32;
    let end = signal::within(checker, "end_index", end, 0, bins)?;
    let start = signal::within(checker, "start_index", start, 0, end as i32)?;
    Some(Box::new(Energy { input, output, start, end }))
}

impl Checked for Energy<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (start, end, count) = (self.start, self.end, self.output.elements());
        let summary = format!("energy of bins {start} to {end} of {count}");
        Lowered::Layer(Layer {
            headers: vec!["signal_energy.h"],
            body: format!("    tvmk_signal_energy(input, output, {start}, {end}, {count});\n"),
            ..lowering.layer_of(summary, self.input.id, self.output.id)
        })
    }
}
