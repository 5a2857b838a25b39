//! Figures of the page, with their bars.

use crate::table::grouped;

/// What stands for a figure without costs.
pub const UNKNOWN: &str = "not measured";

/// A number, and its percentage of the greatest.
pub struct Share {
    pub text: String,
    pub percent: f64,
}

impl Share {
    /// `most` is the greatest.
    pub fn new(number: u64, most: u64) -> Self {
        let percent = if most == 0 { 0.0 } else { (number as f64 * 1000.0 / most as f64).round() / 10.0 };
        Share { text: grouped(number), percent }
    }
}

/// A figure with its bar, or why there is none.
pub enum Cell {
    Known(Share),
    Unknown(&'static str),
}

impl Cell {
    /// `most` is the greatest.
    pub fn new(figure: Option<u64>, most: u64) -> Self {
        Self::worded(figure, most, grouped)
    }

    /// The same with the figure's own words.
    pub fn worded(figure: Option<u64>, most: u64, words: impl Fn(u64) -> String) -> Self {
        let known = |figure| Cell::Known(Share { text: words(figure), ..Share::new(figure, most) });
        figure.map_or(Cell::Unknown(UNKNOWN), known)
    }
}
