//! Inputs whose size the file leaves open.

use std::fs;

use crate::common::repository;
use crate::transcript::Transcript;

pub fn sizes(t: &mut Transcript) {
    t.about("Inputs whose size the user chooses");
    for name in ["open-convolution", "open-pair", "open-spectrum"] {
        let model = repository(&format!("fuzz/corpus/tflite/{name}"));
        fs::copy(model, t.path().join(format!("{name}.tflite"))).expect("a model");
    }
    let model = fs::read(t.path().join("open-convolution.tflite")).expect("a model");
    // -1 in the shape itself, as some converters write it: the shape and its signature are next to each other.
    let one: Vec<u8> = [4i32, 1, 1, 8, 1].iter().flat_map(|number| number.to_le_bytes()).collect();
    let at = model.windows(one.len()).position(|window| window == one).expect("the input's shape");
    let mut unknown = model.clone();
    unknown[at + 8..at + 12].copy_from_slice(&(-1i32).to_le_bytes());
    t.write("unknown.tflite", unknown);
    t.run("compile unknown.tflite -o out.tar");
    t.run("inspect open-convolution.tflite");
    for shape in ["", "image=", "image=1x-1x8x1", "image=99999999999999999999"] {
        t.run(&format!("compile open-convolution.tflite -o out.tar --input-shape={shape}"));
    }
    for shape in
        ["picture=1x21x8x1", "image=21x8", "image=1x21x9x1", "image=1x0x8x1", "image=1x1x8x1", "image=1x999999999x8x1"]
    {
        t.run(&format!("compile open-convolution.tflite -o out.tar --input-shape {shape}"));
    }
    t.run("run open-convolution.tflite --input x.bin --input-shape image=1x9x8x1 --input-shape image=1x9x8x1");
    t.run("estimate open-pair.tflite --input-shape 1x5x4");
    t.run("report open-pair.tflite --input-shape first=1x5x4 --input-shape second=1x5x5");
    t.run("compile open-spectrum.tflite -o out.tar --input-shape 20");
    t.run("generate net.tar -o out --input-shape first=1x1x5x4");
    t.run("compile net.tflite -o out.tar --input-shape first=1x1x5x4");
}
