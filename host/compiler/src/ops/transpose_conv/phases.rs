//! A transposed convolution as convolutions of the input, one for each phase: the outputs that are a stride apart.

use crate::ir::graph::DType;
use crate::ir::layer::{Lowered, Lowering};
use crate::math::window::Window;
use crate::ops::shared::conv_int8;
use crate::ops::shared::conv_int8::parts::{self, Part, Place, Whole};
use crate::ops::shared::weighted::Weighted;
use crate::ops::shared::window_run::Windows;

/// Position of the output's shape among the inputs.
pub const SHAPE: usize = 0;
/// Position of the weights.
pub const WEIGHTS: usize = 1;
/// Position of the tensor that is convolved.
pub const INPUT: usize = 2;
/// Position of the bias, which may be left out.
pub const BIAS: usize = 3;

/// Sizes; pairs are height and width.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Geometry {
    pub batches: usize,
    pub in_channels: usize,
    pub channels: usize,
    pub input: [usize; 2],
    pub output: [usize; 2],
    pub window: [usize; 2],
    pub stride: [usize; 2],
    pub pad: [usize; 2],
}

impl Geometry {
    /// The description for `window_run.h`.
    pub fn windows(&self, wide_bias: &'static [DType]) -> Windows {
        let window = Window {
            batches: self.batches,
            in_height: self.input[0],
            in_width: self.input[1],
            in_channels: self.in_channels,
            out_height: self.output[0],
            out_width: self.output[1],
            height: self.window[0],
            width: self.window[1],
            stride_height: self.stride[0],
            stride_width: self.stride[1],
            dilation_height: 1,
            dilation_width: 1,
            pad_top: self.pad[0],
            pad_left: self.pad[1],
        };
        let (numbers, channels) = ([INPUT, WEIGHTS, BIAS], self.channels);
        Windows { numbers, wide_bias, window, channels, groups: 1, axis: 0, transposed: true }
    }

    /// `3x3 stride 2x2, 4x4x8 to 8x8x2`, for summaries.
    pub fn describe(&self) -> String {
        let pair = |[a, b]: [usize; 2]| format!("{a}x{b}");
        format!(
            "TRANSPOSE_CONV {} stride {}, {}x{} to {}x{}",
            pair(self.window),
            pair(self.stride),
            pair(self.input),
            self.in_channels,
            pair(self.output),
            self.channels
        )
    }
}

/// Rows of the output that the input's first row reaches beyond the first, as `ComputePaddingHeightWidth` computes it for the
/// convolution that this one is the transpose of; with its division towards zero if the window is larger than the output.
pub fn padding(same: bool, output: usize, window: usize, stride: usize) -> usize {
    let [output, window, stride] = [output, window, stride].map(|n| n as i64);
    let reached = if same { output + stride - 1 } else { output + stride - window } / stride;
    (((reached - 1) * stride + window - output).max(0) / 2) as usize
}

/// One phase along one axis.
#[derive(Debug, PartialEq, Eq)]
struct Phase {
    /// Its outputs.
    outputs: usize,
    /// Which row of the weights each row of its window uses, `None` for zeros: descending, as the input is ascending.
    taps: Vec<Option<usize>>,
    /// Padding before the first row.
    pad: usize,
}

/// The phase of outputs `at`, `at` + `stride` and so on.
///
/// Row `y` of the input times row `k` of the weights goes to output `y · stride + k − pad`. For output `at + m · stride` these
/// are the rows `k = first + t · stride` with `y = m + skipped − t`.
fn phase(at: usize, input: usize, output: usize, window: usize, stride: usize, pad: usize) -> Phase {
    let (first, skipped) = ((at + pad) % stride, (at + pad) / stride);
    let real = window.saturating_sub(first).div_ceil(stride);
    // At least the number that makes the padding 0: the window starts before the input or with it.
    let count = real.max(skipped + 1);
    let mut taps: Vec<_> = (0..count).rev().map(|t| (t < real).then_some(first + t * stride)).collect();
    let outputs = (output - at).div_ceil(stride);
    if count == 1 && outputs > input {
        // The kernel assumes that a window of one element without padding is inside the input.
        taps.push(None);
    }
    Phase { outputs, taps, pad: count - 1 - skipped }
}

/// The convolution of one phase.
pub struct Convolution {
    /// Its window.
    pub window: Window,
    /// Its weights `[channel][row][column][input channel]`.
    pub weights: Vec<i8>,
    /// The position of its first output element.
    pub first: usize,
}

