//! Names that try to become code, at every place where a name is read: the output compiles as C99 and C++ and
//! contains no code from them, or the name is refused with a message that can't control a terminal.

mod archives;
#[path = "../common/mod.rs"]
mod common;
mod generated;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use archives::{each, each_of, each_value, members, rename_key};
use common::{Members, archive, members_of, printed, repository, tool};
use generated::{compiler, drives, has_compilers, has_word, odd, taken, without_strings};
use serde_json::Value;
use tvm_embedded_mlf::write_tar;

#[test]
fn tensors_in_metadata() {
    let taken = each_value("input", |name, module| {
        rename_key(&mut module["memory"]["functions"]["main"][0]["inputs"], "first", name);
        module["tvm_embedded"]["inputs"][0]["name"] = name.into();
    });
    assert!(taken >= 15, "{taken}");
    let taken = each_value("output", |name, module| {
        rename_key(&mut module["memory"]["functions"]["main"][0]["outputs"], "elementwise/output", name);
        module["tvm_embedded"]["outputs"][0]["name"] = name.into();
    });
    assert!(taken >= 15, "{taken}");
    // The first is C, and must match the archive's header.
    assert_eq!(each_value("C name", |name, module| module["tvm_embedded"]["inputs"][0]["c_name"] = name.into()), 1);
    each_value("type", |name, module| module["tvm_embedded"]["inputs"][0]["dtype"] = name.into());
}

#[test]
fn other_text_in_metadata() {
    let all = odd().len();
    assert_eq!(each_value("target", |name, module| module["target"][0] = name.into()), all);
    assert_eq!(each_value("compiler", |name, module| module["tvm_embedded"]["compiler"] = name.into()), all);
    assert_eq!(each_value("date", |name, module| module["export_datetime"] = name.into()), all);
    each_value("style", |name, module| module["style"] = name.into());
    each_value("version of TVM", |name, module| {
        module["external_dependencies"] =
            serde_json::json!([{"short_name": "tvm_standalone_crt", "url": "./runtime", "version_spec": name}]);
    });
    each_value("layer", |name, module| {
        let layer = &mut module["tvm_embedded"]["layers"][0];
        for key in ["function", "summary"] {
            layer[key] = name.into();
        }
        layer["kinds"] = serde_json::json!([name]);
        layer["outputs"][0]["place"] = name.into();
        layer["outputs"][0]["name"] = name.into();
    });
    each_value("operator", |name, module| {
        module["memory"]["functions"]["operator_functions"][0]["function_name"] = name.into();
    });
    each_value("pool", |name, module| {
        module["tvm_embedded"]["pools"] = serde_json::json!([
            {"name": name, "kind": "workspace", "size": 16, "alignment": 16, "state": false}
        ]);
    });
}

/// Names that are C in the archive itself: renamed at all places, so that nothing contradicts.
#[test]
fn names_in_the_archives_own_c() {
    for old in ["first", "elementwise_output", "net", "tvmgen_net_add_0"] {
        each(&format!("{old} everywhere"), |name, members| {
            for (path, content) in members {
                let json = path == "metadata.json";
                *path = path.replace(old, name);
                let escaped = serde_json::to_string(name).expect("a string");
                let text = String::from_utf8(content.clone()).expect("text");
                *content = text.replace(old, if json { escaped.trim_matches('"') } else { name }).into_bytes();
            }
        });
    }
}

/// Members of an archive in TVM's form, with a device.
fn members_with_device() -> Members {
    let folder = tempfile::tempdir().expect("a directory");
    let copy = "int i; for (i = 0; i < 4; i++) { y[i] = x[i]; } (void)sram;";
    let mut members = members_of(&archive(folder.path(), "net", copy));
    for (path, content) in &mut members {
        let text = String::from_utf8(content.clone()).expect("text");
        *content = match path.rsplit('/').next() {
            Some("tvmgen_net.h") => text
                .replace(
                    "int32_t tvmgen_net_run(",
                    "struct tvmgen_net_devices {\n  void* accelerator;\n};\nint32_t tvmgen_net_run(",
                )
                .replace("* workspace_pools\n);", "* workspace_pools,\n  struct tvmgen_net_devices* devices\n);"),
            Some("net_lib0.c") => {
                text.replace("* workspace_pools) {", "* workspace_pools,struct tvmgen_net_devices* devices) {")
            }
            _ => text,
        }
        .into_bytes();
    }
    members
}

