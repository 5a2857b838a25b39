//! `completions` and `man`.

mod common;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use common::{printed, tool};

const VERBS: [&str; 11] =
    ["compile", "inspect", "run", "generate", "report", "estimate", "validate", "pack", "new", "completions", "man"];

#[test]
fn completions_name_every_verb() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (text, _) = printed(&tool().args(["completions", shell]).assert().success());
        for verb in VERBS {
            assert!(text.contains(verb), "{shell}: {verb}");
        }
        assert!(text.contains("--io-in-workspace") || text.contains("-l io-in-workspace"), "{shell}");
    }
    tool().args(["completions", "dos"]).assert().code(2);
}

/// bash completes a verb and an option's value with it.
#[cfg(unix)]
#[test]
fn bash_completes() {
    let (script, _) = printed(&tool().args(["completions", "bash"]).assert().success());
    let complete = "COMP_WORDS=(tvm-embedded compile --core cortex-m5); COMP_CWORD=3; \
         _tvm__embedded tvm-embedded cortex-m5 --core; echo \"${COMPREPLY[@]}\"";
    let started = Command::new("bash").arg("--norc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut bash) = started else {
        println!("SKIPPED: no bash");
        return;
    };
    bash.stdin.take().expect("a pipe").write_all(format!("{script}\n{complete}\n").as_bytes()).expect("bash reads");
    let output = bash.wait_with_output().expect("bash ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(text.trim(), "cortex-m52 cortex-m55", "{text}");
}

#[test]
fn every_verb_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    tool().args(["man", "-o"]).arg(folder.path()).assert().success();
    for verb in VERBS {
        let page = fs::read_to_string(folder.path().join(format!("tvm-embedded-{verb}.1"))).expect(verb);
        assert!(page.contains(".TH ") && page.contains(".SH SYNOPSIS"), "{verb}: {page}");
    }
    let whole = fs::read_to_string(folder.path().join("tvm-embedded.1")).unwrap();
    assert_eq!(printed(&tool().arg("man").assert().success()).0, whole);
    tool().args(["man", "-o"]).arg(folder.path().join("none")).assert().code(3);
}
