//! Output of the program: results on standard output, and the styles of text. Messages are in `message`.

use std::io::{ErrorKind, Write};

use anstream::AutoStream;
use clap::builder::styling::{AnsiColor, Style};

use crate::failure::{Failure, Kind, Result};
pub use crate::foreign_text::{printable, sentence, shown};
use crate::system;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HEADING: Style = Style::new().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Prints a result. A pipe that the reader has closed (`| head`) is not an error.
pub fn print(text: &str) -> Result<()> {
    let stdout = std::io::stdout().lock();
    let mut stdout = AutoStream::auto(stdout);
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let failure =
                Failure::new(Kind::File, format!("standard output can't be written: {}", system::words(&error)));
            Err(failure.advise("free space where it is redirected to, or redirect it to another file"))
        }
        _ => Ok(()),
    }
}

/// A heading, bold if colours are enabled.
pub fn heading(text: &str) -> String {
    format!("{HEADING}{text}{HEADING:#}")
}

/// A highlighted word.
pub fn warning(text: &str) -> String {
    format!("{WARNING}{text}{WARNING:#}")
}

/// A word for an error.
pub fn defect(text: &str) -> String {
    format!("{ERROR}{text}{ERROR:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_not_control_the_terminal() {
        assert_eq!(printable("a\u{1b}[2J\u{202e}é"), "a\\u{1b}[2J\\u{202e}é");
        assert_eq!(printable(&"x".repeat(300)).chars().count(), 201);
    }
}
