//! Damaged and contradictory files: no panic, no unbounded memory, always an error or a correct archive.

mod common;

use common::shared_models;
use std::fs;
use std::panic::catch_unwind;
use tvm_embedded_compiler::{Options, compile};

/// Compiles damaged bytes; a panic fails the test and reports the position of the damage.
fn survives(bytes: &[u8], what: &dyn Fn() -> String) {
    if catch_unwind(|| compile(bytes, &Options::default()).map(drop)).is_err() {
        panic!("panic at {}", what());
    }
}

fn model(name: &str) -> Option<Vec<u8>> {
    Some(fs::read(shared_models()?.join(name)).unwrap())
}

#[test]
fn truncation_at_every_byte() {
    let Some(bytes) = model("hello_world_int8.tflite") else { return };
    for length in 0..bytes.len() {
        survives(&bytes[..length], &|| format!("length {length}"));
    }
}

#[test]
fn bits_of_a_small_model() {
    let Some(bytes) = model("hello_world_int8.tflite") else { return };
    let mut damaged = bytes.clone();
    // A step that changes every bit position of a byte.
    for bit in (0..8 * bytes.len()).step_by(5) {
        damaged[bit / 8] ^= 1 << (bit % 8);
        survives(&damaged, &|| format!("bit {bit}"));
        damaged[bit / 8] = bytes[bit / 8];
    }
}

#[test]
fn wrong_words() {
    let Some(bytes) = model("hello_world_int8.tflite") else { return };
    let mut damaged = bytes.clone();
    for at in (0..bytes.len() - 4).step_by(4) {
        for lie in [0u32, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x0001_0000, bytes.len() as u32] {
            damaged[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            survives(&damaged, &|| format!("word {at} = {lie:#x}"));
        }
        damaged[at..at + 4].copy_from_slice(&bytes[at..at + 4]);
    }
}

#[test]
fn damage_throughout_larger_models() {
    for name in ["v2_okay_nabu.tflite", "kws_ref_model.tflite", "pretrainedResnet_quant.tflite"] {
        let Some(bytes) = model(name) else { return };
        // The structure is at both ends of the file; damaged weights between them show little.
        let mut state = 0x2545_f491_4f6c_dd1du64;
        for round in 0..400 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + round % 3 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let span = bytes.len().min(24_000);
                let at = (state >> 33) as usize % span;
                let at = if state & 1 == 0 { at } else { bytes.len() - 1 - at };
                damaged[at] = damaged[at].wrapping_add((state >> 8) as u8 | 1);
            }
            survives(&damaged, &|| format!("{name}, round {round}"));
        }
    }
}

#[test]
fn shapes_larger_than_memory() {
    // The shapes of hello_world are [1, 1] and [1, 16]: make every dimension huge, wherever it is.
    let Some(bytes) = model("hello_world_int8.tflite") else { return };
    for lie in [65_535i32, 1 << 20, 1 << 28, i32::MAX] {
        let mut damaged = bytes.clone();
        for at in (0..bytes.len() - 8).step_by(4) {
            if bytes[at..at + 8] == [1, 0, 0, 0, 16, 0, 0, 0] || bytes[at..at + 8] == [1, 0, 0, 0, 1, 0, 0, 0] {
                damaged[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            }
        }
        assert_ne!(damaged, bytes);
        survives(&damaged, &|| format!("dimensions of {lie}"));
    }
}

#[test]
fn files_that_are_not_models_are_reported() {
    for bytes in [&b""[..], b"TFL3", b"....TFL3", &[0; 64]] {
        let errors = compile(bytes, &Options::default()).err().unwrap();
        assert!(!errors.0.is_empty() && !errors.to_string().is_empty());
    }
}
