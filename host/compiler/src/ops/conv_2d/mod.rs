//! CONV_2D on int8: `conv_2d.h`, or `fully_connected.h` where one window is the whole input.

use crate::ir::graph::{Activation, Conv2DOptions, OpKind, OpOptions, Operator, Subgraph};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::pack;
use crate::math::window::{Window, WindowOptions};
use crate::ops::fully_connected;
use crate::ops::shared::float;
use crate::ops::shared::text;
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::{OpDefinition, is_float};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::CONV_2D, versions: 1..=8, arity: (2..=3, 1..=1), check, lower };

/// Positions up to which the overlap of output and input is worked out, one by one.
const MAX_POSITIONS: usize = 1 << 20;

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    if is_float(graph, op) {
        return float::check(&mut checker);
    }
    let _ = check_shapes(&mut checker);
}

fn check_shapes(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::Conv2D(options) = &checker.op.options else {
        checker.bad("no options", "options of CONV_2D");
        return None;
    };
    let (input, input_tensor) = checker.input(0)?;
    let (weights, weights_tensor) = checker.input(1)?;
    let (output, _) = checker.output(0)?;
    (checker.rank(input, 4) & checker.rank(weights, 4) & checker.rank(output, 4)).then_some(())?;
    let &[channels, height, width, in_channels] = weights_tensor.shape.as_slice() else { return None };
    if in_channels != input_tensor.shape[3] {
        let found = format!("weights for {in_channels} of {} input channels", input_tensor.shape[3]);
        checker.bad_tensor(weights, found, "weights for all of them: one group");
    }
    if channels > 65535 {
        checker.bad_tensor(weights, format!("{channels} channels"), "at most 65535");
    }
    Window::check(checker, &input_tensor.shape, (height, width), window_options(options), output, channels);
    weighted::check(checker, 0, channels, options.activation)
}

fn window_options(options: &Conv2DOptions) -> WindowOptions {
    WindowOptions {
        padding: options.padding,
        stride: (options.stride_h, options.stride_w),
        dilation: (options.dilation_h, options.dilation_w),
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    if is_float(graph, op) {
        return float::lower(lowering, op);
    }
    let unchecked = || Problem::operator(graph, op, "an operator that was not checked", "checked operators");
    let OpOptions::Conv2D(options) = &op.options else { return Err(unchecked()) };
    let (_, input) = lowering.input(op, 0).ok_or_else(unchecked)?;
    let (_, weights) = lowering.input(op, 1).ok_or_else(unchecked)?;
    let &[channels, height, width, _] = weights.shape.as_slice() else { return Err(unchecked()) };
    let window = Window::new(&input.shape, (height, width), window_options(options))
        .map_err(|(found, supported)| Problem::operator(graph, op, found, supported))?;
    let weighted = Weighted::new(graph, op, channels, options.activation)?;
    let weights = weighted.weights.clone();
    Ok(layer(lowering, op, &window, &weighted, weights, "CONV_2D", options.activation))
}

/// The layer of a convolution with weights `[channel][row][column][input channel]`; also of a depthwise one on one channel.
pub fn layer(
    lowering: &Lowering<'_>,
    op: &Operator,
    window: &Window,
    weighted: &Weighted,
    weights: Vec<i8>,
    what: &str,
    activation: Activation,
) -> Lowered {
    let channels = weighted.bias.len();
    let depth = window.height * window.width * window.in_channels;
    let summary = format!(
        "{what} {}, {}x{}x{} to {}x{}x{channels}, activation {activation:?}",
        window.describe(),
        window.in_height,
        window.in_width,
        window.in_channels,
        window.out_height,
        window.out_width,
    );
    if window.is_whole() {
        return fully_connected::layer(lowering, op, weighted, weights, window.batches, summary);
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
    let (input, output) = weighted.tensors;
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
    let pointers = [("input", window.in_bytes()), ("output", window.positions() * channels)];
    body += &text::call(function, window.batches, &pointers, true);
    Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary,
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        in_place,
        scratch_bytes,
        scratch_align: 4,
        constants,
        headers: vec!["conv_2d.h"],
        body,
        macs: (window.batches * window.positions()) as u64 * (depth * channels) as u64,
    })
}
