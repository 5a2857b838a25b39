//! The content of each package.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::machine::process::Cmd;
use crate::machine::{library, paths};
use crate::release::files::{alone, copy, tar, tree};

/// Fills a directory with a manager's package.
pub fn assemble(manager: &str, digits: &Path, folder: &Path) -> Result<()> {
    let root = paths::root();
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    tree(&root.join("packaging").join(manager), folder)?;
    for file in ["LICENSE", "CHANGELOG.md"] {
        copy(&root.join(file), &folder.join(file))?;
    }
    let page = root.join("docs/packages").join(manager).with_extension("md");
    fs::write(folder.join("README.md"), alone(&fs::read_to_string(page)?))?;
    let model = root.join("models/digits/digits.tflite");
    let example = |files: &[&str], to: &Path| {
        files.iter().try_for_each(|file| copy(&root.join("packaging/example").join(file), &to.join(file)))
    };
    let all = ["main.c", "picture.h", "recognise.h"];
    let function =
        |to: &Path| copy(&root.join("packaging/cmake/tvm_embedded_model.cmake"), &to.join("tvm_embedded_model.cmake"));
    match manager {
        "zephyr" => {
            function(&folder.join("cmake"))?;
            example(&all, &folder.join("samples/digits/src"))?;
            copy(&model, &folder.join("samples/digits/model/digits.tflite"))?;
        }
        "esp-idf" => {
            function(&folder.join("cmake"))?;
            example(&all[1..], &folder.join("examples/digits/main"))?;
            copy(&model, &folder.join("examples/digits/main/digits.tflite"))?;
        }
        "platformio" => {
            headers(digits, &folder.join("include"))?;
            example(&all, &folder.join("examples/digits/src"))?;
            copy(&model, &folder.join("examples/digits/models/digits.tflite"))?;
        }
        "arduino" => {
            headers(digits, &folder.join("src"))?;
            example(&["picture.h"], &folder.join("examples/Digits"))?;
            let sketch = folder.join("examples/Digits/src/digits");
            tree(digits, &sketch)?;
            // A sketch's directories are not on the include path: the library's header is used, and all C is in one directory.
            for name in ["tvm_embedded.h", "tvm_embedded.hpp"] {
                fs::remove_file(sketch.join(name))?;
            }
        }
        "cmsis-pack" => {
            headers(digits, &folder.join("include"))?;
            example(&all, &folder.join("example"))?;
            tree(digits, &folder.join("digits"))?;
        }
        _ => {
            function(&folder.join("cmake"))?;
            headers(digits, &folder.join("include"))?;
            example(&all, &folder.join("test_package"))?;
            copy(&model, &folder.join("test_package/digits.tflite"))?;
        }
    }
    fill(folder, digits)
}

/// The headers for programs without the library.
fn headers(digits: &Path, to: &Path) -> Result<()> {
    copy(&digits.join("tvm_embedded.h"), &to.join("tvm_embedded.h"))?;
    copy(&library::include_dir().join("tvm_embedded.hpp"), &to.join("tvm_embedded.hpp"))
}

/// Fills in what changes from version to version.
fn fill(folder: &Path, digits: &Path) -> Result<()> {
    let list = fs::read_to_string(digits.join("sources.txt"))?;
    let sources: Vec<String> =
        list.lines().map(|line| format!("        <file category=\"source\" name=\"digits/{line}\"/>")).collect();
    let log = fs::read_to_string(paths::root().join("CHANGELOG.md"))?;
    // The date of the release; before the first release, the day on which the project began.
    let title = format!("## [{}] - ", env!("CARGO_PKG_VERSION"));
    let date = log.lines().find_map(|line| line.strip_prefix(&title)).unwrap_or("2026-01-01");
    for name in ["library.json", "library.properties", "idf_component.yml", "tvm_embedded.pdsc", "conanfile.py"] {
        let path = folder.join(name);
        if !path.is_file() {
            continue;
        }
        let text = fs::read_to_string(&path)?.replace("@VERSION@", env!("CARGO_PKG_VERSION"));
        let text = text.replace("@SOURCES@", &sources.join("\n")).replace("@DATE@", date);
        fs::write(&path, text)?;
        if name == "tvm_embedded.pdsc" {
            fs::rename(&path, folder.join("tvm_embedded.tvm_embedded.pdsc"))?;
        }
    }
    Ok(())
}

/// Packs a directory: a zip with its content for CMSIS, otherwise an archive with the directory itself.
pub fn pack(folder: &Path, archive: &Path) -> Result<()> {
    let name = archive.file_name().context("a name")?.to_string_lossy().into_owned();
    let parent = folder.parent().context("a directory above")?;
    if name.ends_with(".tar.gz") {
        return tar(parent, "tvm_embedded", archive);
    }
    let (from, prefix) = if name.ends_with(".pack") { (folder, "") } else { (parent, "tvm_embedded") };
    Cmd::new("python3").args(["-c", ZIP]).arg(archive).arg(from).arg(prefix).capture().map(|_| ())
}

/// A zip archive whose entries are sorted and have the same time.
const ZIP: &str = "
import os, sys, zipfile
archive, top, prefix = sys.argv[1:]
files = sorted(os.path.relpath(os.path.join(folder, name), top) for folder, _, names in os.walk(os.path.join(top, prefix)) for name in names)
with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as out:
    for name in files:
        with open(os.path.join(top, name), 'rb') as file:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            out.writestr(info, file.read())
";
