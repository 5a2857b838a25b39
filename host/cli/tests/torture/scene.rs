//! Ways to call the program, each with its input files and its output.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::common::{archive, repository, streaming_archive};
use crate::shim::{self, Disturbed, Mode};

pub const COPY: &str = "int i; for (i = 0; i < 4; i++) { y[i] = (int8_t)(x[i] + (int8_t)sram[0]); }";
pub const OTHER: &str = "int i; for (i = 0; i < 4; i++) { y[i] = x[i]; } (void)sram;";

/// Files and directories by path; a directory has no content.
pub type State = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A call of the program. Its directory has `in` with its input, `out` for its output, and `tmp`.
pub struct Scene {
    folder: TempDir,
    args: Vec<OsString>,
    /// The content of `out` and `tmp` before each run.
    old: State,
    /// The file without which the others can't be used.
    pub key: Option<PathBuf>,
    /// The file that is replaced after the others.
    last: Option<PathBuf>,
}

impl Scene {
    fn new(prepare: impl FnOnce(&Path) -> Vec<OsString>) -> Self {
        Self::below(&std::env::temp_dir(), prepare)
    }

    /// The same in a directory in memory, if there is one: syncing a disk takes time.
    fn in_memory(prepare: impl FnOnce(&Path) -> Vec<OsString>) -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { Self::below(memory, prepare) } else { Self::new(prepare) }
    }

    fn below(parent: &Path, prepare: impl FnOnce(&Path) -> Vec<OsString>) -> Self {
        let folder = tempfile::tempdir_in(parent).expect("a directory");
        ["in", "out", "tmp"].iter().for_each(|name| fs::create_dir(folder.path().join(name)).expect("a directory"));
        let args = prepare(folder.path());
        let old = state(folder.path());
        Scene { folder, args, old, key: None, last: None }
    }

    /// The scene's directory.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The call.
    pub fn command(&self) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("tvm-embedded"));
        command.args(&self.args).env("NO_COLOR", "1").env("TMPDIR", self.path().join("tmp")).current_dir(self.path());
        command.env("CC", self.path().join("in/cc"));
        command
    }

    /// The initial content.
    pub fn before(&self) -> &State {
        &self.old
    }

    /// Restores it.
    pub fn reset(&self) {
        for (path, _) in state(self.path()).iter().rev().filter(|(path, found)| self.old.get(*path) != Some(*found)) {
            if path.is_dir() {
                fs::remove_dir(path).expect("an empty directory")
            } else {
                fs::remove_file(path).expect("a file")
            }
        }
        for (path, content) in &self.old {
            match content {
                None => fs::create_dir_all(path).expect("a directory"),
                Some(_) if path.exists() => {}
                Some(content) => fs::write(path, content).expect("a file"),
            }
        }
    }

    /// The files and the output of an undisturbed run.
    pub fn done(&self) -> (State, Vec<u8>) {
        self.reset();
        let output = self.command().output().expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (state(self.path()), output.stdout)
    }

    /// A run from the beginning with one operation disturbed.
    pub fn disturb(&self, library: &Path, mode: Mode, at: usize) -> Disturbed {
        self.reset();
        shim::disturb(self.command(), library, self.path(), mode, at)
    }

    /// How many operations a run has.
    pub fn operations(&self, library: &Path) -> usize {
        let run = self.disturb(library, Mode::Count, 0);
        assert_eq!(run.code(), Some(0), "{}", run.message());
        run.count.expect("a run that ended by itself")
    }

    /// The current content.
    pub fn now(&self) -> State {
        state(self.path())
    }

    /// Whether `now` holds only files of `before` and `after`, and a mixture lacks its key.
    pub fn is_safe(&self, before: &State, now: &State, after: &State) -> bool {
        let whole = |(path, content): (&PathBuf, &Option<Vec<u8>>)| {
            content.is_none() || before.get(path) == Some(content) || after.get(path) == Some(content)
        };
        let all =
            |state: &State| files(state).all(|(path, _)| now.contains_key(path) || Some(path) == self.key.as_ref());
        now.iter().all(whole)
            && all(before)
            && match &self.key {
                _ if files(now).eq(files(before)) || files(now).eq(files(after)) => true,
                Some(key) => !now.contains_key(key),
                // Without a key each file is compared separately.
                None => self.last.as_ref().is_none_or(|last| now.get(last) != after.get(last)),
            }
    }
}

/// The files among what is there.
pub fn files(state: &State) -> impl Iterator<Item = (&PathBuf, &Vec<u8>)> {
    state.iter().filter_map(|(path, content)| Some((path, content.as_ref()?)))
}

/// What is in a directory, with the directories below.
pub fn state(folder: &Path) -> State {
    let mut found = State::new();
    for entry in fs::read_dir(folder).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(state(&path));
            found.insert(path, None);
        } else {
            let content = fs::read(&path).expect("a file");
            found.insert(path, Some(content));
        }
    }
    found
}

