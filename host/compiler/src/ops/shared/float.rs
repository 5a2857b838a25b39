//! The float32 forms of CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, AVERAGE_POOL_2D, ADD and SOFTMAX:
//! `float_weighted.h`, `float_nn.h` and `softmax_float.h`. Plain loops in the reference's order, for graphs that mix types.

use crate::ir::graph::{Activation, DType, OpOptions, Operator, Padding, Pool2DOptions, TensorId};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::window::{Window, WindowOptions};
use crate::ops::depthwise_conv_2d;
use crate::ops::shared::binary;
use crate::ops::shared::text;
use crate::ops::shared::weighted::check_activation;
use crate::ops::{one_to_one, unchecked};
use crate::passes::check::Checker;
use crate::passes::emit::float_literal;

/// Checks a float32 operator of one of these kinds.
pub fn check(checker: &mut Checker<'_>) {
    let _ = match checker.op.options {
        OpOptions::Conv2D(_) | OpOptions::DepthwiseConv2D(_) => check_convolution(checker),
        OpOptions::FullyConnected(_) => check_fully_connected(checker),
        OpOptions::Pool2D(_) => check_pool(checker),
        OpOptions::Softmax { .. } => check_softmax(checker),
        _ => check_add(checker),
    };
}

/// Builds the layer of a float32 operator of one of these kinds.
pub fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    match op.options {
        OpOptions::Conv2D(_) | OpOptions::DepthwiseConv2D(_) => lower_convolution(lowering, op),
        OpOptions::FullyConnected(_) => lower_fully_connected(lowering, op),
        OpOptions::Pool2D(_) => lower_pool(lowering, op),
        OpOptions::Softmax { .. } => lower_softmax(lowering, op),
        _ => {
            let range = binary::float_range(binary::activation(op));
            let call = |tensors: &str| format!("    tvmk_float_add({tensors}, {range});\n");
            binary::lower(lowering, op, "float_nn.h", "", call)
        }
    }
}

fn check_add(checker: &mut Checker<'_>) -> Option<()> {
    check_activation(checker, binary::activation(checker.op), 1.0, 0);
    binary::check(checker, &[DType::Float32])
}

fn check_softmax(checker: &mut Checker<'_>) -> Option<()> {
    let (_, tensor) = checker.input(0)?;
    let (output, _) = checker.output(0)?;
    checker.dtype(output, &[DType::Float32]);
    checker.shape(output, &tensor.shape);
    Some(())
}

fn lower_softmax(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let (input, output) = one_to_one(lowering, op)?;
    let OpOptions::Softmax { beta } = op.options else { return Err(unchecked(lowering.graph, op)) };
    let tensor = lowering.graph.tensor(input);
    let depth = tensor.shape.last().copied().unwrap_or(1);
    let rows = tensor.elements() / depth.max(1);
    let mut layer = layer(lowering, op, format!("SOFTMAX of {rows} rows of {depth}"), input, output);
    layer.in_place = vec![InPlace { input, output, lead: 0, reason: "element by element, after the largest is known" }];
    layer.headers = vec!["softmax_float.h"];
    layer.body = format!("    tvmk_float_softmax(input, output, {rows}, {depth}, {});\n", float_literal(beta));
    Ok(Lowered::Layer(layer))
}

fn check_pool(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::Pool2D(options) = &checker.op.options else { return None };
    let (input, tensor) = checker.input(0)?;
    let (output, _) = checker.output(0)?;
    (checker.rank(input, 4) & checker.rank(output, 4) & checker.dtype(output, &[DType::Float32])).then_some(())?;
    check_activation(checker, options.activation, 1.0, 0);
    match pool_size(options) {
        Some(size) => {
            let window = window(options.padding, (options.stride_h, options.stride_w), (1, 1));
            Window::check(checker, &tensor.shape, size, window, output, tensor.shape[3]);
        }
        None => checker.bad(format!("a window of {}x{}", options.filter_height, options.filter_width), "at least 1x1"),
    }
    Some(())
}

fn pool_size(options: &Pool2DOptions) -> Option<(usize, usize)> {
    Some((usize::try_from(options.filter_height).ok()?, usize::try_from(options.filter_width).ok()?))
        .filter(|&(height, width)| height > 0 && width > 0)
}

