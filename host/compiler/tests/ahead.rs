//! What is computed at compile time leaves no layer.

mod common;

use common::{python, scratch};
use std::fs;
use tvm_embedded_compiler::{Options, compile};

#[test]
fn constants_through_operators_are_constants() {
    let scratch = scratch();
    let folder = scratch.path().join("models");
    if !python("models.py", &["--out", folder.to_str().unwrap(), "--untried", "--filter", "^ahead-"]) {
        return;
    }
    let (mut count, mut left) = (0, Vec::new());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let report = compile(&fs::read(&path).unwrap(), &Options::default()).unwrap().report;
        count += 1;
        // One copies the input.
        let kernels: Vec<&str> = report.layers.iter().flat_map(|layer| &layer.kernels).map(String::as_str).collect();
        if !kernels.iter().all(|&kernel| kernel == "tvmk_copy") {
            left.push(name);
        }
    }
    left.sort();
    // Columns of the first matrix are no rows of FULLY_CONNECTED.
    assert_eq!(left, ["ahead-BATCH_MATMUL-int8-1", "ahead-BATCH_MATMUL-int8-3"]);
    assert!(count >= 50, "{count}");
}