/// `state` without temporary directories, and how many of them there were.
pub fn without_temporary(state: &State) -> (State, usize) {
    let temporary = |path: &Path| path.iter().any(|part| part.to_string_lossy().starts_with(".tvm-embedded-"));
    let kept: State = state.iter().filter(|(path, _)| !temporary(path)).map(|(p, c)| (p.clone(), c.clone())).collect();
    let lost = state.len() - kept.len();
    (kept, lost)
}

fn args(args: &[&str]) -> Vec<OsString> {
    args.iter().map(OsString::from).collect()
}

/// The model in `in/net.tar` is generated over the files of `old`.
fn generated(old: impl FnOnce(&Path) -> PathBuf, new: impl FnOnce(&Path) -> PathBuf) -> Scene {
    let mut scene = Scene::in_memory(|folder| {
        let elsewhere = tempfile::tempdir().expect("a directory");
        let mut first = Command::new(assert_cmd::cargo::cargo_bin("tvm-embedded"));
        first.arg("generate").arg(old(elsewhere.path())).arg("-o").arg(folder.join("out"));
        assert!(first.output().expect("the program starts").status.success());
        fs::write(folder.join("out/notes.txt"), "the user's own").expect("a file");
        new(&folder.join("in"));
        [args(&["generate", "in/net.tar", "-o"]), vec![folder.join("out").into_os_string()]].concat()
    });
    scene.key = Some(scene.path().join("out/net.h"));
    scene
}

/// All that changes is a file of the archive's C.
pub fn generate_one_file() -> Scene {
    generated(|folder| archive(folder, "net", COPY), |folder| archive(folder, "net", OTHER))
}

/// Most files change, and one is new.
pub fn generate_all() -> Scene {
    generated(|folder| archive(folder, "net", COPY), |folder| streaming_archive(folder, "net"))
}

/// Several files change, but not the header.
pub fn generate_but_header() -> Scene {
    let scene = generated(|folder| archive(folder, "net", COPY), |folder| archive(folder, "net", OTHER));
    // As if files were changed by hand.
    fs::write(scene.path().join("out/net.c"), "old").expect("a file");
    fs::write(scene.path().join("out/sources.txt"), "old").expect("a file");
    Scene { old: state(scene.path()), ..scene }
}

/// Into a directory that does not exist.
pub fn generate_new() -> Scene {
    let mut scene = Scene::in_memory(|folder| {
        archive(&folder.join("in"), "net", COPY);
        args(&["generate", "in/net.tar", "-o", "out/deep/net"])
    });
    scene.key = Some(scene.path().join("out/deep/net/net.h"));
    scene
}

/// An archive and its report, both of which already exist.
pub fn compile() -> Scene {
    let mut scene = Scene::in_memory(|folder| {
        fs::copy(repository("fuzz/corpus/tflite/add-c4.tflite"), folder.join("in/net.tflite")).expect("a model");
        fs::write(folder.join("out/net.tar"), "the old archive").expect("a file");
        fs::write(folder.join("out/net.json"), "the old report").expect("a file");
        args(&["compile", "in/net.tflite", "-o", "out/net.tar", "--report", "out/net.json"])
    });
    scene.last = Some(scene.path().join("out/net.tar"));
    scene
}

/// A table, or JSON, on standard output.
pub fn inspect(json: bool) -> Scene {
    Scene::new(|folder| {
        archive(&folder.join("in"), "net", COPY);
        args(if json { &["inspect", "in/net.tar", "--json"] } else { &["inspect", "in/net.tar"] })
    })
}

/// A model on this computer; the C compiler runs once, and later calls get the same program.
pub fn run() -> Scene {
    Scene::new(|folder| {
        archive(&folder.join("in"), "net", OTHER);
        fs::write(folder.join("in/x.bin"), [1, 2, 3, 4]).expect("a file");
        fs::write(folder.join("out/y.npy"), "the old output").expect("a file");
        let compiler = folder.join("in/cc");
        let cache = folder.join("in/program");
        let script = format!(
            "#!/bin/sh\nfor word; do [ \"$last\" = -o ] && out=$word; last=$word; done\n\
             [ -e {0} ] || {{ cc \"$@\" && cp \"$out\" {0}; }} && cp {0} \"$out\"\n",
            cache.display()
        );
        fs::write(&compiler, script).expect("a file");
        fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).expect("a program");
        let call = args(&["run", "in/net.tar", "--input", "in/x.bin", "--output", "out/y.npy", "--expect", "in/x.bin"]);
        let mut first = Command::new(assert_cmd::cargo::cargo_bin("tvm-embedded"));
        let mut first_args = call.clone();
        first_args[5] = "/dev/null".into();
        assert!(first.args(first_args).env("CC", &compiler).current_dir(folder).status().expect("it starts").success());
        call
    })
}
