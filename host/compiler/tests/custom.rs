//! A custom operator that a user's function computes: the example in `examples/custom_operator`.

mod common;

use common::{python, scratch, unpack};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tvm_embedded_compiler::ir::options::CustomOperator;
use tvm_embedded_compiler::{Options, compile};

/// Runs the model on 0.5, 1.5, … with every second number negative.
const MAIN: &str = r#"
#include <stdio.h>
#include "tvmgen_custom_example.h"
int main(void) {
    static float in[24], out[6];
    static uint8_t memory[4096] __attribute__((aligned(16)));
    struct tvmgen_custom_example_inputs inputs = {in};
    struct tvmgen_custom_example_outputs outputs = {out};
    struct tvmgen_custom_example_workspace_pools pools = {memory};
    for (int i = 0; i < 24; i++) {
        in[i] = ((float)i + 0.5f) * (i % 2 ? -1.0f : 1.0f);
    }
    int32_t status = tvmgen_custom_example_run(&inputs, &outputs, &pools);
    for (int i = 0; i < 6; i++) {
        printf("%g ", (double)out[i]);
    }
    printf("%d\n", (int)status);
    return 0;
}
"#;

fn options(scratch: usize) -> Options {
    let by = CustomOperator {
        name: "SquareSum".into(),
        header: "square_sum.h".into(),
        function: "square_sum".into(),
        scratch,
    };
    Options { module_name: Some("custom_example".into()), custom: vec![by], ..Options::default() }
}

#[test]
fn a_function_computes_an_operator() {
    let scratch = scratch();
    let models = scratch.path().join("models");
    if !python("models.py", &["--out", models.to_str().unwrap(), "--filter", "^refused-custom-example$"]) {
        return;
    }
    let tflite = fs::read(models.join("refused/refused-custom-example.tflite")).unwrap();
    let refused = compile(&tflite, &Options::default()).unwrap_err().to_string();
    assert!(refused.contains("custom operator \"SquareSum\" is not supported"), "{refused}");
    let other =
        Options { custom: vec![CustomOperator { name: "Other".into(), ..options(0).custom[0].clone() }], ..options(0) };
    let refused = compile(&tflite, &other).unwrap_err().to_string();
    assert!(refused.contains("which the model does not ask for"), "{refused}");
    for (compiler, extra) in
        [("gcc", "-std=c99"), ("clang", "-std=c99"), ("g++", "-std=c++20"), ("clang++", "-std=c++20")]
    {
        if Command::new(compiler).arg("--version").output().is_err() {
            println!("SKIPPED: no {compiler}");
            continue;
        }
        let folder = scratch.path().join(compiler);
        // Rows 0, 2, … and the factor 3: squares of 0.5 and 2.5, of 4.5 and 6.5, …
        assert_eq!(run(&tflite, 16, &folder, compiler, extra), "19.5 187.5 547.5 1099.5 1843.5 2779.5 0");
        // The function needs more: it ends the run.
        assert!(run(&tflite, 8, &folder, compiler, extra).ends_with(" -7431"));
    }
}

fn run(tflite: &[u8], bytes: usize, folder: &Path, compiler: &str, standard: &str) -> String {
    let output = compile(tflite, &options(bytes)).unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/custom_operator");
    let mut sources: Vec<PathBuf> = unpack(&output.archive, folder);
    let main = folder.join("main.c");
    fs::write(&main, MAIN).unwrap();
    sources.extend([main, example.join("square_sum.c")]);
    let program = folder.join("program");
    let mut cc = Command::new(compiler);
    cc.args(if compiler.ends_with("++") { &["-x", "c++"][..] } else { &[] }).arg(standard);
    cc.args(["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsanitize=undefined,address", "-I"]);
    cc.arg(folder.join("codegen/host/include")).arg("-I").arg(&example).args(&sources).arg("-o").arg(&program);
    let built = cc.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let ran = Command::new(&program).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}
