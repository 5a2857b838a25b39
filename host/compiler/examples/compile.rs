//! Compiles a `.tflite` file and unpacks nothing: `cargo run --example compile model.tflite model.tar`.

use tvm_embedded_compiler::{compile, options::Options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, archive] = arguments.as_slice() else { return Err("usage: compile MODEL.tflite ARCHIVE.tar".into()) };
    let output = compile(&std::fs::read(model)?, &Options::default())?;
    std::fs::write(archive, &output.archive)?;
    println!("{:#?}", output.report);
    Ok(())
}
