//! Windows that slide over images: the geometry that convolutions and pools share.

use crate::ir::graph::{Around, Padding};
use crate::math::quantize;

/// The largest dimension of an image that a window slides over: any two positions and paddings add up to an `int32_t`.
pub const LONGEST: usize = (1 << 24) - 1;

/// A window sliding over the two middle dimensions of NHWC tensors. Dimensions of images are at most [`LONGEST`], all other numbers
/// fit in 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Window {
    pub batches: usize,
    pub in_height: usize,
    pub in_width: usize,
    pub in_channels: usize,
    pub out_height: usize,
    pub out_width: usize,
    pub height: usize,
    pub width: usize,
    pub stride_height: usize,
    pub stride_width: usize,
    pub dilation_height: usize,
    pub dilation_width: usize,
    pub pad_top: usize,
    pub pad_left: usize,
}

/// Options of a window as in the file, before any check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct WindowOptions {
    pub padding: Padding,
    pub stride: (i32, i32),
    pub dilation: (i32, i32),
}

impl Window {
    /// The window of `size` (height, width) over a tensor of this shape; otherwise what is wrong and what would be accepted.
    pub fn new(
        shape: &[usize],
        size: (usize, usize),
        options: WindowOptions,
    ) -> Result<Window, (String, &'static str)> {
        let &[batches, in_height, in_width, in_channels] = shape else {
            return Err((format!("input shape {shape:?}"), "4 dimensions"));
        };
        let (same, around) = match options.padding {
            Padding::Same => (true, Around::default()),
            Padding::Valid => (false, Around::default()),
            Padding::Explicit(around) => (false, around),
            Padding::Other(code) => return Err((format!("padding {code}"), "SAME, VALID")),
        };
        let positive = |(a, b): (i32, i32), largest: i32| -> Option<(usize, usize)> {
            ((1..=largest).contains(&a) && (1..=largest).contains(&b)).then_some((a as usize, b as usize))
        };
        let (stride_height, stride_width) = positive(options.stride, 65535)
            .ok_or_else(|| (format!("strides {:?}", options.stride), "strides from 1 to 65535"))?;
        let (dilation_height, dilation_width) = positive(options.dilation, 65535)
            .ok_or_else(|| (format!("dilations {:?}", options.dilation), "dilations from 1 to 65535"))?;
        let (height, width) = size;
        if shape.iter().any(|n| !(1..=LONGEST).contains(n)) {
            return Err((format!("input shape {shape:?}"), "dimensions from 1 to 16777215"));
        }
        if [height, width].iter().any(|n| !(1..=65535).contains(n)) {
            return Err((format!("a window of {size:?}"), "windows from 1 to 65535"));
        }
        let Around { top, bottom, left, right } = around;
        let vertical = quantize::padding(same, in_height + top + bottom, height, stride_height, dilation_height);
        let horizontal = quantize::padding(same, in_width + left + right, width, stride_width, dilation_width);
        let (Some((pad_top, out_height)), Some((pad_left, out_width))) = (vertical, horizontal) else {
            return Err((format!("a window of {size:?} on input shape {shape:?}"), "a window that fits in the input"));
        };
        let (pad_top, pad_left) = (pad_top + top, pad_left + left);
        if pad_top > 65535 || pad_left > 65535 {
            return Err((format!("padding of {pad_top} and {pad_left} elements"), "at most 65535"));
        }
        Ok(Window {
            batches,
            in_height,
            in_width,
            in_channels,
            out_height,
            out_width,
            height,
            width,
            stride_height,
            stride_width,
            dilation_height,
            dilation_width,
            pad_top,
            pad_left,
        })
    }

    /// Heights and widths exchanged.
    pub fn transposed(&self) -> Window {
        Window {
            in_height: self.in_width,
            in_width: self.in_height,
            out_height: self.out_width,
            out_width: self.out_height,
            height: self.width,
            width: self.height,
            stride_height: self.stride_width,
            stride_width: self.stride_height,
            dilation_height: self.dilation_width,
            dilation_width: self.dilation_height,
            pad_top: self.pad_left,
            pad_left: self.pad_top,
            ..*self
        }
    }

    /// A 1×1 window without stride is computed as one long row: its positions are adjacent in memory.
    pub fn flattened(&self) -> Window {
        if !self.is_pointwise() || self.positions() > 65535 {
            return *self;
        }
        Window { in_height: 1, in_width: self.positions(), out_height: 1, out_width: self.positions(), ..*self }
    }

