//! The lines of windows at the border of an image, which convolutions copy element by element.

use super::fields::Fields;

/// Amounts for one image.
#[derive(Debug, Default, PartialEq)]
pub struct Lines {
    /// Lines that are partly outside, of four neighbouring positions at a time.
    pub across: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Lines that are partly outside, each position by itself.
    pub positions: u64,
    /// Lines above or below the image, each position by itself.
    pub outside: u64,
    /// Positions whose windows are not inside the image, or whose elements of a line are not adjacent.
    pub border: u64,
}

impl Lines {
    /// Goes through the positions of an image: of one row, since all have the same.
    pub fn new(fields: &Fields) -> Self {
        let get = |name: &str, default: u64| fields.get(name).unwrap_or(default) as i64;
        let (width, height) = (get("out_width", 1), get("out_height", 1));
        let (in_width, in_height) = (get("in_width", 1), get("in_height", 1));
        let span = (get("window_width", 1) - 1) * get("dilation_width", 1) + 1;
        let stride = get("stride_width", 1);
        let is_across = |x: i64, span: i64| x < 0 || x + span > in_width;
        let mut lines = Lines::default();
        let (mut across, mut bytes, mut positions) = (0, 0, 0);
        for at in 0..width {
            let x = at * stride - get("pad_left", 0);
            positions += u64::from(is_across(x, span));
            if at % 4 == 0 {
                let all = ((width - at).min(4) - 1) * stride + span;
                if is_across(x, all) {
                    across += 1;
                    bytes += (all * get("in_channels", 1)) as u64;
                }
            }
        }
        let adjacent = if get("dilation_width", 1) == 1 { width as u64 - positions } else { 0 };
        for row in 0..height {
            let outside = lines.outside;
            for i in 0..get("window_height", 1) {
                let y = row * get("stride_height", 1) - get("pad_top", 0) + i * get("dilation_height", 1);
                if y < 0 || y >= in_height {
                    lines.outside += width as u64;
                } else {
                    lines.across += across;
                    lines.bytes += bytes;
                    lines.positions += positions;
                }
            }
            lines.border += width as u64 - if lines.outside == outside { adjacent } else { 0 };
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_border_of_one_around_an_image_of_five_by_four() {
        let fields = Fields::new(
            ".in_height = 5, .in_width = 4, .in_channels = 3, .out_height = 5, .out_width = 4, .window_height = 3, \
             .window_width = 3, .pad_top = 1, .pad_left = 1,\n",
        );
        // Two lines of four positions are outside; of the 13 others, each four positions are one line of 6 elements. The windows of 3 × 2 are
        // inside.
        assert_eq!(Lines::new(&fields), Lines { across: 13, bytes: 13 * 18, positions: 26, outside: 8, border: 14 });
    }
}
