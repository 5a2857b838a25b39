//! Every option of every verb with invalid values: a documented exit code, never a panic, and
//! nothing written outside the directory.

mod common;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use common::{archive, repository, tool};

/// Options that take a value, by verb. Each verb gets its file and what it must have.
const OPTIONS: [(&str, &[&str], &[&str]); 7] = [
    ("inspect", &[], &["--module", "--tflite", "--measured"]),
    (
        "generate",
        &["--output", "out"],
        &["--output", "--module", "--tflite", "--symbol", "--parameters", "--self-test", "--input", "--tolerance"],
    ),
    ("pack", &["--output", "out.bin"], &["--output", "--module", "--tflite", "--parameter"]),
    (
        "compile",
        &["--output", "out.tar"],
        &[
            "--output",
            "--name",
            "--pool",
            "--constants",
            "--core",
            "--int4",
            "--custom",
            "--ram",
            "--optimize",
            "--report",
        ],
    ),
    (
        "run",
        &[],
        &["--module", "--tflite", "--input", "--output", "--expect", "--repeat", "--workspace-offset", "--cc-arg"],
    ),
    ("report", &[], &["--output", "--board", "--against", "--pool", "--ram", "--optimize", "--custom"]),
    (
        "validate",
        &["--inputs", "four.bin"],
        &[
            "--inputs",
            "--labels",
            "--against",
            "--output",
            "--task",
            "--top",
            "--steps",
            "--worst",
            "--at-least",
            "--jobs",
        ],
    ),
];

const VALUES: [&str; 52] = [
    "",
    " ",
    "-",
    "--",
    "=",
    "==",
    "a=",
    "=a",
    "x/0",
    "x/0=",
    "x/0=missing.bin",
    "y=no/such/folder",
    "0",
    "-1",
    "1e9",
    "NaN",
    "0x10",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "-9223372036854775809",
    "a=18446744073709551615K",
    "sram=0",
    "sram=-1",
    "sram=1",
    "sram=é",
    "sram=1é",
    "sram=K",
    "sram=99999999999999999999M",
    "\n",
    "\u{1b}[2J",
    "%s%n",
    "é",
    "\u{1f600}",
    "\u{202e}",
    "int",
    "main",
    "_x",
    "TVMExecute",
    ".",
    "..",
    "/",
    "no/such/folder/file",
    "?",
    "*",
    "'",
    "\"",
    "$(false)",
    "; false",
    "@file",
    "while",
    "\\",
];

fn values() -> Vec<OsString> {
    let long = "x".repeat(100_000);
    let mut values: Vec<OsString> = VALUES.iter().map(OsString::from).collect();
    values.push(long.into());
    #[cfg(unix)]
    values.push(std::os::unix::ffi::OsStringExt::from_vec(b"\xff\xfe=\x80".to_vec()));
    values
}

/// Names of everything below a directory.
fn names(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<OsString> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

fn answer(arguments: &[&OsStr], folder: &Path) {
    let shown = || {
        let text: Vec<String> = arguments.iter().map(|a| a.to_string_lossy().chars().take(40).collect()).collect();
        text.join(" ")
    };
    // No compiler: `run` ends when it would start one.
    let output = tool().args(arguments).current_dir(folder).env("CC", "/bin/false").output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(code.is_some_and(|code| (0..=5).contains(&code)), "{}: {}\n{errors:.500}", shown(), output.status);
    assert!(!errors.contains("panicked"), "{}\n{errors:.500}", shown());
    assert!(code == Some(0) || !errors.trim().is_empty(), "{}: failed without a word", shown());
    let odd = errors.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert!(odd.is_none(), "{}: a message with {odd:?}", shown());
}

#[test]
fn unusual_values_of_options_have_a_documented_exit_code() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("inside");
    fs::create_dir(&folder).unwrap();
    let tar = archive(&folder, "net", "(void)x; (void)y; (void)sram;");
    fs::write(folder.join("four.bin"), [0; 4]).unwrap();
    let tflite = repository("models/digits/digits.tflite").canonicalize().unwrap();
    for (verb, needed, options) in OPTIONS {
        let file = if ["compile", "report"].contains(&verb) { &tflite } else { &tar };
        for option in options {
            for value in values() {
                // A user who asks for a file outside gets one.
                if matches!(*option, "--output" | "--report") && (value == ".." || value == "/") {
                    continue;
                }
                // Required options are given once.
                let rest = needed.iter().filter(|_| needed.first() != Some(option)).map(OsStr::new);
                let mut arguments: Vec<&OsStr> = vec![verb.as_ref(), file.as_os_str()];
                arguments.extend(rest);
                let joined: OsString = [OsStr::new(option), OsStr::new("="), &value].into_iter().collect();
                answer(&[&arguments[..], &[joined.as_os_str()]].concat(), &folder);
                assert_eq!(names(outside.path()), ["inside"], "{verb} {option}");
            }
        }
    }
}

#[test]
fn unusual_arguments_have_a_documented_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    for verb in ["inspect", "generate", "compile", "run", "help", "--help", "--version", "-o"] {
        for value in values() {
            answer(&[verb.as_ref(), &value], folder.path());
            answer(&[&value, verb.as_ref()], folder.path());
        }
        answer(&vec![OsStr::new(verb); 1000], folder.path());
    }
}
