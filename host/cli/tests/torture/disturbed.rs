//! Operations that fail, are interrupted, or do only part of their work.

use std::path::Path;

use crate::scene::{self, Scene, without_temporary};
use crate::shim::{self, Disturbed, Mode};

/// Exit code for a file that can't be read or written.
const FILE: i32 = 3;

/// ENOENT is left out: a missing file is not a disk failure.
const EACCES: i32 = 13;
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// Whether an operation serves to remove temporary files, which may fail without harm.
fn removes(operation: &(String, String)) -> bool {
    let (name, path) = operation;
    matches!(name.as_str(), "unlink" | "unlinkat" | "rmdir" | "opendir" | "readdir" | "openat" | "statx" | "fstatat")
        && path.contains("/.tvm-embedded-")
}

/// The message names the file, and says what could not be done, why, and what to do.
fn check_message(scene: &Scene, run: &Disturbed, what: &str) {
    let message = run.message();
    let folder = scene.path().to_string_lossy();
    let named =
        message.contains(&*folder) || ["in/", "out/"].iter().any(|part| message.contains(&format!("error: {part}")));
    assert!(named || message.contains("standard output"), "{what}: no file is named: {message}");
    let operations =
        ["can't be read", "can't be written", "can't be replaced", "can't be created", "can be created there"];
    assert!(operations.iter().any(|text| message.contains(text)), "{what}: no operation is named: {message}");
    // Not always the injected number: a directory that could not be read may prevent the creation of a new one.
    let first = message.lines().next().unwrap_or_default();
    let reason = first.rsplit(": ").next().unwrap_or_default();
    let is_reason = reason.len() > 5 && !operations.iter().any(|text| reason.contains(text));
    assert!(is_reason, "{what}: no reason is given: {message}");
    assert!(message.contains("\n  next: ") && !message.contains("(os error "), "{what}: no way out: {message}");
    assert!(!message.contains(".tvm-embedded-"), "{what}: a temporary name says nothing to the user: {message}");
}

/// Each operation fails, alone.
fn each_fails(scene: &Scene, library: &Path) {
    let (after, _) = scene.done();
    let count = scene.operations(library);
    assert!(count >= 5, "only {count} operations were seen");
    for at in 1..=count {
        let number = [EIO, ENOSPC, EACCES][at % 3];
        let run = scene.disturb(library, Mode::Fail(number), at);
        let [operation] = run.operations.as_slice() else { panic!("{:?} at {at} of {count}", run.operations) };
        let what = format!("{} {} ({at} of {count})", operation.0, operation.1);
        let (now, left) = without_temporary(&scene.now());
        let before = scene.before();
        match run.code() {
            Some(0) => {
                assert_eq!(now, after, "{what}");
                let vital = ["write", "fsync", "rename"].contains(&operation.0.as_str());
                assert!(!vital, "{what}: the loss was not reported");
            }
            // The files are complete; only the list of them could not be printed.
            Some(FILE) if operation.1 == "standard output" => {
                assert_eq!(now, after, "{what}");
                check_message(scene, &run, &what);
            }
            Some(FILE) => {
                assert_eq!(now, *before, "{what}");
                check_message(scene, &run, &what);
                assert!(run.output.stdout.is_empty(), "{what}: a result was printed");
            }
            code => panic!("{what}: exit code {code:?}: {}", run.message()),
        }
        assert!(left == 0 || removes(operation), "{what}: a temporary file is left");
    }
}

/// From one operation on everything fails, as on a failing disk.
fn all_fail_from(scene: &Scene, library: &Path) {
    let (after, _) = scene.done();
    for at in 1..=scene.operations(library) {
        let run = scene.disturb(library, Mode::From([EIO, ENOSPC][at % 2]), at);
        let what = format!("{:?} (from {at})", run.operations);
        let (now, _) = without_temporary(&scene.now());
        assert!(scene.is_safe(scene.before(), &now, &after), "{what}");
        match run.code() {
            Some(0) => assert_eq!(now, after, "{what}"),
            code => assert_eq!(code, Some(FILE), "{what}: {}", run.message()),
        }
        let next = scene.command().output().expect("the program starts");
        assert!(next.status.success(), "{what}: {}", String::from_utf8_lossy(&next.stderr));
        assert_eq!(without_temporary(&scene.now()).0, after, "{what}: the next run does not repair it");
    }
}

/// Signals and small pieces are not failures.
fn all_survive(scene: &Scene, library: &Path) {
    let (after, printed) = scene.done();
    let mut disturbed = 0;
    for mode in [Mode::Interrupt, Mode::Short] {
        let mut at = 0;
        loop {
            at += 1;
            let run = scene.disturb(library, mode, at);
            if run.operations.is_empty() {
                break;
            }
            let what = format!("{mode:?} {:?} ({at})", run.operations);
            disturbed += 1;
            assert_eq!(run.code(), Some(0), "{what}: {}", run.message());
            assert_eq!(scene.now(), after, "{what}");
            // The time of a model differs in each run; nothing else differs.
            assert_eq!(run.output.stdout, printed, "{what}");
        }
    }
    assert!(disturbed >= 4, "only {disturbed} operations were disturbed");
}

#[test]
fn each_operation_of_generate_may_fail() {
    let Some(library) = shim::library() else { return };
    each_fails(&scene::generate_one_file(), library);
    each_fails(&scene::generate_but_header(), library);
}

#[test]
fn each_operation_of_generate_with_every_file_may_fail() {
    let Some(library) = shim::library() else { return };
    each_fails(&scene::generate_all(), library);
}

#[test]
fn each_operation_of_generate_into_a_new_directory_may_fail() {
    let Some(library) = shim::library() else { return };
    each_fails(&scene::generate_new(), library);
}

#[test]
fn each_operation_of_compile_may_fail() {
    let Some(library) = shim::library() else { return };
    each_fails(&scene::compile(), library);
}

#[test]
fn each_operation_of_inspect_may_fail() {
    let Some(library) = shim::library() else { return };
    each_fails(&scene::inspect(false), library);
    each_fails(&scene::inspect(true), library);
}

#[test]
fn each_operation_of_run_may_fail() {
    let Some(library) = shim::library() else { return };
    each_fails(&scene::run(), library);
}

#[test]
fn the_disk_may_fail() {
    let Some(library) = shim::library() else { return };
    all_fail_from(&scene::generate_all(), library);
    all_fail_from(&scene::compile(), library);
    all_fail_from(&scene::inspect(false), library);
}

#[test]
fn the_disk_may_fail_during_run() {
    let Some(library) = shim::library() else { return };
    all_fail_from(&scene::run(), library);
}

#[test]
fn signals_and_partial_writes_are_handled() {
    let Some(library) = shim::library() else { return };
    all_survive(&scene::generate_all(), library);
    all_survive(&scene::compile(), library);
    all_survive(&scene::inspect(true), library);
    all_survive(&scene::run(), library);
}

/// For any archive, only `run` starts programs: the C compiler and its output.
#[test]
fn nothing_is_started_or_downloaded() {
    let Some(library) = shim::library() else { return };
    for scene in [scene::generate_all(), scene::compile(), scene::inspect(false), scene::inspect(true)] {
        let run = scene.disturb(library, Mode::Count, 0);
        assert_eq!((run.code(), run.outside), (Some(0), Vec::new()));
    }
    let scene = scene::run();
    let run = scene.disturb(library, Mode::Count, 0);
    assert_eq!(run.outside.len(), 2, "{:?}", run.outside);
    assert!(run.outside[0].ends_with("in/cc") && run.outside[1].contains("/.tvm-embedded-"), "{:?}", run.outside);
}
