//! TRANSPOSE_CONV: on int8 through the kernel of CONV_2D. Outputs that are a stride apart use the same weights, so they are
//! an ordinary convolution of the input: one for each position within the strides; also on int16, with `weighted_int16.h`. On float32
//! `float_transpose_conv.h`, with weights of int8 `hybrid_transpose_conv.h`.

mod float;
mod int16;
mod phases;

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Activation, DType, OpKind, OpOptions, Padding};
use crate::ir::layer::{Lowered, Lowering};
use crate::math::window::LONGEST;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::hybrid;
use crate::ops::shared::weighted::{self, Weighted};
use crate::ops::shared::window_run;
use phases::{BIAS, Geometry, INPUT, SHAPE, WEIGHTS};
use std::sync::Arc;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::TRANSPOSE_CONV,
    versions: 1..=5,
    inputs: 3..=4,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["float_transpose_conv.h", "hybrid_transpose_conv.h"],
    reference: "transpose_conv.cc",
    support: &[
        Support::bytes("int8, weights of int8, bias of int32", Cores::DspMve),
        Support::bytes("int16, weights of int8, bias of int64 or int16", Cores::DspMve),
        Support::bytes("float32", Cores::Portable),
        Support::bytes("float32, weights of int8 (dynamic range)", Cores::Portable),
        Support::bytes("weights and biases computed at run time, of these types", Cores::DspMve),
    ],
};

/// Maximum number of positions within the strides: each has a copy of a part of the weights and a table.
const MOST_PHASES: usize = 256;

/// Its options.
#[derive(Debug, Clone)]
struct Options {
    padding: Padding,
    stride: (i32, i32),
    activation: Activation,
    bias_type: i8,
}

impl OpOptions for Options {
    fn with_activation(&self, activation: Activation) -> Option<Arc<dyn OpOptions>> {
        (self.activation == Activation::None).then(|| Arc::new(Options { activation, ..self.clone() }) as _)
    }
}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Transposeconv(o)) = table else { return Ok(None) };
    read(Options {
        padding: o.padding()?.into(),
        stride: (o.stride_h()?, o.stride_w()?),
        activation: o.fused_activation_function()?.into(),
        bias_type: o.quantized_bias_type()?,
    })
}

/// On int8.
struct TransposeConv<'a> {
    weighted: Weighted<'a>,
    geometry: Geometry,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let (input, weights, output) = (checker.input(INPUT)?, checker.input(WEIGHTS)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Int16, DType::Float32]).then_some(())?;
    (checker.rank(input, 4) & checker.rank(weights, 4) & checker.rank(output, 4)).then_some(())?;
    check_shape(checker, output)?;
    weighted::check_bias_type(checker, options.bias_type);
    let of_weights = if input.dtype == DType::Int16 { DType::Int8 } else { input.dtype };
    let hybrid = hybrid::is_hybrid(input, weights) && weights.dtype == DType::Int8;
    (hybrid || checker.dtype(weights, &[of_weights])).then_some(())?;
    let geometry = check_geometry(checker, options, input, weights, output)?;
    if input.dtype == DType::Float32 {
        return float::check(checker, geometry, options.activation);
    }
    if !window_run::is_known(checker, [INPUT, WEIGHTS, BIAS]) {
        let windows = geometry.windows(int16::TYPES.bias);
        return window_run::check(checker, windows, options.activation);
    }
    if input.dtype == DType::Int16 {
        return int16::check(checker, geometry, options.activation);
    }
    let channels = (0, geometry.channels);
    let numbers = [INPUT, WEIGHTS, BIAS];
    let weighted = weighted::check_inputs(checker, numbers, &weighted::INT8, channels, options.activation)?;
    Some(Box::new(TransposeConv { weighted, geometry }))
}

/// Checks that the requested shape is that of the output.
fn check_shape(checker: &mut Checker<'_>, output: Operand<'_>) -> Option<()> {
    let shape = checker.input(SHAPE)?;
    let given = checker.constant_i32(shape)?;
    checker.gives(output, &given.iter().map(|&size| usize::try_from(size).unwrap_or(0)).collect::<Vec<usize>>());
    let same = given.iter().map(|&n| i64::from(n)).eq(output.shape.iter().map(|&n| n as i64));
    if !same {
        checker.bad_tensor(output.id, format!("shape {:?}", output.shape), format!("{given:?}, as input {SHAPE} says"));
    }
    same.then_some(())
}

fn check_geometry(
    checker: &mut Checker<'_>,
    options: &Options,
    input: Operand<'_>,
    weights: Operand<'_>,
    output: Operand<'_>,
) -> Option<Geometry> {
    let &[channels, height, width, in_channels] = weights.tensor.shape.as_slice() else { return None };
    let &[batches, out_height, out_width, _] = output.tensor.shape.as_slice() else { return None };
    let &[in_batches, in_height, in_width, of_input] = input.tensor.shape.as_slice() else { return None };
    if in_channels != of_input {
        let found = format!("shape {:?} for {of_input} input channels", weights.shape);
        checker.bad_tensor(weights.id, found, "weights for all input channels");
        return None;
    }
    checker.shape(output, &[in_batches, out_height, out_width, channels]).then_some(())?;
    let same = match options.padding {
        Padding::Same => true,
        Padding::Valid => false,
        _ => {
            checker.bad("an unknown padding", "SAME, VALID");
            return None;
        }
    };
    let stride = |n: i32| usize::try_from(n).ok().filter(|n| (1..=65535).contains(n));
    let (Some(stride_height), Some(stride_width)) = (stride(options.stride.0), stride(options.stride.1)) else {
        checker.bad(format!("strides {:?}", options.stride), "strides from 1 to 65535");
        return None;
    };
    let phases = stride_height.min(out_height) * stride_width.min(out_width);
    if phases > MOST_PHASES {
        checker.bad(format!("strides {:?}", options.stride), format!("strides with a product up to {MOST_PHASES}"));
    }
    let images = input.shape.iter().chain(&output.shape);
    if [channels, height, width].into_iter().any(|n| n > 65535) || images.into_iter().any(|&n| n > LONGEST) {
        let found = format!("shapes {:?}, {:?} to {:?}", input.shape, weights.shape, output.shape);
        checker.bad(found, "weights up to 65535 in each dimension, images up to 16777215");
        return None;
    }
    Some(Geometry {
        batches,
        in_channels,
        channels,
        input: [in_height, in_width],
        output: [out_height, out_width],
        window: [height, width],
        stride: [stride_height, stride_width],
        pad: [
            phases::padding(same, out_height, height, stride_height),
            phases::padding(same, out_width, width, stride_width),
        ],
    })
}

impl Checked for TransposeConv<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        phases::lower(lowering, &self.geometry, &self.weighted)
    }
}
