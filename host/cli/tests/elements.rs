//! The header's functions between real values and elements, byte for byte against numpy: every element of 8 and 16 bits,
//! and real values over the whole range of floats. Skipped where the oracle's environment can't be made.
#![cfg(unix)]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::{repository, tool};

/// The results that are compared, with the bytes of one.
const KINDS: [&str; 4] = ["quantize", "dequantize", "quantize_fixed", "dequantize_fixed"];

#[test]
fn functions_of_the_header_give_the_bytes_of_numpy() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    if !numpy(&at("data")) {
        return;
    }
    let cases = fs::read_to_string(at("data/cases.txt")).unwrap();
    generate(folder.path(), &cases);
    for (compiler, language, standard) in [("cc", "c", "c99"), ("c++", "c++", "c++17")] {
        let mut command = Command::new(compiler);
        command.args(["-x", language]).arg(format!("-std={standard}"));
        command.args(["-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsanitize=undefined"]);
        command.arg("-fno-sanitize-recover").arg("-I").arg(repository("capi/include")).arg("-I").arg(folder.path());
        command.arg("-I").arg(at("out")).arg(repository("host/cli/tests/c/elements.c")).arg("-o").arg(at("program"));
        assert!(command.status().unwrap().success(), "{command:?}");
        let run = Command::new(at("program")).arg(at("data")).output().unwrap();
        assert!(run.status.success(), "{standard}: {:?} {}", run.status, String::from_utf8_lossy(&run.stderr));
        let mut compared = 0;
        for name in cases.lines().filter_map(|line| line.split(' ').next()) {
            compared += KINDS.iter().map(|kind| compare(&at("data"), &format!("{name}.{kind}"))).sum::<usize>();
        }
        compared += compare(&at("data"), "scale") + compare(&at("data"), "integer");
        eprintln!("{standard}: {} cases, {compared} bytes are those of numpy", cases.lines().count());
        assert!(compared > 20_000_000, "only {compared} bytes");
    }
}

/// Has the oracle write arguments and results; false, with a line `SKIPPED`, where it can't run.
fn numpy(out: &Path) -> bool {
    let script = repository("host/compiler/tests/oracle/elements.py");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let Ok(output) = Command::new("python3").arg(script).arg(out).env("CARGO_TARGET_DIR", target).output() else {
        eprintln!("SKIPPED: no python3 for the oracle");
        return false;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        eprintln!("SKIPPED: the oracle can't run here: {errors}");
        return false;
    }
    assert!(output.status.success(), "{errors}");
    true
}

/// The header of a model with an input for each case, as for a model that arrives compiled; and the list of cases for C.
fn generate(folder: &Path, cases: &str) {
    let (mut members, mut list) = (String::new(), String::new());
    for case in cases.lines() {
        let [name, ctype, first, second] = case.split(' ').collect::<Vec<_>>()[..] else { panic!("{case}") };
        let _ = writeln!(members, "  void *{name};");
        let _ = writeln!(list, "CASE({name}, {ctype}, {first}, {second})");
    }
    let structs = "struct tvmgen_elements_inputs {\n".to_owned()
        + &members
        + "};\nstruct tvmgen_elements_outputs {\n  void *y;\n};\n";
    let run =
        "int32_t tvmgen_elements_run(struct tvmgen_elements_inputs *inputs, struct tvmgen_elements_outputs *outputs)";
    let at = |name: &str| folder.join(name);
    fs::write(at("tvmgen_elements.h"), format!("#include <stdint.h>\n{structs}{run};\n")).unwrap();
    fs::write(at("cases.h"), list).unwrap();
    let source = format!("#include \"tvmgen_elements.h\"\n{run} {{ (void)inputs; (void)outputs; return 0; }}\n");
    fs::write(at("model.c"), source).unwrap();
    let made = Command::new("cc").args(["-c", "model.c", "-o", "model.o"]).current_dir(folder).status().unwrap();
    let archived = Command::new("ar").args(["rcs", "libelements.a", "model.o"]).current_dir(folder).status().unwrap();
    assert!(made.success() && archived.success());
    let mut generate = tool();
    generate.arg("generate").arg("--header").arg(at("tvmgen_elements.h")).arg("--library").arg(at("libelements.a"));
    generate.arg("--facts").arg(at("data/facts.json")).arg("-o").arg(at("out")).assert().success();
}

/// Compares what was found with what was expected; the number of bytes.
fn compare(folder: &Path, name: &str) -> usize {
    let read = |end: &str| fs::read(folder.join(format!("{name}.{end}"))).unwrap();
    let (expected, found) = (read("expected"), read("found"));
    assert_eq!(expected.len(), found.len(), "{name}");
    let differs = expected.iter().zip(&found).position(|(one, other)| one != other);
    assert_eq!(differs, None, "{name}: the first byte that differs");
    fs::remove_file(folder.join(format!("{name}.found"))).unwrap();
    found.len()
}
