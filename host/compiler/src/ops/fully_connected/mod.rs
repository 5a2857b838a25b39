//! FULLY_CONNECTED: `fully_connected.h` on int8, `fully_connected_unsigned.h` on uint8, `float_weighted.h` on float32, `hybrid_weighted.h` on float32 with weights of int8,
//! `weighted_int16.h` on int16.

mod bias;
mod run;
mod unsigned;

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Activation, DType, OpKind, OpOptions, Padding};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::math::window::{LONGEST, Window, WindowOptions};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, or_default, read};
use crate::ops::flow::{Flow, Layout, Sums};
use crate::ops::kernels::kernels;
use crate::ops::shared::float_window::{self, Kernel};
use crate::ops::shared::weighted::{self, Form, Weighted};
use crate::ops::shared::window_ahead::Products;
use crate::ops::shared::window_int16::{self, Sees};
use crate::ops::shared::{hybrid, int4, text};
use std::sync::Arc;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::FULLY_CONNECTED,
    versions: 1..=12,
    inputs: 2..=3,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels![
        "fully_connected.h",
        "fully_connected_dsp.h",
        "fully_connected_int4.h",
        "fully_connected_int4_dsp.h",
        "fully_connected_int4_mve.h",
        "fully_connected_mve.h",
        "fully_connected_portable.h",
        "fully_connected_unsigned.h"
    ],
    reference: "fully_connected.cc",
    support: &[
        Support::bytes("int8, weights of int8 or int4, bias of int32", Cores::DspMve),
        Support::bytes("uint8, weights of uint8, bias of int32", Cores::Portable),
        Support::bytes("int16, weights of int8, bias of int64 or int32", Cores::DspMve),
        Support::bytes("float32", Cores::Portable),
        Support::bytes("float32, weights of int8 or int4 (dynamic range)", Cores::DspMve),
        Support::bytes("weights and biases computed at run time, of these types except int4", Cores::DspMve),
    ],
};

/// Maximum number of inputs after which the kernel `tvmk_dsp_units` separates packed sums.
const BLOCK: usize = 511;

/// Its options.
#[derive(Debug, Clone, Default)]
struct Options {
    activation: Activation,
    /// Whether weights are stored in the shuffled format.
    shuffled_weights: bool,
    /// Whether the output has the input's dimensions but the last, otherwise a row for each.
    keeps_dimensions: bool,
    /// Whether rows of float32 are quantised with an offset, where the weights are int8.
    asymmetric: bool,
    /// The option that [`weighted::check_bias_type`] checks.
    bias_type: i8,
}

impl OpOptions for Options {
    fn with_activation(&self, activation: Activation) -> Option<Arc<dyn OpOptions>> {
        (self.activation == Activation::None).then(|| Arc::new(Options { activation, ..self.clone() }) as _)
    }

    fn without_activation(&self) -> Option<(Activation, Arc<dyn OpOptions>)> {
        Some((self.activation, Arc::new(Options { activation: Activation::None, ..self.clone() })))
    }
}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Fullyconnected(o)) = table else { return or_default::<Options>(table) };
    read(Options {
        activation: o.fused_activation_function()?.into(),
        shuffled_weights: o.weights_format()? != 0,
        keeps_dimensions: o.keep_num_dims()?,
        asymmetric: o.asymmetric_quantize_inputs()?,
        bias_type: o.quantized_bias_type()?,
    })
}

/// On int8.
struct FullyConnected<'a> {
    weighted: Weighted<'a>,
    rows: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    weighted::check_bias_type(checker, options.bias_type);
    if options.shuffled_weights {
        checker.bad("shuffled weights", "weights in the default order");
    }
    let (input, weights, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.rank(weights, 2).then_some(())?;
    let &[units, inputs] = weights.tensor.shape.as_slice() else { return None };
    if inputs == 0 || !input.elements().is_multiple_of(inputs) {
        checker.bad_tensor(input.id, format!("shape {:?}", input.shape), format!("rows of {inputs} elements"));
        return None;
    }
    let rows = input.elements() / inputs;
    let outer = input.shape.split_last().map(|(_, outer)| outer).filter(|_| options.keeps_dimensions);
    checker.gives(output, &[outer.unwrap_or(&[rows]), &[units]].concat());
    if output.elements() != rows * units || output.shape.last() != Some(&units) {
        checker.bad_tensor(output.id, format!("shape {:?}", output.shape), format!("{rows} rows of {units}"));
    }
    if hybrid::is_hybrid(input, weights) {
        let summary = format!("FULLY_CONNECTED {rows}x{inputs} to {units}, activation {:?}", options.activation);
        let sees = Some(hybrid::Sees::Rows(rows, options.asymmetric));
        return hybrid::check(checker, sees, (0, units), options.activation, summary);
    }
    if input.dtype == DType::Float32 {
        return check_float(checker, input, (rows, inputs, units), options.activation);
    }
    if input.unsigned {
        return unsigned::check(checker, (rows, inputs, units), options.activation);
    }
    let known = |i: usize| checker.optional_input(i).is_none_or(|operand| operand.is_constant());
    if !known(1) || !known(2) {
        return run::check(checker, (rows, inputs, units), options.activation);
    }
    if input.dtype == DType::Int16 {
        bias::check_scale(checker, [input, weights, output]);
        let window = check_window(checker, input, (rows, inputs, units));
        let (types, channels) = (&window_int16::INT16_BIAS_32, (0, units));
        return window_int16::check(checker, types, window, channels, options.activation, Sees::Groups(1));
    }
    if weights.dtype == DType::Int4 && weights.tensor.quant.as_ref().is_some_and(|quant| quant.scales.len() > 1) {
        // As in the reference.
        checker.bad_tensor(weights.id, "int4 with a scale for each unit", "int4 with one scale, int8 with one or more");
    }
    let weighted = weighted::check(checker, &weighted::INT8, (0, units), options.activation)?;
    bias::check_scale(checker, [weighted.input, weighted.weights, weighted.output]);
    Some(Box::new(FullyConnected { weighted, rows }))
}

