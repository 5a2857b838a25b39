//! The int16 forms of CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV: `weighted_int16.h`, `depthwise_int16.h`.

use crate::ir::graph::{Activation, DType};
use crate::ir::layer::{Constant, ConstantData, Core, Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::math::window::Window;
use crate::ops::checker::Checker;
use crate::ops::definition::Checked;
use crate::ops::shared::weighted::{self, Types, Weighted};
use crate::ops::shared::{text, window};

/// Activations of int16 with a bias of int64, which all three support.
pub const INT16: Types = Types { activations: DType::Int16, weights: &[DType::Int8], bias: &[DType::Int64] };

/// The same, also with a bias of int32.
pub const INT16_BIAS_32: Types =
    Types { activations: DType::Int16, weights: &[DType::Int8], bias: &[DType::Int64, DType::Int32] };

/// What the weights of a channel are multiplied with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// A window over the channels of one of this many groups.
    Groups(usize),
    /// A window over one channel.
    OneChannel,
    /// The same where there is one channel in all: a window over it, with weights as DEPTHWISE_CONV_2D has them.
    Spread,
}

/// How the kernel computes outputs from sums; `window_int16.h` has the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In 32 bits.
    Short,
    /// In 64 bits.
    Wide,
    /// With a bias of int32.
    Int32,
}

impl Form {
    /// The suffix of the kernel's name.
    pub fn suffix(self) -> &'static str {
        match self {
            Form::Short => "",
            Form::Wide => "_wide",
            Form::Int32 => "_int32",
        }
    }
}

/// A checked operator whose weights apply to a window.
struct WindowInt16<'a> {
    sums: Sums<'a>,
    window: Window,
    sees: Sees,
}

/// Checked weights and bias, and how their sums become outputs.
pub struct Sums<'a> {
    /// Weights and the rest.
    pub weighted: Weighted<'a>,
    /// The form.
    pub form: Form,
    rows: Vec<Row>,
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
    let sums = check_sums(checker, [0, 1, 2], types, (axis, channels), activation)?;
    let window = window?;
    // A depthwise convolution on one channel is an ordinary convolution.
    let one = sees == Sees::OneChannel && window.in_channels == 1;
    Some(Box::new(WindowInt16 { sums, window, sees: if one { Sees::Spread } else { sees } }))
}

/// Checks input, weights and bias, with these input numbers, the output and the activation.
pub fn check_sums<'a>(
    checker: &mut Checker<'a>,
    numbers: [usize; 3],
    types: &Types,
    (axis, channels): (usize, usize),
    activation: Activation,
) -> Option<Sums<'a>> {
    let weighted = weighted::check_inputs(checker, numbers, types, (axis, channels), activation)?;
    for (operand, zero_point) in
        [(weighted.input, weighted.input_zero_point), (weighted.output, weighted.output_zero_point)]
    {
        if zero_point != 0 {
            checker.bad_tensor(operand.id, format!("zero point {zero_point} of int16"), "0");
        }
    }
    let narrow = checker.optional_input(numbers[2]).is_some_and(|bias| bias.dtype == DType::Int32);
    let largest = largest_sums(&weighted, axis, channels);
    let rows = rows(&weighted, &largest);
    let form = match narrow {
        true => Form::Int32,
        false if rows.iter().all(Row::is_short) => Form::Short,
        false => Form::Wide,
    };
    check_overflow(checker, &weighted, &largest, form);
    Some(Sums { weighted, form, rows })
}

/// The largest magnitude of each channel's sum, bias included.
fn largest_sums(weighted: &Weighted<'_>, axis: usize, channels: usize) -> Vec<i128> {
    let mut sums: Vec<i128> = weighted.bias.iter().map(|&bias| i128::from(bias).abs()).collect();
    for (channel, elements) in weighted::runs(&weighted.weights_as_given(), &weighted.weights.shape, axis, channels) {
        sums[channel] += elements.iter().map(|&w| i128::from(w).abs()).sum::<i128>() << 15;
    }
    sums
}

/// The bias of a channel's sum, its factor, and how large the sum can be.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    bias: i64,
    multiplier: Multiplier,
    /// The largest magnitude of the sum, bias included.
    pub largest: i128,
}

impl Row {
    /// A row of weights and its bias.
    pub fn new(bias: i64, weights: &[i8], multiplier: Multiplier) -> Row {
        let weights = weights.iter().map(|&w| i128::from(w).abs()).sum::<i128>() << 15;
        Row { bias, multiplier, largest: i128::from(bias).abs() + weights }
    }

