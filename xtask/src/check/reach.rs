//! `cargo xtask reach [PART]`: which files of `docs/data.md` the compiler accepts, by export mode, and whether they equal the
//! interpreter. It is a test of `host/compiler/tests/reach.rs`, of which ordinary runs execute a part.

use anyhow::{Result, bail};

use crate::machine::process::Cmd;
use crate::machine::{paths, setup};

/// `cargo xtask reach [PART]`: all files if no number is given.
///
/// # Errors
/// A file that is accepted but whose outputs differ from the interpreter's, or one that is no longer accepted.
pub fn run(args: &[String]) -> Result<()> {
    let part = match args {
        [] => "all",
        [part] if part.parse::<usize>().is_ok() => part,
        _ => bail!("reach takes one number, the part to try, or no argument for all of them"),
    };
    setup::need(&["oracle"])?;
    Cmd::new("cargo")
        .args(["test", "--quiet", "--package", "tvm_embedded_compiler", "--test", "reach", "--", "--nocapture"])
        .env("TVM_EMBEDDED_REACH", part)
        .env("RUST_BACKTRACE", "0")
        .dir(paths::root())
        .run()
}