#[test]
fn names_of_devices_and_pools() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("net.tar");
    fs::write(&path, write_tar(members_with_device()).expect("an archive")).expect("a file");
    let (stdout, _) = printed(&tool().args(["inspect", "--json"]).arg(&path).assert().success());
    let facts: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(facts["models"][0]["devices"], serde_json::json!(["accelerator"]));
    assert_eq!(facts["models"][0]["workspaces"][0]["name"], "sram");
    for old in ["accelerator", "sram"] {
        let taken = each_of(&members_with_device(), &format!("{old} everywhere"), |name, members| {
            for (_, content) in members {
                let text = String::from_utf8(content.clone()).expect("text");
                let upper = (old.to_uppercase(), name.to_uppercase());
                *content = text.replace(old, name).replace(&upper.0, &upper.1).into_bytes();
            }
        });
        assert!(taken >= 3, "{old}: {taken}");
    }
}

#[test]
fn names_of_members() {
    let taken = each("another C file", |name, members| {
        members.push((format!("codegen/host/src/net_{name}.c"), b"int net_more;\n".to_vec()));
    });
    assert!(taken >= 3, "{taken}");
    let taken = each("another header", |name, members| {
        members.push((format!("codegen/host/include/{name}.h"), b"\n".to_vec()));
    });
    assert!(taken >= 3, "{taken}");
    each("another file", |name, members| members.push((format!("parameters/{name}"), b"\n".to_vec())));
}

#[test]
fn names_that_are_one_in_c() {
    let folder = tempfile::tempdir().expect("a directory");
    for (first, second) in [("a:b", "a/b"), ("a", "A"), ("x y", "x_y"), ("same", "same")] {
        let mut members = members();
        let (_, content) = members.iter_mut().find(|(path, _)| path == "metadata.json").expect("metadata");
        let mut json: Value = serde_json::from_slice(content).expect("JSON");
        for (index, (old, name)) in [("first", first), ("second", second)].into_iter().enumerate() {
            let module = &mut json["modules"]["net"];
            rename_key(&mut module["memory"]["functions"]["main"][0]["inputs"], old, name);
            module["tvm_embedded"]["inputs"][index]["name"] = name.into();
        }
        *content = serde_json::to_vec(&json).expect("JSON");
        let path = folder.path().join("net.tar");
        fs::write(&path, write_tar(members).expect("an archive")).expect("a file");
        taken(&path, &[], has_compilers(), &format!("{first:?} and {second:?}"));
    }
}

/// Gives a string in a flatbuffer another text: it is appended, and references to the old one are changed to it.
fn replaced(file: &[u8], old: &str, new: &str) -> Vec<u8> {
    let mut needle = (old.len() as u32).to_le_bytes().to_vec();
    needle.extend(old.as_bytes());
    needle.push(0);
    let at = file.windows(needle.len()).position(|part| part == needle).expect("the string");
    let mut changed = file.to_vec();
    changed.resize(file.len().next_multiple_of(4), 0);
    let place = changed.len();
    changed.extend((new.len() as u32).to_le_bytes());
    changed.extend(new.as_bytes());
    changed.extend([0; 4]);
    let mut found = 0;
    for position in (0..at).step_by(4) {
        let word: [u8; 4] = file[position..position + 4].try_into().expect("four bytes");
        if position + u32::from_le_bytes(word) as usize == at {
            changed[position..position + 4].copy_from_slice(&((place - position) as u32).to_le_bytes());
            found += 1;
        }
    }
    assert!(found >= 1, "nothing points to {old}");
    changed
}

