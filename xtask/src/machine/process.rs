//! Other programs: run them, read what they print, stop them when they hang, and say which one failed.

use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::machine::heartbeat::Running;

/// A command line. Built like [`Command`], but every way to run it names the command when it fails.
pub struct Cmd {
    command: Command,
    line: OsString,
    timeout: Option<Duration>,
}

/// How a program ended and what it printed.
pub struct Outcome {
    /// The exit code; for a program ended by a signal, 128 + the signal, as shells count it.
    pub code: i32,
    /// What it wrote to its standard output. Bytes that are not UTF-8 are replaced.
    pub stdout: String,
    /// What it wrote to its standard error.
    pub stderr: String,
    /// It was still running when its time ended, and was stopped.
    pub timed_out: bool,
}

impl Cmd {
    /// A call of `program`, which is looked up on `PATH` unless it holds a slash.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        Self { command: Command::new(program), line: program.to_owned(), timeout: None }
    }

    /// Adds one argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.line.push(" ");
        self.line.push(arg.as_ref());
        self.command.arg(arg);
        self
    }

    /// Adds several arguments.
    pub fn args(self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    /// Sets the directory it runs in.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Removes an environment variable.
    pub fn env_remove(mut self, key: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Stops the program, and what it started, after this time. Without it the program may run without end.
    pub fn timeout(mut self, limit: Duration) -> Self {
        // A group of its own, so that stopping it also stops its children.
        self.command.process_group(0);
        self.timeout = Some(limit);
        self
    }

    /// Runs it with the input and output of this process.
    ///
    /// # Errors
    /// When it can't be started, fails, or runs out of time.
    pub fn run(mut self) -> Result<()> {
        let child = self.command.spawn().with_context(|| self.unstarted())?;
        let _running = self.running();
        let (status, timed_out) = self.wait(child)?;
        self.judge(code_of(status), timed_out, "")
    }

    /// Runs it with the input and output of this process, and returns its exit code, whatever it is.
    ///
    /// # Errors
    /// When it can't be started or runs out of time.
    pub fn status(mut self) -> Result<i32> {
        let child = self.command.spawn().with_context(|| self.unstarted())?;
        let _running = self.running();
        let (status, timed_out) = self.wait(child)?;
        self.judge(0, timed_out, "")?;
        Ok(code_of(status))
    }

    /// Runs it and returns its standard output.
    ///
    /// # Errors
    /// As [`Cmd::run`]; the message then holds the end of what it printed.
    pub fn capture(self) -> Result<String> {
        let (command, outcome) = self.observe()?;
        // Some programs report errors on one, some on the other.
        let printed = format!("{}{}", outcome.stdout, outcome.stderr);
        command.judge(outcome.code, outcome.timed_out, &printed)?;
        Ok(outcome.stdout)
    }

    /// Runs it and returns how it ended, whatever the result is.
    ///
    /// # Errors
    /// Only when it can't be started or waited for.
    pub fn outcome(self) -> Result<Outcome> {
        Ok(self.observe()?.1)
    }

    fn observe(mut self) -> Result<(Self, Outcome)> {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().with_context(|| self.unstarted())?;
        // Both pipes are read at once: a program that fills one while the other is read would never end.
        let running = self.running();
        let stdout = drain(child.stdout.take(), running.number());
        let stderr = drain(child.stderr.take(), running.number());
        let (status, timed_out) = self.wait(child)?;
        let outcome = Outcome { code: code_of(status), stdout: stdout(), stderr: stderr(), timed_out };
        Ok((self, outcome))
    }

    /// Reports that it is running, until the returned value is dropped.
    fn running(&self) -> Running {
        Running::new(self.line.to_string_lossy().into_owned())
    }

    fn wait(&self, mut child: Child) -> Result<(ExitStatus, bool)> {
        let Some(limit) = self.timeout else {
            return Ok((child.wait()?, false));
        };
        let start = Instant::now();
        while start.elapsed() < limit {
            if let Some(status) = child.try_wait()? {
                return Ok((status, false));
            }
            thread::sleep(Duration::from_millis(5));
        }
        // std can only stop the child itself, not its group.
        let group = format!("-{}", child.id());
        let stopped = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        if !stopped.is_ok_and(|status| status.success()) {
            child.kill()?;
        }
        Ok((child.wait()?, true))
    }

    fn judge(&self, code: i32, timed_out: bool, printed: &str) -> Result<()> {
        let line = self.line.to_string_lossy();
        let lines: Vec<&str> = printed.lines().collect();
        let tail = lines[lines.len().saturating_sub(40)..].join("\n  ");
        let tail = if tail.is_empty() { tail } else { format!("\n  {tail}") };
        if timed_out {
            let seconds = self.timeout.unwrap_or_default().as_secs_f32();
            bail!("`{line}` did not end within {seconds} s and was stopped{tail}");
        }
        if code != 0 {
            bail!("`{line}` failed with exit code {code}{tail}");
        }
        Ok(())
    }

    fn unstarted(&self) -> String {
        format!("`{}` could not be started", self.line.to_string_lossy())
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>, running: u64) -> impl FnOnce() -> String {
    let reader = thread::spawn(move || {
        let (mut bytes, mut piece) = (Vec::new(), [0; 8192]);
        if let Some(mut pipe) = pipe {
            loop {
                match pipe.read(&mut piece) {
                    Ok(count @ 1..) => {
                        bytes.extend_from_slice(&piece[..count]);
                        Running::printed(running, &piece[..count]);
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    // A broken pipe only ends the text early; the exit code still says what happened.
                    Ok(0) | Err(_) => break,
                }
            }
        }
        bytes
    });
    move || String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned()
}

fn code_of(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_output_and_reports_failure_with_the_command_line() {
        assert_eq!(Cmd::new("echo").args(["a", "b"]).capture().unwrap(), "a b\n");
        let error = Cmd::new("sh").args(["-c", "echo why >&2; exit 3"]).capture().unwrap_err().to_string();
        assert!(
            error.contains("sh -c echo why") && error.contains("exit code 3") && error.contains("\n  why"),
            "{error}"
        );
        let error = Cmd::new("no-such-program").run().unwrap_err().to_string();
        assert!(error.contains("`no-such-program` could not be started"), "{error}");
    }

    #[test]
    fn stops_a_program_that_hangs_together_with_its_children() {
        let start = Instant::now();
        let outcome =
            Cmd::new("sh").args(["-c", "echo on; sleep 60 & wait"]).timeout(Duration::from_millis(300)).outcome();
        let outcome = outcome.unwrap();
        assert!(outcome.timed_out && outcome.stdout == "on\n" && outcome.code == 128 + 9);
        // If the sleep still ran, it would hold the pipe open for a minute.
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}
