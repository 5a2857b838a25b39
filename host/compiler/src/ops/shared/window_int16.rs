//! The int16 forms of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: `weighted_int16.h`.

use crate::ir::graph::{Activation, DType};
use crate::ir::layer::{Constant, ConstantData, Core, Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::math::window::Window;
use crate::ops::checker::Checker;
use crate::ops::definition::Checked;
use crate::ops::shared::float_window::geometry;
use crate::ops::shared::text;
use crate::ops::shared::weighted::{self, Types, Weighted};

/// Activations of int16 with a bias of int64, as all three have them.
pub const INT16: Types = Types { activations: DType::Int16, weights: &[DType::Int8], bias: &[DType::Int64] };

/// The same with a bias of int32, too.
pub const INT16_BIAS_32: Types =
    Types { activations: DType::Int16, weights: &[DType::Int8], bias: &[DType::Int64, DType::Int32] };

/// What the weights of a channel are multiplied with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// A window over the channels of one of so many groups.
    Groups(usize),
    /// A window over one channel.
    OneChannel,
}

/// How the kernel makes outputs of sums; `weighted_int16.h` has the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Short,
    Wide,
    Int32,
}

/// A checked operator whose weights see a window.
struct WindowInt16<'a> {
    weighted: Weighted<'a>,
    window: Window,
    sees: Sees,
    form: Form,
}

/// Checks weights, bias, output and activation of an operator with a checked window and gives its layer. `axis` is that of
/// the channels of the weights.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    types: &Types,
    window: Option<Window>,
    (axis, channels): (usize, usize),
    activation: Activation,
    sees: Sees,
) -> Option<Box<dyn Checked + 'a>> {
    let weighted = weighted::check(checker, types, (axis, channels), activation)?;
    for (operand, zero_point) in
        [(weighted.input, weighted.input_zero_point), (weighted.output, weighted.output_zero_point)]
    {
        if zero_point != 0 {
            checker.bad_tensor(operand.id, format!("zero point {zero_point} of int16"), "0");
        }
    }
    let narrow = checker.optional_input(2).is_some_and(|bias| bias.dtype == DType::Int32);
    let largest = largest_sums(&weighted, axis, channels);
    let form = if narrow { Form::Int32 } else { form(&weighted, &largest) };
    check_sums(checker, &weighted, &largest, form);
    Some(Box::new(WindowInt16 { weighted, window: window?, sees, form }))
}

/// The largest magnitude of each channel's sum, bias included.
fn largest_sums(weighted: &Weighted<'_>, axis: usize, channels: usize) -> Vec<i128> {
    let mut sums: Vec<i128> = weighted.bias.iter().map(|&bias| i128::from(bias).abs()).collect();
    let shape = &weighted.weights.shape;
    let run = shape.get(axis + 1..).map_or(1, |inner| inner.iter().product::<usize>()).max(1);
    for (i, elements) in weighted.weights_as_given().chunks(run).enumerate() {
        sums[i % channels] += elements.iter().map(|&w| i128::from(w).abs()).sum::<i128>() << 15;
    }
    sums
}

/// The short form where it is proved for every channel.
fn form(weighted: &Weighted<'_>, largest: &[i128]) -> Form {
    let short = |(&sum, multiplier): (&i128, &Multiplier)| {
        sum < 1 << 31 && ((-17..=-1).contains(&multiplier.shift) || multiplier.mantissa == 0)
    };
    if largest.iter().zip(&weighted.multipliers).all(short) { Form::Short } else { Form::Wide }
}

/// Where the reference's arithmetic would overflow.
fn check_sums(checker: &mut Checker<'_>, weighted: &Weighted<'_>, largest: &[i128], form: Form) {
    for (channel, (&sum, multiplier)) in largest.iter().zip(&weighted.multipliers).enumerate() {
        let bits = if form == Form::Int32 { 31 } else { 47 };
        if sum >= 1 << bits {
            let found = format!("sums up to {sum} in channel {channel}");
            checker.bad_tensor(weighted.weights.id, found, format!("sums below 2^{bits} for all inputs"));
            return;
        }
        let shift = multiplier.shift;
        let fits = match form {
            // To the left in 32 bits.
            Form::Int32 => sum << shift.clamp(0, 40) < 1 << 31,
            // What the result is narrowed to, and the range the reference states.
            _ => shift < 8 && (sum * i128::from(reduced(*multiplier))) >> (15 - shift) < (1 << 31) - 1,
        };
        if !fits {
            let found = format!("a scale factor of 2^{shift} in channel {channel}");
            checker.bad(found, "scales with which outputs before clamping stay within 32 bits");
            return;
        }
    }
}

