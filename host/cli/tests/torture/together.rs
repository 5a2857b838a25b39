//! Several runs at once.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::common::archive;
use crate::scene::{self, COPY};

/// Runs that write different models under one name into one directory: the result is one of them, complete.
#[test]
fn runs_into_one_directory_do_not_mix() {
    let scene = scene::generate_all();
    let (after, _) = scene.done();
    let other = tempfile::tempdir().expect("a directory");
    let old = archive(other.path(), "net", COPY);
    let new = scene.path().join("in/net.tar");
    let start = |archive: &Path| -> Child {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("tvm-embedded"));
        command.arg("generate").arg(archive).arg("-o").arg(scene.path().join("out"));
        command.stdout(Stdio::null()).spawn().expect("the program starts")
    };
    // The other model's files, and those that only this one has.
    assert!(start(&old).wait().expect("an end").success());
    let before = scene.now();
    assert_ne!(before, after);
    for _ in 0..4 {
        let children: Vec<Child> = (0..8).map(|i| start(if i % 2 == 0 { &old } else { &new })).collect();
        for mut child in children {
            assert!(child.wait().expect("an end").success());
        }
        let now = scene.now();
        assert!(now == before || now == after, "the directory holds a mixture, or temporary files");
    }
}

/// While another run has the directory, nothing in it changes.
#[test]
fn a_run_waits_for_its_turn() {
    let scene = scene::generate_all();
    let (after, _) = scene.done();
    scene.reset();
    let before = scene.now();
    assert_ne!(before, after);
    let folder = fs::File::open(scene.path().join("out")).expect("the directory");
    folder.lock().expect("a lock");
    let mut child = scene.command().stdout(Stdio::null()).spawn().expect("the program starts");
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().expect("a look").is_none(), "the run did not wait");
    assert_eq!(scene.now(), before);
    drop(folder);
    assert!(child.wait().expect("an end").success());
    assert_eq!(scene.now(), after);
}
