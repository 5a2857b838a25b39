//! The README's commands for the first program, and those that look at its model, in their order, as a new user types them.
#![cfg(unix)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use common::{repository, tool};

/// The first block of a language after a text.
fn block<'a>(page: &'a str, after: &str, language: &str) -> &'a str {
    let (_, rest) = page.split_once(after).unwrap_or_else(|| panic!("the README has no {after}"));
    let (_, rest) = rest.split_once(&format!("```{language}\n")).expect("a block");
    rest.split_once("```").expect("its end").0
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
fn the_first_commands_of_the_readme_work() {
    let page = fs::read_to_string(repository("README.md")).expect("the README");
    let folder = tempfile::tempdir().expect("a directory");
    // A clone in which cargo has been run: what it would make is already there.
    let clone = folder.path().join("clone");
    fs::create_dir_all(clone.join("target/release")).expect("a directory");
    fs::write(clone.join("target/release/libtvm_embedded.a"), tvm_embedded_runtime::LIBRARY).expect("the library");
    for name in ["models", "capi"] {
        symlink(repository(name), clone.join(name)).expect("a link");
    }
    fs::write(clone.join("main.c"), block(&page, "# tvm_embedded", "c")).expect("the program");
    let first = block(&page, "### The first program", "sh");
    assert!(first.contains("-p tvm_embedded_capi") && first.contains("--path host/cli"), "{first}");
    let (save, copy) = ("# save the first program of this page as main.c here", "cp \"$TVM_EMBEDDED_SOURCE\"/main.c .");
    assert!(first.contains(save), "{first}");
    let board = ["arm-none-eabi-gcc", "qemu-system-arm", "make"].iter().all(|program| is_there(program));
    let commands = first.replace(save, copy) + block(&page, "### Inspect, run and validate", "sh");
    let is_tried = |line: &&str| !line.starts_with("cargo ") && (board || !line.starts_with("make "));
    let script: Vec<&str> = commands.lines().filter(is_tried).collect();
    assert!(script.len() >= 14, "{script:?}");
    let program = tool().get_program().to_owned();
    let path = std::path::Path::new(&program).parent().expect("its directory").display().to_string();
    let path = format!("{path}:{}", std::env::var("PATH").unwrap_or_default());
    let output =
        Command::new("sh").args(["-e", "-c", &script.join("\n")]).current_dir(&clone).env("PATH", path).output();
    let output = output.expect("a shell");
    let [printed, said] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success(), "{printed}{said}");
    for part in ["the model ran", "accuracy: 357 of 360", "largest"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    assert!(!said.contains("warning:") && !said.contains("error"), "{said}");
}
