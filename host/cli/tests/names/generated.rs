//! The output for a model with an unusual name, compiled and searched for code from the name.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::common::{repository, tool};

/// `evil` appears as a separate word if, and only if, one of these gets out of its string, comment, line or identifier.
pub const ODD: [&str; 26] = [
    "",
    " ",
    "\"; int evil; \"",
    "\\",
    "\\\"; int evil;",
    "*/ int evil; /*",
    "/* an evil",
    "// an evil",
    "\nint evil;\n",
    "\r\n#error evil\r\n",
    "??/\nint evil;",
    "%s%n evil",
    "register",
    "template",
    "printf",
    "TVMExecute",
    "__GNUC__",
    "1st evil",
    "a:b/c",
    "\u{e9}\u{4e2d}\u{1f600}",
    "an\u{202e}evil\u{2066}",
    "\u{1}\u{7f}\u{9b}\u{1b}[2J",
    "\"); message(FATAL_ERROR evil) #(\"",
    "${evil};$ENV{evil}",
    "a;evil;b",
    "first",
];

/// A name of 4 KiB.
pub fn long() -> String {
    "evil_".repeat(819) + "e"
}

pub fn odd() -> Vec<String> {
    ODD.iter().map(|&name| name.to_owned()).chain([long()]).collect()
}

pub fn has_compilers() -> bool {
    let there = |compiler: &str| Command::new(compiler).arg("--version").output().is_ok();
    let all = there("gcc") && there("g++");
    if !all {
        eprintln!("SKIPPED: nothing is compiled, there is no gcc or g++");
    }
    all
}

/// Whether text can control a terminal or hide characters.
pub fn drives(text: &str) -> bool {
    let direction = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().any(|c| c != '\n' && c.is_control() || direction(c))
}

/// Text without its string literals.
pub fn without_strings(text: &str) -> String {
    let mut out = String::new();
    let (mut inside, mut escaped) = (false, false);
    for c in text.chars() {
        match (inside, escaped, c) {
            (true, true, _) => escaped = false,
            (true, false, '\\') => escaped = true,
            (_, _, '"') => inside = !inside,
            (false, ..) => out.push(c),
            _ => {}
        }
    }
    out
}

pub fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|found| found == word)
}

pub fn compiler(program: &str, standard: &str, folder: &Path, file: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", standard]);
    command.arg("-I").arg(folder).arg("-I").arg(folder.join("archive")).arg("-I").arg(repository("capi/include"));
    command.args(["-E", "-P"]).arg(file).output().expect("a compiler")
}

/// Everything that was generated into `folder`: compiled, and searched for code from a name.
pub fn check_generated(folder: &Path, compilers: bool, what: &str) {
    let mut own = None;
    for entry in fs::read_dir(folder).expect("a directory") {
        let path = entry.expect("an entry").path();
        let text = if path.is_dir() { String::new() } else { fs::read_to_string(&path).expect("a text") };
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => {
                serde_json::from_str::<Value>(&text)
                    .unwrap_or_else(|error| panic!("{what}: {}: {error}", path.display()));
            }
            Some("c") => own = Some(path.clone()),
            _ => {}
        }
        let name = path.file_name().expect("a name").to_string_lossy();
        if name == "CMakeLists.txt" {
            // Except comments, only paths of files in strings without variables.
            let code: String = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
            assert!(!has_word(&without_strings(&code), "evil"), "{what}: {text}");
            let variables = code.replace("${CMAKE_CURRENT_LIST_DIR}", "").replace("${TVM_NET_LIBRARIES}", "");
            assert!(!variables.contains("${") && !variables.contains("$ENV"), "{what}: {text}");
        }
        if name == "sources.txt" {
            for line in text.lines() {
                assert!(folder.join(line).is_file(), "{what}: {line} is listed");
            }
        }
    }
    let own = own.unwrap_or_else(|| panic!("{what}: no C file"));
    if !compilers {
        return;
    }
    let header = own.with_extension("h");
    let user = folder.join("user_of_the_header.cpp");
    fs::write(&user, format!("#include {:?}\n", header.file_name().expect("a name").to_string_lossy()))
        .expect("a file");
    // The C file includes the header: the preprocessor's output for both.
    let shown = compiler("gcc", "-std=c99", folder, &own);
    let text = String::from_utf8_lossy(&shown.stdout);
    assert!(!has_word(&without_strings(&text), "evil"), "{what}: code from a name:\n{text}");
    for (program, standard, file) in [("gcc", "-std=c99", &own), ("g++", "-std=c++17", &user)] {
        let mut compile = Command::new(program);
        compile
            .args(["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsyntax-only", standard])
            .arg(file);
        compile.arg("-I").arg(folder).arg("-I").arg(folder.join("archive")).arg("-I").arg(repository("capi/include"));
        let output = compile.output().expect("a compiler");
        assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Runs the tool on a model with an unusual name; returns whether it was accepted.
pub fn taken(model: &Path, more: &[&str], compilers: bool, what: &str) -> bool {
    let folder = tempfile::tempdir().expect("a directory");
    for json in [&["--json"][..], &[]] {
        let output = tool().arg("inspect").arg(model).args(json).output().expect("the tool");
        let (stdout, stderr) =
            (String::from_utf8(output.stdout).expect("text"), String::from_utf8(output.stderr).expect("text"));
        assert!(!drives(&stderr), "{what}: {stderr:?}");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{what}: {stderr}");
        if json.is_empty() {
            assert!(!drives(&stdout), "{what}: {stdout:?}");
        } else if output.status.success() {
            serde_json::from_str::<Value>(&stdout).unwrap_or_else(|error| panic!("{what}: {error}"));
        }
    }
    let out = folder.path().join("out");
    let output = tool().arg("generate").arg(model).arg("-o").arg(&out).args(more).output().expect("the tool");
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).expect("text"), String::from_utf8(output.stderr).expect("text"));
    assert!(!drives(&stderr) && !drives(&stdout), "{what}: {stderr:?}");
    match output.status.code() {
        Some(0) => {
            check_generated(&out, compilers, what);
            true
        }
        Some(1 | 2) => {
            assert!(stderr.starts_with("error: ") && !out.exists(), "{what}: {stderr}");
            false
        }
        code => panic!("{what}: exit code {code:?}: {stderr}"),
    }
}
