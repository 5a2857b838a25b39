//! When two float32 tensors are equal.

use tvm_embedded_compiler::import::tflite::read;
use tvm_embedded_compiler::ir::graph::DType;

/// Operators whose functions the reference takes from the C library of its machine; ours are our own.
const TRANSCENDENTAL: &[&str] = &[
    "SOFTMAX",
    "LOG_SOFTMAX",
    "LOGISTIC",
    "TANH",
    "ELU",
    "GELU",
    "EXP",
    "LOG",
    "SIN",
    "COS",
    "L2_NORMALIZATION",
    "UNIDIRECTIONAL_SEQUENCE_LSTM",
];

/// Whether a model's results may differ from the reference's in the last places: it has one of these operators on floats.
pub fn may_differ(tflite: &[u8]) -> bool {
    let graph = read(tflite).unwrap();
    graph.subgraphs.iter().any(|graph| {
        graph.operators.iter().any(|op| {
            let floats = op.outputs.iter().any(|&output| graph.tensor(output).dtype == DType::Float32);
            floats && TRANSCENDENTAL.contains(&op.kind.to_string().as_str())
        })
    })
}

/// The first byte of the first element that differs. Every pattern that is not a number equals every other: it depends on
/// the core. With `near`, what differs by some units in the last place of the sample's largest element does not count.
pub fn first_difference(expected: &[u8], found: &[u8], sample: usize, near: bool) -> Option<usize> {
    let values = |bytes: &[u8]| -> Vec<f32> {
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    };
    let (expected, found) = (values(expected), values(found));
    for (number, (row, got)) in expected.chunks(sample / 4).zip(found.chunks(sample / 4)).enumerate() {
        let largest =
            row.iter().filter(|value| value.is_finite()).fold(0.0f32, |largest, value| largest.max(value.abs()));
        let allowed = if near { largest * f32::EPSILON * 4.0 } else { 0.0 };
        let same = |a: f32, b: f32| {
            a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) || (near && (a - b).abs() <= allowed)
        };
        if let Some(at) = (0..row.len()).find(|&at| !same(row[at], got[at])) {
            return Some(number * sample + 4 * at);
        }
    }
    None
}

#[test]
fn differences_are_seen() {
    let bytes = |values: [f32; 2]| values.map(f32::to_le_bytes).concat();
    let differs = |a, b, near| first_difference(&bytes(a), &bytes(b), 8, near);
    let next = f32::from_bits(1.0f32.to_bits() + 1);
    assert_eq!(differs([2.0, f32::NAN], [2.0, -f32::NAN], false), None);
    assert_eq!((differs([0.0, 1.0], [0.0, next], false), differs([0.0, 1.0], [0.0, next], true)), (Some(4), None));
    assert_eq!(
        (differs([0.0, 1.0], [-0.0, 1.0], false), differs([0.0, 1.0], [f32::NAN, 1.0], true)),
        (Some(0), Some(0))
    );
    assert_eq!(differs([1.0, f32::INFINITY], [1.0, f32::MAX], true), Some(4));
}
