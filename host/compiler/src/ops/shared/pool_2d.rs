//! What AVERAGE_POOL_2D and MAX_POOL_2D share: the window, and how a layer's struct describes it.

use crate::ir::graph::{Operator, Pool2DOptions, Subgraph, TensorId};
use crate::ir::problem::Problem;
use crate::math::window::{Window, WindowOptions};
use crate::ops::unchecked;
use crate::passes::check::Checker;

/// Checks the window against the shapes of input (rank 4) and output.
pub fn check(checker: &mut Checker<'_>, options: &Pool2DOptions, shape: &[usize], output: TensorId) {
    match size(options) {
        Some(size) => Window::check(checker, shape, size, window_options(options), output, shape[3]),
        None => checker.bad(format!("a window of {}x{}", options.filter_height, options.filter_width), "at least 1x1"),
    }
}

/// Largest difference of scales that the reference takes for none.
const SCALE_TOLERANCE: f64 = 1.0e-6;

/// Checks that an int8 output is quantised like the input, as the reference demands; the output's scale and zero point.
pub fn check_quantization(checker: &mut Checker<'_>, input: TensorId, output: TensorId) -> Option<(f32, i32)> {
    let ((in_scale, in_zero), (scale, zero)) = (checker.per_tensor(input)?, checker.per_tensor(output)?);
    if (f64::from(in_scale) - f64::from(scale)).abs() > SCALE_TOLERANCE || in_zero != zero {
        checker.bad_tensor(
            output,
            format!("scale {scale} and zero point {zero}"),
            format!("{in_scale} and {in_zero} as the input, and QUANTIZE behind it"),
        );
    }
    Some((scale, zero))
}

/// The window over an input of this shape.
///
/// # Errors
/// For an operator that [`check`] would refuse.
pub fn window(graph: &Subgraph, op: &Operator, options: &Pool2DOptions, shape: &[usize]) -> Result<Window, Problem> {
    let size = size(options).ok_or_else(|| unchecked(graph, op))?;
    Window::new(shape, size, window_options(options))
        .map_err(|(found, supported)| Problem::operator(graph, op, found, supported))
}

/// The members that the structs of both kernels begin with.
pub fn fields(window: &Window) -> Vec<(&'static str, String)> {
    [
        ("batches", window.batches),
        ("in_height", window.in_height),
        ("in_width", window.in_width),
        ("channels", window.in_channels),
        ("out_height", window.out_height),
        ("out_width", window.out_width),
        ("window_height", window.height),
        ("window_width", window.width),
        ("stride_height", window.stride_height),
        ("stride_width", window.stride_width),
        ("pad_top", window.pad_top),
        ("pad_left", window.pad_left),
    ]
    .map(|(name, value)| (name, value.to_string()))
    .into()
}

fn size(options: &Pool2DOptions) -> Option<(usize, usize)> {
    Some((usize::try_from(options.filter_height).ok()?, usize::try_from(options.filter_width).ok()?))
        .filter(|&(height, width)| height > 0 && width > 0)
}

fn window_options(options: &Pool2DOptions) -> WindowOptions {
    WindowOptions { padding: options.padding, stride: (options.stride_h, options.stride_w), dilation: (1, 1) }
}
