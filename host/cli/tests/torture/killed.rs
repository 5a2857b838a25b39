//! Runs that are killed: by SIGKILL before each operation, by SIGTERM and SIGINT at any time.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::scene::{self, Scene, files, without_temporary};
use crate::shim::{self, Mode};

fn each_kill(scene: &Scene, library: &Path) {
    let (after, _) = scene.done();
    let count = scene.operations(library);
    let mut left_over = 0;
    for at in 1..=count {
        let run = scene.disturb(library, Mode::Kill, at);
        let what = format!("killed before {:?} ({at} of {count})", run.operations);
        assert_eq!(run.code(), None, "{what}: was not the end");
        let (now, left) = without_temporary(&scene.now());
        assert!(scene.is_safe(scene.before(), &now, &after), "{what}");
        left_over += usize::from(left > 0);
        let next = scene.command().output().expect("the program starts");
        assert!(next.status.success(), "{what}: {}", String::from_utf8_lossy(&next.stderr));
        assert_eq!(without_temporary(&scene.now()).0, after, "{what}: the next run does not complete it");
    }
    let writes = files(scene.before()).ne(files(&after));
    assert_eq!(left_over > 0, writes, "temporary files are seen if files are written");
}

macro_rules! kill {
    ($($name:ident: $scene:expr;)*) => {$(
        #[test]
        fn $name() {
            let Some(library) = shim::library() else { return };
            each_kill(&$scene, library);
        }
    )*};
}

kill! {
    generate_one_file: scene::generate_one_file();
    generate_all: scene::generate_all();
    generate_but_header: scene::generate_but_header();
    generate_new: scene::generate_new();
    compile: scene::compile();
    inspect: scene::inspect(false);
    run: scene::run();
}

/// The same command with signals that end it, even where the tests themselves were started with signals ignored: by `nohup`,
/// or in the background of a script.
fn with_default_signals(command: &Command) -> Command {
    let mut wrapped = Command::new("env");
    wrapped.arg("--default-signal=INT,TERM").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        wrapped.current_dir(directory);
    }
    wrapped
}

/// Ctrl-C and SIGTERM have the same effect as a kill: nothing is lost.
#[test]
fn signals_leave_what_a_kill_leaves() {
    let scene = scene::run();
    let (after, _) = scene.done();
    let temporary = scene.path().join("tmp");
    let slow = scene.path().join("in/slow");
    fs::write(&slow, "#!/bin/sh\nexec sleep 1\n").expect("a file");
    fs::set_permissions(&slow, fs::Permissions::from_mode(0o755)).expect("a program");
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        // The files of a run that was killed.
        fs::remove_dir_all(&temporary).and_then(|()| fs::create_dir(&temporary)).expect("a directory");
        fs::write(scene.path().join("out/y.npy"), "the old output").expect("a file");
        let mut child = with_default_signals(scene.command().env("CC", &slow)).spawn().expect("the program starts");
        let seen = || fs::read_dir(&temporary).expect("a directory").count() > 0;
        let end = Instant::now() + Duration::from_secs(20);
        while !seen() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", child.id())).status().expect("a shell");
        assert!(sent.success());
        assert_eq!(child.wait().expect("an end").signal(), Some(number), "{name}");
        assert!(seen(), "{name}");
        assert_eq!(fs::read(scene.path().join("out/y.npy")).expect("the output"), b"the old output", "{name}");
        assert!(scene.command().output().expect("the program starts").status.success(), "{name}");
    }
    fs::remove_file(slow).expect("a file");
    assert_eq!(without_temporary(&scene.now()).0, after);
}
