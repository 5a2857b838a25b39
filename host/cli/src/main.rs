//! The `tvm-embedded` program: the command line; other crates do the work.

#![forbid(unsafe_code)]

mod apart;
mod args;
mod compile;
mod compiled;
mod constants;
mod cores;
mod custom;
mod estimate;
mod extension;
mod extras;
mod failure;
mod foreign;
mod foreign_text;
mod generate;
mod input_shape;
mod inspect;
mod interface;
mod layer;
mod load;
mod media;
mod message;
mod npy;
mod output;
mod pack;
mod real;
mod report;
mod run;
mod scaffold;
mod self_test;
mod size;
mod system;
mod table;
mod tensor;
mod terminal;
mod tflite;
mod units;
mod validate;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Verb};
use failure::Failure;
use message::{Form, Settings};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version are results: if they can't be printed, the program fails.
        Err(answer) if answer.exit_code() == 0 => return ended(terminal::print(&answer.render().ansi().to_string())),
        Err(error) if message::requested(std::env::args_os()) == Form::Json => {
            message::choose(Settings { form: Form::Json, quiet: false });
            return ended(Err(wrong(&error)));
        }
        Err(error) => error.exit(),
    };
    message::choose(Settings { form: cli.message_format, quiet: cli.quiet });
    let result = match &cli.verb {
        Verb::Generate(args) => generate::generate(args),
        Verb::Run(args) => run::run(args),
        Verb::Inspect(args) => inspect::inspect(args),
        Verb::Compile(args) => compile::compile(args),
        Verb::Report(args) => report::report(args),
        Verb::Pack(args) => pack::pack(args),
        Verb::Estimate(args) => estimate::estimate(args),
        Verb::New(args) => scaffold::new(args),
        Verb::Completions(args) => extras::completions(args),
        Verb::Man(args) => extras::man(args),
        Verb::Validate(args) => validate::validate(args),
    };
    ended(result)
}

/// A command line that clap refuses: its first paragraph says what is wrong, the others what is possible.
fn wrong(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let (first, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let failure = Failure::usage(first.trim_start_matches("error: ").trim_end());
    if rest.trim().is_empty() { failure } else { failure.advise(rest.trim()) }
}

fn ended(result: failure::Result<()>) -> ExitCode {
    let code = match result {
        Ok(()) => 0,
        Err(failure) => {
            message::failure(&failure);
            failure.exit_code()
        }
    };
    message::finished(code);
    ExitCode::from(code)
}
