//! `compile --core`: C for one kind of core has weights only for it, builds where it should, and gives the same bytes.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{printed, repository, tool};

/// Compiles the bundled model in `folder`; returns the C of its layers.
fn compile(folder: &Path, core: &str) -> String {
    let archive = format!("{core}.tar");
    let model = repository("models/digits/digits.tflite");
    tool().current_dir(folder).arg("compile").arg(model).args(["-o", &archive, "--core", core]).assert().success();
    tool().current_dir(folder).args(["generate", &archive, "-o", core]).assert().success();
    let files = fs::read_dir(folder.join(core).join("archive")).unwrap().map(|entry| entry.unwrap().path());
    let layers = files.into_iter().find(|path| path.to_string_lossy().ends_with("_lib1.c")).unwrap();
    fs::rename(layers, folder.join(format!("{core}.c"))).unwrap();
    fs::read_to_string(folder.join(format!("{core}.c"))).unwrap()
}

/// How often each array of weights is defined, at most.
fn most_definitions(text: &str) -> usize {
    let names: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("static const ")?.split_once('[')?.0.rsplit(' ').next())
        .filter(|name| name.ends_with("_weights"))
        .collect();
    assert!(!names.is_empty());
    names.iter().map(|name| names.iter().filter(|other| *other == name).count()).max().unwrap()
}

#[test]
fn weights_of_one_core_are_in_the_c_once() {
    let folder = tempfile::tempdir().unwrap();
    let all = compile(folder.path(), "all");
    assert!(most_definitions(&all) > 1);
    for core in ["portable", "cortex-m0", "cortex-m4", "cortex-m55"] {
        let text = compile(folder.path(), core);
        assert_eq!(most_definitions(&text), 1, "{core}");
        assert!(text.len() < all.len(), "{core}");
    }
}

#[test]
fn c_for_portable_cores_gives_the_same_bytes_and_c_for_others_reports_why_it_does_not_build() {
    let folder = tempfile::tempdir().unwrap();
    let input: Vec<u8> = (0..64u32).map(|i| (i * 37 % 251) as u8).collect();
    fs::write(folder.path().join("input.bin"), input).unwrap();
    for core in ["all", "portable", "cortex-m4"] {
        compile(folder.path(), core);
        let run = ["run", &format!("{core}.tar"), "--input", "input.bin", "--output", &format!("{core}.bin")];
        let run = tool().current_dir(folder.path()).args(run).assert();
        if core == "cortex-m4" {
            let (_, errors) = printed(&run.code(5));
            assert!(errors.contains("DSP extension") && errors.contains("--core"), "{errors}");
        } else {
            run.success();
        }
    }
    let output = |core: &str| fs::read(folder.path().join(format!("{core}.bin"))).unwrap();
    assert_eq!(output("all"), output("portable"));
}

#[test]
fn cores_build_what_is_for_them() {
    let folder = tempfile::tempdir().unwrap();
    if Command::new("arm-none-eabi-gcc").arg("--version").output().is_err() {
        println!("SKIPPED: arm-none-eabi-gcc is not installed");
        return;
    }
    for (core, cpu, builds) in [
        ("cortex-m4", "cortex-m4", true),
        ("cortex-m4", "cortex-m55", true),
        ("cortex-m4", "cortex-m0", false),
        ("cortex-m55", "cortex-m55", true),
        ("cortex-m55", "cortex-m4", false),
        ("portable", "cortex-m0", true),
        ("portable", "cortex-m4", true),
        ("portable", "cortex-m55", true),
    ] {
        compile(folder.path(), core);
        let strict = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-O1", "-mthumb"];
        let output = Command::new("arm-none-eabi-gcc")
            .args(strict)
            .arg(format!("-mcpu={cpu}"))
            .args(["-mfloat-abi=softfp", "-fsyntax-only", "-I", &format!("{core}/archive"), &format!("{core}.c")])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), builds, "{core} on {cpu}\n{errors}");
        assert!(builds || errors.contains("compile it again without --core"), "{errors}");
    }
}