    /// Whether the short form is proved.
    pub fn is_short(&self) -> bool {
        self.largest < 1 << 31 && ((-17..=-1).contains(&self.multiplier.shift) || self.multiplier.mantissa == 0)
    }

    /// Whether the reference's sum fits in 64 bits, and its result in 32.
    pub fn fits(&self) -> bool {
        self.largest < 1 << 47 && narrows(self.largest, self.multiplier)
    }

    /// The words of the kernel's table.
    fn words(&self, form: Form) -> Vec<i32> {
        let (bias, multiplier) = (self.bias, self.multiplier);
        let right = 15 - multiplier.shift;
        match form {
            // A factor of 0 may have any shift.
            Form::Short => vec![bias as i32, reduced(multiplier) << (32 - right).clamp(0, 16)],
            Form::Wide => vec![bias as i32, (bias >> 32) as i32, reduced(multiplier), right],
            Form::Int32 => vec![bias as i32, multiplier.mantissa, multiplier.shift],
        }
    }
}

/// Whether a 64-bit sum times a factor fits in the narrower result, and the factor is in the range that the reference states.
fn narrows(sum: i128, multiplier: Multiplier) -> bool {
    let shift = multiplier.shift;
    shift < 8 && (sum * i128::from(reduced(multiplier))) >> (15 - shift) < (1 << 31) - 1
}

/// The kernel's table of these rows.
pub fn table_constant(name: String, form: Form, rows: &[Row]) -> Constant {
    Constant {
        name,
        row: 0,
        data: ConstantData::I32(rows.iter().flat_map(|row| row.words(form)).collect()),
        align: 4,
        comment: "how sums become outputs, channel by channel".to_owned(),
        core: Core::Any,
    }
}

/// The rows of all channels.
fn rows(weighted: &Weighted<'_>, largest: &[i128]) -> Vec<Row> {
    let channels = weighted.bias.iter().zip(&weighted.multipliers).zip(largest);
    channels.map(|((&bias, &multiplier), &largest)| Row { bias, multiplier, largest }).collect()
}

