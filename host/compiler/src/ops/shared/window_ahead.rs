//! Windows over constants, computed at compile time: pools, and operators whose weights apply to a window.

use crate::ir::graph::Contents;
use crate::math::window::Window;
use crate::ops::definition::Evaluated;
use crate::ops::shared::ahead;
use crate::ops::shared::weighted::Weighted;

/// Products, or elements of windows, that are computed for each element read or written: what takes longer is left for the run.
const MOST: usize = 64;

/// Whether an operator with this many products is computed at compile time.
pub fn is_short(products: usize, elements: usize) -> bool {
    products <= elements.saturating_mul(MOST)
}

/// For each position of a window, in the order of the output: the taps inside the input and the pixels under them.
fn positions(window: &Window) -> impl Iterator<Item = Vec<(usize, usize)>> + '_ {
    let Window { batches, in_height, in_width, out_height, out_width, .. } = *window;
    (0..batches * out_height * out_width).map(move |at| {
        let (batch, row, column) = (at / (out_height * out_width), at / out_width % out_height, at % out_width);
        let mut inside = Vec::new();
        for tap in 0..window.height * window.width {
            let y = row * window.stride_height + tap / window.width * window.dilation_height;
            let x = column * window.stride_width + tap % window.width * window.dilation_width;
            let (y, x) = (y.checked_sub(window.pad_top), x.checked_sub(window.pad_left));
            if let (Some(y), Some(x)) = (y.filter(|&y| y < in_height), x.filter(|&x| x < in_width)) {
                inside.push((tap, (batch * in_height + y) * in_width + x));
            }
        }
        inside
    })
}

/// What a pool gives: for each position and channel, `one` of the elements of its window.
pub fn pooled<T: Copy, R>(window: &Window, input: &[T], one: impl Fn(&[T]) -> R) -> Vec<R> {
    let channels = window.in_channels;
    let mut results = Vec::new();
    for inside in positions(window) {
        for channel in 0..channels {
            let elements: Vec<T> = inside.iter().map(|(_, pixel)| input[pixel * channels + channel]).collect();
            results.push(one(&elements));
        }
    }
    results
}

/// How weights apply to a window.
pub struct Products<'w> {
    /// The window over the input.
    pub window: &'w Window,
    /// Output channels.
    pub channels: usize,
    /// Groups of input channels; each makes as many output channels.
    pub groups: usize,
    /// Whether weights are `[tap][output channel]`, as of DEPTHWISE_CONV_2D, otherwise `[output channel][tap][channel of the group]`.
    pub by_tap: bool,
}

