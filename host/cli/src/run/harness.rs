//! A model as a program for this computer: generated files, a driver and the runtime library, compiled by the C compiler.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use tempfile::TempDir;
use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Generated};

use crate::failure::{Failure, Result};
use crate::message::{self, Progress, Stage};
use crate::output::PREFIX;
use crate::system::words;
use crate::terminal::printable;

const DRIVER: &str = include_str!("driver.c");
const SANITIZE: &str = "--cc-arg=-fsanitize=address and --cc-arg=-g show where";
const PROGRAM: &str = "tvm_embedded_program";
/// How the C of `compile --core` begins to say that it is not for the compiler's core.
const OTHER_CORES: &str = "this model is for cores with ";
/// Begins a line of the driver's that counts runs.
const RUNS: &str = "tvm-embedded runs ";

/// A compiled model in a temporary directory, which is removed with it.
pub struct Program {
    folder: TempDir,
    /// The model's name in C.
    pub model: String,
}

/// How to call the model.
pub struct Call<'a> {
    /// Offset of workspaces from an aligned address, in bytes.
    pub workspace_offset: u32,
    /// Runs in sequence.
    pub steps: usize,
    /// How often to repeat the sequence.
    pub repeat: u32,
    /// After how many runs the state is reset, as it is before the first; not 0.
    pub resets: usize,
    /// Told of runs while they are made.
    pub progress: Option<&'a Progress>,
}

/// The results of a run.
pub struct Outcome {
    /// Each output, `steps` times in sequence.
    pub outputs: Vec<Vec<u8>>,
    /// Mean time of one run.
    pub nanoseconds: f64,
}

impl Program {
    /// A new directory for the model's files.
    pub fn folder() -> Result<TempDir> {
        let parent = std::env::temp_dir();
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        // Other users can't read it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let made = parent.canonicalize().and_then(|parent| builder.tempdir_in(parent));
        made.map_err(|error| {
            Failure::file(&parent, format!("no directory can be created there: {}", words(&error)))
                .advise("set TMPDIR to a directory that you can write")
        })
    }

    /// Compiles a model in that directory; `extra` is passed to the compiler unchanged.
    pub fn build(folder: TempDir, model: &Generated, extra: &[String]) -> Result<Self> {
        let path = folder.path();
        let progress = Progress::begin(Stage::Build, model.facts.symbol.clone(), 1);
        for file in &model.files {
            let path = path.join(&file.path);
            let parent = path.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(parent).map_err(|error| temporary("written", &error))?;
            write(&path, &file.contents)?;
        }
        write(&path.join("tvm_embedded.h"), tvm_embedded_runtime::HEADER.as_bytes())?;
        write(&path.join("libtvm_embedded.a"), tvm_embedded_runtime::LIBRARY)?;
        write(&path.join("tvm_embedded_driver.c"), DRIVER.as_bytes())?;
        let (compiler, flags) = compiler();
        let mut command = Command::new(&compiler);
        // Warnings about the archive's C are of no use here. No fused multiply-add in TVM's C, for the same floats
        // everywhere. It runs in the user's directory, since the arguments of theirs may hold paths.
        command
            .args(flags)
            .args(["-std=c11", "-O2", "-w", "-ffp-contract=off"])
            .arg(format!("-DMODEL={}", model.facts.symbol))
            .arg("-I")
            .arg(path)
            .arg("-I")
            .arg(path.join(ARCHIVE_DIRECTORY))
            .arg("-o")
            .arg(path.join(PROGRAM))
            .arg(path.join("tvm_embedded_driver.c"))
            .args(model.sources.iter().map(|source| path.join(source)))
            .args(extra)
            .arg(path.join("libtvm_embedded.a"))
            .arg("-lm")
            .stdin(Stdio::null());
        let compiler = compiler.to_string_lossy();
        let output = command.output().map_err(|error| {
            Failure::compiler(format!("the C compiler '{compiler}' can't be started: {}", words(&error)))
                .advise("install one (Debian: apt-get install gcc), or set the environment variable CC to yours")
        })?;
        if !output.status.success() {
            // The name of the temporary directory is of no use to the user.
            let text = String::from_utf8_lossy(&output.stderr).replace(&format!("{}/", path.display()), "");
            return Err(not_built(&text, &compiler, output.status, model));
        }
        progress.complete();
        Ok(Program { folder, model: model.facts.symbol.clone() })
    }

