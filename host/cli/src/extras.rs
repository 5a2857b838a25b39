//! `tvm-embedded completions` and `tvm-embedded man`: shell completions and manual pages, from the definition of the command line.

use std::path::PathBuf;

use clap::{Command, CommandFactory};

use crate::args::{Cli, Completions, Man};
use crate::failure::{Failure, Kind, Result};
use crate::output::replace;
use crate::terminal;

/// Prints the completions for a shell.
pub fn completions(args: &Completions) -> Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tvm-embedded", &mut text);
    // If the program's name has a hyphen, the generator's names for the cases of verbs differ from the variable that is compared
    // with them: nothing of a verb would be completed.
    terminal::print(&String::from_utf8_lossy(&text).replace("tvm__subcmd__embedded", "tvm__embedded"))
}

/// Prints the program's page, or writes all pages.
pub fn man(args: &Man) -> Result<()> {
    let mut program = Cli::command();
    program.build();
    let Some(folder) = &args.output else {
        return terminal::print(&String::from_utf8_lossy(&page(&program)?));
    };
    if !folder.is_dir() {
        return Err(Failure::file(folder, "is not a directory").advise("create it first"));
    }
    let pages: Vec<(PathBuf, Vec<u8>)> = std::iter::once(&program)
        .chain(program.get_subcommands())
        .map(|command| {
            // `build` puts the program's name in front of the verb's.
            let name = command.get_display_name().unwrap_or_else(|| command.get_name());
            Ok((folder.join(format!("{name}.1")), page(command)?))
        })
        .collect::<Result<_>>()?;
    replace(&pages.iter().map(|(path, text)| (path.as_path(), text.as_slice())).collect::<Vec<_>>())?;
    let names: String = pages.iter().map(|(path, _)| format!("{}\n", terminal::shown(path))).collect();
    terminal::print(&names)
}

fn page(command: &Command) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let written = clap_mangen::Man::new(command.clone()).render(&mut text);
    written.map_err(|error| Failure::new(Kind::File, format!("the page can't be written: {error}")))?;
    Ok(text)
}
