//! What is computed at compile time leaves no layer.

mod common;

use common::cases;
use tvm_embedded_compiler::{Options, compile};

#[test]
fn constants_through_operators_are_constants() {
    let Some(models) = cases("^ahead-") else { return };
    assert!(models.len() >= 50, "{}", models.len());
    let mut left = Vec::new();
    for (name, tflite) in models {
        let report = compile(&tflite, &Options::default()).unwrap().report;
        // One copies the input.
        let kernels: Vec<&str> = report.layers.iter().flat_map(|layer| &layer.kernels).map(String::as_str).collect();
        if !kernels.iter().all(|&kernel| kernel == "tvmk_copy") {
            left.push(name);
        }
    }
    left.sort();
    // Columns of the first matrix are no rows of FULLY_CONNECTED.
    assert_eq!(left, ["ahead-BATCH_MATMUL-int8-1", "ahead-BATCH_MATMUL-int8-3"]);
}
