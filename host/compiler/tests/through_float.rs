//! float32 operators between DEQUANTIZE and QUANTIZE leave no conversion, unless something else needs them.

mod common;

use common::cases;
use tvm_embedded_compiler::{Options, compile};

/// Functions of int16, operators that have no form of int16, and what is read as float32.
const LEFT: [&str; 24] = [
    "abs-int16-0",
    "abs_sqrt-int16-0",
    "an_output",
    "batch_to_space_nd-int16-0",
    "ceil-int16-0",
    "constant",
    "depth_to_space-int16-0",
    "floor-int16-0",
    "from_float",
    "gather-int16-0",
    "hard_swish-int16-0",
    "leaky_relu-int16-0",
    "mirror_pad-int16-0",
    "neg-int16-0",
    "read_twice",
    "relu-int16-0",
    "relu6-int16-0",
    "round-int16-0",
    "scales_apart",
    "space_to_batch_nd-int16-0",
    "space_to_depth-int16-0",
    "square-int16-0",
    "square_neg_floor-int16-0",
    "transpose_leaky_relu_pad-int16-0",
];

#[test]
fn conversions_are_left_only_where_they_are_needed() {
    let Some(models) = cases("through_float-") else { return };
    assert!(models.len() >= 150, "{}", models.len());
    let mut left = Vec::new();
    for (name, tflite) in models {
        let report = compile(&tflite, &Options::default()).unwrap_or_else(|errors| panic!("{name}: {errors}")).report;
        let kernels: Vec<&str> = report.layers.iter().flat_map(|layer| &layer.kernels).map(String::as_str).collect();
        let converts = |kernel: &&str| kernel.starts_with("tvmk_quantize") || kernel.starts_with("tvmk_dequantize");
        // int16 of another quantisation has no table: 65536 elements.
        if kernels.iter().any(converts) && !name.ends_with("-int16-1") {
            left.push(name.trim_start_matches("beyond-").trim_start_matches("through_float-").to_owned());
        }
    }
    left.sort();
    assert_eq!(left, LEFT);
}
