//! Progress of long work: a line on a terminal that is overwritten, or JSON.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::line::{Message, Stage, emit, is_json, settings};

/// Least time between two messages about the same work.
const PAUSE: Duration = Duration::from_millis(100);
/// Width of the line on a terminal.
const WIDTH: usize = 78;

/// Where the progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nowhere,
    Terminal,
    Json,
}

/// Work in progress; it may be reported by several threads, and ends when it is dropped.
pub struct Progress {
    shown: Shown,
    stage: Stage,
    subject: String,
    total: usize,
    /// Steps that are done, and when that was last shown.
    state: Mutex<(usize, Instant)>,
}

impl Progress {
    /// Begins work of `total` steps on a model, which `subject` names.
    pub fn begin(stage: Stage, subject: String, total: usize) -> Self {
        let shown = match (settings().quiet, is_json()) {
            (true, _) => Shown::Nowhere,
            (false, true) => Shown::Json,
            (false, false) if std::io::stderr().is_terminal() => Shown::Terminal,
            (false, false) => Shown::Nowhere,
        };
        let progress = Progress { shown, stage, subject, total, state: Mutex::new((0, Instant::now())) };
        progress.show(0);
        progress
    }

    /// `steps` more are done.
    pub fn add(&self, steps: usize) {
        let Ok(mut state) = self.state.lock() else { return };
        state.0 += steps;
        if state.1.elapsed() >= PAUSE {
            state.1 = Instant::now();
            self.show(state.0);
        }
    }

    /// All steps are done.
    pub fn complete(self) {
        if self.shown == Shown::Json {
            self.show(self.total);
        }
    }

    fn show(&self, done: usize) {
        match self.shown {
            Shown::Nowhere => {}
            Shown::Json => {
                emit(&Message::Progress { stage: self.stage, subject: &self.subject, done, total: self.total });
            }
            Shown::Terminal => {
                let line = line(self.stage, &self.subject, done, self.total);
                let _ = write!(std::io::stderr().lock(), "\r{line:WIDTH$}");
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown == Shown::Terminal {
            let _ = write!(std::io::stderr().lock(), "\r{:WIDTH$}\r", "");
        }
    }
}

/// The line for a terminal, cut to its width.
fn line(stage: Stage, subject: &str, done: usize, total: usize) -> String {
    let count = match stage {
        Stage::Run => format!(": {done} of {total} runs, {} %", done * 100 / total.max(1)),
        Stage::Compile | Stage::Build => String::new(),
    };
    let room = WIDTH.saturating_sub(stage.name().len() + 1 + count.chars().count());
    let length = subject.chars().count();
    let subject: String = match length > room {
        // The end of a path says most.
        true => std::iter::once('…').chain(subject.chars().skip(length - room + 1)).collect(),
        false => subject.to_owned(),
    };
    format!("{} {subject}{count}", stage.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_a_terminal() {
        assert_eq!(line(Stage::Compile, "a.tflite", 0, 1), "compiling a.tflite");
        assert_eq!(line(Stage::Run, "digits", 90, 360), "running digits: 90 of 360 runs, 25 %");
        let long = line(Stage::Run, &"x/".repeat(100), 1, 3);
        assert!(long.chars().count() == WIDTH && long.starts_with("running …"), "{long}");
        assert_eq!(line(Stage::Run, "digits", 0, 0), "running digits: 0 of 0 runs, 0 %");
    }

    #[test]
    fn steps_are_counted() {
        let progress = Progress::begin(Stage::Run, "digits".to_owned(), 3);
        progress.add(1);
        progress.add(2);
        assert_eq!(progress.state.lock().unwrap().0, 3);
        progress.complete();
    }
}
