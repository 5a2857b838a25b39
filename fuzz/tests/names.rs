//! The C generated for unusual names compiles without a warning.

use std::fs;
use std::path::Path;
use std::process::Command;

use tvm_embedded_fuzz::{Names, generate_named};

/// Names that try to get out of strings, comments, lines and identifiers, or that already have a meaning in C.
const ODD: [&str; 32] = [
    "",
    " ",
    "\"",
    "\\",
    "\\\"",
    "*/",
    "/*",
    "*/ int evil; /*",
    "//",
    "\n",
    "\r\n#error evil\n",
    "\n#include \"/etc/passwd\"\n",
    "??/",
    "??/\n",
    "%s%n",
    "int",
    "register",
    "main",
    "printf",
    "NULL",
    "template",
    "TVMExecute",
    "TVM_EMBEDDED_H",
    "__GNUC__",
    "_Static_assert",
    "1st",
    "a:b",
    "a/b",
    "\u{e9}\u{4e2d}\u{1f600}",
    "\u{202e}evil\u{2066}",
    "\u{1}\u{7f}\u{9b}",
    "count",
];

/// Compiles the files generated for `names`; false if the names are refused.
fn compiles(names: &Names) -> bool {
    let generated = match generate_named(names) {
        Ok(generated) => generated,
        Err(refusal) => {
            println!("refused: {refusal:.200}");
            return false;
        }
    };
    let directory = tempfile::tempdir().expect("a directory");
    tvm_embedded_interface::write(directory.path(), &generated.files).expect("the files are written");
    let headers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../capi/include");
    let symbol = &generated.facts.symbol;
    let user = directory.path().join("user_of_the_header.cpp");
    fs::write(
        &user,
        format!(
            "#include \"{symbol}.h\"\n#include \"{symbol}.h\"\nconst TVMModel* model(void) {{ return &{symbol}; }}\n"
        ),
    )
    .expect("a file");
    let strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsyntax-only"];
    let own = directory.path().join(format!("{symbol}.c"));
    for (compiler, standard, file) in [("gcc", "-std=c99", &own), ("g++", "-std=c++17", &user)] {
        let output = Command::new(compiler)
            .args(strict)
            .arg(standard)
            .arg("-I")
            .arg(directory.path())
            .arg("-I")
            .arg(directory.path().join(tvm_embedded_interface::ARCHIVE_DIRECTORY))
            .arg("-I")
            .arg(&headers)
            .arg(file)
            .output()
            .expect("a compiler");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{names:?}\n{text}");
        assert!(!text.contains("evil"), "{names:?}\n{text}");
    }
    true
}

fn names(tensors: [&str; 3], pool: &str) -> Names {
    Names { module: None, tensors: tensors.map(str::to_owned), pool: pool.to_owned(), symbol: None }
}

#[test]
fn unusual_names_of_tensors_compile_or_are_refused() {
    let mut taken = 0;
    for (index, odd) in ODD.iter().enumerate() {
        let other = ODD[(index * 7 + 3) % ODD.len()];
        taken += u32::from(compiles(&names([odd, "plain", "result"], "arena")));
        taken += u32::from(compiles(&names(["plain", other, odd], "arena")));
    }
    assert!(taken >= 20, "only {taken} were accepted: nothing was compiled");
}

#[test]
fn unusual_names_of_modules_and_symbols_compile_or_are_refused() {
    let mut taken = 0;
    for odd in ODD {
        let module = Names { module: Some(odd.to_owned()), ..names(["a", "b", "c"], "arena") };
        let symbol = Names { symbol: Some(odd.to_owned()), ..names(["a", "b", "c"], "arena") };
        taken += u32::from(compiles(&module)) + u32::from(compiles(&symbol));
    }
    assert!(taken >= 6, "only {taken} were accepted: nothing was compiled");
}

#[test]
fn long_and_clashing_names_compile_or_are_refused() {
    let long = "x".repeat(1000);
    assert!(compiles(&names([&long, "b", "c"], "arena")));
    // Equal as identifiers; TVM's own header would not compile, so both results are correct.
    compiles(&names(["a:b", "a/b", "c"], "arena"));
    compiles(&names(["a_b", "A_B", "a"], "a"));
    assert!(compiles(&names(["scale", "rank", "shape"], "state")));
}

/// The corpus of the target, compiled too.
#[test]
fn the_corpus_compiles_or_is_refused() {
    for (_, bytes) in tvm_embedded_fuzz::corpus::inputs("names") {
        compiles(&Names::from_bytes(&bytes));
    }
}
