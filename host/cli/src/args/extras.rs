//! `completions` and `man`

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// `completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Examples of `completions`.
pub const COMPLETIONS: &str = "\
Examples:
  tvm-embedded completions bash > ~/.local/share/bash-completion/completions/tvm-embedded
  tvm-embedded completions zsh > ~/.zfunc/_tvm-embedded
  tvm-embedded completions fish > ~/.config/fish/completions/tvm-embedded.fish";

/// `man`
#[derive(Debug, Args)]
pub struct Man {
    /// Directory for a page of the program and one of each verb; without it, the program's page is printed
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Examples of `man`.
pub const MAN: &str = "\
Examples:
  tvm-embedded man | man -l -
  tvm-embedded man -o ~/.local/share/man/man1";
