//! Constants that the file stores in 16 bits or fewer before a DEQUANTIZE keep that type in flash.

mod common;

use common::cases;
use tvm_embedded_compiler::{Options, compile};

#[test]
fn matrices_keep_the_type_of_the_file() {
    let Some(models) = cases("^batch_matmul-stored-.*-[0-9]+-[0-3]$") else { return };
    assert_eq!(models.len(), 44);
    let mut kept = 0;
    for (name, tflite) in models {
        let report = compile(&tflite, &Options::default()).unwrap_or_else(|errors| panic!("{name}: {errors}")).report;
        let kernel = report.layers[0].kernels.join(" ");
        let form = if name.contains("float16") {
            "half"
        } else if name.contains("int8") {
            "byte"
        } else {
            "nibble"
        };
        let is_kept = kernel == format!("tvmk_float_conv_2d_{form}");
        // Columns of the first matrix are no rows.
        let rows = name.ends_with(['0', '2']);
        // The second of several matrices would begin in the middle of a byte.
        let odd = ["int4-2-", "int4-8-"].iter().any(|part| name.contains(part));
        assert!(is_kept || kernel == "tvmk_float_matrices", "{name}: {kernel}");
        assert!(is_kept == rows || odd, "{name}: {kernel}");
        kept += usize::from(is_kept);
    }
    assert!(kept >= 20, "{kept}");
}
