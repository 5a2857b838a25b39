//! SignalFilterBank on uint32, with sums of uint64: `signal_filter_bank.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Constant, ConstantData, Core, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::signal;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["num_channels"]),
    definitions: Definition {
        kind: OpKind::SIGNAL_FILTER_BANK,
        versions: 1..=1,
        inputs: 6..=6,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["signal_filter_bank.h"],
        reference: "signal/micro/kernels/filter_bank.cc",
        support: &[Support::bytes("uint32 to uint64, constants of int16", Cores::Portable)],
    },
};

struct FilterBank<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    weights: Vec<i16>,
    unweights: Vec<i16>,
    /// First bin, first weight and number of them, for one more than the number of channels.
    ranges: Vec<[i16; 3]>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [channels] = signal::options(checker)?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (signal::is(checker, input, DType::Uint32) & checker.dtype(output, &[DType::Uint64])).then_some(())?;
    let mut constants = Vec::new();
    for i in 1..6 {
        let operand = checker.input(i)?;
        checker.rank(operand, 1).then_some(())?;
        constants.push(signal::int16(checker, operand)?);
    }
    let [weights, unweights, starts, weight_starts, widths] = <[_; 5]>::try_from(constants).ok()?;
    let channels = signal::within(checker, "num_channels", channels, 1, i32::from(i16::MAX))?;
    (checker.rank(input, 1) & checker.shape(output, &[channels])).then_some(())?;
    let mut ranges = Vec::new();
    for i in 0..=channels {
        let [Some(&start), Some(&from), Some(&width)] = [starts.get(i), weight_starts.get(i), widths.get(i)] else {
            checker.bad(format!("{i} ranges of bins"), format!("{}, one more than the channels", channels + 1));
            return None;
        };
        let inside = |first: i16, length: usize| first >= 0 && first as usize + width.max(0) as usize <= length;
        if !inside(start, input.elements()) || !inside(from, weights.len().min(unweights.len())) {
            let found = format!("{width} bins from {start}, weights from {from}, for channel {i}");
            checker.bad(found, "bins and weights that exist");
            return None;
        }
        ranges.push([start, from, width]);
    }
    Some(Box::new(FilterBank { input, output, weights, unweights, ranges }))
}

impl Checked for FilterBank<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let channels = self.output.elements();
        let ranges = self.ranges.concat();
        let mut constants = Vec::new();
        let mut names = Vec::new();
        for (what, data, row, comment) in [
            ("weights", &self.weights, 0, "of the channel"),
            ("unweights", &self.unweights, 0, "of the next channel"),
            ("ranges", &ranges, 3, "first bin, first weight and number of bins"),
        ] {
            let (name, data) = (lowering.constant(what), ConstantData::I16(data.clone()));
            names.push(name.clone());
            constants.push(Constant { name, data, align: 2, row, comment: comment.into(), core: Core::Any });
        }
        let bins: i64 = self.ranges.iter().map(|range| i64::from(range[2].max(0))).sum();
        let arrays = names.join(", ");
        Lowered::Layer(Layer {
            constants,
            headers: vec!["signal_filter_bank.h"],
            body: format!("    tvmk_signal_filter_bank(input, output, {arrays}, {channels});\n"),
            macs: 2 * bins as u64,
            ..lowering.layer_of(format!("{channels} channels of {bins} bins"), self.input.id, self.output.id)
        })
    }
}
