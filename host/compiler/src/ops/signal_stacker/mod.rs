//! SignalStacker on int16: `signal_stacker.h`. It keeps frames that later outputs hold, too.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, Layer, LayerState, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::{signal, text};

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| {
        signal::numbers(bytes, ["num_channels", "stacker_left_context", "stacker_right_context", "stacker_step"])
    },
    definitions: Definition {
        kind: OpKind::SIGNAL_STACKER,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 2..=2,
        options: None,
        check,
        kernels: kernels!["signal_stacker.h"],
        reference: "signal/micro/kernels/stacker.cc",
        support: &[Support::bytes("int16", Cores::Portable)],
    },
};

struct Stacker<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    valid: Operand<'a>,
    channels: usize,
    frames: usize,
    before: usize,
    step: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [channels, left, right, step] = signal::options(checker)?;
    let (input, output, valid) = (checker.input(0)?, checker.output(0)?, checker.output(1)?);
    (checker.dtype(input, &[DType::Int16]) & checker.dtype(output, &[DType::Int16])).then_some(())?;
    (checker.dtype(valid, &[DType::Bool]) & checker.shape(valid, &[])).then_some(())?;
    let channels = signal::within(checker, "num_channels", channels, 1, i32::from(i16::MAX))?;
    let before = signal::within(checker, "stacker_left_context", left, 0, i32::from(i16::MAX))?;
    let after = signal::within(checker, "stacker_right_context", right, 0, i32::from(i16::MAX))?;
    let frames = before + 1 + after;
    let step = signal::within(checker, "stacker_step", step, 1, frames as i32)?;
    signal::room(checker, channels * frames)?;
    (checker.shape(input, &[channels]) & checker.shape(output, &[channels * frames])).then_some(())?;
    Some(Box::new(Stacker { input, output, valid, channels, frames, before, step }))
}

impl Checked for Stacker<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (channels, frames) = (self.channels, self.frames);
        let fields = [
            ("channels", channels.to_string()),
            ("frames", frames.to_string()),
            ("before", self.before.to_string()),
            ("step", self.step.to_string()),
        ];
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", self.input.id),
                Argument::output("output", self.output.id),
                Argument::output("valid", self.valid.id),
            ],
            states: vec![
                LayerState::zeros("past", DType::Int16, ((frames - 1) * channels).max(1)),
                LayerState::zeros("count", DType::Int32, 2),
            ],
            headers: vec!["signal_stacker.h"],
            body: text::constant_struct("tvmk_signal_stacker_t", "layer", &fields)
                + "    tvmk_signal_stacker(&layer, input, output, valid, past, count);\n",
            ..lowering.layer(format!("{frames} frames of {channels} channels, each {}", self.step))
        })
    }
}
