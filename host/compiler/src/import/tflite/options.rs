//! Options of operators: each operator has one kind of table, and defaults where it may be left out.

use super::schema::BuiltinOptionsRef;
use super::{Broken, Reader, activation, padding};
use crate::ir::graph::*;

/// The operators a table of options belongs to; none for tables that are not read.
fn owners(table: &BuiltinOptionsRef<'_>) -> &'static [OpKind] {
    use BuiltinOptionsRef as From;
    match table {
        From::Conv2d(_) => &[OpKind::CONV_2D],
        From::Depthwiseconv2d(_) => &[OpKind::DEPTHWISE_CONV_2D],
        From::Pool2d(_) => &[OpKind::AVERAGE_POOL_2D, OpKind::MAX_POOL_2D, OpKind::L2_POOL_2D],
        From::Fullyconnected(_) => &[OpKind::FULLY_CONNECTED],
        From::Softmax(_) => &[OpKind::SOFTMAX],
        From::Concatenation(_) => &[OpKind::CONCATENATION],
        From::Add(_) => &[OpKind::ADD],
        From::Mul(_) => &[OpKind::MUL],
        From::Sub(_) => &[OpKind::SUB],
        From::Reducer(_) => &[OpKind::MEAN, OpKind::SUM, OpKind::REDUCE_MAX],
        From::Stridedslice(_) => &[OpKind::STRIDED_SLICE],
        From::Split(_) => &[OpKind::SPLIT],
        From::Splitv(_) => &[OpKind::SPLIT_V],
        From::Leakyrelu(_) => &[OpKind::LEAKY_RELU],
        From::Callonce(_) => &[OpKind::CALL_ONCE],
        From::Varhandle(_) => &[OpKind::VAR_HANDLE],
        _ => &[],
    }
}

/// Whether an operator has options that are read.
fn has_options(kind: OpKind) -> bool {
    matches!(
        kind,
        OpKind::CONV_2D
            | OpKind::DEPTHWISE_CONV_2D
            | OpKind::AVERAGE_POOL_2D
            | OpKind::MAX_POOL_2D
            | OpKind::FULLY_CONNECTED
            | OpKind::SOFTMAX
            | OpKind::CONCATENATION
            | OpKind::ADD
            | OpKind::MUL
            | OpKind::SUB
            | OpKind::MEAN
            | OpKind::STRIDED_SLICE
            | OpKind::SPLIT
            | OpKind::SPLIT_V
            | OpKind::LEAKY_RELU
            | OpKind::CALL_ONCE
            | OpKind::VAR_HANDLE
    )
}

/// The options of an operator whose table is left out: its defaults, as in the reference. [`OpOptions::None`] where there is no
/// sense in them, such as strides of 0.
pub(super) fn absent(kind: OpKind) -> OpOptions {
    let activation = Activation::None;
    match kind {
        OpKind::ADD | OpKind::MUL | OpKind::SUB => OpOptions::Arithmetic { activation },
        OpKind::FULLY_CONNECTED => OpOptions::FullyConnected(FullyConnectedOptions {
            activation,
            shuffled_weights: false,
            keep_num_dims: false,
        }),
        OpKind::CONCATENATION => OpOptions::Concatenation { axis: 0, activation },
        OpKind::MEAN => OpOptions::Reducer { keep_dims: false },
        OpKind::STRIDED_SLICE => OpOptions::StridedSlice(StridedSliceOptions {
            begin_mask: 0,
            end_mask: 0,
            ellipsis_mask: 0,
            new_axis_mask: 0,
            shrink_axis_mask: 0,
            offset: false,
        }),
        OpKind::SPLIT | OpKind::SPLIT_V => OpOptions::Split { num_splits: 0 },
        OpKind::LEAKY_RELU => OpOptions::LeakyRelu { alpha: 0.0 },
        _ => OpOptions::None,
    }
}

/// What becomes of a table whose type is not known.
pub(super) fn unknown(kind: OpKind) -> OpOptions {
    if has_options(kind) { OpOptions::Foreign { of: None } } else { OpOptions::None }
}

impl Reader {
    /// The options of an operator of this kind. Tables of operators that have none of their own don't matter.
    pub(super) fn options(&mut self, kind: OpKind, table: Option<&BuiltinOptionsRef<'_>>) -> Result<OpOptions, Broken> {
        use BuiltinOptionsRef as From;
        let Some(table) = table else { return Ok(absent(kind)) };
        let owners = owners(table);
        if !owners.contains(&kind) {
            return Ok(if has_options(kind) {
                OpOptions::Foreign { of: owners.first().copied() }
            } else {
                OpOptions::None
            });
        }
        Ok(match table {
            From::Conv2d(o) => OpOptions::Conv2D(Conv2DOptions {
                padding: padding(o.padding()?),
                stride_w: o.stride_w()?,
                stride_h: o.stride_h()?,
                activation: activation(o.fused_activation_function()?),
                dilation_w: o.dilation_w_factor()?,
                dilation_h: o.dilation_h_factor()?,
            }),
            From::Depthwiseconv2d(o) => OpOptions::DepthwiseConv2D(DepthwiseConv2DOptions {
                padding: padding(o.padding()?),
                stride_w: o.stride_w()?,
                stride_h: o.stride_h()?,
                depth_multiplier: o.depth_multiplier()?,
                activation: activation(o.fused_activation_function()?),
                dilation_w: o.dilation_w_factor()?,
                dilation_h: o.dilation_h_factor()?,
            }),
            From::Pool2d(o) => OpOptions::Pool2D(Pool2DOptions {
                padding: padding(o.padding()?),
                stride_w: o.stride_w()?,
                stride_h: o.stride_h()?,
                filter_width: o.filter_width()?,
                filter_height: o.filter_height()?,
                activation: activation(o.fused_activation_function()?),
            }),
            From::Fullyconnected(o) => OpOptions::FullyConnected(FullyConnectedOptions {
                activation: activation(o.fused_activation_function()?),
                shuffled_weights: o.weights_format()? != 0,
                keep_num_dims: o.keep_num_dims()?,
            }),
            From::Softmax(o) => OpOptions::Softmax { beta: o.beta()? },
            From::Concatenation(o) => {
                OpOptions::Concatenation { axis: o.axis()?, activation: activation(o.fused_activation_function()?) }
            }
            From::Add(o) => OpOptions::Arithmetic { activation: activation(o.fused_activation_function()?) },
            From::Mul(o) => OpOptions::Arithmetic { activation: activation(o.fused_activation_function()?) },
            From::Sub(o) => OpOptions::Arithmetic { activation: activation(o.fused_activation_function()?) },
            From::Reducer(o) => OpOptions::Reducer { keep_dims: o.keep_dims()? },
            From::Stridedslice(o) => OpOptions::StridedSlice(StridedSliceOptions {
                begin_mask: o.begin_mask()?,
                end_mask: o.end_mask()?,
                ellipsis_mask: o.ellipsis_mask()?,
                new_axis_mask: o.new_axis_mask()?,
                shrink_axis_mask: o.shrink_axis_mask()?,
                offset: o.offset()?,
            }),
            From::Split(o) => OpOptions::Split { num_splits: o.num_splits()? },
            From::Splitv(o) => OpOptions::Split { num_splits: o.num_splits()? },
            From::Leakyrelu(o) => OpOptions::LeakyRelu { alpha: o.alpha()? },
            From::Callonce(o) => OpOptions::CallOnce { init_subgraph: o.init_subgraph_index()? },
            From::Varhandle(o) => OpOptions::VarHandle {
                container: self.text(o.container()?)?,
                shared_name: self.text(o.shared_name()?)?,
            },
            _ => OpOptions::None,
        })
    }
}
