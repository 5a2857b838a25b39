//! Which bytes an operator's output can hold, and which bytes of its inputs it needs for them: by channel, that is by position
//! along the last dimension. `passes::narrow` uses only this, so that it does not depend on operators.

use crate::ir::graph::{Contents, DType};
use crate::ops::checker::Operand;
use crate::ops::shared::weighted::Weighted;
use std::borrow::Cow;

/// The values from the first to the second.
pub type Range = (i32, i32);

/// All values of int8.
pub const FULL: Range = (-128, 127);

/// How an operator's output depends on its inputs.
#[derive(Default)]
pub enum Flow<'a> {
    /// Unknown: the output may hold any value and depends on every element of every input.
    #[default]
    Opaque,
    /// Weighted sums.
    Sums(Sums<'a>),
    /// Each channel of the output comes from the same channel of the inputs.
    Lanes(Lanes<'a>),
    /// The channels of several inputs, one input after another.
    Joined {
        /// The inputs.
        inputs: Vec<Operand<'a>>,
        /// The output.
        output: Operand<'a>,
    },
}

/// Weighted sums of input channels, on int8.
pub struct Sums<'a> {
    /// Weights, bias, quantisation.
    pub weighted: &'a Weighted<'a>,
    /// Which weights belong to which channels.
    pub layout: Layout,
    /// Whether elements outside of the input are summed: each counts as the input's zero point.
    pub padded: bool,
}

/// How weights are stored in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A row for each output channel, which goes through all input channels repeatedly.
    Rows,
    /// One for each output channel, repeatedly; this many adjacent ones read one input channel.
    Lanes(usize),
}

/// Outputs computed channel by channel from inputs.
pub struct Lanes<'a> {
    /// The inputs; constants among them, and inputs of one channel that are repeated for all channels.
    pub inputs: Vec<Operand<'a>>,
    /// The output.
    pub output: Operand<'a>,
    /// Whether each element is computed from the element at the same position in each input.
    pub by_element: bool,
    /// Bounds of the output's values for bounds of each input's, exact where the bounds of the inputs are single values.
    pub range: LaneRange<'a>,
}

/// From the ranges of a channel of all inputs to that of the output; `None` for the full range.
pub type LaneRange<'a> = Box<dyn Fn(&[Range]) -> Option<Range> + 'a>;

/// An output that holds only values of its input.
pub fn copies<'a>(input: Operand<'a>, output: Operand<'a>) -> Flow<'a> {
    lanes(vec![input], output, false, |ranges| Some(ranges[0]))
}

/// An output that holds values of its input, or the value `other`.
pub fn copies_or<'a>(input: Operand<'a>, output: Operand<'a>, other: i32) -> Flow<'a> {
    lanes(vec![input], output, false, move |ranges| Some(hull(ranges[0], (other, other))))
}

/// Channel by channel, on int8; unknown for other types.
pub fn lanes<'a>(
    inputs: Vec<Operand<'a>>,
    output: Operand<'a>,
    by_element: bool,
    range: impl Fn(&[Range]) -> Option<Range> + 'a,
) -> Flow<'a> {
    if inputs.iter().chain([&output]).any(|operand| operand.dtype != DType::Int8) {
        return Flow::Opaque;
    }
    Flow::Lanes(Lanes { inputs, output, by_element, range: Box::new(range) })
}

/// The smallest range around both.
pub fn hull(a: Range, b: Range) -> Range {
    (a.0.min(b.0), a.1.max(b.1))
}

/// The bounds of a function of two values that is monotonic in each of them, whatever the other is.
pub fn corners(ranges: &[Range], function: impl Fn(i32, i32) -> Option<i32>) -> Option<Range> {
    let &[a, b] = ranges else { return None };
    let mut found: Option<Range> = None;
    for (x, y) in [(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)] {
        let value = function(x, y)?;
        found = Some(found.map_or((value, value), |range| hull(range, (value, value))));
    }
    found
}

/// The output's bytes, if each element is computed from one element of each input and all inputs are constants.
pub fn computed(flow: &Flow<'_>) -> Option<Contents> {
    let Flow::Lanes(Lanes { inputs, output, by_element: true, range }) = flow else { return None };
    let constants: Vec<Cow<'_, [u8]>> = inputs.iter().map(|input| input.tensor.contents()).collect::<Option<_>>()?;
    let value = |n: usize| {
        let single = |(input, bytes): (&Operand<'_>, &Cow<'_, [u8]>)| {
            let byte = *bytes.get(repeated(n, &output.shape, &input.shape))?;
            Some((i32::from(byte as i8), i32::from(byte as i8)))
        };
        let ranges: Vec<Range> = inputs.iter().zip(&constants).map(single).collect::<Option<_>>()?;
        let (low, high) = range(&ranges)?;
        (low == high).then_some(low as i8 as u8)
    };
    (0..output.elements()).map(value).collect()
}

/// The element of an input that broadcasting pairs with the n-th of the output.
fn repeated(mut n: usize, output: &[usize], input: &[usize]) -> usize {
    let (mut at, mut step) = (0, 1);
    for (i, &size) in output.iter().rev().enumerate() {
        let of = input.len().checked_sub(i + 1).map_or(1, |dimension| input[dimension]);
        if of > 1 {
            at += n % size * step;
        }
        step *= of;
        n /= size;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_of_one_are_repeated() {
        let of = |input: &[usize]| (0..6).map(|n| repeated(n, &[2, 3], input)).collect::<Vec<_>>();
        assert_eq!(of(&[2, 3]), [0, 1, 2, 3, 4, 5]);
        assert_eq!(of(&[3]), [0, 1, 2, 0, 1, 2]);
        assert_eq!(of(&[2, 1]), [0, 0, 0, 1, 1, 1]);
        assert_eq!(of(&[]), [0; 6]);
    }

    #[test]
    fn a_product_is_bounded_by_its_corners() {
        assert_eq!(corners(&[(-3, 2), (-5, 7)], |x, y| Some(x * y)), Some((-21, 15)));
        assert_eq!(corners(&[(4, 4), (3, 3)], |x, y| Some(x - y)), Some((1, 1)));
        assert_eq!(corners(&[(0, 1), (0, 1)], |x, y| (x + y < 2).then_some(x)), None);
    }
}