    /// Runs the model on the contents of its inputs, in the order of its descriptor.
    pub fn run(&self, inputs: &[Vec<u8>], outputs: usize, call: &Call<'_>) -> Result<Outcome> {
        let progress = Progress::begin(Stage::Run, self.model.clone(), call.steps * call.repeat as usize);
        let outcome = self.run_in(self.folder.path(), inputs, outputs, &Call { progress: Some(&progress), ..*call })?;
        progress.complete();
        Ok(outcome)
    }

    /// The same in a separate directory, which is removed afterwards: several parts can run at once.
    pub fn run_part(&self, part: &str, inputs: &[Vec<u8>], outputs: usize, call: &Call<'_>) -> Result<Outcome> {
        let path = self.folder.path().join(part);
        fs::create_dir(&path).map_err(|error| temporary("written", &error))?;
        let outcome = self.run_in(&path, inputs, outputs, call);
        fs::remove_dir_all(&path).map_err(|error| temporary("removed", &error))?;
        outcome
    }

    /// What the driver wrote to a file during a run.
    pub fn written(&self, name: &str) -> Result<String> {
        Ok(String::from_utf8_lossy(&read(&self.folder.path().join(name))?).into_owned())
    }

    fn run_in(&self, path: &Path, inputs: &[Vec<u8>], outputs: usize, call: &Call<'_>) -> Result<Outcome> {
        for (i, content) in inputs.iter().enumerate() {
            write(&path.join(format!("input_{i}")), content)?;
        }
        let child = Command::new(self.folder.path().join(PROGRAM))
            .args([call.workspace_offset.to_string(), call.steps.to_string(), call.repeat.to_string()])
            .arg(call.resets.to_string())
            .current_dir(path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(if message::is_json() { Stdio::piped() } else { Stdio::inherit() })
            .spawn();
        let status = child.and_then(|child| watched(child, call.progress)).map_err(|error| {
            Failure::file(
                &std::env::temp_dir(),
                format!("the model's program in it can't be started: {}", words(&error)),
            )
            .advise("the directory for temporary files may not allow programs: set TMPDIR to another one")
        })?;
        let report = match fs::read(path.join("report")) {
            // The program did not end normally.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            result => result.map_err(|error| temporary("read", &error))?,
        };
        let nanoseconds = judge(&String::from_utf8_lossy(&report), status, call)?;
        let outputs = (0..outputs).map(|i| read(&path.join(format!("output_{i}")))).collect::<Result<_>>()?;
        Ok(Outcome { outputs, nanoseconds })
    }
}

/// Why the model's C did not compile; `text` is what the compiler says.
fn not_built(text: &str, compiler: &str, status: ExitStatus, model: &Generated) -> Failure {
    if let Some(cores) = text.split_once(OTHER_CORES).and_then(|(_, rest)| rest.split(':').next()) {
        let cores = printable(cores);
        return Failure::compiler(format!("is for cores with {cores} (`compile --core`), which this computer is not")).advise(
            "compile it without --core to run it here: the results are the same. An emulated board runs the project that \
             `new --board cortex-m4-qemu` or `cortex-m55-qemu` makes of the .tflite file",
        );
    }
    let lines: Vec<String> = text.lines().take(30).map(|line| format!("\n  {}", printable(line))).collect();
    let failure = Failure::compiler(format!("the C compiler '{compiler}' failed: {status}{}", lines.concat()));
    if model.brought.is_empty() {
        return failure.advise("if the model's C needs another compiler, set CC to it; pass flags with --cc-arg");
    }
    let functions: Vec<String> = model.brought.iter().map(|name| printable(name)).collect();
    failure.advise(format!(
        "the model calls an external library: give its include paths, C files or archives with --cc-arg. It needs {}",
        functions.join(", ")
    ))
}

/// Waits for the program. On standard output it says how many runs are done, between lines of the model's own code; what
/// the model writes to standard error is reported as messages if it is not the program's own.
fn watched(mut child: Child, progress: Option<&Progress>) -> io::Result<ExitStatus> {
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let lines = errors.into_iter().flat_map(|errors| BufReader::new(errors).split(b'\n'));
            lines
                .map_while(io::Result::ok)
                .for_each(|line| message::output(&printable(&String::from_utf8_lossy(&line))));
        });
        let mut told = 0;
        let lines = output.into_iter().flat_map(|output| BufReader::new(output).split(b'\n'));
        for line in lines.map_while(io::Result::ok) {
            let done = std::str::from_utf8(&line).ok().and_then(|line| line.strip_prefix(RUNS)?.parse::<usize>().ok());
            if let (Some(progress), Some(done)) = (progress, done.filter(|&done| done > told)) {
                progress.add(done - told);
                told = done;
            }
        }
    });
    child.wait()
}

