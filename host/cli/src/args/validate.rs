//! `validate`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::shared::{Model, TensorFile};

/// `validate`
#[derive(Debug, Args)]
pub struct Validate {
    /// The model.
    #[command(flatten)]
    pub model: Model,

    /// Samples for an input, one after the other: .npy, .csv (a sample a line), raw little-endian bytes, or a directory of such
    /// files. Floating-point numbers for a quantised input are real values, quantised by the input's own scale and zero point
    #[arg(short, long = "inputs", value_name = "[TENSOR=]FILE", required = true)]
    pub inputs: Vec<TensorFile>,

    /// What is right: a class for each sample (integers), or the values of the output. .npy, .csv, or bytes with a class each
    #[arg(short, long, value_name = "FILE")]
    pub labels: Option<PathBuf>,

    /// Another model that gets the same samples, such as the float original or an earlier version: says where they agree
    #[arg(long, value_name = "OTHER")]
    pub against: Option<PathBuf>,

    /// The output that is judged [default: the only one]
    #[arg(long, value_name = "TENSOR")]
    pub output: Option<String>,

    /// What the output means
    #[arg(long, value_enum, default_value_t = Task::Auto)]
    pub task: Task,

    /// Count a sample as right when its class is among the K greatest scores, too [default: 5, where there are more classes]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Option<u32>,

    /// Runs in a row that make one sample, for models with state: the last one's output counts
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: u32,

    /// Don't reset a model with state before each sample: all samples are one stream, and run on one core
    #[arg(long)]
    pub continuous: bool,

    /// How many samples to list that are most wrong, or agree least
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub worst: usize,

    /// End with code 4 when the accuracy is below this part, for example 0.95
    #[arg(long, value_name = "PART", value_parser = part)]
    pub at_least: Option<f64>,

    /// Run on so many cores [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub jobs: Option<u32>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,

    /// No progress on the terminal
    #[arg(short, long)]
    pub quiet: bool,
}

/// What an output means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Classes where labels are integers and the output has several elements; a score for one element and labels of 0 and 1; else values
    Auto,
    /// The greatest element names the class
    Classes,
    /// One element: the greater, the more it is class 1
    Score,
    /// The elements are the values asked for
    Values,
}

/// Examples of `validate`.
pub const EXAMPLES: &str = "\
Examples:
  tvm-embedded validate keyword.tflite --inputs clips.npy --labels classes.npy
  tvm-embedded validate keyword.tflite --inputs clips.npy --labels classes.npy --against float.tflite
  tvm-embedded validate stream.tflite --inputs rows.npy --labels classes.npy --steps 8
  tvm-embedded validate keyword.tflite --inputs clips/ --labels classes.csv --at-least 0.95 --json

The model's C code is compiled with $CC (else cc) and run with your rights: only use models that you trust.";

fn part(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("'{text}' is not a number"))?;
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err("expected a part between 0 and 1".to_owned()) }
}
