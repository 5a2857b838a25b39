//! Sounds and pictures for tests.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};
use png::{BitDepth, ColorType, Encoder};

/// A `.png` file.
pub fn png(width: u32, height: u32, color: ColorType, depth: BitDepth, data: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    let mut encoder = Encoder::new(&mut content, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(data).expect("pixels");
    writer.finish().expect("an end");
    content
}

/// The beginning of a `.png` file that claims to have this size.
pub fn claimed(width: u32, height: u32) -> Vec<u8> {
    let mut content = Vec::new();
    let mut encoder = Encoder::new(&mut content, width, height);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_chunk(png::chunk::IDAT, &[0x78, 0x9c]).expect("a part");
    drop(writer);
    content
}

/// A picture of 8 bits of gray.
pub fn gray(width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    png(width, height, ColorType::Grayscale, BitDepth::Eight, data)
}

/// A `.wav` file of 16 bits.
pub fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let mut content = Cursor::new(Vec::new());
    let spec = WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::new(&mut content, spec).expect("a header");
    samples.iter().for_each(|&sample| writer.write_sample(sample).expect("a sample"));
    writer.finalize().expect("an end");
    content.into_inner()
}

/// A `.wav` file of floating-point numbers.
pub fn wav_of_floats(samples: &[f32]) -> Vec<u8> {
    let mut content = Cursor::new(Vec::new());
    let spec = WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 32, sample_format: SampleFormat::Float };
    let mut writer = WavWriter::new(&mut content, spec).expect("a header");
    samples.iter().for_each(|&sample| writer.write_sample(sample).expect("a sample"));
    writer.finalize().expect("an end");
    content.into_inner()
}
