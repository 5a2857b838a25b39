//! The library that disturbs operations.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::common::repository;

/// What happens to the n-th operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Count,
    Fail(i32),
    From(i32),
    Kill,
    Interrupt,
    Short,
}

/// How a disturbed run went.
pub struct Disturbed {
    pub output: Output,
    /// What was started or connected to.
    pub outside: Vec<String>,
    /// The operations that were disturbed, each with its path.
    pub operations: Vec<(String, String)>,
    /// How many operations there were; `None` when the run was killed.
    pub count: Option<usize>,
}

impl Disturbed {
    pub fn message(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    pub fn code(&self) -> Option<i32> {
        self.output.status.code()
    }
}

/// The compiled library; `None`, with a line `SKIPPED`, where there is no C compiler.
pub fn library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("failing.so");
        let mut compiler = Command::new("gcc");
        compiler.args([
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Wconversion",
            "-Werror",
            "-shared",
            "-fPIC",
            "-O1",
        ]);
        let status = compiler.arg("-o").arg(&out).arg(repository("host/cli/tests/c/failing.c")).arg("-ldl").status();
        match status {
            Ok(status) => assert!(status.success(), "failing.c does not compile"),
            Err(error) => {
                eprintln!("SKIPPED: nothing is disturbed, there is no gcc: {error}");
                return None;
            }
        }
        Some(out)
    });
    library.as_deref()
}

/// Runs `command` with its `at`-th operation below `folder` disturbed.
pub fn disturb(mut command: Command, library: &Path, folder: &Path, mode: Mode, at: usize) -> Disturbed {
    let log = tempfile::NamedTempFile::new().expect("a file");
    let (name, number) = match mode {
        Mode::Count => ("count", 0),
        Mode::Fail(number) => ("fail", number),
        Mode::From(number) => ("from", number),
        Mode::Kill => ("kill", 0),
        Mode::Interrupt => ("interrupt", 0),
        Mode::Short => ("short", 0),
    };
    command.env("LD_PRELOAD", library).env("TORTURE_PATH", folder).env("TORTURE_LOG", log.path());
    command.env("TORTURE_MODE", name).env("TORTURE_AT", at.to_string()).env("TORTURE_ERRNO", number.to_string());
    let output = command.output().expect("the program starts");
    let text = std::fs::read_to_string(log.path()).expect("a log");
    let mut operations: Vec<(String, String)> = text
        .lines()
        .map(|line| {
            line.split_once(' ').map(|(name, path)| (name.to_owned(), path.to_owned())).expect("a name and a path")
        })
        .collect();
    let reaches_out = |(name, _): &(String, String)| name == "starts" || name == "connects";
    let outside = operations.iter().filter(|operation| reaches_out(operation)).map(|(_, path)| path.clone()).collect();
    operations.retain(|operation| !reaches_out(operation));
    let last = operations.pop_if(|(name, _)| name == "operations");
    Disturbed { output, outside, operations, count: last.map(|(_, count)| count.parse().expect("a number")) }
}