/// All phases, row by row; one without strides.
pub fn phases(g: &Geometry, weights: &[i8]) -> Vec<Convolution> {
    let along = |axis: usize| -> Vec<Phase> {
        let count = g.stride[axis].min(g.output[axis]);
        (0..count)
            .map(|at| phase(at, g.input[axis], g.output[axis], g.window[axis], g.stride[axis], g.pad[axis]))
            .collect()
    };
    let (rows, columns) = (along(0), along(1));
    let mut found = Vec::new();
    for (y, row) in rows.iter().enumerate() {
        for (x, column) in columns.iter().enumerate() {
            found.push(Convolution {
                window: window(g, row, column),
                weights: gathered(g, weights, row, column),
                first: (y * g.output[1] + x) * g.channels,
            });
        }
    }
    found
}

/// One convolution for each phase, one in all without strides.
pub fn lower(lowering: &Lowering<'_>, g: &Geometry, weighted: &Weighted<'_>) -> Lowered {
    let mut phases = phases(g, &weighted.weights());
    if g.stride == [1, 1] {
        let only = phases.remove(0);
        return conv_int8::layer(lowering, &only.window, weighted, only.weights.into(), 1);
    }
    let part = |Convolution { window, weights, first }| Part {
        window,
        weighted: weighted.part(0..g.channels),
        weights,
        in_first: 0,
        place: Place { first, column: g.stride[1] * g.channels, row: g.stride[0] * g.output[1] * g.channels },
    };
    let parts: Vec<Part<'_>> = phases.into_iter().map(part).collect();
    let whole = Whole {
        batches: g.batches,
        in_channels: g.in_channels,
        input: g.input[0] * g.input[1] * g.in_channels,
        output: g.output[0] * g.output[1] * g.channels,
    };
    parts::layer(lowering, &whole, &parts, format!("{}, activation {:?}", g.describe(), weighted.activation))
}

fn window(g: &Geometry, row: &Phase, column: &Phase) -> Window {
    Window {
        batches: g.batches,
        in_height: g.input[0],
        in_width: g.input[1],
        in_channels: g.in_channels,
        out_height: row.outputs,
        out_width: column.outputs,
        height: row.taps.len(),
        width: column.taps.len(),
        stride_height: 1,
        stride_width: 1,
        dilation_height: 1,
        dilation_width: 1,
        pad_top: row.pad,
        pad_left: column.pad,
    }
}

/// The weights of a phase.
fn gathered(g: &Geometry, weights: &[i8], row: &Phase, column: &Phase) -> Vec<i8> {
    let depth = g.in_channels;
    let mut phase = Vec::with_capacity(g.channels * row.taps.len() * column.taps.len() * depth);
    for channel in weights.chunks(g.window[0] * g.window[1] * depth) {
        for y in &row.taps {
            for x in &column.taps {
                match (y, x) {
                    (Some(y), Some(x)) => {
                        let start = (y * g.window[1] + x) * depth;
                        phase.extend_from_slice(&channel[start..start + depth]);
                    }
                    _ => phase.resize(phase.len() + depth, 0),
                }
            }
        }
    }
    phase
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_that_of_the_transposed_convolution() {
        assert_eq!(padding(true, 8, 3, 1), 1);
        assert_eq!(padding(true, 8, 4, 2), 1);
        assert_eq!(padding(true, 8, 3, 2), 0);
        assert_eq!(padding(false, 9, 3, 2), 0);
        // A window that is larger than the output: −4 / 3 is −1, −3 / 4 is 0.
        assert_eq!(padding(false, 2, 9, 3), 0);
        assert_eq!(padding(false, 2, 9, 4), 1);
    }

    #[test]
    fn every_product_of_input_and_weights_is_in_one_phase() {
        for (input, output, window, stride, pad) in
            [(4, 8, 3, 2, 0), (4, 8, 4, 2, 1), (4, 13, 5, 4, 2), (3, 9, 2, 3, 0), (5, 4, 3, 1, 1), (2, 30, 7, 3, 2)]
        {
            let mut expected = Vec::new();
            for y in 0..input {
                for k in 0..window {
                    let at = (y * stride + k) as isize - pad as isize;
                    if (0..output as isize).contains(&at) {
                        expected.push((at as usize, y, k));
                    }
                }
            }
            let mut found = Vec::new();
            for at in 0..stride.min(output) {
                let phase = phase(at, input, output, window, stride, pad);
                for m in 0..phase.outputs {
                    for (t, tap) in phase.taps.iter().enumerate() {
                        let y = (m + t).checked_sub(phase.pad).filter(|&y| y < input);
                        found.extend(y.zip(*tap).map(|(y, k)| (at + m * stride, y, k)));
                    }
                }
            }
            expected.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, expected);
        }
    }
}
