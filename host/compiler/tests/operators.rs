//! `docs/operators.md` agrees with the operators' directories.
//!
//! `TVM_EMBEDDED_BLESS=1 cargo test -p tvm_embedded_compiler --test operators` writes it again.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use tvm_embedded_compiler::ops::definition::{Cores, Definition, Exactness};
use tvm_embedded_compiler::ops::definitions;

const HEAD: &str = "# Operators

Generated from the operators' directories in `host/compiler/src/ops`: don't edit; `tests/operators.rs` writes it.

What the compiler accepts, by operator of the `.tflite` format. *Cores* are those with code of their own: *portable* is C99 for all,
DSP and MVE come on top of it. *Reference* is the file of TensorFlow Lite Micro in `tensorflow/lite/micro/kernels` whose results
an operator has: the same bytes, or for float32 functions such as exp the same bytes on every core, as accurate as
[kernels.md](kernels.md) states. What TensorFlow Lite Micro does not have or misreads (weights of int8 with float32, uint8, TILE, SELECT, GELU; EXP, LOG, SQRT of
int8 and int16; RESIZE_BILINEAR of int16) has the results of TensorFlow Lite's reference kernels in the same way:
[compiler.md](compiler.md), \"Weights of int8 with float32\" and \"uint8 of TensorFlow 1\".

| operator | versions | element types | cores | result | reference |
| --- | --- | --- | --- | --- | --- |
";

#[test]
fn the_table_of_operators_matches_the_registry() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operators.md");
    let expected = table();
    if std::env::var_os("TVM_EMBEDDED_BLESS").is_some() {
        fs::write(&path, expected).unwrap();
        return;
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(found == expected, "docs/operators.md is out of date: see the top of this file");
}

/// The README states the number of operators listed in that file.
#[test]
fn the_readme_states_the_number_of_operators() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let link = " operators](docs/operators.md)";
    let (before, _) = text.split_once(link).expect("README.md does not mention docs/operators.md");
    let (_, number) = before.rsplit_once('[').unwrap();
    let count = definitions().count().to_string();
    if std::env::var_os("TVM_EMBEDDED_BLESS").is_some() {
        fs::write(&path, text.replacen(&format!("[{number}{link}"), &format!("[{count}{link}"), 1)).unwrap();
        return;
    }
    assert_eq!(number, count, "README.md and docs/operators.md have different numbers of operators");
}

fn table() -> String {
    let mut definitions: Vec<&Definition> = definitions().collect();
    definitions.sort_by_key(|definition| definition.kind.to_string());
    let mut text = HEAD.to_owned();
    for definition in definitions {
        let (first, last) = (definition.versions.start(), definition.versions.end());
        let versions = match (first, last) {
            (_, &i32::MAX) => "any".to_owned(),
            (first, last) if first == last => format!("{first}"),
            (first, last) => format!("{first} to {last}"),
        };
        for (i, row) in definition.support.iter().enumerate() {
            let (name, versions) =
                if i == 0 { (definition.kind.to_string(), versions.as_str()) } else { (String::new(), "") };
            let (types, reference) = (row.types, if i == 0 { definition.reference } else { "" });
            let (cores, result) = (cores(row.cores), result(row.result));
            let _ = writeln!(text, "| {name} | {versions} | {types} | {cores} | {result} | {reference} |");
        }
    }
    text
}

fn cores(cores: Cores) -> &'static str {
    match cores {
        Cores::Portable => "portable",
        Cores::Dsp => "portable, DSP",
        Cores::Mve => "portable, MVE",
        Cores::DspMve => "portable, DSP, MVE",
        Cores::NoCode => "no code",
    }
}

fn result(result: Exactness) -> &'static str {
    match result {
        Exactness::Bytes => "the same bytes",
        Exactness::Near => "as accurate as stated",
        Exactness::Device => "that of the NPU",
    }
}
