//! Small inputs that once failed, as their users ran them: `cases` of `TVM_EMBEDDED_DATA` (`docs/data.md`).
//!
//! Bytes are compared with the reference in the compiler's `tests/bit_exact.rs`; cases that depend on a machine are in
//! `cargo xtask test`.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{data, printed, repository, tool};

/// A case and a directory to write to; `None`, with a line `SKIPPED`, where the case is absent.
fn case(name: &str) -> Option<(PathBuf, tempfile::TempDir)> {
    Some((data(&format!("cases/{name}"))?, tempfile::tempdir().expect("a directory")))
}

/// The program's exit code, and all that it printed, with each run of white space as one space.
fn run(folder: &Path, args: &[&str]) -> (i32, String) {
    let assert = tool().args(args).current_dir(folder).assert();
    let (stdout, stderr) = printed(&assert);
    let words: Vec<&str> = stdout.split_whitespace().chain(stderr.split_whitespace()).collect();
    (assert.get_output().status.code().expect("an exit code"), words.join(" "))
}

/// Asserts exit code 0; returns the output.
fn accepted(folder: &Path, args: &[&str]) -> String {
    let (code, text) = run(folder, args);
    assert_eq!(code, 0, "{args:?}: {text}");
    text
}

/// Asserts that the model is refused, and that the message contains these words.
fn refused(model: &Path, words: &[&str]) {
    let folder = tempfile::tempdir().expect("a directory");
    let (code, text) = run(folder.path(), &["compile", utf8(model), "-o", "out.tar"]);
    assert!(code == 1 && text.contains("next: "), "{}: {code} {text}", model.display());
    assert!(!folder.path().join("out.tar").exists(), "an archive of a refused model");
    words.iter().for_each(|word| assert!(text.contains(word), "{word} is not in: {text}"));
}