/// Nanoseconds of one run, from the driver's report.
fn judge(report: &str, status: ExitStatus, call: &Call<'_>) -> Result<f64> {
    let (first, text) = report.split_once('\n').unwrap_or((report, ""));
    let words: Vec<&str> = first.split(' ').collect();
    match words.as_slice() {
        ["done", runs, nanoseconds] if status.success() => match (runs.parse::<f64>(), nanoseconds.parse::<f64>()) {
            (Ok(runs), Ok(nanoseconds)) if runs > 0.0 => Ok(nanoseconds / runs),
            _ => Err(Failure::model(format!("the model's program wrote an invalid report: {first}"))),
        },
        // The driver's own files, not the model.
        ["failed", "0", "0"] if text.starts_with("can't ") => {
            let advice = "the directory for temporary files may be full: set TMPDIR to another one";
            Err(Failure::file(&std::env::temp_dir(), format!("the model's program {}", text.trim_end())).advise(advice))
        }
        ["failed", step, code] => {
            let step: usize = step.parse().unwrap_or(0);
            let place = if call.steps > 1 { format!("run {} of {}: ", step + 1, call.steps) } else { String::new() };
            let code = if *code == "0" { String::new() } else { format!(" (status {code})") };
            let failure = Failure::model(format!("{place}{}{code}", printable(text.trim_end())));
            Err(if text.contains(" wrote outside ") { failure.advise(SANITIZE) } else { failure })
        }
        _ => Err(Failure::model(format!("the model's program ended early: {status}")).advise(SANITIZE)),
    }
}

/// `$CC` with the flags that it contains, else `cc`.
fn compiler() -> (OsString, Vec<String>) {
    let Some(value) = std::env::var_os("CC").filter(|value| !value.is_empty()) else {
        return ("cc".into(), Vec::new());
    };
    if Path::new(&value).is_file() {
        return (value, Vec::new());
    }
    let text = value.to_string_lossy().into_owned();
    let mut words = text.split_whitespace().map(str::to_owned);
    match words.next() {
        Some(program) => (program.into(), words.collect()),
        None => ("cc".into(), Vec::new()),
    }
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).map_err(|error| temporary("written", &error))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| temporary("read", &error))
}

/// A failure in the temporary directory, whose own name is of no use to the user.
fn temporary(what: &str, error: &io::Error) -> Failure {
    Failure::file(&std::env::temp_dir(), format!("a temporary file in it can't be {what}: {}", words(error)))
        .advise("set TMPDIR to a directory that you can write, on a disk that is not full")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn reports_are_checked() {
        let judged = |report: &str, status: i32, steps: usize| {
            let call = Call { workspace_offset: 0, steps, repeat: 1, resets: steps, progress: None };
            judge(report, ExitStatus::from_raw(status), &call)
                .map_err(|failure| (failure.exit_code(), failure.to_string()))
        };
        assert_eq!(judged("done 4 1000", 0, 1), Ok(250.0));
        for (report, status, steps, code, text) in [
            ("done 0 0", 0, 1, 4, "invalid report: done 0 0"),
            ("done 4 1000", 9, 1, 4, "ended early: signal: 9"),
            ("", 256, 1, 4, "ended early: exit status: 1"),
            ("failed 1 -3\nthe model\n", 256, 2, 4, "run 2 of 2: the model (status -3)"),
            ("failed 0 0\ncan't write output_0\n", 256, 1, 3, "the model's program can't write output_0"),
        ] {
            let (found, message) = judged(report, status, steps).unwrap_err();
            assert!(found == code && message.contains(text), "{report:?}: {found} {message}");
        }
    }
}
