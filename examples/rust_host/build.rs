//! Compiles the models that main.rs includes.

fn main() {
    tvm_embedded_build::model("../../models/digits/digits.tflite").compile();
    tvm_embedded_build::model("../../models/digit_rows/digit_rows.tflite").compile();
    // The first model again, with two workspaces and its tensors in one of them.
    tvm_embedded_build::model("../../models/digits/digits.tflite")
        .symbol("placed")
        .pool("fast", Some(1800))
        .pool("slow", None)
        .io_in_workspace()
        .compile();
    // And with its constants in two pools outside of the code.
    tvm_embedded_build::model("../../models/digits/digits.tflite")
        .symbol("pooled")
        .core("portable")
        .constants("fast", Some(2048))
        .constants("slow", None)
        .compile();
}
