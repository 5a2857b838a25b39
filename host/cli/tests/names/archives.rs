//! Archives with each unusual name in one place.

use std::fs;

use serde_json::Value;
use tvm_embedded_mlf::write_tar;

use crate::common::{Members, members_of, repository, tool};
use crate::generated::{has_compilers, odd, taken};

/// The members of a valid archive: two inputs, an output, an operator, made by this tool.
pub fn members() -> Members {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("net.tar");
    let model = repository("fuzz/corpus/tflite/add-c4.tflite");
    tool().arg("compile").arg(model).args(["--name", "net", "-o"]).arg(&path).assert().success();
    members_of(&path)
}

/// Puts each unusual name into the archive with `change`; returns how many were accepted.
pub fn each(what: &str, change: impl Fn(&str, &mut Members)) -> usize {
    each_of(&members(), what, change)
}

pub fn each_of(members: &Members, what: &str, change: impl Fn(&str, &mut Members)) -> usize {
    let compilers = has_compilers();
    let folder = tempfile::tempdir().expect("a directory");
    let mut count = 0;
    for name in odd() {
        let mut changed = members.clone();
        change(&name, &mut changed);
        let Ok(bytes) = write_tar(changed) else { continue };
        let path = folder.path().join("net.tar");
        fs::write(&path, bytes).expect("a file");
        count += usize::from(taken(&path, &[], compilers, &format!("{what} {name:?}")));
    }
    println!("{what}: {count} of {} taken", odd().len());
    count
}

/// The same for a value, or the key of one, in `metadata.json`.
pub fn each_value(what: &str, change: impl Fn(&str, &mut Value)) -> usize {
    each(what, |name, members| {
        let (_, content) = members.iter_mut().find(|(path, _)| path == "metadata.json").expect("metadata");
        let mut json: Value = serde_json::from_slice(content).expect("JSON");
        let module = &mut json["modules"]["net"];
        assert!(module.is_object());
        change(name, module);
        *content = serde_json::to_vec(&json).expect("JSON");
    })
}

pub fn rename_key(object: &mut Value, old: &str, new: &str) {
    let object = object.as_object_mut().expect("an object");
    let value = object.remove(old).expect("the key");
    object.insert(new.to_owned(), value);
}
