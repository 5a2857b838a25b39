//! The float32 forms of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: `float_weighted.h`. Plain loops in the reference's
//! order, for graphs that mix types.

use crate::ir::graph::{Activation, DType};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::math::window::Window;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::shared::window_ahead::Products;
use crate::ops::shared::{stored, text, window};

/// A checked operator whose weights apply to a window.
pub struct FloatWindow<'a> {
    input: Operand<'a>,
    weights: Operand<'a>,
    bias: Option<Operand<'a>>,
    output: Operand<'a>,
    range: (f32, f32),
    window: Window,
    channels: usize,
    kernel: Kernel,
}

/// The kernel to call, and its description.
pub struct Kernel {
    /// The C function.
    pub function: &'static str,
    /// For the comment above the layer.
    pub summary: String,
    /// Multiply-accumulates of one output element.
    pub depth: usize,
    /// Groups of channels, for CONV_2D.
    pub groups: usize,
}

/// Checks weights, bias, output and activation of an operator with a checked window and gives its layer: float32 weights,
/// a float32 bias of one element a channel if any, a float32 output.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    window: Option<Window>,
    channels: usize,
    activation: Activation,
    kernel: impl FnOnce(&Window) -> Kernel,
) -> Option<Box<dyn Checked + 'a>> {
    let (input, weights, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(output, &[DType::Float32]);
    checker.dtype(weights, &[DType::Float32]);
    let bias = checker.optional_input(2);
    if let Some(bias) = bias {
        checker.dtype(bias, &[DType::Float32]);
        if bias.elements() != channels {
            checker.bad_tensor(bias.id, format!("shape {:?}", bias.shape), format!("{channels} elements"));
        }
    }
    let range = checker.float_activation(activation)?;
    let window = window?;
    let kernel = kernel(&window);
    Some(Box::new(FloatWindow { input, weights, bias, output, range, window, channels, kernel }))
}

impl Checked for FloatWindow<'_> {
    fn evaluate(&self) -> Option<Evaluated> {
        let by_tap = self.kernel.function == "tvmk_float_depthwise_conv_2d";
        let groups = if by_tap { self.window.in_channels } else { self.kernel.groups };
        let products = Products { window: &self.window, channels: self.channels, groups, by_tap };
        let bias = match self.bias {
            Some(bias) => Some(bias.f32_data()?),
            None => None,
        };
        let data = |operand: Operand<'_>| operand.f32_data().filter(|_| products.is_short(self.weights.elements()));
        products.floats(&data(self.input)?, &data(self.weights)?, bias.as_deref(), self.range)
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (window, kernel) = (&self.window, &self.kernel);
        let lanes = kernel.function == "tvmk_float_depthwise_conv_2d";
        let stored = stored::stored(lowering, self.weights, if lanes { 3 } else { 0 }, self.channels);
        // Constants are passed as arguments: `emit` writes constant tensors as arrays.
        let mut arguments = vec![Argument::input("input", self.input.id)];
        arguments.extend(stored.is_none().then(|| Argument::input("weights", self.weights.id)));
        arguments.extend(self.bias.map(|bias| Argument::input("bias", bias.id)));
        arguments.push(Argument::output("output", self.output.id));
        let bias = if self.bias.is_some() { "bias" } else { "0" };
        // Pointers to arguments are not constants: they are set at the call.
        let mut fields = vec![("weights", "0".to_owned()), ("bias", "0".to_owned())];
        fields.extend([("low", text::float(self.range.0)), ("high", text::float(self.range.1))]);
        fields.extend(window::members_of_batches(window, self.channels, kernel.groups));
        let mut body = text::constant_struct("tvmk_float_window_t", "fixed", &fields);
        let (mut constants, mut header, mut how) = (Vec::new(), "float_weighted.h", String::new());
        match stored {
            None => {
                body += "    tvmk_float_window_t layer = fixed;\n";
                body += &format!("    layer.weights = weights;\n    layer.bias = {bias};\n");
                body += &format!("    {}(&layer, input, output);\n", kernel.function);
            }
            Some(stored) => {
                body += "    tvmk_float_stored_t layer;\n    layer.window = fixed;\n";
                body += &format!("    layer.window.bias = {bias};\n{}", stored.fields);
                body += &format!("    {}_{}(&layer, input, output);\n", kernel.function, stored.form);
                (constants, header) = (stored.constants, "float_stored.h");
                how = format!(", weights kept as {}", stored.dtype);
            }
        }
        Lowered::Layer(Layer {
            arguments,
            constants,
            headers: vec![header],
            body,
            macs: (window.batches * window.positions() * self.channels) as u64 * kernel.depth as u64,
            ..lowering.layer(format!("float32 {}{how}", kernel.summary))
        })
    }
}