fn lower_pool(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let OpOptions::Pool2D(options) = &op.options else { return Err(fail()) };
    let (input, output) = one_to_one(lowering, op)?;
    let window_options = window(options.padding, (options.stride_h, options.stride_w), (1, 1));
    let window = Window::new(&graph.tensor(input).shape, pool_size(options).ok_or_else(fail)?, window_options)
        .map_err(|(found, supported)| Problem::operator(graph, op, found, supported))?;
    let mut layer = layer(lowering, op, format!("AVERAGE_POOL_2D {}", window.describe()), input, output);
    layer.headers = vec!["float_nn.h"];
    let mut fields = geometry(&window);
    fields.push(("channels", window.in_channels.to_string()));
    layer.body = text::constant_struct("tvmk_float_pool_t", "layer", &fields);
    let range = binary::float_range(options.activation);
    layer.body += &format!("    tvmk_float_average_pool_2d(&layer, input, output, {range});\n");
    Ok(Lowered::Layer(layer))
}

/// What CONV_2D and DEPTHWISE_CONV_2D say of their windows, and the fused activation.
fn convolution_options(op: &Operator) -> Option<(WindowOptions, Activation)> {
    Some(match &op.options {
        OpOptions::Conv2D(o) => {
            (window(o.padding, (o.stride_h, o.stride_w), (o.dilation_h, o.dilation_w)), o.activation)
        }
        OpOptions::DepthwiseConv2D(o) => {
            (window(o.padding, (o.stride_h, o.stride_w), (o.dilation_h, o.dilation_w)), o.activation)
        }
        _ => return None,
    })
}

fn is_depthwise(op: &Operator) -> bool {
    matches!(op.options, OpOptions::DepthwiseConv2D(_))
}

fn check_convolution(checker: &mut Checker<'_>) -> Option<()> {
    let (options, activation) = convolution_options(checker.op)?;
    let (input, tensor) = checker.input(0)?;
    let (weights, weights_tensor) = checker.input(1)?;
    let (output, _) = checker.output(0)?;
    (checker.rank(input, 4) & checker.rank(weights, 4) & checker.rank(output, 4)).then_some(())?;
    let &[first, height, width, last] = weights_tensor.shape.as_slice() else { return None };
    let in_channels = tensor.shape[3];
    let depthwise = is_depthwise(checker.op);
    let (channels, fits) = if depthwise {
        (last, first == 1 && last.is_multiple_of(in_channels.max(1)))
    } else {
        (first, last == in_channels)
    };
    if !fits || channels == 0 || channels > 65535 {
        let found = format!("shape {:?} for {in_channels} input channels", weights_tensor.shape);
        checker.bad_tensor(weights, found, "weights for all of them");
    }
    if let OpOptions::DepthwiseConv2D(options) = &checker.op.options {
        depthwise_conv_2d::check_multiplier(checker, options, in_channels, channels);
    }
    Window::check(checker, &tensor.shape, (height, width), options, output, channels);
    check_weighted(checker, channels, activation)
}

/// Constant float32 weights, a constant float32 bias of one element a channel if any, a float32 output.
fn check_weighted(checker: &mut Checker<'_>, channels: usize, activation: Activation) -> Option<()> {
    let (weights, tensor) = checker.input(1)?;
    let (output, _) = checker.output(0)?;
    checker.dtype(output, &[DType::Float32]);
    if checker.dtype(weights, &[DType::Float32]) && !tensor.is_constant() {
        checker.bad_tensor(weights, "computed at run time", "constant weights");
    }
    if let Some((bias, tensor)) = checker.optional_input(2) {
        checker.dtype(bias, &[DType::Float32]);
        if tensor.elements() != channels || !tensor.is_constant() {
            checker.bad_tensor(bias, format!("shape {:?}", tensor.shape), format!("{channels} constants"));
        }
    }
    check_activation(checker, activation, 1.0, 0);
    Some(())
}

fn lower_convolution(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let (options, activation) = convolution_options(op).ok_or_else(fail)?;
    let (input, output) = one_to_one(lowering, op)?;
    let (_, weights) = lowering.input(op, 1).ok_or_else(fail)?;
    let &[_, height, width, _] = weights.shape.as_slice() else { return Err(fail()) };
    let window = Window::new(&graph.tensor(input).shape, (height, width), options)
        .map_err(|(found, supported)| Problem::operator(graph, op, found, supported))?;
    let channels = graph.tensor(output).shape[3];
    let function = if is_depthwise(op) { "tvmk_float_depthwise_conv_2d" } else { "tvmk_float_conv_2d" };
    let depth = if is_depthwise(op) { 1 } else { window.in_channels };
    let macs = (window.batches * window.positions() * channels) as u64 * (height * width * depth) as u64;
    let summary = format!("{} {}, activation {activation:?}", op.kind, window.describe());
    weighted_layer(lowering, op, &window, channels, activation, function, Facts { summary, macs, input, output })
}

