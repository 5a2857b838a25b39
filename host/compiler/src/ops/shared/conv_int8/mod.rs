//! Convolutions of int8, of CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV: which kernel a layer uses. From the many kinds to the few:
//! `parts` cuts into calls of the kernel of `dense`, `depthwise` has its own, `winograd` is for speed; each uses `direct` where no scratch memory is given.

mod dense;
mod depthwise;
mod direct;
mod fields;
mod offset;
pub mod parts;
mod whole;
mod winograd;

use crate::ir::layer::{Lowered, Lowering};
use crate::ir::options::Scratch;
use crate::math::window::Window;
use crate::ops::shared::weighted::Weighted;
use parts::{Part, Place, Whole};
use std::sync::Arc;

/// The layer of a convolution in groups of as many channels each, with weights `[channel][row][column][channel of the group]`.
pub fn layer(
    lowering: &Lowering<'_>,
    window: &Window,
    weighted: &Weighted<'_>,
    weights: Arc<Vec<i8>>,
    groups: usize,
) -> Lowered {
    let is_depthwise = groups > 1 && groups == window.in_channels;
    if weighted.weights_zero_point != 0 && !is_depthwise {
        return offset::layer(lowering, window, weighted, weights, groups);
    }
    match groups {
        1 => winograd::layer(lowering, window, weighted, &weights)
            .unwrap_or_else(|| dense::layer(lowering, window, weighted, weights)),
        groups if groups == window.in_channels => {
            depthwise::layer(lowering, window, weighted, Arc::unwrap_or_clone(weights))
        }
        groups => grouped(lowering, window, weighted, &weights, groups),
    }
}

/// One call of the kernel for each group.
fn grouped(
    lowering: &Lowering<'_>,
    window: &Window,
    weighted: &Weighted<'_>,
    weights: &[i8],
    groups: usize,
) -> Lowered {
    let channels = weighted.bias.len();
    let (in_group, out_group) = (window.in_channels / groups, channels / groups);
    let summary = fields::summary(lowering, window, weighted) + &format!(" in {groups} groups");
    if lowering.scratch == Scratch::None {
        return direct::layer(lowering, window, weighted, weights.to_vec().into(), (in_group, out_group), summary);
    }
    let part = |group: usize| Part {
        window: Window { in_channels: in_group, ..*window },
        weighted: weighted.part(group * out_group..(group + 1) * out_group),
        weights: weights[group * weights.len() / groups..(group + 1) * weights.len() / groups].to_vec(),
        in_first: group * in_group,
        place: Place { first: group * out_group, column: channels, row: channels * window.out_width },
    };
    let parts: Vec<Part<'_>> = (0..groups).map(part).collect();
    let whole = Whole {
        batches: window.batches,
        in_channels: window.in_channels,
        input: window.in_elements(),
        output: window.positions() * channels,
    };
    parts::layer(lowering, &whole, &parts, summary)
}
