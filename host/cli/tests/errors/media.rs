//! Sounds, pictures and directories of samples that can't be used.

use std::fs;

use png::{BitDepth, ColorType};

#[path = "../common/media.rs"]
mod files;

use crate::transcript::Transcript;
use files::{claimed, gray, png, wav, wav_of_floats};

/// `digits.tflite` takes an image of 8 x 8, `state.tar` four values.
pub fn media(t: &mut Transcript) {
    t.about("Pictures and sounds");
    t.write("deep.png", png(8, 8, ColorType::Grayscale, BitDepth::Sixteen, &[0; 128]));
    t.write("colour.png", png(8, 8, ColorType::Rgb, BitDepth::Eight, &[0; 192]));
    t.write("wide.png", gray(9, 8, &[0; 72]));
    let whole = gray(8, 8, &[7; 64]);
    t.write("cut.png", &whole[..whole.len() / 2]);
    t.write("whole.png", &whole);
    t.write("none.png", "not a picture");
    for name in ["deep", "colour", "wide", "cut", "none"] {
        t.run(&format!("run digits.tflite --input {name}.png"));
    }
    t.run("run digits.tflite --input whole.png --range 1..0");
    t.run("run state.tar --input whole.png");
    t.run("run plain.tar --input whole.png");
    t.write("float.wav", wav_of_floats(&[0.0; 4]));
    t.write("other.wav", wav(8_000, 1, &[0; 4]));
    t.write("long.wav", wav(16_000, 1, &[0; 5]));
    t.write("stereo.wav", wav(16_000, 2, &[0; 8]));
    let whole = wav(16_000, 1, &[0; 4]);
    t.write("cut.wav", &whole[..whole.len() - 3]);
    t.write("whole.wav", &whole);
    for name in ["float", "other", "long", "stereo", "cut", "whole"] {
        t.run(&format!("run state.tar --input {name}.wav --rate 16000"));
    }
    t.run("run digits.tflite --input whole.wav --rate 16000");
    t.run("run plain.tar --input whole.wav --rate 16000");

    t.about("Directories of samples");
    for (folder, file) in [("mixed/yes", "a.png"), ("mixed", "b.png"), ("words/no", "a.png"), ("words/yes", "b.png")] {
        fs::create_dir_all(t.path().join(folder)).expect("a directory");
        t.write(&format!("{folder}/{file}"), gray(8, 8, &[0; 64]));
    }
    t.run("validate digits.tflite --inputs mixed");
    t.run("validate digits.tflite --inputs words");
    t.write("names.txt", "yes\nmaybe\n");
    t.run("validate digits.tflite --inputs words --classes names.txt");
    t.write("nothing.txt", "\n");
    t.run("validate digits.tflite --inputs words --classes nothing.txt");
    t.write("latin.txt", b"na\xefve\n");
    t.run("validate digits.tflite --inputs words --classes latin.txt");
    fs::copy(crate::repository("models/digit_rows/digit_rows.tflite"), t.path().join("rows.tflite")).expect("a model");
    t.run("validate rows.tflite --inputs words --steps 16");
    t.write("claimed.png", claimed(8, 1 << 30));
    t.run("run rows.tflite --input claimed.png");

    t.about("Findings in a report");
    t.write("text.json", "accuracy: 1");
    t.run("report digits.tflite --validation text.json");
    let findings = r#"{"model": "net", "output": "scores", "samples": 1, "steps": 1, "microseconds": 1.0}"#;
    t.write("findings.json", findings);
    t.run("report digits.tflite --validation findings.json");
}
