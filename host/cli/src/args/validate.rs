//! `validate`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::media::Media;
use super::shared::{Model, TensorFile};

/// `validate`
#[derive(Debug, Args)]
pub struct Validate {
    /// The model.
    #[command(flatten)]
    pub model: Model,

    /// Samples for an input, one after the other: .npy, .csv (one per line), raw little-endian bytes, .png, .wav, or a directory of
    /// such files, or one with a directory for each class. Floating-point numbers for a quantised input are real values, quantised
    /// by the input's own scale and zero point
    #[arg(short, long = "inputs", value_name = "[TENSOR=]FILE", required = true)]
    pub inputs: Vec<TensorFile>,

    /// Expected results: a class for each sample (integers), or the values of the output. .npy, .csv, or bytes with a class each
    #[arg(short, long, value_name = "FILE")]
    pub labels: Option<PathBuf>,

    /// The names of the classes in the order of the output, one in each line: for directories that have them as names [default: the
    /// directories' names are numbers, or count in alphabetical order]
    #[arg(long, value_name = "FILE")]
    pub classes: Option<PathBuf>,

    /// Sounds and pictures.
    #[command(flatten)]
    pub media: Media,

    /// Another model that gets the same samples, such as the float original or an earlier version: reports how far they agree
    #[arg(long, value_name = "OTHER")]
    pub against: Option<PathBuf>,

    /// The output that is evaluated [default: the only one; without labels and --against all are described]
    #[arg(long, value_name = "TENSOR")]
    pub output: Option<String>,

    /// What the output means
    #[arg(long, value_enum, default_value_t = Task::Auto)]
    pub task: Task,

    /// Also count samples whose class is among the K greatest scores [default: 5, if there are more classes]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Option<u32>,

    /// Number of runs for one sample, for models with state: the last run's output counts
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: u32,

    /// Don't reset a model with state before each sample: all samples are one stream, and run on one core
    #[arg(long)]
    pub continuous: bool,

    /// How many samples to list that have the largest errors, or agree least
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub worst: usize,

    /// End with code 4 if the accuracy is below this fraction, for example 0.95
    #[arg(long, value_name = "PART", value_parser = part)]
    pub at_least: Option<f64>,

    /// Number of cores to use [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub jobs: Option<u32>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What an output means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Classes if labels are integers and the output has several elements; a score if it has one element and labels are 0 and 1; else values
    Auto,
    /// The index of the greatest element is the class
    Classes,
    /// One element: a greater value means class 1 more likely
    Score,
    /// The elements are the values themselves
    Values,
}

/// Examples of `validate`.
pub const EXAMPLES: &str = "\
Examples:
  tvm-embedded validate keyword.tflite --inputs clips.npy --labels classes.npy
  tvm-embedded validate keyword.tflite --inputs clips.npy --labels classes.npy --against float.tflite
  tvm-embedded validate stream.tflite --inputs rows.npy --labels classes.npy --steps 8
  tvm-embedded validate keyword.tflite --inputs clips/ --labels classes.csv --at-least 0.95 --json
  tvm-embedded validate keyword.tflite --inputs words/ --classes words.txt --rate 16000   words/yes/a.wav, words/no/b.wav, ...

The model's C code is compiled with $CC (else cc) and run with your rights: only use models that you trust.";

fn part(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("'{text}' is not a number"))?;
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err("expected a number from 0 to 1".to_owned()) }
}
