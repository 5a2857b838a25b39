//! `TVM_EMBEDDED_SHARE_KERNELS`: two models in one program, built as users build them. What a board computes with them is a test of
//! `cargo xtask share`.
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{repository, tool};
use tempfile::TempDir;

const STRICT: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];
const SHARE: &str = "-DTVM_EMBEDDED_SHARE_KERNELS";
const CORTEX_M4: [&str; 2] = ["-mcpu=cortex-m4", "-mthumb"];

const MAIN: &str = "#include \"digits.h\"
#include \"digit_rows.h\"
MODEL_FUNCTION(digits, DIGITS, NO_RESET)
MODEL_FUNCTION(digit_rows, DIGIT_ROWS, RESET)
int main(void) { return run_digits() != 0 || run_digit_rows() != 0; }
";

/// Runs a program that must succeed; its output.
fn run(command: &mut Command) -> String {
    let output = command.output().expect("a program");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn is_installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("SKIPPED: {program} is not installed");
    }
    found
}

/// The bundled models' C, the second compiled with these options.
fn models(options: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in [("digits", &[][..]), ("digit_rows", options)] {
        let model = repository(&format!("models/{name}/{name}.tflite"));
        let archive = format!("{name}.tar");
        tool().current_dir(&folder).arg("compile").arg(model).args(["-o", &archive]).args(options).assert().success();
        tool().current_dir(&folder).args(["generate", &archive, "-o", name, "--no-library"]).assert().success();
    }
    fs::write(folder.path().join("share_models.h"), MAIN).unwrap();
    folder
}

/// A model's sources.
fn sources(folder: &Path, model: &str) -> Vec<PathBuf> {
    let list = fs::read_to_string(folder.join(model).join("sources.txt")).unwrap();
    list.lines().map(|source| folder.join(model).join(source)).collect()
}

/// A compiler with the models' headers.
fn compiler(folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).arg("-I.");
    for model in ["digits", "digit_rows"] {
        command.arg(format!("-I{model}")).arg(format!("-I{model}/archive"));
    }
    command
}

/// The object files of a model's C, with each function in a section of its own.
fn objects(folder: &Path, program: &str, flags: &[&str], model: &str) -> Vec<PathBuf> {
    let object = |source: PathBuf| {
        let object = folder.join(format!("{}.o", source.file_stem().unwrap().to_string_lossy()));
        let mut command = compiler(folder, program);
        command.args(["-O2", "-ffunction-sections", "-fdata-sections"]).args(STRICT).args(flags);
        run(command.arg("-c").arg(source).arg("-o").arg(&object));
        object
    };
    sources(folder, model).into_iter().map(object).collect()
}

/// Whether a symbol is that of an external kernel, also in C++.
fn has_hash(name: &str) -> bool {
    let is_hash = |word: &str| word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.contains("tvmk_") && name.split('_').any(is_hash)
}

/// External kernels in object files or a program, sorted; one that is there twice is here twice.
fn kernels<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Vec<String> {
    let text = run(Command::new("nm").args(files));
    let names = text.lines().filter_map(|line| line.split_whitespace().nth(2));
    let mut names: Vec<String> = names.filter(|name| has_hash(name)).map(str::to_owned).collect();
    names.sort();
    names
}

/// Links both models without a program: no startup code, no linker script.
fn linked(folder: &Path, program: &str, flags: &[&str], objects: &[PathBuf]) -> PathBuf {
    let file = folder.join("linked.elf");
    let entries =
        ["-Wl,--gc-sections", "-Wl,-e,0", "-Wl,-u,tvmgen_digits___tvm_main__", "-Wl,-u,tvmgen_digit_rows___tvm_main__"];
    run(Command::new(program).args(flags).args(["-nostartfiles"]).args(entries).args(objects).arg("-o").arg(&file));
    file
}

