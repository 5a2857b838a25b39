//! A line at least every 20 seconds: what runs, for how long, and what it printed last.
//!
//! A command that compiles for minutes must not look like one that hangs. [`Cmd`](crate::machine::process::Cmd) reports here what it
//! starts and reads; a thread of its own prints the lines, to standard error.

use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Time between two lines.
const PERIOD: Duration = Duration::from_secs(15);
/// Length of a line, so that it fits a terminal.
const COLUMNS: usize = 118;

/// What is known about the current work.
struct State {
    phase: String,
    commands: Vec<Command>,
    next: u64,
}

/// A program that runs.
struct Command {
    number: u64,
    line: String,
    since: Instant,
    last: String,
}

static STATE: Mutex<State> = Mutex::new(State { phase: String::new(), commands: Vec::new(), next: 0 });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the thread that prints; it ends with the process.
pub fn start() {
    let begin = Instant::now();
    thread::spawn(move || {
        loop {
            thread::sleep(PERIOD);
            let line = state().line(begin.elapsed());
            // A closed standard error is not a reason to stop the work.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    });
}

/// Says which part of the whole is done now, such as `step 3 of 17, rust`.
pub fn phase(text: String) {
    state().phase = text;
}

/// A program that was started; [`Running::printed`] reports its output, and dropping this reports its end.
pub struct Running(u64);

impl Running {
    /// Reports the start of a command line.
    pub fn new(line: String) -> Self {
        let mut state = state();
        state.next += 1;
        let number = state.next;
        state.commands.push(Command { number, line, since: Instant::now(), last: String::new() });
        Self(number)
    }

    /// Reports something that the program printed.
    pub fn printed(number: u64, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let Some(last) = text.lines().map(str::trim).rfind(|line| !line.is_empty()) else { return };
        if let Some(command) = state().commands.iter_mut().find(|command| command.number == number) {
            command.last = last.to_owned();
        }
    }

    /// Identifies the program for [`Running::printed`].
    pub fn number(&self) -> u64 {
        self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        state().commands.retain(|command| command.number != self.0);
    }
}

impl State {
    /// The line about the program that has been running longest.
    fn line(&self, elapsed: Duration) -> String {
        let mut line = format!("... {}", time(elapsed));
        if !self.phase.is_empty() {
            line += &format!(", {}", self.phase);
        }
        if let Some(command) = self.commands.first() {
            line += &format!(": {} for {}", shortened(&command.line, 60), time(command.since.elapsed()));
            if !command.last.is_empty() {
                line += &format!(": {}", command.last);
            }
        }
        shortened(&line, COLUMNS)
    }
}

fn time(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// At most this many characters of a text, without control characters.
fn shortened(text: &str, columns: usize) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    if text.chars().count() <= columns {
        return text.chars().map(visible).collect();
    }
    text.chars().take(columns - 1).map(visible).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_runs_and_what_it_printed_last() {
        let command =
            |line: &str, last: &str| Command { number: 1, line: line.into(), since: Instant::now(), last: last.into() };
        let mut state = State { phase: "step 2 of 3, rust".into(), commands: Vec::new(), next: 0 };
        assert_eq!(state.line(Duration::from_secs(80)), "... 1 min 20 s, step 2 of 3, rust");
        state.commands.push(command("cargo test", "Compiling serde"));
        assert_eq!(
            state.line(Duration::from_secs(20)),
            "... 20 s, step 2 of 3, rust: cargo test for 0 s: Compiling serde"
        );
        state.commands[0].last = "\u{1b}[2J".to_owned() + &"x".repeat(500);
        let line = state.line(Duration::from_secs(20));
        assert!(line.chars().count() == COLUMNS && line.ends_with('…') && !line.contains('\u{1b}'), "{line}");
    }

    #[test]
    fn the_last_line_of_a_program_is_known_while_it_runs() {
        let last = |number: u64| {
            state().commands.iter().find(|command| command.number == number).map(|command| command.last.clone())
        };
        let running = Running::new("program".into());
        Running::printed(running.number(), b"one\ntwo\n\n");
        assert_eq!(last(running.number()).as_deref(), Some("two"));
        let number = running.number();
        drop(running);
        assert_eq!(last(number), None);
    }
}
