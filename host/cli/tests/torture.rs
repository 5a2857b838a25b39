//! Every file operation of the program failing in turn, a full disk, a place that takes no files, and an end half-way:
//! the right exit code, the old output intact, no temporary file left.
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use common::{archive, repository};

const COPY: &str = "int i; for (i = 0; i < 4; i++) { y[i] = (int8_t)(x[i] + (int8_t)sram[0]); }";
const OTHER: &str = "int i; for (i = 0; i < 4; i++) { y[i] = x[i]; } (void)sram;";

/// Exit code for a file that can't be read or written.
const FILE: i32 = 3;

/// The library that makes operations fail.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("failing.so");
        let source = repository("host/cli/tests/c/failing.c");
        let status =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&out).arg(source).arg("-ldl").status();
        assert!(status.expect("a C compiler").success());
        out
    })
}

/// Files of a folder and the folders below, by path, with what they hold.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).expect("a file");
            found.insert(path, bytes);
        }
    }
    found
}

fn program(args: &[&Path]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("tvm-embedded"));
    command.args(args).env("NO_COLOR", "1");
    command
}

/// Runs the program with the shim, which counts operations below `folder`.
fn tortured(args: &[&Path], folder: &Path, key: &str, at: usize) -> Output {
    let mut command = program(args);
    command.env("LD_PRELOAD", shim()).env("TORTURE_PATH", folder).env(key, at.to_string());
    command.output().expect("the program starts")
}

/// The number of operations of a run in which none fails.
fn operations(args: &[&Path], folder: &Path, count: &Path) -> usize {
    let mut command = program(args);
    command.env("LD_PRELOAD", shim()).env("TORTURE_PATH", folder).env("TORTURE_COUNT", count);
    assert!(command.status().expect("the program starts").success());
    fs::read_to_string(count).expect("a count").parse().expect("a number")
}

/// Makes each operation of a run fail in turn. `prepare` puts the output into its old state before each.
fn each_failing(args: &[&Path], folder: &Path, prepare: &dyn Fn(), may_go_on: bool) {
    let scratch = tempfile::tempdir().expect("a directory");
    prepare();
    let before = files(folder);
    let count = operations(args, folder, &scratch.path().join("count"));
    // Opening and writing at least; a change of name goes past the C library, and so is not among them.
    assert!(count >= 2, "only {count} operations were seen");
    let after = files(folder);
    for at in 1..=count {
        prepare();
        let output = tortured(args, folder, "TORTURE_FAIL", at);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code();
        let now = files(folder);
        if may_go_on && code == Some(0) {
            // A look at the old file that failed: it is written anew.
            assert_eq!(now, after, "operation {at} of {count}");
            continue;
        }
        assert_eq!(code, Some(FILE), "operation {at} of {count}: {message}");
        assert!(message.contains(&folder.display().to_string()), "no file is named: {message}");
        for path in now.keys() {
            assert!(
                before.contains_key(path) || after.contains_key(path),
                "operation {at}: {} is left",
                path.display()
            );
        }
        for (path, bytes) in &now {
            let whole = before.get(path) == Some(bytes) || after.get(path) == Some(bytes);
            assert!(whole, "operation {at}: {} is neither old nor new", path.display());
        }
    }
}

#[test]
fn generate_survives_each_failing_operation() {
    let folder = tempfile::tempdir().expect("a directory");
    let old = archive(folder.path(), "net", COPY);
    let out = folder.path().join("out");
    let prepare = || {
        let _ = fs::remove_dir_all(&out);
        assert!(program(&["generate".as_ref(), &old, "-o".as_ref(), &out]).output().expect("a run").status.success());
    };
    let elsewhere = tempfile::tempdir().expect("a directory");
    let new = archive(elsewhere.path(), "net", OTHER);
    each_failing(&["generate".as_ref(), &new, "-o".as_ref(), &out], &out, &prepare, true);
}

