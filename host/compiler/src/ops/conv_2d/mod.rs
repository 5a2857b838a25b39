//! CONV_2D: on int8 `conv_2d.h`, or `fully_connected.h` where one window is the whole input; `float_weighted.h` on float32.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
use crate::math::pack;
use crate::math::window::{Window, WindowOptions};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};
use crate::ops::fully_connected;
use crate::ops::kernels::kernels;
use crate::ops::shared::convolution::Options;
use crate::ops::shared::float_window::{self, Kernel};
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::shared::{text, window};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::CONV_2D,
    versions: 1..=8,
    inputs: 2..=3,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["conv_2d.h"],
    reference: "conv.cc",
    support: &[
        Support::bytes("int8, weights of int8, bias of int32", Cores::DspMve),
        Support::bytes("float32", Cores::Portable),
    ],
};

/// Positions up to which the overlap of output and input is worked out, one by one.
const MAX_POSITIONS: usize = 1 << 20;

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Conv2d(o)) = table else { return Ok(None) };
    read(Options {
        window: WindowOptions {
            padding: o.padding()?.into(),
            stride: (o.stride_h()?, o.stride_w()?),
            dilation: (o.dilation_h_factor()?, o.dilation_w_factor()?),
        },
        activation: o.fused_activation_function()?.into(),
        bias_type: o.quantized_bias_type()?,
    })
}

/// On int8.
struct Conv2D<'a> {
    weighted: Weighted<'a>,
    window: Window,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    weighted::check_bias_type(checker, options.bias_type);
    let (input, weights, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    (checker.rank(input, 4) & checker.rank(weights, 4) & checker.rank(output, 4)).then_some(())?;
    let &[channels, height, width, in_channels] = weights.tensor.shape.as_slice() else { return None };
    if in_channels != input.shape[3] {
        let found = format!("weights for {in_channels} of {} input channels", input.shape[3]);
        checker.bad_tensor(weights.id, found, "weights for all of them: one group");
    }
    if channels > 65535 {
        checker.bad_tensor(weights.id, format!("{channels} channels"), "at most 65535");
    }
    let window = window::check(checker, input, (height, width), options.window, output, channels);
    if input.dtype == DType::Float32 {
        return float_window::check(checker, window, channels, options.activation, |window| Kernel {
            function: "tvmk_float_conv_2d",
            summary: format!("CONV_2D {}, activation {:?}", window.describe(), options.activation),
            depth: height * width * in_channels,
        });
    }
    let weighted = weighted::check(checker, &weighted::INT8, (0, channels), options.activation)?;
    Some(Box::new(Conv2D { weighted, window: window? }))
}

impl Checked for Conv2D<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        layer(lowering, &self.window, &self.weighted, self.weighted.weights())
    }
}

/// The layer of a convolution with weights `[channel][row][column][input channel]`; also of a depthwise one on one channel.
pub fn layer(lowering: &Lowering<'_>, window: &Window, weighted: &Weighted<'_>, weights: Vec<i8>) -> Lowered {
    let channels = weighted.bias.len();
    let depth = window.height * window.width * window.in_channels;
    let summary = format!(
        "{} {}, {}x{}x{} to {}x{}x{channels}, activation {:?}",
        lowering.op.kind,
        window.describe(),
        window.in_height,
        window.in_width,
        window.in_channels,
        window.out_height,
        window.out_width,
        weighted.activation,
    );
    if window.is_whole() {
        return fully_connected::layer(lowering, weighted, weights, window.batches, summary);
    }
    let window = &window.flattened();
    // The runs of neighbouring bytes that make up a window.
    let (runs, run) = if window.dilation_width == 1 {
        (window.height, window.width * window.in_channels)
    } else {
        (window.height * window.width, window.in_channels)
    };
    let shape = format!("[{channels}][{}][{}][{}]", window.height, window.width, window.in_channels);
    let (constants, short) = weighted::packed_constants(lowering, weighted, weights, runs, depth, &shape);
    let scratch_bytes = if short {
        // Four columns of int16, and what four neighbouring windows touch of a row, for those across the border.
        let columns = 16 * runs * pack::pairs(run).len();
        let span = 3 * window.stride_width + (window.width - 1) * window.dilation_width + 1;
        let line = if window.is_padded() { (span * window.in_channels).next_multiple_of(4) } else { 0 };
        (columns + line).max(2 * depth)
    } else {
        2 * depth
    };
    let (input, output) = (weighted.input.id, weighted.output.id);
    let mut in_place = Vec::new();
    if window.batches == 1 && window.positions() <= MAX_POSITIONS {
        let reason = "positions in order: the windows of a few are copied to scratch before their outputs are written";
        in_place.push(InPlace { input, output, lead: window.lead(channels), reason });
    }
    let number = |n: usize| n.to_string();
    let mut body = text::constant_struct(
        "tvmk_conv_2d_t",
        "layer",
        &[
            ("weights", lowering.constant("weights")),
            ("output", weighted.output(&lowering.constant("table"))),
            ("in_height", number(window.in_height)),
            ("in_width", number(window.in_width)),
            ("in_channels", number(window.in_channels)),
            ("out_height", number(window.out_height)),
            ("out_width", number(window.out_width)),
            ("out_channels", number(channels)),
            ("window_height", number(window.height)),
            ("window_width", number(window.width)),
            ("stride_height", number(window.stride_height)),
            ("stride_width", number(window.stride_width)),
            ("dilation_height", number(window.dilation_height)),
            ("dilation_width", number(window.dilation_width)),
            ("pad_top", number(window.pad_top)),
            ("pad_left", number(window.pad_left)),
            ("pad", weighted.input_zero_point.to_string()),
        ],
    );
    let function = if short { "tvmk_conv_2d" } else { "tvmk_conv_2d_general" };
    let pointers = [("input", window.in_elements()), ("output", window.positions() * channels)];
    body += &text::call(function, window.batches, &pointers, true);
    Lowered::Layer(Layer {
        in_place,
        scratch_bytes,
        scratch_align: 4,
        constants,
        headers: vec!["conv_2d.h"],
        body,
        macs: (window.batches * window.positions()) as u64 * (depth * channels) as u64,
        ..lowering.layer_of(summary, input, output)
    })
}
