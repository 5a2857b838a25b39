//! DEPTHWISE_CONV_2D: on int8 `depthwise_conv_2d.h`, on one input channel an ordinary convolution; `float_weighted.h` on float32,
//! `hybrid_weighted.h` on float32 with weights of int8, `weighted_int16.h` on int16.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Activation, Around, DType, OpKind, OpOptions, Sliding};
use crate::ir::layer::{Lowered, Lowering};
use crate::math::window::{Window, WindowOptions};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, read};
use crate::ops::flow::{Flow, Layout, Sums};
use crate::ops::kernels::kernels;
use crate::ops::shared::conv_int8;
use crate::ops::shared::convolution::Options as Convolution;
use crate::ops::shared::float_window::{self, Kernel};
use crate::ops::shared::hybrid;
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::shared::window;
use crate::ops::shared::window_ahead::Products;
use crate::ops::shared::window_int16::{self, Sees};
use crate::ops::shared::window_run::{self, Windows};
use std::sync::Arc;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::DEPTHWISE_CONV_2D,
    versions: 1..=7,
    inputs: 2..=3,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels![
        "depthwise_conv_2d.h",
        "depthwise_conv_2d_dsp.h",
        "depthwise_conv_2d_int4.h",
        "depthwise_conv_2d_mve.h",
        "depthwise_conv_2d_offset.h",
        "depthwise_conv_2d_offset_dsp.h",
        "depthwise_conv_2d_offset_mve.h",
        "depthwise_conv_2d_offset_portable.h",
        "depthwise_conv_2d_portable.h",
        "depthwise_lines_mve.h",
        "depthwise_quads_mve.h",
        "depthwise_whole.h",
        "depthwise_whole_dsp.h",
        "depthwise_whole_mve.h",
        "depthwise_whole_portable.h",
    ],
    reference: "depthwise_conv.cc",
    support: &[
        Support::bytes("int8, weights of int8 or int4, bias of int32", Cores::DspMve),
        Support::bytes("uint8, weights of uint8, bias of int32", Cores::Dsp),
        Support::bytes("int16, weights of int8, bias of int64", Cores::Dsp),
        Support::bytes("float32", Cores::Portable),
        Support::bytes("float32, weights of int8 (dynamic range)", Cores::Portable),
        Support::bytes("weights and biases computed at run time, of these types except int4", Cores::DspMve),
    ],
};

/// Its options: those of a convolution, and how many outputs each channel has.
#[derive(Debug)]
struct Options {
    convolution: Convolution,
    depth_multiplier: i32,
}

impl OpOptions for Options {
    fn with_activation(&self, activation: Activation) -> Option<Arc<dyn OpOptions>> {
        self.with(self.convolution.fuse_activation(activation)?)
    }

    fn without_activation(&self) -> Option<(Activation, Arc<dyn OpOptions>)> {
        let convolution = Convolution { activation: Activation::None, ..self.convolution.clone() };
        Some((self.convolution.activation, self.with(convolution)?))
    }

    fn sliding(&self, weights: &[usize]) -> Option<Sliding> {
        self.convolution.sliding(weights)
    }

    fn with_around(&self, around: Around) -> Option<Arc<dyn OpOptions>> {
        self.with(self.convolution.surround(around))
    }

    fn with_padding(&self, weights: &[usize], around: Around) -> Option<Arc<dyn OpOptions>> {
        self.with(self.convolution.fuse_padding(weights, around)?)
    }
}

impl Options {
    fn with(&self, convolution: Convolution) -> Option<Arc<dyn OpOptions>> {
        Some(Arc::new(Options { convolution, ..*self }))
    }
}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Depthwiseconv2d(o)) = table else { return Ok(None) };
    let window = WindowOptions {
        padding: o.padding()?.into(),
        stride: (o.stride_h()?, o.stride_w()?),
        dilation: (o.dilation_h_factor()?, o.dilation_w_factor()?),
    };
    let convolution = Convolution { window, activation: o.fused_activation_function()?.into(), bias_type: 0 };
    read(Options { convolution, depth_multiplier: o.depth_multiplier()? })
}

