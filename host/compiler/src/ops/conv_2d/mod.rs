//! CONV_2D: on int8 `conv_2d.h`, or `fully_connected.h` where one window is the whole input; groups of channels through
//! `conv_2d_parts.h`, or as a depthwise convolution where each is one channel; `float_weighted.h` on float32,
//! `hybrid_weighted.h` on float32 with weights of int8, `weighted_int16.h` on int16.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Lowered, Lowering};
use crate::math::window::{Window, WindowOptions};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, read};
use crate::ops::flow::{Flow, Layout, Sums};
use crate::ops::kernels::kernels;
use crate::ops::shared::conv_int8;
use crate::ops::shared::convolution::Options;
use crate::ops::shared::float_window::{self, Kernel};
use crate::ops::shared::hybrid;
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::shared::window;
use crate::ops::shared::window_ahead::Products;
use crate::ops::shared::window_int16::{self, Sees};
use crate::ops::shared::window_run::{self, Windows};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::CONV_2D,
    versions: 1..=8,
    inputs: 2..=3,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels![
        "conv_2d.h",
        "conv_2d_direct.h",
        "conv_2d_dsp.h",
        "conv_2d_int4.h",
        "conv_2d_int4_dsp.h",
        "conv_2d_int4_mve.h",
        "conv_2d_int4_portable.h",
        "conv_2d_mve.h",
        "conv_2d_offset.h",
        "conv_2d_offset_dsp.h",
        "conv_2d_offset_mve.h",
        "conv_2d_offset_portable.h",
        "conv_2d_parts.h",
        "conv_2d_portable.h",
        "conv_2d_winograd.h",
        "conv_2d_winograd_dsp.h",
        "conv_2d_winograd_mve.h",
        "conv_2d_winograd_portable.h"
    ],
    reference: "conv.cc",
    support: &[
        Support::bytes("int8, weights of int8 or int4, bias of int32; groups", Cores::DspMve),
        Support::bytes("uint8, weights of uint8, bias of int32; groups", Cores::DspMve),
        Support::bytes("int16, weights of int8, bias of int64 or int32; groups", Cores::DspMve),
        Support::bytes("float32; groups", Cores::Portable),
        Support::bytes("float32, weights of int8 or int4 (dynamic range); groups", Cores::DspMve),
        Support::bytes("weights and biases computed at run time, of these types except int4; groups", Cores::DspMve),
    ],
};

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
    groups: usize,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    weighted::check_bias_type(checker, options.bias_type);
    let (input, weights, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    (checker.rank(input, 4) & checker.rank(weights, 4) & checker.rank(output, 4)).then_some(())?;
    let &[channels, height, width, in_channels] = weights.tensor.shape.as_slice() else { return None };
    let groups = check_groups(checker, input, weights)?;
    if channels > 65535 {
        checker.bad_tensor(weights.id, format!("{channels} channels"), "at most 65535");
    }
    let window = window::check(checker, input, (height, width), options.window, output, channels);
    if hybrid::is_hybrid(input, weights) {
        let sees = window.map(|window| hybrid::Sees::Window(window, groups));
        let described = window.map(|window| window.describe()).unwrap_or_default();
        let summary = format!("CONV_2D {described}{}, activation {:?}", of(groups), options.activation);
        return hybrid::check(checker, sees, (0, channels), options.activation, summary);
    }
    if input.dtype == DType::Float32 {
        return float_window::check(checker, window, channels, options.activation, |window| Kernel {
            function: "tvmk_float_conv_2d",
            summary: format!("CONV_2D {}{}, activation {:?}", window.describe(), of(groups), options.activation),
            depth: height * width * in_channels,
            groups,
        });
    }
    if !window_run::is_known(checker, [0, 1, 2]) {
        let wide_bias = window_int16::INT16_BIAS_32.bias;
        let window = window?;
        let windows = Windows { numbers: [0, 1, 2], wide_bias, window, channels, groups, axis: 0, transposed: false };
        return window_run::check(checker, windows, options.activation);
    }
    if input.dtype == DType::Int16 {
        let (types, channels) = (&window_int16::INT16_BIAS_32, (0, channels));
        return window_int16::check(checker, types, window, channels, options.activation, Sees::Groups(groups));
    }
    if weights.unsigned && checker.optional_input(2).is_none() {
        checker.bad("no bias, on uint8", "a bias, which may be zeros");
    }
    let weighted = weighted::check(checker, &weighted::INT8, (0, channels), options.activation)?;
    Some(Box::new(Conv2D { weighted, window: window?, groups }))
}

/// The number of groups: each reads as many input channels as the weights have, and makes as many output channels.
fn check_groups(checker: &mut Checker<'_>, input: Operand<'_>, weights: Operand<'_>) -> Option<usize> {
    let (given, channels, of_group) = (input.shape[3], weights.shape[0], weights.shape[3]);
    let groups = given.checked_div(of_group).filter(|groups| groups * of_group == given && *groups > 0);
    match groups.filter(|&groups| channels.is_multiple_of(groups)) {
        None => {
            let found = format!("shape {:?} for {given} input channels", weights.shape);
            let supported = "one group of all input channels, or groups of as many input and output channels each";
            checker.bad_tensor(weights.id, found, supported);
            None
        }
        groups => groups,
    }
}

/// Groups, for summaries.
fn of(groups: usize) -> String {
    if groups == 1 { String::new() } else { format!(" in {groups} groups") }
}

impl Checked for Conv2D<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        conv_int8::layer(lowering, &self.window, &self.weighted, self.weighted.weights(), self.groups)
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let (window, channels) = (&self.window, self.weighted.bias.len());
        let products = Products { window, channels, groups: self.groups, by_tap: false };
        products.bytes(&self.weighted, &self.weighted.weights())
    }

    fn flow(&self) -> Flow<'_> {
        let Conv2D { window, weighted, groups } = self;
        // All groups have the same size, which removing channels would change; weights with a zero point are not changed.
        match groups {
            1 if weighted.weights_zero_point == 0 => {
                Flow::Sums(Sums { weighted, layout: Layout::Rows, padded: window.is_padded() })
            }
            _ => Flow::Opaque,
        }
    }
}
