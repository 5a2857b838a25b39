//! CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV on int8 and int16 whose weights or biases are computed at run time: `window_run.h`.

use crate::ir::graph::{Activation, DType};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::options::Scratch;
use crate::math::window::Window;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::matrices::{self, Scaled, Scaling};
use crate::ops::shared::window::members_of_batches;
use crate::ops::shared::{text, weighted};

/// Bytes of windows that are copied at a time, if there are that many.
const STRIP_BYTES: usize = 4096;

/// Maximum number of windows at a time: the weights are packed again for each of these.
const STRIP: usize = 16;

/// An operator's description of its windows.
pub struct Windows {
    /// Positions of input, weights and bias among the inputs.
    pub numbers: [usize; 3],
    /// Types of the bias for activations of int16.
    pub wide_bias: &'static [DType],
    /// The window; for a transposed convolution strides and padding of the output.
    pub window: Window,
    /// Channels of the output.
    pub channels: usize,
    /// Groups of channels.
    pub groups: usize,
    /// The dimension of the weights that counts the channels: the first or the last.
    pub axis: usize,
    /// Whether the strides are those of the input in the output.
    pub transposed: bool,
}

impl Windows {
    /// Number of multiplications for each output.
    fn depth(&self) -> usize {
        self.window.height * self.window.width * self.window.in_channels / self.groups
    }
}

struct Run<'a> {
    input: Operand<'a>,
    weights: Operand<'a>,
    bias: Option<Operand<'a>>,
    output: Operand<'a>,
    windows: Windows,
    scaling: Scaling,
}

/// Whether weights and bias, with these input numbers, are constants.
pub fn is_known(checker: &Checker<'_>, numbers: [usize; 3]) -> bool {
    let known = |i: usize| checker.optional_input(numbers[i]).is_none_or(|operand| operand.is_constant());
    known(1) && known(2)
}

/// Checks types, quantisation and bias; shapes have been checked.
pub fn check<'a>(checker: &mut Checker<'a>, windows: Windows, activation: Activation) -> Option<Box<dyn Checked + 'a>> {
    let [first, second, third] = windows.numbers;
    let (input, weights, output) = (checker.input(first)?, checker.input(second)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Int16]).then_some(())?;
    (checker.dtype(weights, &[DType::Int8]) & checker.dtype(output, &[input.dtype])).then_some(())?;
    if input.unsigned || weights.unsigned {
        checker.bad("weights or a bias of uint8 computed at run time", "constants");
    }
    weighted::check_quantisation(checker, weights, (windows.axis, windows.channels));
    let bias = checker.optional_input(third);
    if let Some(bias) = bias {
        let types = if input.dtype == DType::Int8 { &[DType::Int32] } else { windows.wide_bias };
        if checker.dtype(bias, types) && bias.elements() != windows.channels {
            checker.bad_tensor(bias.id, format!("{} elements", bias.elements()), format!("{}", windows.channels));
        }
    }
    let range = checker.activation(activation, output)?;
    let scaled = Scaled { first: input, second: weights, bias, output, depth: windows.depth(), range };
    let scaling = Scaling::check(checker, &scaled)?;
    Some(Box::new(Run { input, weights, bias, output, windows, scaling }))
}

impl Run<'_> {
    /// Whether each window is one element of the input, in order.
    fn is_direct(&self) -> bool {
        let Windows { window, groups, transposed, .. } = &self.windows;
        window.is_pointwise() && *groups == 1 && !transposed
    }

    /// The suffix of the kernel's name.
    fn suffix(&self) -> &'static str {
        match (self.input.dtype, self.bias.map(|bias| bias.dtype)) {
            (DType::Int8, _) => "",
            (_, Some(DType::Int32)) => "_int16_bias32",
            (_, Some(DType::Int16)) => "_int16_bias16",
            _ => "_int16",
        }
    }

    /// Number of windows at a time.
    fn strip(&self, scratch: Scratch) -> usize {
        let positions = self.windows.window.positions();
        if self.is_direct() {
            return positions;
        }
        let room = STRIP_BYTES / (self.windows.depth() * self.input.dtype.size());
        let most = if scratch == Scratch::Best { STRIP } else { 1 };
        room.clamp(1, most).min(positions)
    }

    /// The members of `product`, and of the struct around it.
    fn fields(&self, lowering: &Lowering<'_>, product: String) -> Vec<(&'static str, String)> {
        let Windows { window, channels, groups, transposed, axis, .. } = &self.windows;
        let per_group = if *axis == 0 { channels / groups * self.windows.depth() } else { channels / groups };
        let mut fields = vec![("product", product)];
        fields.extend(members_of_batches(window, *channels, *groups));
        fields.push(("transposed", u8::from(*transposed).to_string()));
        fields.push(("pointwise", u8::from(self.is_direct()).to_string()));
        fields.push(("strip", self.strip(lowering.scratch).to_string()));
        fields.push(("group_weights", per_group.to_string()));
        fields
    }
}

impl Checked for Run<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Windows { window, channels, groups, axis, .. } = &self.windows;
        let (depth, size, suffix) = (self.windows.depth(), self.input.dtype.size(), self.suffix());
        let [row_zero, column_zero] = self.scaling.zero_points();
        let [column_step, depth_step] = if *axis == 0 { [depth, 1] } else { [1, *channels] };
        let (more, factors) = self.scaling.fields(lowering, self.output.dtype);
        let mut product = vec![
            ("rows", "0".to_owned()),
            ("columns", (channels / groups).to_string()),
            ("depth", depth.to_string()),
            ("row_zero", row_zero.to_string()),
            ("column_zero", column_zero.to_string()),
            ("column_step", column_step.to_string()),
            ("depth_step", depth_step.to_string()),
            ("out_row", channels.to_string()),
            ("out_column", "1".to_owned()),
        ];
        product.extend(more);
        let rows = if self.is_direct() { 0 } else { self.strip(lowering.scratch) * depth * size };
        let bias = if self.bias.is_some() { "bias" } else { "0" };
        let scratch = matrices::tile(depth) + rows;
        let body = text::constant_struct("tvmk_window_run_t", "layer", &self.fields(lowering, text::members(&product)))
            + &text::scratch(&format!("TVMK_MATRICES_SCRATCH({depth}) + {rows}"), scratch)
            + &format!("    tvmk_window_run{suffix}(&layer, input, weights, {bias}, output, scratch);\n");
        let mut arguments = vec![Argument::input("input", self.input.id), Argument::input("weights", self.weights.id)];
        arguments.extend(self.bias.map(|bias| Argument::input("bias", bias.id)));
        arguments.push(Argument::output("output", self.output.id));
        let summary = format!(
            "{} {} {} to {channels} channels, weights or bias computed at run time",
            self.output.dtype,
            lowering.op.kind,
            window.describe()
        );
        Lowered::Layer(Layer {
            arguments,
            scratch_bytes: scratch,
            scratch_align: 4,
            constants: factors.into_iter().collect(),
            headers: vec!["window_run.h"],
            body,
            macs: (window.batches * window.positions() * channels) as u64 * depth as u64,
            ..lowering.layer(summary)
        })
    }
}
