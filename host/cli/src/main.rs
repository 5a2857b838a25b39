//! The `tvm-embedded` program: a thin command line in front of the crates that do the work.

#![forbid(unsafe_code)]

mod args;
mod compile;
mod failure;
mod generate;
mod inspect;
mod load;
mod npy;
mod output;
mod run;
mod table;
mod tensor;
mod terminal;
mod tflite;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Verb};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.verb {
        Verb::Generate(args) => generate::generate(args),
        Verb::Run(args) => run::run(args),
        Verb::Inspect(args) => inspect::inspect(args),
        Verb::Compile(args) => compile::compile(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::print_failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}
