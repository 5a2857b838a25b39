//! The C programs of `c-tests` that need nothing but the library, linked with the one that this crate carries: the C ABI is
//! tested by `cargo test` in seconds, without CMake. `capi` has no Rust tests of its own; this is what finds its mutants
//! (`cargo xtask mutants`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles sources below `c-tests` (and `flags`) into a program named after the test, and runs it.
fn passes(name: &str, sources: &[&str], flags: &[&str]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let library = folder.join("libtvm_embedded.a");
    fs::write(&library, tvm_embedded_runtime::LIBRARY).unwrap();
    let program = folder.join("program");
    let mut compile = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    compile.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]).args(flags);
    compile.arg("-I").arg(root().join("capi/include"));
    compile.args(sources.iter().map(|source| root().join("c-tests").join(source)));
    succeeds(compile.arg(&library).arg("-o").arg(&program));
    succeeds(&mut Command::new(&program));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn succeeds(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} could not be started: {error}"));
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{printed}", output.status);
}

#[test]
fn abi_layout() {
    passes("abi_layout", &["abi/layout.c", "abi/units.c"], &[]);
}

#[test]
fn arguments() {
    // The table of calls is made from the header.
    let table = Path::new(env!("CARGO_TARGET_TMPDIR")).join("arguments/table.h");
    fs::create_dir_all(table.parent().unwrap()).unwrap();
    let mut generate = Command::new("python3");
    generate.arg("-B").arg(root().join("c-tests/arguments/generate.py"));
    succeeds(generate.arg(root().join("capi/include/tvm_embedded.h")).arg(&table));
    let found_here = format!("-I{}", table.parent().unwrap().display());
    passes("arguments", &["arguments/arguments.c", "execution/fake.c"], &[&found_here]);
    passes("arguments_texts", &["arguments/texts.c"], &[&found_here]);
}

#[test]
fn execution_aspects() {
    passes("execution_aspects", &["execution/aspects.c", "execution/fake.c"], &[]);
}

#[test]
fn execution_last_error() {
    passes("execution_last_error", &["execution/last_error.c"], &[]);
}

#[test]
fn execution_order() {
    passes("execution_order", &["execution/order.c", "execution/fake.c"], &[]);
}

#[test]
fn execution_short_way() {
    passes("execution_short_way", &["execution/short_way.c"], &[]);
}

#[test]
fn execution_workspaces() {
    passes("execution_workspaces", &["execution/workspaces.c", "execution/fake.c"], &[]);
    // The same where TVMSetWorkspaces is another macro.
    passes("execution_workspaces_c17", &["execution/workspaces.c", "execution/fake.c"], &["-std=c17"]);
}

#[test]
fn threads() {
    passes("threads", &["threads/threads.c"], &["-pthread"]);
}
