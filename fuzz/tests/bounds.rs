//! The tool processes any file of up to 64 MiB within 256 MiB of address space, or what a sound model of that size takes,
//! and 10 s of processor time (`docs/security.md`, invariants 1 and 2).

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use tvm_embedded_fuzz::worst::{self, Case, LARGEST};

/// Address space of the process, in KiB: program, stack and libraries included.
const MEMORY: u64 = 256 << 10;

/// The same for a sound model, if its size requires more: four times the file, and eight if its archive, which `inspect` and
/// `generate` make in memory, is included.
fn memory(case: &Case, verb: &str, file: &Path) -> u64 {
    let size = fs::metadata(file).map_or(0, |found| found.len()) >> 10;
    let times = if verb == "compile" { 4 } else { 12 };
    if case.sound && case.suffix == "tflite" { MEMORY.max((64 << 10) + times * size) } else { MEMORY }
}

/// The header of a library.
const HEADER: &str = "tvmgen_net.h";

/// Seconds of processor time, which does not depend on other load.
const SECONDS: u32 = 10;

/// The tool as it is released.
fn tool() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    let build = ["build", "--quiet", "--locked", "--profile", "host", "--package", "tvm_embedded_cli", "--target-dir"];
    let status = Command::new(env!("CARGO")).args(build).arg(&target).current_dir(&root).status();
    assert!(status.expect("cargo").success(), "the tool does not build");
    target.join("host/tvm-embedded")
}

/// What a run used, as observed from outside: for the table only; the kernel enforces the limits.
#[derive(Default)]
struct Seen {
    mebibytes: u64,
    seconds: f64,
}

impl Seen {
    /// Reads what Linux reports about a process; nothing on other systems.
    fn look(&mut self, process: u32) {
        let read = |name: &str| fs::read_to_string(format!("/proc/{process}/{name}")).unwrap_or_default();
        let peak = read("status")
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        self.mebibytes = peak.map_or(self.mebibytes, |kibibytes: u64| kibibytes >> 10);
        // Times are in hundredths of a second, fields 14 and 15; the name before them may hold anything but a bracket.
        let times = read("stat");
        let mut times = times.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).map(str::parse::<f64>);
        if let (Some(Ok(user)), Some(Ok(system))) = (times.next(), times.next()) {
            self.seconds = (user + system) / 100.0;
        }
    }
}

/// Runs a verb on a file; an error says which limit was exceeded.
fn run(tool: &Path, verb: &[&str], case: &Case, file: &Path) -> Result<String, String> {
    let folder = file.parent().expect("a directory");
    let memory = memory(case, verb[0], file);
    // A sound model takes time in proportion to what is written.
    let seconds = if memory > MEMORY { 4 * SECONDS } else { SECONDS };
    let limits = format!("ulimit -v {memory} && ulimit -t {seconds} && exec \"$0\" \"$@\"");
    let errors = folder.join("errors");
    let mut command = Command::new("sh");
    command.args(["-c", &limits]).arg(tool).arg(verb[0]).current_dir(folder);
    if case.suffix == "a" {
        fs::write(folder.join(HEADER), tvm_embedded_fuzz::sound_header()).expect("a header");
        command.args(["--header", HEADER, "--library"]);
    }
    command.arg(file).args(&verb[1..]);
    command.stdout(Stdio::null()).stderr(fs::File::create(&errors).expect("a file"));
    let mut process = command.spawn().map_err(|error| error.to_string())?;
    let mut seen = Seen::default();
    let status = loop {
        seen.look(process.id());
        match process.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    let errors = String::from_utf8_lossy(&fs::read(&errors).expect("the file")).into_owned();
    let shown: String = errors.chars().take(300).collect();
    let answer = match status.code() {
        _ if errors.contains("panicked") => return Err(format!("a panic: {shown}")),
        Some(0) => "taken",
        Some(1) if case.sound => return Err(format!("refused: {shown}")),
        Some(1) if errors.len() > 16_000 => return Err(format!("a message of {} bytes: {shown}", errors.len())),
        Some(1) => shown.lines().next().unwrap_or_default().rsplit("model.").next().unwrap_or_default(),
        _ => return Err(format!("{status}: {shown}")),
    };
    Ok(format!("{:>4} MiB {:>5.2} s  {answer:.100}", seen.mebibytes, seen.seconds))
}

#[test]
fn the_worst_files_are_processed_within_bounds() {
    let tool = tool();
    let only = std::env::var("TVM_EMBEDDED_BOUNDS").ok();
    let mut broken = Vec::new();
    let mut count = 0;
    for case in worst::cases().filter(|case| only.as_deref().is_none_or(|only| case.name.contains(only))) {
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join(format!("model.{}", case.suffix));
        let bytes = (case.make)();
        assert!(bytes.len() <= LARGEST, "{}: {} bytes", case.name, bytes.len());
        fs::write(&file, &bytes).expect("the file");
        drop(bytes);
        let verbs: &[&[&str]] = match case.suffix {
            "tar" | "a" => &[&["inspect"], &["generate", "-o", "out"]],
            _ => &[&["compile", "-o", "out.tar"], &["inspect"], &["generate", "-o", "out"]],
        };
        for verb in verbs {
            count += 1;
            let several = case.name == "modules-many" && verb[0] == "generate";
            let chosen: &[&str] = if several { &["generate", "-o", "out", "--module", "net700"] } else { verb };
            match run(&tool, chosen, case, &file) {
                Ok(answer) => println!("{:<28} {:<9} {answer}", case.name, verb[0]),
                Err(what) => {
                    println!("{:<28} {:<9} BROKEN {what}", case.name, verb[0]);
                    broken.push(format!("{} {}: {what}", verb[0], case.name));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{} of {count} runs broke their bounds:\n{}", broken.len(), broken.join("\n"));
}