/// On int8.
struct Depthwise<'a> {
    weighted: Weighted<'a>,
    window: Window,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let (input, weights, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    (checker.rank(input, 4) & checker.rank(weights, 4) & checker.rank(output, 4)).then_some(())?;
    let &[one, height, width, channels] = weights.tensor.shape.as_slice() else { return None };
    let in_channels = input.shape[3];
    if one != 1 || in_channels == 0 || !channels.is_multiple_of(in_channels) || channels > 65535 {
        let found = format!("shape {:?} for {in_channels} input channels", weights.shape);
        checker.bad_tensor(weights.id, found, "[1, height, width, a multiple of them up to 65535]");
    }
    check_multiplier(checker, options.depth_multiplier, in_channels, channels);
    let options = &options.convolution;
    let window = window::check(checker, input, (height, width), options.window, output, channels);
    if hybrid::is_hybrid(input, weights) {
        let sees = window.map(hybrid::Sees::OneChannel);
        let described = window.map(|window| window.describe()).unwrap_or_default();
        let summary = format!("DEPTHWISE_CONV_2D {described}, activation {:?}", options.activation);
        return hybrid::check(checker, sees, (3, channels), options.activation, summary);
    }
    if input.dtype == DType::Float32 {
        return float_window::check(checker, window, channels, options.activation, |window| Kernel {
            function: "tvmk_float_depthwise_conv_2d",
            summary: format!("DEPTHWISE_CONV_2D {}, activation {:?}", window.describe(), options.activation),
            depth: height * width,
            groups: 1,
        });
    }
    if !window_run::is_known(checker, [0, 1, 2]) {
        let (wide_bias, window) = (window_int16::INT16.bias, window?);
        let groups = in_channels;
        let windows = Windows { numbers: [0, 1, 2], wide_bias, window, channels, groups, axis: 3, transposed: false };
        return window_run::check(checker, windows, options.activation);
    }
    if input.dtype == DType::Int16 {
        let (types, channels) = (&window_int16::INT16, (3, channels));
        return window_int16::check(checker, types, window, channels, options.activation, Sees::OneChannel);
    }
    let weighted = weighted::check(checker, &weighted::INT8, (3, channels), options.activation)?;
    Some(Box::new(Depthwise { weighted, window: window? }))
}

/// The reference takes the multiplier from the options, not from the shapes: they must agree.
fn check_multiplier(checker: &mut Checker<'_>, given: i32, in_channels: usize, channels: usize) {
    if i64::from(given) * in_channels as i64 != channels as i64 && channels.is_multiple_of(in_channels.max(1)) {
        let found = format!("depth multiplier {given} with {in_channels} input and {channels} output channels");
        checker.bad(found, format!("depth multiplier {}", channels / in_channels.max(1)));
    }
}

impl Checked for Depthwise<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (in_file, channels) = (self.weighted.weights(), self.weighted.bias.len());
        // From [row][column][channel] to [channel][row][column].
        let taps = in_file.len() / channels;
        let weights = (0..taps * channels).map(|i| in_file[i % taps * channels + i / taps]).collect();
        conv_int8::layer(lowering, &self.window, &self.weighted, Arc::new(weights), self.window.in_channels)
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let (window, channels) = (&self.window, self.weighted.bias.len());
        let products = Products { window, channels, groups: window.in_channels, by_tap: true };
        products.bytes(&self.weighted, &self.weighted.weights())
    }

    fn flow(&self) -> Flow<'_> {
        let Depthwise { weighted, window } = self;
        if weighted.weights_zero_point != 0 {
            return Flow::Opaque;
        }
        let layout = Layout::Lanes(weighted.bias.len() / window.in_channels);
        Flow::Sums(Sums { weighted, layout, padded: window.is_padded() })
    }
}
