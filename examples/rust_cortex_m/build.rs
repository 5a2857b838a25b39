//! Compiles the models that main.rs includes, and lets the linker find memory.x.

fn main() {
    tvm_embedded_build::model("../../models/digits/digits.tflite").compile();
    tvm_embedded_build::model("../../models/digit_rows/digit_rows.tflite").compile();
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed=memory.x");
}