/// A window of 1×1 over as many positions as there are rows; `None` for more than kernels can count.
pub fn rows_window(rows: usize, inputs: usize, units: usize) -> Option<Window> {
    let options = WindowOptions { padding: Padding::Valid, stride: (1, 1), dilation: (1, 1) };
    Window::new(&[1, 1, rows, inputs], (1, 1), options).ok().filter(|_| units <= LONGEST)
}

/// The same with a problem.
fn check_window(
    checker: &mut Checker<'_>,
    input: Operand<'_>,
    (rows, inputs, units): (usize, usize, usize),
) -> Option<Window> {
    let window = rows_window(rows, inputs, units);
    if window.is_none() {
        checker.bad_tensor(input.id, format!("{rows} rows of {inputs} to {units}"), "up to 16777215 of each");
    }
    window
}

/// A convolution of 1×1 windows over as many positions as there are rows.
fn check_float<'a>(
    checker: &mut Checker<'a>,
    input: Operand<'a>,
    (rows, inputs, units): (usize, usize, usize),
    activation: Activation,
) -> Option<Box<dyn Checked + 'a>> {
    let window = check_window(checker, input, (rows, inputs, units));
    float_window::check(checker, window, units, activation, |_| Kernel {
        function: "tvmk_float_conv_2d",
        summary: format!("FULLY_CONNECTED {rows}x{inputs} to {units}, activation {activation:?}"),
        depth: inputs,
        groups: 1,
    })
}

impl Checked for FullyConnected<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (weights, activation) = (self.weighted.weights(), self.weighted.activation);
        let (rows, units) = (self.rows, self.weighted.bias.len());
        let summary = format!("FULLY_CONNECTED {rows}x{} to {units}, activation {activation:?}", weights.len() / units);
        layer(lowering, &self.weighted, weights, rows, summary)
    }

    fn evaluate(&self) -> Option<Evaluated> {
        computed(&self.weighted, &self.weighted.weights(), self.rows)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::Sums(Sums { weighted: &self.weighted, layout: Layout::Rows, padded: false })
    }
}

/// The products of constant rows, with weights `[unit][input]`.
pub fn computed(weighted: &Weighted<'_>, weights: &[i8], rows: usize) -> Option<Evaluated> {
    let channels = weighted.bias.len();
    let window = rows_window(rows, weights.len().checked_div(channels)?, channels)?;
    Products { window: &window, channels, groups: 1, by_tap: false }.bytes(weighted, weights)
}

/// The layer of `batches` products of a matrix `[unit][input]` with a vector.
pub fn layer(
    lowering: &Lowering<'_>,
    weighted: &Weighted<'_>,
    weights: Arc<Vec<i8>>,
    batches: usize,
    summary: String,
) -> Lowered {
    let units = weighted.bias.len();
    let inputs = weights.len() / units;
    let shape = format!("[{units}][{inputs}]");
    let all = weights.clone();
    let is_int4 = int4::stay_packed(lowering, weighted, weights.len(), inputs);
    let (constants, form) = if is_int4 {
        int4::constants(lowering, weighted, &weights, None, &shape, Form::Short)
    } else {
        weighted::packed_constants(lowering, weighted, weights, 1, BLOCK, &shape, Form::Short)
    };
    let summary = summary + int4::note(weighted, is_int4);
    let mut body = text::constant_struct(
        "tvmk_fully_connected_t",
        "layer",
        &[
            ("weights", lowering.constant("weights")),
            ("requant", weighted.requant(&lowering.constant("table"))),
            ("batches", batches.to_string()),
            ("inputs", inputs.to_string()),
            ("units", units.to_string()),
        ],
    );
    let function = format!("tvmk_fully_connected{}", form.suffix());
    body += &text::call(&function, 1, &[("input", 0), ("output", 0)], false);
    Lowered::Layer(Layer {
        scratch_align: 1,
        limits: weighted::limits(weighted, &all, form),
        constants,
        headers: vec![if is_int4 { "fully_connected_int4.h" } else { "fully_connected.h" }],
        body,
        macs: (batches * inputs) as u64 * units as u64,
        ..lowering.layer_of(summary, weighted.input.id, weighted.output.id)
    })
}
