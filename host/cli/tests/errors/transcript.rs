//! Commands with what they print.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tvm_embedded_mlf::write_tar;

use crate::common::Members;
use crate::common::tool;
use crate::file::member;

/// Runs commands in a separate directory and records their output and exit codes.
pub struct Transcript {
    pub folder: tempfile::TempDir,
    pub text: String,
}

impl Transcript {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), content).expect("a file");
    }

    /// A heading.
    pub fn about(&mut self, what: &str) {
        let _ = write!(self.text, "\n# {what}\n");
    }

    pub fn run(&mut self, args: &str) {
        self.run_with(&[], args);
    }

    pub fn run_with(&mut self, environment: &[(&str, &str)], args: &str) {
        let mut command = tool();
        command.args(args.split(' ')).envs(environment.iter().copied()).current_dir(self.path());
        let output = command.output().expect("the tool");
        let code = output.status.code().expect("an exit code");
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert!((1..=5).contains(&code) && output.stdout.is_empty(), "{args}: {code} {stderr}");
        assert!(stderr.starts_with("error: ") && stderr.ends_with('\n'), "{args}: {stderr}");
        let stderr = stderr.replace(&self.path().display().to_string(), "FOLDER");
        let set: String = environment.iter().map(|(key, value)| format!("{key}={value} ")).collect();
        let set = set.replace(&self.path().display().to_string(), "FOLDER");
        let _ = write!(self.text, "\n$ {set}tvm-embedded {args}\n{stderr}[{code}]\n");
    }

    /// An archive as `members` with a change, under a name that says what was changed, and how it is refused.
    pub fn changed(&mut self, members: &Members, name: &str, change: impl FnOnce(&mut Members)) {
        self.write_changed(members, name, change);
        self.run(&format!("generate {name} -o out"));
    }

    /// The same with a change in `metadata.json`.
    pub fn metadata(&mut self, members: &Members, name: &str, change: impl FnOnce(&mut Value)) {
        self.changed(members, name, |members| change_metadata(members, change));
    }

    /// Writes an archive as `members` with a change.
    pub fn write_changed(&self, members: &Members, name: &str, change: impl FnOnce(&mut Members)) {
        let mut members = members.clone();
        change(&mut members);
        self.write(name, write_tar(members).expect("an archive"));
    }
}

/// Changes what `metadata.json` says.
pub fn change_metadata(members: &mut Members, change: impl FnOnce(&mut Value)) {
    let content = member(members, "metadata.json");
    let mut json: Value = serde_json::from_slice(content).expect("JSON");
    change(&mut json);
    *content = serde_json::to_vec_pretty(&json).expect("JSON");
}
