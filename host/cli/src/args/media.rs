//! Options for sounds and pictures as inputs.

use clap::Args;

use crate::units::{Range, Units};

/// What the numbers in sounds and pictures mean.
#[derive(Debug, Args)]
pub struct Media {
    /// For .png and .wav: the real values that the least and the greatest number stand for [default: the usual range that is the
    /// input's own: 0..1, -1..1, 0..255, -128..127 for pixels, -1..1, -32768..32768 for sounds]
    #[arg(long, value_name = "LOW..HIGH", allow_hyphen_values = true)]
    pub range: Option<Range>,

    /// For .wav: the sample rate in Hz that the model was trained with, which every file must have
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,
}

impl Media {
    /// The same for the readers.
    pub fn units(&self) -> Units {
        Units { range: self.range, rate: self.rate }
    }
}
