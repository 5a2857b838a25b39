//! Networks of float32 whose weights are stored in fewer bits, each before a DEQUANTIZE.

use super::flatbuffer::{
    Buffer,
    Field::{Byte, Later, Word},
};
use super::models::{operator_of, tensor};

const DEQUANTIZE: u32 = 6;
const FLOAT32: u8 = 0;

/// What reads the weights: its number in the format, and that of its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Keeps the type of the file in flash.
    FullyConnected,
    /// Needs float32 in flash.
    Add,
}

/// How weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Two bytes.
    Float16,
    /// One byte, and one scale for all of a layer.
    Int8,
}

/// A sound network of this many layers, each with its own square matrix of this width.
pub fn network(layers: u32, width: u32, reader: Reader, kind: Kind) -> Vec<u8> {
    let (code, options) = match reader {
        Reader::FullyConnected => (9, 8),
        Reader::Add => (0, 11),
    };
    let (mut buffer, root) = Buffer::new();
    let (model, top) = buffer.table(&[(0, Word(3)), (1, Later), (2, Later), (4, Later)]);
    buffer.fill(root, model);
    let (list, codes) = buffer.offsets(2);
    buffer.fill(top[0], list);
    for (hole, code) in codes.into_iter().zip([code, DEQUANTIZE]) {
        let place = buffer.table(&[(0, Byte(code as u8)), (2, Word(1)), (3, Word(code))]).0;
        buffer.fill(hole, place);
    }
    let (list, subgraphs) = buffer.offsets(1);
    buffer.fill(top[1], list);
    let (graph, holes) = buffer.table(&[(0, Later), (1, Later), (2, Later), (3, Later)]);
    buffer.fill(subgraphs[0], graph);

    // Stored weights, the same as float32, and activations.
    let rows = if reader == Reader::Add { width } else { 1 };
    let (stored, scales) = if kind == Kind::Int8 { (9, 1) } else { (1, 0) };
    let mut tensors: Vec<(u8, [u32; 2], u32, usize)> =
        (0..layers).map(|i| (stored, [width, width], 1 + i, scales)).collect();
    tensors.extend((0..layers).map(|_| (FLOAT32, [width, width], 0, 0)));
    tensors.extend((0..=layers).map(|_| (FLOAT32, [rows, width], 0, 0)));
    let (list, parts) = buffer.offsets(tensors.len());
    buffer.fill(holes[0], list);
    for (i, (part, (dtype, shape, content, scales))) in parts.into_iter().zip(tensors).enumerate() {
        let place = tensor(&mut buffer, dtype, &shape, content, format!("t{i}").as_bytes(), scales);
        buffer.fill(part, place);
    }
    for (hole, id) in [(holes[1], 2 * layers), (holes[2], 3 * layers)] {
        let place = buffer.words(&[id]);
        buffer.fill(hole, place);
    }
    let (list, parts) = buffer.offsets(2 * layers as usize);
    buffer.fill(holes[3], list);
    for (i, part) in (0..2 * layers).zip(parts) {
        let place = match i.checked_sub(layers) {
            None => operator_of(&mut buffer, 1, 0, &[i], &[layers + i]),
            Some(i) => operator_of(&mut buffer, 0, options, &[2 * layers + i, layers + i], &[2 * layers + i + 1]),
        };
        buffer.fill(part, place);
    }
    contents(&mut buffer, top[2], layers, (width * width) as usize, kind);
    buffer.0
}

/// An empty buffer, and one of random weights for each layer.
fn contents(buffer: &mut Buffer, hole: super::flatbuffer::Hole, layers: u32, weights: usize, kind: Kind) {
    let mut random = 0x9e37_79b9u32;
    let mut word = || {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        random
    };
    let (list, parts) = buffer.offsets(1 + layers as usize);
    buffer.fill(hole, list);
    for (i, part) in parts.into_iter().enumerate() {
        let (place, data) = buffer.table(&[(0, Later)]);
        buffer.fill(part, place);
        let content: Vec<u8> = match (i, kind) {
            (0, _) => Vec::new(),
            // Of magnitudes from 0.008 to 0.12.
            (_, Kind::Float16) => {
                (0..weights).flat_map(|_| ((word() & 0x8fff | 0x2000) as u16).to_le_bytes()).collect()
            }
            (_, Kind::Int8) => (0..weights).map(|_| (word() >> 9) as u8).collect(),
        };
        let bytes = buffer.bytes(&content);
        buffer.fill(data[0], bytes);
    }
}