    /// How many bytes before the input an output of `channels` bytes a position, one byte an element, must start so that it may overwrite the input:
    /// for a kernel that goes through the positions in order and has read the whole window of a position before it writes
    /// there, and for one batch.
    pub fn lead(&self, channels: usize) -> usize {
        // The lowest byte that a position or any later one reads, from the last position to the first.
        let row_bytes = self.in_width * self.in_channels;
        let mut lowest = self.in_elements();
        let mut lead = 0;
        for position in (1..self.positions()).rev() {
            let (oy, ox) = (position / self.out_width, position % self.out_width);
            let first = |start: usize, pad: usize, dilation: usize| match start.checked_sub(pad) {
                Some(inside) => inside,
                // The first tap inside the input.
                None => (pad - start).div_ceil(dilation) * dilation + start - pad,
            };
            let y = first(oy * self.stride_height, self.pad_top, self.dilation_height);
            let x = first(ox * self.stride_width, self.pad_left, self.dilation_width);
            lowest = lowest.min(y * row_bytes + x * self.in_channels);
            // The previous position is written completely.
            lead = lead.max((position * channels).saturating_sub(lowest));
        }
        lead
    }

    /// Output positions of one batch.
    pub fn positions(&self) -> usize {
        self.out_height * self.out_width
    }

    /// Input elements of one batch.
    pub fn in_elements(&self) -> usize {
        self.in_height * self.in_width * self.in_channels
    }

    /// Whether some window reaches beyond the input.
    pub fn is_padded(&self) -> bool {
        let reach =
            |out: usize, stride: usize, window: usize, dilation: usize| (out - 1) * stride + (window - 1) * dilation;
        self.pad_top > 0
            || self.pad_left > 0
            || reach(self.out_height, self.stride_height, self.height, self.dilation_height) >= self.in_height
            || reach(self.out_width, self.stride_width, self.width, self.dilation_width) >= self.in_width
    }

    /// Whether each window is one element and each element has one window.
    pub fn is_pointwise(&self) -> bool {
        self.height == 1 && self.width == 1 && self.stride_height == 1 && self.stride_width == 1 && !self.is_padded()
    }

    /// Whether there is one window and it is the whole input.
    pub fn is_whole(&self) -> bool {
        self.positions() == 1 && self.height == self.in_height && self.width == self.in_width && !self.is_padded()
    }

    /// `3x3 s2`, for summaries.
    pub fn describe(&self) -> String {
        let mut text = format!("{}x{}", self.height, self.width);
        if (self.stride_height, self.stride_width) != (1, 1) {
            text += &format!(" stride {}x{}", self.stride_height, self.stride_width);
        }
        if (self.dilation_height, self.dilation_width) != (1, 1) {
            text += &format!(" dilation {}x{}", self.dilation_height, self.dilation_width);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(padding: Padding, stride: i32) -> WindowOptions {
        WindowOptions { padding, stride: (stride, stride), dilation: (1, 1) }
    }

    #[test]
    fn windows_beyond_the_input_are_padded() {
        // SAME over 4 with window 3 and stride 2: nothing before, one element after.
        let w = Window::new(&[1, 4, 4, 1], (3, 3), options(Padding::Same, 2)).unwrap();
        assert_eq!((w.pad_top, w.pad_left, w.out_height), (0, 0, 2));
        assert!(w.is_padded());
        assert!(!Window::new(&[1, 4, 4, 1], (1, 1), options(Padding::Same, 2)).unwrap().is_padded());
        assert!(Window::new(&[1, 4, 4, 1], (4, 4), options(Padding::Valid, 1)).unwrap().is_whole());
    }

    #[test]
    fn invalid_windows_are_refused() {
        assert!(Window::new(&[1, 4, 4], (1, 1), options(Padding::Same, 1)).is_err());
        assert!(Window::new(&[1, 4, 4, 1], (5, 1), options(Padding::Valid, 1)).is_err());
        assert!(Window::new(&[1, 4, 4, 1], (1, 1), options(Padding::Same, 0)).is_err());
        assert!(Window::new(&[1, LONGEST + 1, 4, 1], (1, 1), options(Padding::Same, 1)).is_err());
        assert!(Window::new(&[1, 4, 4, 1], (1, 1), options(Padding::Other(9), 1)).is_err());
    }
}
