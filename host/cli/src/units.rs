//! What the numbers in sounds and pictures mean.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// What the command line says about the numbers in sounds and pictures.
#[derive(Debug, Clone, Copy, Default)]
pub struct Units {
    /// The real values that the least and the greatest number stand for; else by the input's own range.
    pub range: Option<Range>,
    /// The sample rate that every sound must have, in Hz; else that of the first.
    pub rate: Option<u32>,
}

/// The real values that the least and the greatest number of a file stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    least: f64,
    most: f64,
}

impl Range {
    /// From `least` to `most`.
    pub const fn new(least: f64, most: f64) -> Self {
        Range { least, most }
    }

    /// The real value at a part of the range, of 0 to 1.
    pub fn at(self, part: f64) -> f64 {
        self.least + part * (self.most - self.least)
    }

    /// Whether another range has nearly the same ends: one step of int8 of the whole range is 0.4 %.
    pub fn is_near(self, other: Range) -> bool {
        let tolerance = (self.most - self.least) * 0.01;
        (self.least - other.least).abs() <= tolerance && (self.most - other.most).abs() <= tolerance
    }
}

impl Display for Range {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.least, self.most)
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ends = text.split_once("..").and_then(|(least, most)| Some((least.parse().ok()?, most.parse().ok()?)));
        match ends {
            Some((least, most)) if f64::is_finite(least) && f64::is_finite(most) && least < most => {
                Ok(Range { least, most })
            }
            _ => Err("expected LOW..HIGH, for example -1..1".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_written() {
        for text in ["-1..1", "0..255", "-0.5..0.25"] {
            assert_eq!(text.parse::<Range>().unwrap().to_string(), text);
        }
        for wrong in ["", "1", "1..1", "2..1", "a..b", "0..inf", "0..NaN", "0..1..2"] {
            assert!(wrong.parse::<Range>().is_err(), "{wrong}");
        }
        assert_eq!("-1..3".parse::<Range>().unwrap().at(0.25), 0.0);
    }
}
