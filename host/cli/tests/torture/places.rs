//! Directories that can't be written, and limits on file size.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{archive, repository, streaming_archive};
use crate::scene::{self, COPY, without_temporary};

fn program(args: &[&Path]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("tvm-embedded"));
    command.args(args).env("NO_COLOR", "1").output().expect("the program starts")
}

#[test]
fn directories_that_can_not_be_written_end_with_3() {
    let folder = tempfile::tempdir().expect("a directory");
    let model = archive(folder.path(), "net", COPY);
    let plain = folder.path().join("plain");
    fs::write(&plain, "a file").expect("a file");
    fs::create_dir(folder.path().join("a folder")).expect("a directory");
    fs::create_dir_all(folder.path().join("occupied/net.c")).expect("a directory");
    let tflite = repository("fuzz/corpus/tflite/add-c4.tflite");
    let before = scene::state(folder.path());
    for (verb, input, place) in [
        // Not even root can write there.
        ("generate", &model, PathBuf::from("/proc/out")),
        ("generate", &model, plain.join("out")),
        ("generate", &model, plain.clone()),
        ("generate", &model, folder.path().join("occupied")),
        ("compile", &tflite, PathBuf::from("/proc/net.tar")),
        ("compile", &tflite, plain.join("net.tar")),
        ("compile", &tflite, folder.path().join("no/such/folder/net.tar")),
        ("compile", &tflite, folder.path().join("a folder")),
        ("compile", &tflite, PathBuf::from("/dev/full")),
    ] {
        let output = program(&[verb.as_ref(), input, "-o".as_ref(), &place]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{verb} -o {}: {message}", place.display());
        // The directory concerned, or a file in it.
        let parent = place.parent().expect("a parent").display().to_string();
        assert!(
            message.starts_with("error: ") && message.contains(&parent),
            "{verb} -o {}: {message}",
            place.display()
        );
        assert_eq!(scene::state(folder.path()), before, "{verb} -o {}", place.display());
    }
}

/// The system's own limit for a file's size, first as an error, then as a signal that ends the program.
#[test]
fn a_limit_for_files_keeps_the_old_ones() {
    for (name, scene) in [("generate", scene::generate_all()), ("compile", scene::compile())] {
        let (after, _) = scene.done();
        for (prefix, code) in [("trap '' XFSZ;", Some(3)), ("", None)] {
            for (path, content) in scene.before() {
                content.iter().for_each(|content| fs::write(path, content).expect("a file"));
            }
            let files = scene::state(&scene.path().join("out"));
            let command = scene.command();
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(format!("{prefix} ulimit -c 0; ulimit -f 1; exec \"$0\" \"$@\""));
            shell.arg(command.get_program()).args(command.get_args()).current_dir(scene.path()).env("NO_COLOR", "1");
            let output = shell.output().expect("a shell");
            let message = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), code, "{name}: {message}");
            let (now, left) = without_temporary(&scene::state(&scene.path().join("out")));
            assert!(
                scene::files(&files).all(|(path, content)| now.get(path) == Some(&Some(content.clone()))),
                "{name}"
            );
            assert!(code.is_none() || left == 0, "{name}: a temporary file is left");
        }
        assert!(scene.command().output().expect("the program starts").status.success());
        assert_eq!(without_temporary(&scene.now()).0, after, "{name}");
    }
}

/// The tool as a user without root's rights. Root may write everywhere, so the user is changed; `None`, with a line
/// `SKIPPED`, where that can't be done.
fn bound(folder: &Path) -> Option<Command> {
    use std::os::unix::fs::MetadataExt;
    let tool = folder.join("tool");
    // By another process: a file that this one wrote could still be open in a child of another test, and not be started.
    if !tool.exists() {
        let source = assert_cmd::cargo::cargo_bin("tvm-embedded");
        assert!(Command::new("cp").arg(source).arg(&tool).status().expect("cp").success());
    }
    if fs::metadata(&tool).expect("a file").uid() != 0 {
        return Some(Command::new(tool));
    }
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let able = Command::new("setpriv").args(nobody).arg("true").status().is_ok_and(|status| status.success());
    if !able {
        eprintln!("SKIPPED: rights are not tried: this is root, and setpriv can't change the user");
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(nobody).arg(tool);
    Some(command)
}

#[test]
fn read_only_directories_and_unreadable_files_end_with_3() {
    let parent = tempfile::tempdir().expect("a directory");
    let folder = parent.path();
    let rights = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("rights");
    rights(folder, 0o755);
    let Some(_) = bound(folder) else { return };
    let old = archive(folder, "net", COPY);
    assert!(program(&["generate".as_ref(), &old, "-o".as_ref(), &folder.join("out")]).status.success());
    fs::write(folder.join("out/net.tar"), "the old archive").expect("a file");
    let new = streaming_archive(folder, "net");
    let secret = folder.join("secret.tar");
    fs::copy(&new, &secret).expect("a copy");
    rights(&secret, 0o000);
    let tflite = folder.join("net.tflite");
    fs::copy(repository("fuzz/corpus/tflite/add-c4.tflite"), &tflite).expect("a copy");
    rights(&folder.join("out"), 0o555);
    let before = scene::state(&folder.join("out"));
    for (args, named) in [
        (vec!["generate", "net.tar", "-o", "out"], "out: no file can be created there: permission denied"),
        (vec!["generate", "net.tar", "-o", "out/new"], "out/new: can't be created: permission denied"),
        (vec!["compile", "net.tflite", "-o", "out/net.tar"], "out: no file can be created there: permission denied"),
        (vec!["inspect", "secret.tar"], "secret.tar: can't be read: permission denied"),
        (vec!["compile", "net.tflite", "-o", "out/net.tar", "--report", "out/new.txt"], "permission denied"),
    ] {
        let output = bound(folder).expect("as before").args(&args).current_dir(folder).output().expect("it starts");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{args:?}: {message}");
        assert!(message.contains(named) && message.contains("\n  next: "), "{args:?}: {message}");
        assert_eq!(scene::state(&folder.join("out")), before, "{args:?}");
    }
    rights(&folder.join("out"), 0o755);
}