#[test]
fn names_in_tflite_files() {
    let model = fs::read(repository("fuzz/corpus/tflite/add-c4.tflite")).expect("a model");
    let folder = tempfile::tempdir().expect("a directory");
    let compilers = has_compilers();
    for old in ["first", "elementwise/output", "main", "written by the tests of tvm_embedded"] {
        let mut count = 0;
        for name in odd() {
            let path = folder.path().join("net.tflite");
            fs::write(&path, replaced(&model, old, &name)).expect("a file");
            count += usize::from(taken(&path, &[], compilers, &format!("{old} as {name:?}")));
            if ["main", "written by the tests of tvm_embedded"].contains(&old) {
                continue;
            }
            // The other way, through an archive and with a report.
            let archive = folder.path().join("net.tar");
            let report = folder.path().join("net.txt");
            let mut compile = tool();
            compile.arg("compile").arg(&path).arg("-o").arg(&archive).arg("--report").arg(&report);
            let assert = compile.assert();
            let (stdout, stderr) = printed(&assert);
            assert!(!drives(&stdout) && !drives(&stderr), "{name:?}: {stdout:?} {stderr:?}");
            if assert.get_output().status.success() {
                assert!(!drives(&fs::read_to_string(&report).expect("a report")), "{name:?}: the report");
                check_c(&archive, compilers, &format!("{old} as {name:?}"));
            }
        }
        println!("{old}: {count} of {} taken", odd().len());
        assert!(count >= 20, "{old}: {count}");
    }
}

/// The C that this tool wrote into an archive contains no code from a name either.
fn check_c(archive: &Path, compilers: bool, what: &str) {
    let mut archive = tar::Archive::new(fs::File::open(archive).expect("an archive"));
    let folder = tempfile::tempdir().expect("a directory");
    for entry in archive.entries().expect("entries") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").into_owned();
        if compilers && path.extension().is_some_and(|extension| extension == "c" || extension == "h") {
            let file = folder.path().join(path.file_name().expect("a name"));
            let mut content = String::new();
            entry.read_to_string(&mut content).expect("text");
            // Without includes, which are not needed here except for what one of them says about the compiler.
            let mut lines = vec!["#define TVMK_GNU 1"];
            lines.extend(content.lines().filter(|line| !line.starts_with("#include")));
            fs::write(&file, lines.join("\n") + "\n").expect("a file");
            let shown = compiler("gcc", "-std=c99", folder.path(), &file);
            let text = String::from_utf8_lossy(&shown.stdout);
            assert!(shown.status.success() && !has_word(&without_strings(&text), "evil"), "{what}: {}", path.display());
        }
    }
}

#[test]
fn names_on_the_command_line() {
    let folder = tempfile::tempdir().expect("a directory");
    let model = repository("fuzz/corpus/tflite/add-c4.tflite");
    let compilers = has_compilers();
    let mut files = 0;
    for name in odd() {
        // The module gets the name of the file.
        let path: PathBuf = folder.path().join(format!("{name}.tflite"));
        if !name.contains('/') && fs::copy(&model, &path).is_ok() {
            files += usize::from(taken(&path, &[], compilers, &format!("file {name:?}")));
            fs::remove_file(path).expect("a file");
        }
        taken(&model, &["--symbol", &name], compilers, &format!("symbol {name:?}"));
        for arguments in [["--name", &name], ["--pool", &name]] {
            let archive = folder.path().join("net.tar");
            let mut compile = tool();
            compile.arg("compile").arg(&model).arg("-o").arg(&archive).args(arguments);
            let assert = compile.assert();
            let (_, stderr) = printed(&assert);
            match assert.get_output().status.code() {
                Some(0) => _ = taken(&archive, &[], compilers, &format!("{arguments:?}")),
                Some(1 | 2) => assert!(!stderr.is_empty(), "{arguments:?}"),
                code => panic!("{arguments:?}: exit code {code:?}: {stderr}"),
            }
        }
        for arguments in [["--module", &name], ["--tflite", &name]] {
            let output = tool().arg("inspect").arg(&model).args(arguments).output().expect("the tool");
            let stderr = String::from_utf8(output.stderr).expect("text");
            assert!(matches!(output.status.code(), Some(2 | 3)) && !drives(&stderr), "{arguments:?}: {stderr:?}");
        }
    }
    assert!(files >= 15, "{files} of the file names were taken");
}
