//! The C programs of `c-tests` that need nothing but the library, linked with the one that this crate carries: the C ABI is
//! tested by `cargo test` in seconds, without CMake. `capi` has no Rust tests of its own; this is what finds its mutants
//! (`cargo xtask mutants`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Compiles sources below `c-tests`, with `flags`, links them with the library, and runs the program.
fn passes(name: &str, sources: &[&str], flags: &[&str]) {
    let folder = folder(name);
    let mut compile = Command::new(compiler());
    compile.args(["-c", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]).args(flags);
    compile.arg("-I").arg(root().join("capi/include"));
    compile.args(sources.iter().map(|source| root().join("c-tests").join(source))).current_dir(&folder);
    once(&folder, &mut compile);
    let library = folder.join("libtvm_embedded.a");
    fs::write(&library, tvm_embedded_runtime::LIBRARY).unwrap();
    let objects = sources.iter().map(|source| folder.join(Path::new(source).file_name().unwrap()).with_extension("o"));
    let program = folder.join("program");
    let mut link = Command::new(compiler());
    link.args(objects).arg(&library).args(flags);
    succeeds(link.arg("-o").arg(&program));
    succeeds(&mut Command::new(&program));
}

/// Runs a command that reads what lies in `c-tests` and the header, unless it has been run since they were changed: the
/// library changes more often.
fn once(folder: &Path, command: &mut Command) {
    let stamp = folder.join("stamp");
    let wanted = format!("{command:?} {:?}", newest(&root().join("c-tests")).max(newest(&root().join("capi/include"))));
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return;
    }
    succeeds(command);
    fs::write(stamp, wanted).unwrap();
}

/// When the last change below a directory was made.
fn newest(folder: &Path) -> SystemTime {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let changed = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    entries
        .map(|entry| if entry.path().is_dir() { newest(&entry.path()) } else { changed(&entry.path()) })
        .max()
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn compiler() -> std::ffi::OsString {
    std::env::var_os("CC").unwrap_or_else(|| "cc".into())
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
fn the_library_is_an_archive_with_the_runtime_in_it() {
    let library = tvm_embedded_runtime::LIBRARY;
    assert!(library.starts_with(b"!<arch>\n"));
    let name = b"TVMExecute";
    assert!(library.windows(name.len()).any(|bytes| bytes == name));
    assert!(library.len() < 1 << 20, "{} bytes: link-time optimisation is off", library.len());
}

#[test]
fn abi_layout() {
    passes("abi_layout", &["abi/layout.c", "abi/units.c"], &[]);
}

#[test]
fn arguments() {
    // The table of calls is made from the header.
    let folder = folder("table");
    let mut generate = Command::new("python3");
    generate.arg("-B").arg(root().join("c-tests/arguments/generate.py"));
    generate.arg(root().join("capi/include/tvm_embedded.h")).arg(folder.join("table.h"));
    once(&folder, &mut generate);
    let found_here = format!("-I{}", folder.display());
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