impl Products<'_> {
    /// What each output is, by `one` of its channel and the positions of the products' factors in input and weights, in the reference's order.
    fn outputs<R>(&self, one: impl Fn(usize, &[(usize, usize)]) -> R) -> Vec<R> {
        let (given, taps) = (self.window.in_channels, self.window.height * self.window.width);
        let (of_group, made) = (given / self.groups, self.channels / self.groups);
        let mut results = Vec::new();
        let mut factors = Vec::new();
        for inside in positions(self.window) {
            for channel in 0..self.channels {
                let first = channel / made * of_group;
                let weight = |tap: usize, k: usize| match self.by_tap {
                    true => tap * self.channels + channel,
                    false => (channel * taps + tap) * of_group + k,
                };
                factors.clear();
                for &(tap, pixel) in &inside {
                    factors.extend((0..of_group).map(|k| (pixel * given + first + k, weight(tap, k))));
                }
                results.push(one(channel, &factors));
            }
        }
        results
    }

    /// Whether all of them are computed at compile time; the operator reads this many weights.
    pub fn is_short(&self, weights: usize) -> bool {
        let outputs = self.window.batches * self.window.positions() * self.channels;
        let products = outputs * self.window.height * self.window.width * (self.window.in_channels / self.groups);
        is_short(products, outputs + weights + self.window.batches * self.window.in_elements())
    }

    /// The outputs on float32: sums in the order of the reference, then the bias, then the range.
    pub fn floats(&self, input: &[f32], weights: &[f32], bias: Option<&[f32]>, range: (f32, f32)) -> Option<Evaluated> {
        self.is_short(weights.len()).then_some(())?;
        let one = |channel: usize, factors: &[(usize, usize)]| {
            let sum = factors.iter().fold(0.0f32, |sum, &(x, w)| sum + input[x] * weights[w]);
            clamped(bias.map_or(sum, |bias| sum + bias[channel]), range)
        };
        Some(Ok(vec![ahead::floats(self.outputs(one))]))
    }

    /// The outputs on int8; weights are in the order of `by_tap`.
    pub fn bytes(&self, weighted: &Weighted<'_>, weights: &[i8]) -> Option<Evaluated> {
        let input = weighted.input.i8_data().filter(|_| self.is_short(weights.len()))?;
        let (zero, of_weights) = (weighted.input_zero_point, weighted.weights_zero_point);
        let (low, high) = weighted.range;
        let one = |channel: usize, factors: &[(usize, usize)]| {
            let product =
                |&(x, w): &(usize, usize)| (i32::from(input[x]) - zero) * (i32::from(weights[w]) - of_weights);
            let bias = i32::try_from(*weighted.bias.get(channel)?).ok()?;
            let sum = factors.iter().map(product).try_fold(bias, i32::checked_add)?;
            let scaled = weighted.multipliers.get(channel)?.checked_apply(sum)?;
            Some(scaled.checked_add(weighted.output_zero_point)?.clamp(low, high) as u8)
        };
        let bytes: Contents = self.outputs(one).into_iter().collect::<Option<Vec<u8>>>()?.into();
        Some(Ok(vec![bytes]))
    }
}

/// A float in a range as kernels clamp it: NaN stays NaN.
pub fn clamped(x: f32, (low, high): (f32, f32)) -> f32 {
    if x < low {
        low
    } else if x > high {
        high
    } else {
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::Padding;
    use crate::math::window::WindowOptions;

    fn window(shape: [usize; 4], size: (usize, usize), padding: Padding, stride: i32) -> Window {
        let options = WindowOptions { padding, stride: (stride, stride), dilation: (1, 1) };
        Window::new(&shape, size, options).unwrap()
    }

    #[test]
    fn elements_outside_do_not_count() {
        let window = window([1, 3, 3, 1], (2, 2), Padding::Same, 2);
        let sums =
            pooled(&window, &[1, 2, 3, 4, 5, 6, 7, 8, 9], |elements| (elements.len(), elements.iter().sum::<i32>()));
        assert_eq!(sums, [(4, 12), (2, 9), (2, 15), (1, 9)]);
    }

    #[test]
    fn groups_and_lanes_read_their_own_channels() {
        let window = window([1, 1, 2, 2], (1, 2), Padding::Valid, 1);
        let input = [1.0, 10.0, 2.0, 20.0];
        let products = |groups, by_tap| Products { window: &window, channels: 2, groups, by_tap };
        let floats = |products: Products<'_>, weights: &[f32]| {
            let values = products.floats(&input, weights, Some(&[0.5, 0.0]), (-1e9, 75.0)).unwrap().unwrap();
            let bytes = values[0].bytes().into_owned();
            bytes.chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect::<Vec<_>>()
        };
        // One group: 1 + 2·10 + 3·2 + 4·20 for the first channel.
        assert_eq!(floats(products(1, false), &[1.0, 2.0, 3.0, 4.0, 1.0, 0.0, 0.0, 1.0]), [75.0, 21.0]);
        assert_eq!(floats(products(2, false), &[1.0, 2.0, 3.0, 4.0]), [5.5, 75.0]);
        assert_eq!(floats(products(2, true), &[1.0, 3.0, 2.0, -4.0]), [5.5, -50.0]);
    }

    #[test]
    fn long_sums_are_left_for_the_run() {
        assert!(is_short(64, 1) && !is_short(65, 1));
        let window = window([1, 64, 64, 1], (32, 32), Padding::Same, 1);
        let products = Products { window: &window, channels: 1, groups: 1, by_tap: false };
        assert!(products.floats(&[0.0; 4096], &[0.0; 1024], None, (0.0, 1.0)).is_none());
    }
}
