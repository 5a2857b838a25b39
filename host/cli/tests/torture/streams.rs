//! Standard output and standard error that can't be written.

use std::fs::{self, OpenOptions};
use std::io::pipe;
use std::process::{Command, Output, Stdio};

use crate::scene::{self, Scene};

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").expect("/dev/full").into()
}

fn scenes() -> [(&'static str, Scene); 5] {
    [
        ("generate", scene::generate_all()),
        ("compile", scene::compile()),
        ("inspect", scene::inspect(false)),
        ("inspect --json", scene::inspect(true)),
        ("run", scene::run()),
    ]
}

fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `command` under a shell that closes streams for it.
fn with_closed(command: &Command, streams: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec \"$0\" \"$@\" {streams}")).arg(command.get_program()).args(command.get_args());
    shell.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    shell.current_dir(command.get_current_dir().expect("a directory"));
    shell.output().expect("a shell")
}

#[test]
fn a_full_disk_behind_standard_output_ends_with_3() {
    for (name, scene) in scenes() {
        let (after, printed) = scene.done();
        if printed.is_empty() {
            continue;
        }
        let output = scene.command().stdout(full()).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(3), "{name}: {}", message(&output));
        assert!(message(&output).contains("standard output can't be written"), "{name}: {}", message(&output));
        assert_eq!(scene.now(), after, "{name}: the files are complete");
    }
    for args in [&["--help"][..], &["--version"], &["run", "--help"]] {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("tvm-embedded"));
        let output = command.args(args).stdout(full()).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(3), "{args:?}: {}", message(&output));
        assert!(message(&output).contains("standard output can't be written"), "{args:?}: {}", message(&output));
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    for (name, scene) in scenes() {
        let (after, _) = scene.done();
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        let output = scene.command().stdout(writer).output().expect("the program starts");
        assert_eq!((output.status.code(), message(&output).as_str()), (Some(0), ""), "{name}");
        assert_eq!(scene.now(), after, "{name}");
    }
}

/// The next file that is opened must not get the number of a closed stream, and with it the printed text.
#[test]
fn closed_streams_damage_no_file() {
    for streams in [">&-", "<&- >&-", "<&- >&- 2>&-"] {
        for (name, scene) in scenes() {
            let (after, _) = scene.done();
            let output = with_closed(&scene.command(), streams);
            assert_eq!(output.status.code(), Some(0), "{name} {streams}: {}", message(&output));
            assert_eq!(scene.now(), after, "{name} {streams}");
        }
    }
}

/// Only the exit code reports the failure then.
#[test]
fn a_failure_that_can_not_be_printed_keeps_its_exit_code() {
    let folder = tempfile::tempdir().expect("a directory");
    fs::write(folder.path().join("net.tar"), "no archive").expect("a file");
    for (args, code) in [
        (&["inspect", "missing.tar"][..], 3),
        (&["inspect", "net.tar"], 1),
        (&["compile", "net.tar", "-o", "out.tar"], 1),
        (&["inspect"], 2),
        (&["inspect", "--no-such-option"], 2),
    ] {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("tvm-embedded"));
        command.args(args).current_dir(folder.path());
        assert_eq!(with_closed(&command, "2>&-").status.code(), Some(code), "{args:?}");
        assert_eq!(command.stderr(full()).status().expect("the program starts").code(), Some(code), "{args:?}");
    }
}
