//! `generate --self-test`

use clap::Args;

use crate::args::shared::TensorFile;
use crate::units::{Range, Units};

/// The self-test of a model on the device.
#[derive(Debug, Args)]
pub struct SelfTest {
    /// Write a self-test for the device too: N runs, recorded on this computer, that `TVMSelfTest_<model>` repeats and compares
    #[arg(long = "self-test", value_name = "N", conflicts_with = "header", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub runs: Option<u32>,

    /// Content of an input in the runs of the self-test, instead of random values: N tensors one after the other, as for `run`
    #[arg(short, long = "input", value_name = "TENSOR=FILE", requires = "runs")]
    pub inputs: Vec<TensorFile>,

    /// For .png and .wav as inputs of the self-test: the real values of the least and the greatest number, as for `run`
    #[arg(long, value_name = "LOW..HIGH", allow_hyphen_values = true, requires = "inputs")]
    pub range: Option<Range>,

    /// For .wav as inputs of the self-test: the sample rate that they must have, as for `run`
    #[arg(long, value_name = "HZ", requires = "inputs", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,

    /// Largest difference of float32 outputs in the self-test, absolute and relative [default: 0 for models of `compile`, whose
    /// floats are the same on every core, and 0.0001 for archives of TVM]
    #[arg(long, value_name = "T", allow_negative_numbers = true, requires = "runs", value_parser = tolerance)]
    pub tolerance: Option<f32>,

    /// For the self-test: pass ARG to this computer's C compiler, as for `run`
    #[arg(long = "cc-arg", value_name = "ARG", allow_hyphen_values = true, requires = "runs")]
    pub cc_args: Vec<String>,
}

impl SelfTest {
    /// What the numbers in sounds and pictures mean.
    pub fn units(&self) -> Units {
        Units { range: self.range, rate: self.rate }
    }
}

fn tolerance(text: &str) -> Result<f32, String> {
    let parsed = text.parse::<f32>().ok().filter(|value| value.is_finite() && *value >= 0.0);
    parsed.ok_or_else(|| "expected a number that is not negative, for example 0.001".to_owned())
}
