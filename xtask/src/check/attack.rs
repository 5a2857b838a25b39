//! `cargo xtask attack [PART...]`: models drawn and mutated at random against the interpreter of the reference.
//!
//! The parts are tests of `host/compiler/tests/attack`. This file has the number of models of each, in `cargo xtask test` and in the long
//! run of this verb.

use anyhow::{Result, bail};

use crate::machine::process::Cmd;
use crate::machine::{paths, setup};

/// A part, and its share of models.
struct Part {
    name: &'static str,
    /// The test that runs it.
    test: &'static str,
    /// Models in `cargo xtask test`.
    short: u64,
    /// Models in `cargo xtask attack`.
    long: u64,
}

const PARTS: &[Part] = &[
    Part { name: "graphs", test: "random_graphs_equal_the_interpreter", short: 2_000, long: 20_000 },
    // A tenth of the graphs are of uint8, too.
    Part { name: "uint8", test: "random_graphs_of_uint8_equal_the_interpreter", short: 100, long: 2_000 },
    Part { name: "mutants", test: "mutants_equal_the_interpreter", short: 1_000, long: 10_000 },
    Part {
        name: "layers",
        test: "a_million_bytes_of_each_weighted_layer_equal_the_interpreter",
        short: 200,
        long: 2_000,
    },
];

/// `cargo xtask attack [PART...] [--count N] [--seed S] [--first N]`; all parts without a name.
///
/// # Errors
/// An unknown part, or a model with wrong bytes.
pub fn run(args: &[String]) -> Result<()> {
    let mut wanted = Vec::new();
    let mut settings = Vec::new();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let key = match word.as_str() {
            "--count" => "COUNT",
            "--seed" => "SEED",
            "--first" => "FIRST",
            name => match PARTS.iter().find(|part| part.name == name) {
                Some(part) => {
                    wanted.push(part);
                    continue;
                }
                None => {
                    let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
                    bail!("no part '{name}'; there are: {}", names.join(", "));
                }
            },
        };
        let Some(number) = words.next().filter(|value| value.parse::<u64>().is_ok()) else {
            bail!("{word} needs a number");
        };
        settings.push((key, number.clone()));
    }
    if wanted.is_empty() {
        wanted.extend(PARTS);
    }
    all(&wanted, |part| attack(part, part.long, &settings))
}

/// The part that `cargo xtask test` runs.
///
/// # Errors
/// As [`run`].
pub fn short() -> Result<()> {
    all(&PARTS.iter().collect::<Vec<_>>(), |part| attack(part, part.short, &[]))
}

/// Every part runs, whatever another one found: a run finds as much as it can.
fn all(parts: &[&Part], attack: impl Fn(&Part) -> Result<()>) -> Result<()> {
    let mut failed = Vec::new();
    for part in parts {
        if let Err(error) = attack(part) {
            eprintln!("{}: {error:#}", part.name);
            failed.push(part.name);
        }
    }
    if !failed.is_empty() {
        bail!("parts with wrong models: {}", failed.join(", "));
    }
    Ok(())
}

fn attack(part: &Part, count: u64, settings: &[(&str, String)]) -> Result<()> {
    setup::need(&["oracle"])?;
    let mut command = Cmd::new("cargo")
        .args(["test", "--quiet", "--package", "tvm_embedded_compiler", "--test", "attack", "--"])
        .args(["--exact", part.test, "--ignored", "--nocapture"])
        .env("TVM_EMBEDDED_ATTACK_COUNT", count.to_string())
        .env("RUST_BACKTRACE", "0")
        .dir(paths::root());
    for (key, value) in settings {
        command = command.env(format!("TVM_EMBEDDED_ATTACK_{key}"), value);
    }
    command.run()
}