fn check_fully_connected(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::FullyConnected(options) = &checker.op.options else { return None };
    if options.shuffled_weights {
        checker.bad("shuffled weights", "weights in the default order");
    }
    let (input, tensor) = checker.input(0)?;
    let (weights, weights_tensor) = checker.input(1)?;
    let (output, result) = checker.output(0)?;
    checker.rank(weights, 2).then_some(())?;
    let &[units, inputs] = weights_tensor.shape.as_slice() else { return None };
    if inputs == 0 || !tensor.elements().is_multiple_of(inputs) || inputs > 65535 || units > 65535 {
        checker.bad_tensor(input, format!("shape {:?}", tensor.shape), format!("rows of {inputs} elements"));
        return None;
    }
    let rows = tensor.elements() / inputs;
    if result.elements() != rows * units || rows > 65535 {
        checker.bad_tensor(output, format!("shape {:?}", result.shape), format!("{rows} rows of {units}"));
    }
    check_weighted(checker, units, options.activation)
}

fn lower_fully_connected(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let OpOptions::FullyConnected(options) = &op.options else { return Err(fail()) };
    let (input, output) = one_to_one(lowering, op)?;
    let (_, weights) = lowering.input(op, 1).ok_or_else(fail)?;
    let &[units, inputs] = weights.shape.as_slice() else { return Err(fail()) };
    let rows = graph.tensor(input).elements() / inputs;
    // A convolution of 1×1 windows over as many positions as there are rows.
    let window = Window::new(&[1, 1, rows, inputs], (1, 1), window(Padding::Valid, (1, 1), (1, 1)))
        .map_err(|(found, supported)| Problem::operator(graph, op, found, supported))?;
    let summary = format!("FULLY_CONNECTED {rows}x{inputs} to {units}, activation {:?}", options.activation);
    let facts = Facts { summary, macs: (rows * inputs) as u64 * units as u64, input, output };
    weighted_layer(lowering, op, &window, units, options.activation, "tvmk_float_conv_2d", facts)
}

struct Facts {
    summary: String,
    macs: u64,
    input: TensorId,
    output: TensorId,
}

fn weighted_layer(
    lowering: &Lowering<'_>,
    op: &Operator,
    window: &Window,
    channels: usize,
    activation: Activation,
    function: &str,
    facts: Facts,
) -> Result<Lowered, Problem> {
    let (weights, _) = lowering.input(op, 1).ok_or_else(|| unchecked(lowering.graph, op))?;
    let mut layer = layer(lowering, op, facts.summary, facts.input, facts.output);
    // Constants come in as arguments: `emit` writes constant tensors out as arrays.
    layer.arguments.insert(1, Argument::input("weights", weights));
    let bias = match lowering.input(op, 2) {
        Some((bias, _)) => {
            layer.arguments.insert(2, Argument::input("bias", bias));
            "bias"
        }
        None => "0",
    };
    let range = binary::float_range(activation);
    let (low, high) = range.split_once(", ").unwrap_or((&range, &range));
    let mut fields = vec![("low", low.to_owned()), ("high", high.to_owned())];
    fields.extend(geometry(window));
    fields.extend([
        ("in_channels", window.in_channels.to_string()),
        ("out_channels", channels.to_string()),
        ("dilation_height", window.dilation_height.to_string()),
        ("dilation_width", window.dilation_width.to_string()),
    ]);
    layer.headers = vec!["float_weighted.h"];
    // Pointers to arguments are no constants: they are filled in at the call.
    layer.body = text::constant_struct("tvmk_float_window_t", "fixed", &fields);
    layer.body += "    tvmk_float_window_t layer = fixed;\n";
    layer.body +=
        &format!("    layer.weights = weights;\n    layer.bias = {bias};\n    {function}(&layer, input, output);\n");
    layer.macs = facts.macs;
    Ok(Lowered::Layer(layer))
}

fn layer(lowering: &Lowering<'_>, op: &Operator, summary: String, input: TensorId, output: TensorId) -> Layer {
    Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("float32 {summary}"),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        ..Layer::default()
    }
}

fn window(padding: Padding, stride: (i32, i32), dilation: (i32, i32)) -> WindowOptions {
    WindowOptions { padding, stride, dilation }
}

fn geometry(window: &Window) -> Vec<(&'static str, String)> {
    vec![
        ("batches", window.batches.to_string()),
        ("in_height", window.in_height.to_string()),
        ("in_width", window.in_width.to_string()),
        ("out_height", window.out_height.to_string()),
        ("out_width", window.out_width.to_string()),
        ("window_height", window.height.to_string()),
        ("window_width", window.width.to_string()),
        ("stride_height", window.stride_height.to_string()),
        ("stride_width", window.stride_width.to_string()),
        ("pad_top", window.pad_top.to_string()),
        ("pad_left", window.pad_left.to_string()),
    ]
}
