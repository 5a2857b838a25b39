//! When two float32 tensors are equal.

use tvm_embedded_compiler::import::tflite::read;
use tvm_embedded_compiler::ir::graph::{DType, Operator, Subgraph};

/// Operators whose functions the reference takes from the C library of its machine; the compiler has its own.
const TRANSCENDENTAL: &[&str] =
    &["SOFTMAX", "LOG_SOFTMAX", "LOGISTIC", "TANH", "ELU", "GELU", "EXP", "LOG", "SIN", "COS"];

/// One that calls two such functions one after the other in each step.
const RECURRENT: &str = "UNIDIRECTIONAL_SEQUENCE_LSTM";

/// The most of these operators on floats on any path through a model: each adds its own
/// difference in the last bits. 0 if there is none, so that results are the reference's.
pub fn depth(tflite: &[u8]) -> u16 {
    let graph = read(tflite).unwrap();
    let mut depths = std::collections::HashMap::new();
    for (number, graph) in graph.subgraphs.iter().enumerate() {
        for op in &graph.operators {
            let before = op.inputs.iter().flatten().filter_map(|input| depths.get(&(number, *input))).max();
            let floats = op.outputs.iter().any(|&output| graph.tensor(output).dtype == DType::Float32);
            let own = match op.kind.to_string().as_str() {
                _ if !floats => 0,
                RECURRENT => 2 * steps(graph, op),
                // erfc is less exact than the others.
                "GELU" => 2,
                kind => u16::from(TRANSCENDENTAL.contains(&kind)),
            };
            let depth = before.copied().unwrap_or(0) + own;
            depths.extend(op.outputs.iter().map(|&output| ((number, output), depth)));
        }
    }
    depths.into_values().max().unwrap_or(0)
}

/// Steps of an LSTM: rows of its output for each batch, as its hidden state shows.
fn steps(graph: &Subgraph, op: &Operator) -> u16 {
    let batches = op.inputs[18].map_or(1, |hidden| graph.tensor(hidden).shape[0]);
    let rows: usize = graph.tensor(op.outputs[0]).shape[..2].iter().product();
    u16::try_from(rows / batches).unwrap()
}

/// The least magnitude to which the tolerance refers: 1 after an LSTM, whose results are functions of sums whose
/// terms may be that large even if the sum is near 0.
pub fn least(tflite: &[u8]) -> f32 {
    let graph = read(tflite).unwrap();
    let mut operators = graph.subgraphs.iter().flat_map(|graph| &graph.operators);
    f32::from(operators.any(|op| op.kind.to_string() == RECURRENT))
}

/// What an LSTM's output may differ by where weights are int8 and a difference in the last place moves an element of the hidden state
/// to the next step of its scale: a gate's sum changes by the largest scale of the recurrent weights, in each step. 0 without one.
pub fn step(tflite: &[u8]) -> f32 {
    let graph = read(tflite).unwrap();
    let main = graph.subgraphs.iter().flat_map(|graph| graph.operators.iter().map(move |op| (graph, op)));
    let floats = |graph: &Subgraph, op: &Operator| graph.tensor(op.outputs[0]).dtype == DType::Float32;
    let lstms = main.filter(|(graph, op)| op.kind.to_string() == RECURRENT && floats(graph, op));
    let recurrent = lstms.flat_map(|(graph, op)| {
        let weights = op.inputs.iter().skip(5).take(4).flatten().map(|&id| graph.tensor(id));
        let steps = f32::from(steps(graph, op));
        weights.filter_map(|tensor| Some(tensor.per_tensor()?.0)).map(move |scale| scale * steps).collect::<Vec<_>>()
    });
    recurrent.fold(0.0, f32::max)
}

/// The first byte of the first element that differs. All NaN patterns are equal, since they depend on
/// the core. With a depth, a difference of four units in the last place of the sample's largest element, or of `least`, for each
/// of these operators on the path does not count.
pub fn first_difference(expected: &[u8], found: &[u8], sample: usize, (depth, least): (u16, f32)) -> Option<usize> {
    let values = |bytes: &[u8]| -> Vec<f32> {
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    };
    let (expected, found) = (values(expected), values(found));
    for (number, (row, got)) in expected.chunks(sample / 4).zip(found.chunks(sample / 4)).enumerate() {
        let largest =
            row.iter().filter(|value| value.is_finite()).fold(least, |largest, value| largest.max(value.abs()));
        let allowed = largest * f32::EPSILON * 4.0 * f32::from(depth);
        let same = |a: f32, b: f32| {
            a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) || (depth > 0 && (a - b).abs() <= allowed)
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
    let differs = |a, b, depth| first_difference(&bytes(a), &bytes(b), 8, (depth, 0.0));
    let next = f32::from_bits(1.0f32.to_bits() + 1);
    assert_eq!(differs([2.0, f32::NAN], [2.0, -f32::NAN], 0), None);
    assert_eq!((differs([0.0, 1.0], [0.0, next], 0), differs([0.0, 1.0], [0.0, next], 1)), (Some(4), None));
    assert_eq!((differs([0.0, 1.0], [-0.0, 1.0], 0), differs([0.0, 1.0], [f32::NAN, 1.0], 1)), (Some(0), Some(0)));
    assert_eq!(differs([1.0, f32::INFINITY], [1.0, f32::MAX], 1), Some(4));
}