/// The mantissa of 15 bits that the reference takes for sums of 64 bits.
pub fn reduced(multiplier: Multiplier) -> i32 {
    if multiplier.mantissa < 0x7fff_0000 { (multiplier.mantissa + (1 << 15)) >> 16 } else { 0x7fff }
}

impl WindowInt16<'_> {
    /// The kernel's table.
    fn table(&self) -> Vec<i32> {
        let channels = self.weighted.bias.iter().zip(&self.weighted.multipliers);
        let words = |(&bias, &multiplier): (&i64, &Multiplier)| {
            let right = 15 - multiplier.shift;
            match self.form {
                // A factor of 0 may have any shift.
                Form::Short => vec![bias as i32, reduced(multiplier) << (32 - right).clamp(0, 16)],
                Form::Wide => vec![bias as i32, (bias >> 32) as i32, reduced(multiplier), right],
                Form::Int32 => vec![bias as i32, multiplier.mantissa, multiplier.shift],
            }
        };
        channels.flat_map(words).collect()
    }

    /// The weights, and where the DSP extension has an order of its own, those.
    fn weights(&self, lowering: &Lowering<'_>) -> Vec<Constant> {
        let given = self.weighted.weights_as_given();
        let plain = |core, data, comment: &str| Constant {
            name: lowering.constant("weights"),
            row: 0,
            data: ConstantData::I8(data),
            align: 4,
            comment: format!("{:?}{comment}", self.weighted.weights.shape),
            core,
        };
        if self.sees == Sees::OneChannel {
            return vec![plain(Core::Any, given, "")];
        }
        let depth = given.len() / self.weighted.bias.len();
        let dsp = dsp_order(&given, depth);
        vec![
            plain(Core::Dsp, dsp, ", of each four neighbours 0 2 1 3: the order of SXTB16"),
            plain(Core::Plain, given, ""),
        ]
    }
}

/// Exchanges the middle two of each four neighbours of rows.
fn dsp_order(weights: &[i8], depth: usize) -> Vec<i8> {
    let mut ordered = weights.to_vec();
    for row in ordered.chunks_mut(depth.max(1)) {
        row.chunks_exact_mut(4).for_each(|four| four.swap(1, 2));
    }
    ordered
}

impl Checked for WindowInt16<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let WindowInt16 { weighted, window, sees, form } = self;
        let channels = weighted.bias.len();
        let taps = window.height * window.width;
        let (kernel, groups, depth) = match *sees {
            Sees::Groups(groups) => ("conv_2d", groups, taps * window.in_channels / groups),
            Sees::OneChannel => ("depthwise_conv_2d", 1, taps),
        };
        let suffix = match form {
            Form::Short => "",
            Form::Wide => "_wide",
            Form::Int32 => "_int32",
        };
        let (low, high) = weighted.range;
        let mut fields = vec![
            ("weights", lowering.constant("weights")),
            ("table", lowering.constant("table")),
            ("low", low.to_string()),
            ("high", high.to_string()),
        ];
        fields.extend(geometry(window, channels, groups));
        let gathers = *sees != Sees::OneChannel && !(window.is_pointwise() && groups == 1);
        let scratch = match (*sees, gathers) {
            (Sees::OneChannel, _) => "",
            (_, true) => ", (int16_t *)(void *)scratch",
            (_, false) => ", 0",
        };
        let body = text::constant_struct("tvmk_int16_window_t", "layer", &fields)
            + &format!("    tvmk_{kernel}_int16{suffix}(&layer, input, output{scratch});\n");
        let table = Constant {
            name: lowering.constant("table"),
            row: 0,
            data: ConstantData::I32(self.table()),
            align: 4,
            comment: "how sums become outputs, channel by channel".to_owned(),
            core: Core::Any,
        };
        let summary = format!(
            "int16 {} {} to {channels} channels, activation {:?}",
            lowering.op.kind,
            window.describe(),
            weighted.activation
        );
        Lowered::Layer(Layer {
            scratch_bytes: if gathers { 4 * depth } else { 0 },
            scratch_align: 4,
            constants: self.weights(lowering).into_iter().chain([table]).collect(),
            headers: vec!["weighted_int16.h"],
            body,
            macs: (window.batches * window.positions() * channels) as u64 * depth as u64,
            ..lowering.layer_of(summary, weighted.input.id, weighted.output.id)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_ordered_by_themselves() {
        assert_eq!(dsp_order(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5), [0, 2, 1, 3, 4, 5, 7, 6, 8, 9]);
    }

    #[test]
    fn a_mantissa_loses_its_last_bits() {
        assert_eq!(reduced(Multiplier { mantissa: 0x4000_8000, shift: 0 }), 0x4001);
        assert_eq!(reduced(Multiplier { mantissa: i32::MAX, shift: 0 }), 0x7fff);
    }
}
