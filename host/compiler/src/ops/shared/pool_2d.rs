//! What AVERAGE_POOL_2D and MAX_POOL_2D share: options, the window, and how a layer's struct describes it.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Activation, Around, DType, OpOptions, Padding, Sliding};
use crate::ir::layer::{Layer, Lowering};
use crate::math::window::{Window, WindowOptions};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Evaluated, ReadOptions, read};
use crate::ops::flow::{self, Flow};
use crate::ops::shared::{ahead, window, window_ahead};
use std::sync::Arc;

/// Options of a pool, as in the file.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the file format")]
pub struct Options {
    pub padding: Padding,
    pub stride: (i32, i32),
    pub filter: (i32, i32),
    pub activation: Activation,
}

impl OpOptions for Options {
    fn with_activation(&self, activation: Activation) -> Option<Arc<dyn OpOptions>> {
        (self.activation == Activation::None).then(|| Arc::new(Options { activation, ..self.clone() }) as _)
    }

    fn without_activation(&self) -> Option<(Activation, Arc<dyn OpOptions>)> {
        Some((self.activation, Arc::new(Options { activation: Activation::None, ..self.clone() })))
    }

    fn sliding(&self, _weights: &[usize]) -> Option<Sliding> {
        let size = (usize::try_from(self.filter.0).ok()?, usize::try_from(self.filter.1).ok()?);
        Some(Sliding { size, stride: self.stride, dilation: (1, 1), padding: self.padding })
    }

    fn with_around(&self, around: Around) -> Option<Arc<dyn OpOptions>> {
        Some(Arc::new(Options { padding: Padding::Explicit(around), ..self.clone() }))
    }
}

/// Reads the options.
pub fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Pool2d(o)) = table else { return Ok(None) };
    read(Options {
        padding: o.padding()?.into(),
        stride: (o.stride_h()?, o.stride_w()?),
        filter: (o.filter_height()?, o.filter_width()?),
        activation: o.fused_activation_function()?.into(),
    })
}

/// A checked pool.
pub struct Pool<'a> {
    /// The input.
    pub input: Operand<'a>,
    /// The output.
    pub output: Operand<'a>,
    /// The window over the input.
    pub window: Window,
    /// The fused activation.
    pub activation: Activation,
}

/// Checks types, shapes and the window of a pool over an input of one of these types.
pub fn check<'a>(checker: &mut Checker<'a>, types: &[DType]) -> Option<Pool<'a>> {
    let options = checker.options::<Options>()?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    (checker.rank(input, 4) & checker.rank(output, 4)).then_some(())?;
    (checker.dtype(input, types) & checker.dtype(output, &[input.dtype])).then_some(())?;
    let size = (usize::try_from(options.filter.0).unwrap_or(0), usize::try_from(options.filter.1).unwrap_or(0));
    let window = if size.0 == 0 || size.1 == 0 {
        checker.bad(format!("a window of {}x{}", options.filter.0, options.filter.1), "at least 1x1");
        None
    } else {
        let window_options = WindowOptions { padding: options.padding, stride: options.stride, dilation: (1, 1) };
        window::check(checker, input, size, window_options, output, input.shape[3])
    };
    Some(Pool { input, output, window: window?, activation: options.activation })
}

/// Largest difference of scales that the reference ignores.
const SCALE_TOLERANCE: f64 = 1.0e-6;

impl Pool<'_> {
    /// Checks that a quantised output is quantised like the input, as the reference requires; returns its range after the activation.
    pub fn quantised_range(&self, checker: &mut Checker<'_>) -> Option<(i32, i32)> {
        let ((in_scale, in_zero), (scale, zero)) = (checker.per_tensor(self.input)?, checker.per_tensor(self.output)?);
        if (f64::from(in_scale) - f64::from(scale)).abs() > SCALE_TOLERANCE || in_zero != zero {
            checker.bad_tensor(
                self.output.id,
                format!("scale {scale} and zero point {zero}"),
                format!("{in_scale} and {in_zero} as the input, and QUANTIZE after it"),
            );
        }
        checker.activation(self.activation, self.output)
    }

    /// Values of a window lie between those of its elements, for a maximum and for an average.
    pub fn flow(&self, range: (i32, i32)) -> Flow<'_> {
        flow::lanes(vec![self.input], self.output, self.window.is_pointwise(), move |ranges| {
            Some((ranges[0].0.clamp(range.0, range.1), ranges[0].1.clamp(range.0, range.1)))
        })
    }

    /// The outputs on constants: what `integer` or `float` makes of the elements of each window.
    pub fn computed(&self, integer: impl Fn(&[i32]) -> i32, float: impl Fn(&[f32]) -> f32) -> Option<Evaluated> {
        let outputs = self.output.elements();
        let products = outputs * self.window.height * self.window.width;
        let fits = !self.input.unsigned && window_ahead::is_short(products, outputs + self.input.elements());
        fits.then_some(())?;
        if self.input.dtype == DType::Float32 {
            return Some(Ok(vec![ahead::floats(window_ahead::pooled(&self.window, &self.input.f32_data()?, float))]));
        }
        let values = window_ahead::pooled(&self.window, &ahead::loaded(&self.input)?, integer);
        ahead::stored(self.output.dtype, values.into_iter())
    }

    /// The layer without its kernel.
    pub fn layer(&self, lowering: &Lowering<'_>) -> Layer {
        let (from, to) = (&self.input.shape, &self.output.shape);
        let summary = format!("{} {}, {from:?} to {to:?}", lowering.op.kind, self.window.describe());
        lowering.layer_of(summary, self.input.id, self.output.id)
    }
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