#[test]
fn generate_into_a_new_folder_survives_each_failing_operation() {
    let folder = tempfile::tempdir().expect("a directory");
    let model = archive(folder.path(), "net", COPY);
    let out = folder.path().join("deep").join("out");
    let prepare = || {
        let _ = fs::remove_dir_all(folder.path().join("deep"));
    };
    each_failing(&["generate".as_ref(), &model, "-o".as_ref(), &out], &folder.path().join("deep"), &prepare, true);
}

#[test]
fn compile_survives_each_failing_operation() {
    let folder = tempfile::tempdir().expect("a directory");
    let model = repository("fuzz/corpus/tflite/add-c4.tflite");
    let out = folder.path().join("out");
    let prepare = || {
        fs::create_dir_all(&out).expect("a directory");
        fs::write(out.join("net.tar"), "the old archive").expect("a file");
    };
    let target = out.join("net.tar");
    each_failing(&["compile".as_ref(), &model, "-o".as_ref(), &target], &out, &prepare, false);
}

#[test]
fn a_kill_half_way_leaves_whole_files_and_the_next_run_succeeds() {
    let folder = tempfile::tempdir().expect("a directory");
    let elsewhere = tempfile::tempdir().expect("a directory");
    let (old, new) = (archive(folder.path(), "net", COPY), archive(elsewhere.path(), "net", OTHER));
    let out = folder.path().join("out");
    let args: [&Path; 4] = ["generate".as_ref(), &new, "-o".as_ref(), &out];
    let prepare = || {
        let _ = fs::remove_dir_all(&out);
        assert!(program(&["generate".as_ref(), &old, "-o".as_ref(), &out]).output().expect("a run").status.success());
        files(&out)
    };
    let before = prepare();
    let count = operations(&args, &out, &elsewhere.path().join("count"));
    let after = files(&out);
    assert_ne!(before, after);
    for at in 1..=count {
        prepare();
        let output = tortured(&args, &out, "TORTURE_KILL", at);
        assert_eq!(output.status.code(), None, "operation {at} of {count} was not the end");
        let now = files(&out);
        for path in before.keys() {
            let bytes = now.get(path).unwrap_or_else(|| panic!("operation {at}: {} is gone", path.display()));
            assert!(
                before.get(path) == Some(bytes) || after.get(path) == Some(bytes),
                "operation {at}: {}",
                path.display()
            );
        }
        assert!(program(&args).output().expect("a run").status.success());
        let again = files(&out);
        assert!(after.iter().all(|(path, bytes)| again.get(path) == Some(bytes)), "after operation {at}");
    }
}

#[test]
fn places_that_take_no_files_end_with_3() {
    let folder = tempfile::tempdir().expect("a directory");
    let model = archive(folder.path(), "net", COPY);
    let plain = folder.path().join("plain");
    fs::write(&plain, "a file").expect("a file");
    let tflite = repository("fuzz/corpus/tflite/add-c4.tflite");
    for (verb, input, place) in [
        // Not even root can write there.
        ("generate", &model, PathBuf::from("/proc/out")),
        ("generate", &model, plain.join("out")),
        ("generate", &model, plain.clone()),
        ("compile", &tflite, PathBuf::from("/proc/net.tar")),
        ("compile", &tflite, plain.join("net.tar")),
        ("compile", &tflite, folder.path().join("no/such/folder/net.tar")),
    ] {
        let output = program(&[verb.as_ref(), input, "-o".as_ref(), &place]).output().expect("a run");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        let made = verb == "compile" && output.status.success() && place.is_file();
        assert!(
            made || output.status.code() == Some(FILE),
            "{verb} -o {}: {:?} {message}",
            place.display(),
            output.status
        );
    }
    assert_eq!(fs::read(&plain).expect("the file"), b"a file");
}

#[test]
fn a_full_disk_behind_standard_output_is_an_error() {
    let folder = tempfile::tempdir().expect("a directory");
    let model = archive(folder.path(), "net", COPY);
    for args in
        [vec!["inspect".as_ref(), model.as_path()], vec!["inspect".as_ref(), model.as_path(), "--json".as_ref()]]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
        let output = program(&args).stdout(full).output().expect("a run");
        assert_eq!(output.status.code(), Some(FILE), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stderr.is_empty(), "a failure without a word");
    }
}