/// Where the reference's arithmetic would overflow.
fn check_overflow(checker: &mut Checker<'_>, weighted: &Weighted<'_>, largest: &[i128], form: Form) {
    for (channel, (&sum, multiplier)) in largest.iter().zip(&weighted.multipliers).enumerate() {
        let bits = if form == Form::Int32 { 31 } else { 47 };
        if sum >= 1 << bits {
            let found = format!("sums up to {sum} in channel {channel}");
            checker.bad_tensor(weighted.weights.id, found, format!("sums below 2^{bits} for all inputs"));
            return;
        }
        let shift = multiplier.shift;
        let fits = match form {
            // A shift to the left in 32 bits.
            Form::Int32 => sum << shift.clamp(0, 40) < 1 << 31,
            _ => narrows(sum, *multiplier),
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

impl Sums<'_> {
    /// The kernel's table.
    pub fn table(&self, lowering: &Lowering<'_>) -> Constant {
        table_constant(lowering.constant("table"), self.form, &self.rows)
    }

    /// The members of the kernel's struct for a window whose outputs are stored at these positions, in elements.
    pub fn fields(
        &self,
        (weights, table): (String, String),
        window: &Window,
        groups: usize,
        [column, row, batch]: [usize; 3],
    ) -> Vec<(&'static str, String)> {
        let (low, high) = self.weighted.range;
        let mut fields =
            vec![("weights", weights), ("table", table), ("low", low.to_string()), ("high", high.to_string())];
        fields.extend(window::members_of_batches(window, self.weighted.bias.len(), groups));
        fields.push(("pointwise", u8::from(is_direct(window, groups)).to_string()));
        fields
            .extend([("out_column", column), ("out_row", row), ("out_batch", batch)].map(|(k, n)| (k, n.to_string())));
        fields
    }
}

/// Weights `[channel][elements of a window]` for each path.
pub fn constants(name: &str, weights: Vec<i8>, depth: usize, groups: usize, shape: &str) -> Vec<Constant> {
    let constant = |core, data: Vec<i8>, comment: &str| Constant {
        name: name.to_owned(),
        row: 0,
        data: ConstantData::I8(data),
        align: 4,
        comment: format!("{shape}{comment}"),
        core,
    };
    let dsp = dsp_pairs(&weights, depth, groups);
    vec![
        constant(Core::Dsp, dsp, ", of each two channels and two elements first, second, first, second"),
        constant(Core::Plain, weights, ""),
    ]
}

/// Whether each window is one element of the input, all of them in order: phases of a transposed convolution may skip some.
fn is_direct(window: &Window, groups: usize) -> bool {
    window.is_pointwise() && groups == 1 && window.out_width == window.in_width
}

/// Bytes of scratch for windows of `depth` elements: four columns of an even length on the DSP path, and two elsewhere.
pub fn scratch_bytes(window: &Window, depth: usize, groups: usize) -> usize {
    match (window.positions(), is_direct(window, groups)) {
        (1, true) => 0,
        (1, false) => 4 * depth,
        _ => 8 * depth.next_multiple_of(2),
    }
}

/// Of each two channels of a group, and each two elements of their windows: first, second, first, second, 0 for what is left over.
fn dsp_pairs(weights: &[i8], depth: usize, groups: usize) -> Vec<i8> {
    let mut packed = Vec::new();
    for group in weights.chunks((weights.len() / groups).max(1)) {
        for two in group.chunks(2 * depth) {
            let (first, second) = two.split_at(depth);
            let at = |channel: &[i8], k: usize| channel.get(k).copied().unwrap_or(0);
            for k in (0..depth).step_by(2) {
                packed.extend([at(first, k), at(second, k), at(first, k + 1), at(second, k + 1)]);
            }
        }
    }
    packed
}

impl WindowInt16<'_> {
    /// The weights, for each path.
    fn weights(&self, lowering: &Lowering<'_>) -> Vec<Constant> {
        let weighted = &self.sums.weighted;
        let (given, name) = (weighted.weights_as_given(), lowering.constant("weights"));
        let shape = format!("{:?}", weighted.weights.shape);
        let channels = weighted.bias.len();
        let depth = given.len() / channels;
        match self.sees {
            Sees::Groups(groups) => constants(&name, given, depth, groups, &shape),
            Sees::Spread => {
                let turned = (0..given.len()).map(|i| given[i % depth * channels + i / depth]).collect();
                constants(&name, turned, depth, 1, &format!("{shape}, channel by channel"))
            }
            Sees::OneChannel => {
                let constant =
                    |core, data| Constant { name: name.clone(), row: 0, data, align: 4, comment: shape.clone(), core };
                let wide = given.iter().map(|&w| i16::from(w)).collect();
                vec![constant(Core::Dsp, ConstantData::I16(wide)), constant(Core::Plain, ConstantData::I8(given))]
            }
        }
    }
}

impl Checked for WindowInt16<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let WindowInt16 { sums, window, sees } = self;
        let weighted = &sums.weighted;
        let channels = weighted.bias.len();
        let taps = window.height * window.width;
        let (kernel, header, groups, depth) = match *sees {
            Sees::Groups(groups) => ("conv_2d", "weighted_int16.h", groups, taps * window.in_channels / groups),
            Sees::Spread => ("conv_2d", "weighted_int16.h", 1, taps),
            Sees::OneChannel => ("depthwise_conv_2d", "depthwise_int16.h", 1, taps),
        };
        let places = [channels, channels * window.out_width, channels * window.out_width * window.out_height];
        let names = (lowering.constant("weights"), lowering.constant("table"));
        let fields = sums.fields(names, window, groups, places);
        let scratch_bytes = if *sees == Sees::OneChannel { 0 } else { scratch_bytes(window, depth, groups) };
        let scratch = match (*sees, scratch_bytes) {
            (Sees::OneChannel, _) => "",
            (_, 0) => ", 0",
            _ => ", (int16_t *)(void *)scratch",
        };
        let body = text::constant_struct("tvmk_int16_window_t", "layer", &fields)
            + &format!("    tvmk_{kernel}_int16{}(&layer, input, output{scratch});\n", sums.form.suffix());
        let summary = format!(
            "int16 {} {} to {channels} channels, activation {:?}",
            lowering.op.kind,
            window.describe(),
            weighted.activation
        );
        Lowered::Layer(Layer {
            scratch_bytes,
            scratch_align: 4,
            constants: self.weights(lowering).into_iter().chain([sums.table(lowering)]).collect(),
            headers: vec![header],
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
    fn channels_stand_in_pairs() {
        assert_eq!(dsp_pairs(&[1, 2, 3, 4, 5, 6], 3, 1), [1, 4, 2, 5, 3, 6, 0, 0]);
        assert_eq!(dsp_pairs(&[1, 2, 3, 4], 2, 2), [1, 0, 2, 0, 3, 0, 4, 0]);
    }

    #[test]
    fn a_mantissa_loses_its_last_bits() {
        assert_eq!(reduced(Multiplier { mantissa: 0x4000_8000, shift: 0 }), 0x4001);
        assert_eq!(reduced(Multiplier { mantissa: i32::MAX, shift: 0 }), 0x7fff);
    }
}