/// A command of a compiler with the headers of the library and of these directories.
fn compiler(program: &str, folders: &[&Path]) -> Command {
    let mut command = Command::new(program);
    command.arg("-I").arg(repository("capi/include"));
    folders.iter().for_each(|folder| _ = command.arg("-I").arg(folder));
    command.args(["-Wall", "-Wextra", "-Wpedantic", "-Werror"]);
    command
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("a compiler");
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn inputs_of_a_concatenation_are_requantised() {
    let Some((case, folder)) = case("concat_other_quantisation") else { return };
    fs::write(folder.path().join("t.bin"), [-7i8, -7, -7, -7, -7, -7].map(|byte| byte as u8)).expect("a file");
    // -0.7 is -3.5 steps of 0.2, and -3 as QUANTIZE rounds; the zero point is 3.
    let scale = case.join("scale.tflite");
    let text = accepted(folder.path(), &["run", utf8(&scale), "--input", "t0=t.bin", "--input", "t1=t.bin"]);
    assert!(text.contains("values 0 0 0 -7 -7 -7"), "{text}");
    accepted(folder.path(), &["compile", utf8(&case.join("zero_point.tflite")), "-o", "z.tar"]);
}

#[test]
fn models_that_the_reference_refuses_are_refused_with_what_was_found() {
    if let Some((case, _)) = case("fc_bias_other_scale") {
        refused(&case.join("fc.tflite"), &["scale 0.03 ", "scale 0.00029999999"]);
    }
    if let Some((case, _)) = case("option_fields") {
        refused(&case.join("ADD_with_MulOptions.tflite"), &["options of MUL", "options of ADD"]);
        let words = ["depth multiplier 0", "supported: depth multiplier 2"];
        refused(&case.join("dw_mult_opt_0_actual_2.tflite"), &words);
    }
}

#[test]
fn types_are_named_and_problems_that_only_follow_are_not_reported() {
    let Some((case, folder)) = case("unknown_type_messages") else { return };
    accepted(folder.path(), &["compile", utf8(&case.join("int4.tflite")), "-o", "int4.tar"]);
    for name in ["int4", "float16"] {
        let (_, text) = run(&case, &["inspect", &format!("{name}.tflite")]);
        assert!(!text.contains("no earlier operator") && !text.contains(" problems"), "{text}");
    }
}

#[test]
fn constants_and_inputs_that_are_not_numbers_run() {
    if let Some((case, folder)) = case("float_constants_not_finite") {
        for (name, tensor) in [("float_-inf_w", "MatMul"), ("float_inf_b", "Add"), ("float_nan_w", "MatMul")] {
            let model = case.join(format!("{name}.tflite"));
            let found = accepted(folder.path(), &["inspect", utf8(&model)]);
            assert!(found.contains(&format!("dense_5_1/{tensor}: of ")), "{found}");
            fs::write(folder.path().join("x.bin"), [0, 0, 0x80, 0x3f].repeat(78)).expect("a file");
            accepted(folder.path(), &["run", utf8(&model), "--input", "x.bin", "--cc-arg=-std=c99"]);
        }
    }
    if let Some((case, folder)) = case("quantize_nan") {
        let (model, input) = (case.join("quantize.tflite"), case.join("nan.bin"));
        let sanitizer = "--cc-arg=-fsanitize=undefined,float-cast-overflow";
        let stop = "--cc-arg=-fno-sanitize-recover=all";
        let text = accepted(folder.path(), &["run", utf8(&model), "--input", utf8(&input), sanitizer, stop]);
        assert!(text.contains("values -128 "), "{text}");
    }
}

#[test]
fn inputs_and_outputs_in_the_workspace_are_read_back() {
    let Some((case, folder)) = case("io_in_workspace_two_tensors") else { return };
    let model = case.join("two.tflite");
    accepted(folder.path(), &["compile", utf8(&model), "-o", "inside.tar", "--io-in-workspace"]);
    accepted(folder.path(), &["compile", utf8(&model), "-o", "outside.tar"]);
    accepted(folder.path(), &["generate", "inside.tar", "-o", "generated"]);
    for (name, factor) in [("sample", 37), ("state_in", 11)] {
        let bytes: Vec<u8> = (0..8u8).map(|i| i.wrapping_mul(factor)).collect();
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    let runs = ["inside.tar", "outside.tar"].map(|archive| {
        accepted(folder.path(), &["inspect", archive]);
        let inputs = ["--input", "sample=sample", "--input", "state_in=state_in"];
        accepted(folder.path(), &[&["run", archive], &inputs[..]].concat())
    });
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn names_that_macros_and_namespaces_have_compile() {
    for (name, model, header) in
        [("names_of_macros", "names_macro", "names_macro.h"), ("symbol_std_in_cpp", "std", "std_model.h")]
    {
        let Some((case, folder)) = case(name) else { return };
        let out = folder.path().join("out");
        accepted(folder.path(), &["generate", utf8(&case.join(format!("{model}.tflite"))), "-o", "out"]);
        for (language, standard, first) in [("c", "-std=c99", "stdio.h"), ("c++", "-std=c++17", "cstdio")] {
            let mut command = compiler("cc", &[&out]);
            succeed(command.args(["-x", language, standard, "-fsyntax-only", "-include", first]).arg(out.join(header)));
        }
        succeed(&mut all_sources(&out));
    }
}

/// Compiles all C of a generated directory.
fn all_sources(out: &Path) -> Command {
    let mut command = compiler("cc", &[out, &out.join("archive")]);
    command.args(["-std=c99", "-fsyntax-only"]);
    let listed = fs::read_to_string(out.join("sources.txt")).expect("a list");
    listed.lines().for_each(|source| _ = command.arg(out.join(source)));
    command
}

#[test]
fn the_program_of_the_readme_suits_a_model_without_workspace() {
    let Some((case, folder)) = case("one_layer_readme_program") else { return };
    let out = folder.path().join("out");
    accepted(folder.path(), &["generate", utf8(&case.join("dense.tflite")), "-o", "out"]);
    succeed(compiler("cc", &[&out]).args(["-std=c99", "-fsyntax-only"]).arg(case.join("main.c")));
}

#[test]
fn a_run_compiles_as_c99() {
    let Some((case, folder)) = case("stack_protector_all") else { return };
    fs::write(folder.path().join("x.bin"), [7; 192]).expect("a file");
    let model = case.join("net.tflite");
    for flags in [&["--cc-arg=-std=c99", "--cc-arg=-pedantic-errors"][..], &["--cc-arg=-fstack-protector-all"]] {
        accepted(folder.path(), &[&["run", utf8(&model), "--input", "x.bin"], flags].concat());
    }
}

#[test]
fn a_stack_protector_does_not_change_assembly() {
    let found = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let Some((case, _)) = case("stack_protector_all").filter(|_| found("arm-none-eabi-gcc")) else { return };
    let mut check = Command::new("sh");
    check.arg("check.sh").current_dir(case).env("HEADERS", repository("capi/include"));
    succeed(check.env("TOOL", assert_cmd::cargo::cargo_bin("tvm-embedded")));
}

/// Two models of one symbol, each with its user in a static library: the second must not run the first's network.
#[test]
fn two_models_of_one_symbol_do_not_link() {
    let Some((case, folder)) = case("same_model_name_twice") else { return };
    let mut link = Command::new("cc");
    link.current_dir(folder.path()).args(["-o", "program"]);
    let mut libraries = Vec::new();
    for name in ["a", "b"] {
        let out = folder.path().join(name);
        accepted(folder.path(), &["generate", utf8(&case.join(name).join("model.tflite")), "-o", name]);
        let mut sources: Vec<PathBuf> =
            fs::read_to_string(out.join("sources.txt")).expect("a list").lines().map(|line| out.join(line)).collect();
        sources.push(case.join(format!("u{name}.c")));
        let mut archive = Command::new("ar");
        archive.arg("rcs").arg(out.join("lib.a"));
        for (i, source) in sources.iter().enumerate() {
            let object = out.join(format!("{i}.o"));
            let mut compile = Command::new("cc");
            compile.arg("-I").arg(repository("capi/include")).arg("-I").arg(&out).arg("-I").arg(out.join("archive"));
            succeed(compile.arg("-c").arg(source).arg("-o").arg(&object));
            archive.arg(object);
        }
        succeed(&mut archive);
        libraries.push(out.join("lib.a"));
    }
    let output = link.arg(case.join("main.c")).args(libraries).output().expect("a linker");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("multiple definition of `model'"), "{text}");
}
