//! SignalFilterBankSpectralSubtraction on uint32: `signal_filter_bank_spectral_subtraction.h`. It keeps its estimate of the noise.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, InPlace, Layer, LayerState, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::{signal, text};

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, NAMES),
    definitions: Definition {
        kind: OpKind::SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION,
        versions: 1..=1,
        inputs: 1..=1,
        outputs: 2..=2,
        options: None,
        check,
        kernels: kernels!["signal_filter_bank_spectral_subtraction.h"],
        reference: "signal/micro/kernels/filter_bank_spectral_subtraction.cc",
        support: &[Support::bytes("uint32", Cores::Portable)],
    },
};

const NAMES: [&str; 9] = [
    "alternate_one_minus_smoothing",
    "alternate_smoothing",
    "clamping",
    "min_signal_remaining",
    "num_channels",
    "one_minus_smoothing",
    "smoothing",
    "smoothing_bits",
    "spectral_subtraction_bits",
];

struct Subtraction<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    estimate: Operand<'a>,
    options: [i32; 9],
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = signal::options(checker)?;
    let (input, output, estimate) = (checker.input(0)?, checker.output(0)?, checker.output(1)?);
    signal::is(checker, input, DType::Uint32).then_some(())?;
    for operand in [output, estimate] {
        (checker.dtype(operand, &[DType::Uint32]) && checker.shape(operand, &input.shape)).then_some(())?;
    }
    checker.rank(input, 1).then_some(())?;
    let channels = input.elements() as i32;
    signal::within(checker, NAMES[4], options[4], channels, channels)?;
    signal::within(checker, NAMES[7], options[7], 0, 31)?;
    signal::within(checker, NAMES[8], options[8], 0, 31)?;
    Some(Box::new(Subtraction { input, output, estimate, options }))
}

impl Checked for Subtraction<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, channels) = (self.input.id, self.output.id, self.input.elements());
        let [odd_kept, odd_smoothing, clamped, remaining, _, kept, smoothing, noise_bits, bits] = self.options;
        // The reference reads them as unsigned, whatever their sign in the file.
        let pair = |even: i32, odd: i32| format!("{{{}u, {}u}}", even as u32, odd as u32);
        let fields = [
            ("smoothing", pair(smoothing, odd_smoothing)),
            ("kept", pair(kept, odd_kept)),
            ("remaining", format!("{}u", remaining as u32)),
            ("bits", bits.to_string()),
            ("noise_bits", noise_bits.to_string()),
            ("clamped", i32::from(clamped != 0).to_string()),
            ("channels", channels.to_string()),
        ];
        let body = text::constant_struct("tvmk_signal_spectral_subtraction_t", "layer", &fields);
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", input),
                Argument::output("output", output),
                Argument::output("estimate", self.estimate.id),
            ],
            states: vec![LayerState::zeros("noise", DType::Uint32, channels)],
            in_place: vec![InPlace { input, output, lead: 0, reason: "element by element" }],
            headers: vec!["signal_filter_bank_spectral_subtraction.h"],
            body: body + "    tvmk_signal_spectral_subtraction(&layer, input, output, estimate, noise);\n",
            ..lowering.layer(format!("noise subtracted from {channels} channels"))
        })
    }
}