/// Bytes of code and constants.
fn flash(file: &Path) -> u64 {
    let text = run(Command::new("size").arg(file));
    text.lines().nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn each_kernel_is_in_a_program_once_and_gives_the_same_bytes() {
    let folder = models(&[]);
    let folder = folder.path();
    for (program, flag) in [("gcc", "-g0"), ("clang", "-g0"), ("clang", "-fuse-ld=lld"), ("gcc", "-flto")] {
        if !is_installed(program) || (flag == "-fuse-ld=lld" && !is_installed("ld.lld")) {
            continue;
        }
        // A compiler warns of the choice of a linker where it links nothing.
        let flags = [flag, "-Wno-unused-command-line-argument"];
        let flags = if program == "clang" { &flags[..] } else { &flags[..1] };
        let build = |shares: &[&str]| {
            let flags = [&["-std=c99"][..], flags, shares].concat();
            let objects: Vec<PathBuf> =
                ["digits", "digit_rows"].iter().flat_map(|model| objects(folder, program, &flags, model)).collect();
            let file = folder.join("program");
            let mut command = compiler(folder, program);
            command.args(flags).args(["-O2", "-Wl,--gc-sections"]).arg(repository("bench/firmware/share.c"));
            run(command.args(&objects).args(["-lm", "-o"]).arg(&file));
            (run(&mut Command::new(&file)), kernels([&file]), flash(&file))
        };
        let (outputs, none, before) = build(&[]);
        let (shared, names, after) = build(&[SHARE]);
        assert_eq!(shared, outputs, "{program} {flag}");
        assert!(none.is_empty(), "{program} {flag}: {none:?}");
        if flag == "-flto" {
            continue; // may put a kernel into its only caller
        }
        assert!(names.iter().any(|name| name.starts_with("tvmk_conv_2d_")), "{program} {flag}: {names:?}");
        let unique: BTreeSet<&String> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{program} {flag}: {names:?}");
        assert!(after < before, "{program} {flag}: {after} bytes, {before} without");
    }
}

#[test]
fn a_program_for_cortex_m4_has_each_kernel_once_and_is_smaller() {
    if !is_installed("arm-none-eabi-gcc") {
        return;
    }
    let folder = models(&[]);
    let folder = folder.path();
    let build = |shares: &[&str]| {
        let flags = [&CORTEX_M4[..], &["-std=c99"], shares].concat();
        let of = |model| objects(folder, "arm-none-eabi-gcc", &flags, model);
        let both = [of("digits"), of("digit_rows")].concat();
        linked(folder, "arm-none-eabi-gcc", &CORTEX_M4, &both)
    };
    let before = flash(&build(&[]));
    let program = build(&[SHARE]);
    let names = kernels([&program]);
    for name in ["tvmk_conv_2d_", "tvmk_dsp_tile_", "tvmk_fully_connected_", "tvmk_softmax_"] {
        let is_it =
            |found: &&String| found.strip_prefix(name).is_some_and(|hash| hash.len() == "0123456789abcdef_dsp".len());
        assert_eq!(names.iter().filter(is_it).count(), 1, "{name}: {names:?}");
    }
    let after = flash(&program);
    // 20 104 of 23 276 bytes with gcc 12.2.
    assert!(after * 100 < before * 92, "{after} bytes, {before} without");
}

/// The text of a kernel is the same, but not what the compiler makes of it: weights in another order, short loops.
#[test]
fn models_of_other_options_share_no_kernel() {
    for options in [["--optimize", "size"], ["--core", "portable"]] {
        let folder = models(&options);
        let folder = folder.path();
        for (program, flags) in [("gcc", &[][..]), ("arm-none-eabi-gcc", &CORTEX_M4)] {
            // On this computer the path is the portable one for both.
            if !is_installed(program) || (program == "gcc" && options[0] == "--core") {
                continue;
            }
            let flags = [flags, &["-std=c99", SHARE]].concat();
            let of = |model| kernels(&objects(folder, program, &flags, model));
            let (first, second) = (of("digits"), of("digit_rows"));
            let both: Vec<_> = first.iter().filter(|name| second.contains(name)).collect();
            assert!(!first.is_empty() && !second.is_empty() && both.is_empty(), "{program} {options:?}: {both:?}");
        }
    }
}

/// Every external function has a hash: else a function of another version of the compiler could be taken.
#[test]
fn no_external_function_is_without_a_hash() {
    let folder = models(&[]);
    for (program, flags) in
        [("gcc", &["-std=c99"][..]), ("clang", &["-std=c11"]), ("g++", &["-x", "c++", "-std=c++20"])]
    {
        if !is_installed(program) {
            continue;
        }
        let flags = [flags, &[SHARE, "-Wmissing-declarations"]].concat();
        let objects = objects(folder.path(), program, &flags, "digits");
        let text = run(Command::new("nm").args(&objects));
        let weak: Vec<&str> = text.lines().filter(|line| line.contains(" W ")).collect();
        assert!(!weak.is_empty() && weak.iter().all(|line| has_hash(line)), "{program}: {weak:?}");
    }
}

#[test]
fn a_compiler_without_the_attributes_is_refused() {
    let folder = models(&[]);
    let mut command = compiler(folder.path(), "gcc");
    // core.h takes this for IAR's compiler.
    command.args(["-fsyntax-only", "-D__ICCARM__", SHARE]).args(sources(folder.path(), "digits"));
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("TVM_EMBEDDED_SHARE_KERNELS needs gcc or clang"), "{text}");
}
