//! Constants that the file stores in 16 bits or fewer before a DEQUANTIZE keep that type in flash.

mod common;

use common::{python, scratch};
use std::fs;
use tvm_embedded_compiler::{Options, compile};

/// The models of this name, as a file may store them.
fn models(filter: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let scratch = scratch();
    let folder = scratch.path().join("models");
    python("models.py", &["--out", folder.to_str().unwrap(), "--untried", "--filter", filter]).then_some(())?;
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let model =
        |path: std::path::PathBuf| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap());
    Some(paths.map(model).collect())
}

#[test]
fn matrices_keep_the_type_of_the_file() {
    let Some(models) = models("^batch_matmul-stored-.*-[0-9]+-[0-3]$") else { return };
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
