//! The tool answers any file of up to 64 MiB within 256 MiB of address space and 10 s of a processor's time
//! (`docs/security.md`, invariants 1 and 2).

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tvm_embedded_fuzz::worst::{self, Case, LARGEST};

/// Address space of the process, in KiB: program, stack and libraries included.
const MEMORY: u32 = 256 << 10;

/// Seconds of processor time: a busy machine is not slower by this clock.
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

/// What a run must not do.
fn run(tool: &Path, verb: &[&str], case: &Case, file: &Path) -> Result<String, String> {
    let folder = file.parent().expect("a folder");
    let limits = format!("ulimit -v {MEMORY} && ulimit -t {SECONDS} && exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limits]).arg(tool).arg(verb[0]).arg(file).args(&verb[1..]).current_dir(folder);
    let output = command.output().map_err(|error| error.to_string())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let shown: String = errors.chars().take(300).collect();
    let code = output.status.code();
    match code {
        _ if errors.contains("panicked") => Err(format!("a panic: {shown}")),
        Some(0) => Ok(String::from("taken")),
        Some(1) if case.sound => Err(format!("refused: {shown}")),
        Some(1) if errors.len() > 16_000 => Err(format!("a message of {} bytes: {shown}", errors.len())),
        Some(1) => Ok(shown.lines().next().unwrap_or_default().to_owned()),
        _ => Err(format!("{}: {shown}", output.status)),
    }
}

#[test]
fn the_worst_files_are_answered_within_bounds() {
    let tool = tool();
    let only = std::env::var("TVM_EMBEDDED_BOUNDS").ok();
    let mut broken = Vec::new();
    let mut count = 0;
    for case in worst::cases().filter(|case| only.as_deref().is_none_or(|only| case.name.contains(only))) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(format!("model.{}", case.suffix));
        let bytes = (case.make)();
        assert!(bytes.len() <= LARGEST, "{}: {} bytes", case.name, bytes.len());
        fs::write(&file, &bytes).expect("the file");
        drop(bytes);
        let verbs: &[&[&str]] = match case.suffix {
            "tar" => &[&["inspect"], &["generate", "-o", "out"]],
            _ => &[&["compile", "-o", "out.tar"], &["inspect"], &["generate", "-o", "out"]],
        };
        for verb in verbs {
            count += 1;
            let several = case.name == "modules-many" && verb[0] == "generate";
            let chosen: &[&str] = if several { &["generate", "-o", "out", "--module", "net700"] } else { verb };
            match run(&tool, chosen, case, &file) {
                Ok(answer) => println!("{:<28} {:<9} {answer:.120}", case.name, verb[0]),
                Err(what) => {
                    println!("{:<28} {:<9} BROKEN {what}", case.name, verb[0]);
                    broken.push(format!("{} {}: {what}", verb[0], case.name));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{} of {count} runs broke their bounds:\n{}", broken.len(), broken.join("\n"));
}
