//! `.tflite` files: as many of each item as fit, and the same bytes under many names.

use super::case::{Case, LARGEST, case};
use super::flatbuffer::{Buffer, Field, Hole};

use Field::{Byte, Later, Word};

/// Room for everything except the large part.
const ROOM: usize = 1 << 20;

const ADD: u32 = 0;
const CONCATENATION: u32 = 2;
const FULLY_CONNECTED: u32 = 9;
const RELU: u32 = 19;
const TRANSPOSE: u32 = 39;
const STRIDED_SLICE: u32 = 45;
const UNKNOWN: u32 = 126;

const INT8: u8 = 9;
const INT32: u8 = 2;

/// The cases.
pub const CASES: &[Case] = &[
    case("tensors-aliased", "tflite", false, || {
        let mut model = Model::new(RELU);
        model.0.same(model.1.tensors, (LARGEST - ROOM) / 4, |buffer| tensor(buffer, INT8, &[1, 4], 0, b"t", 1));
        model.empty_rest()
    }),
    case("operators-aliased", "tflite", false, || {
        let mut model = Model::new(RELU);
        model.two_tensors();
        model.0.same(model.1.operators, (LARGEST - ROOM) / 4, |buffer| operator(buffer, &[0], &[1]));
        model.0.0
    }),
    case("operators-unknown", "tflite", false, || {
        let mut model = Model::new(UNKNOWN);
        model.two_tensors();
        model.0.same(model.1.operators, (LARGEST - ROOM) / 4, |buffer| operator(buffer, &[0], &[1]));
        model.0.0
    }),
    case("operators-bad", "tflite", false, || {
        let mut model = Model::new(FULLY_CONNECTED);
        model.two_tensors();
        model.0.same(model.1.operators, 4_000, |buffer| operator(buffer, &[1, 1, 1], &[0; 500]));
        model.0.0
    }),
    case("buffers-aliased", "tflite", false, || {
        let mut model = Model::new(RELU);
        model.two_tensors();
        model.0.same(model.1.more_buffers, (LARGEST - ROOM) / 4, |buffer| buffer.table(&[]).0);
        model.0.0
    }),
    case("buffers-of-one-content", "tflite", false, || {
        let mut model = Model::new(RELU);
        model.two_tensors();
        model.0.same(model.1.more_buffers, 64, |buffer| {
            let (place, holes) = buffer.table(&[(0, Later)]);
            let data = buffer.bytes(&vec![1; LARGEST - ROOM]);
            buffer.fill(holes[0], data);
            place
        });
        model.0.0
    }),
    case("subgraphs-aliased", "tflite", false, || {
        let (mut buffer, root) = Buffer::new();
        let (place, holes) = buffer.table(&[(0, Word(3)), (2, Later)]);
        buffer.fill(root, place);
        buffer.same(holes[0], (LARGEST - ROOM) / 4, |buffer| buffer.table(&[]).0);
        buffer.0
    }),
    case("operator-codes-aliased", "tflite", false, || {
        let (mut buffer, root) = Buffer::new();
        let (place, holes) = buffer.table(&[(0, Word(3)), (1, Later)]);
        buffer.fill(root, place);
        buffer.same(holes[0], (LARGEST - ROOM) / 4, |buffer| buffer.table(&[]).0);
        buffer.0
    }),
    case("names-long", "tflite", false, || {
        let mut model = Model::new(RELU);
        let name = vec![b'n'; 40 << 20];
        model.0.same(model.1.tensors, 4000, |buffer| tensor(buffer, INT8, &[1, 4], 0, &name, 1));
        model.empty_rest()
    }),
    case("scales-many", "tflite", false, || {
        let mut model = Model::new(RELU);
        model.0.same(model.1.tensors, 200, |buffer| tensor(buffer, INT8, &[1, 4], 0, b"t", 5 << 20));
        model.empty_rest()
    }),
    case("inputs-many", "tflite", false, || {
        let mut model = Model::new(CONCATENATION);
        model.two_tensors();
        model.0.same(model.1.operators, 1, |buffer| operator(buffer, &vec![0; (LARGEST - ROOM) / 4], &[1]));
        model.0.0
    }),
    case("inputs-of-the-graph-many", "tflite", false, || {
        let mut model = Model::new(RELU);
        model.two_tensors();
        let place = model.0.words(&vec![0; (LARGEST - ROOM) / 4]);
        model.0.fill(model.1.inputs, place);
        model.0.0
    }),
    case("chain-long", "tflite", true, || chain(4000, RELU, 64)),
    case("chain-of-sums", "tflite", true, || chain(500, ADD, 64)),
    case("chain-of-sums-long", "tflite", true, || chain(4000, ADD, 64)),
    case("chain-beyond-the-limit", "tflite", false, || chain(100_000, RELU, 64)),
    case("sums-of-one-tensor", "tflite", true, || fan(250)),
    case("sums-of-one-tensor-many", "tflite", false, || fan(2000)),
    case("activations-huge", "tflite", true, || chain(20, RELU, i32::MAX as u32 / 64)),
    case("weights-10-mib", "tflite", true, || dense(1, 1024, 10 * 1024)),
    case("weights-60-mib", "tflite", true, || dense(1, 1024, 60 * 1024)),
    case("weights-shared", "tflite", false, || dense(1000, 1024, 1024)),
    case("weights-of-one-column", "tflite", true, || dense(1, 1, 1 << 18)),
    case("weights-of-one-column-many", "tflite", false, || dense(1, 1, 3 << 20)),
    case("transpose-huge", "tflite", false, || moved(TRANSPOSE, &[2, 1, 0])),
    case("slice-huge", "tflite", false, || moved(STRIDED_SLICE, &[0, 0, 0])),
];

/// Positions in a model that are filled later.
struct Holes {
    tensors: Hole,
    inputs: Hole,
    outputs: Hole,
    operators: Hole,
    /// The list of buffers, which starts with one empty buffer.
    more_buffers: Hole,
}

struct Model(Buffer, Holes);

impl Model {
    /// A model of one kind of operator, with lists to be filled.
    fn new(kind: u32) -> Model {
        let (mut buffer, root) = Buffer::new();
        let (model, top) = buffer.table(&[(0, Word(3)), (1, Later), (2, Later), (4, Later)]);
        buffer.fill(root, model);
        buffer.same(top[0], 1, |buffer| buffer.table(&[(0, Byte(kind as u8)), (2, Word(1)), (3, Word(kind))]).0);
        let (list, subgraphs) = buffer.offsets(1);
        buffer.fill(top[1], list);
        let (graph, holes) = buffer.table(&[(0, Later), (1, Later), (2, Later), (3, Later)]);
        buffer.fill(subgraphs[0], graph);
        Model(
            buffer,
            Holes { tensors: holes[0], inputs: holes[1], outputs: holes[2], operators: holes[3], more_buffers: top[2] },
        )
    }

    /// Tensors 0 and 1, the input and the output.
    fn two_tensors(&mut self) {
        let (list, holes) = self.0.offsets(2);
        self.0.fill(self.1.tensors, list);
        for hole in holes {
            let place = tensor(&mut self.0, INT8, &[1, 4], 0, b"t", 1);
            self.0.fill(hole, place);
        }
        for (hole, id) in [(self.1.inputs, 0), (self.1.outputs, 1)] {
            let place = self.0.words(&[id]);
            self.0.fill(hole, place);
        }
        self.no_buffers();
    }

    fn no_buffers(&mut self) {
        let hole = self.1.more_buffers;
        self.0.same(hole, 1, |buffer| buffer.table(&[]).0);
    }

    /// The file, with everything that is not filled in yet empty.
    fn empty_rest(mut self) -> Vec<u8> {
        for hole in [self.1.inputs, self.1.outputs, self.1.operators] {
            let place = self.0.words(&[]);
            self.0.fill(hole, place);
        }
        self.no_buffers();
        self.0.0
    }
}

pub(super) fn tensor(buffer: &mut Buffer, kind: u8, shape: &[u32], content: u32, name: &[u8], scales: usize) -> usize {
    let (place, holes) = buffer.table(&[(0, Later), (1, Byte(kind)), (2, Word(content)), (3, Later), (4, Later)]);
    let shape = buffer.words(shape);
    buffer.fill(holes[0], shape);
    let name = buffer.bytes(name);
    buffer.fill(holes[1], name);
    let (quantization, parts) = buffer.table(&[(2, Later), (3, Later)]);
    buffer.fill(holes[2], quantization);
    // Scale 1 is also the product of two: what the bias of FULLY_CONNECTED must have.
    let scales_place = buffer.words(&vec![1f32.to_bits(); scales]);
    buffer.fill(parts[0], scales_place);
    // Zero points have 64 bits: the count is followed by twice as many words.
    let zeros = buffer.words(&vec![0; 2 * scales]);
    buffer.0[zeros..zeros + 4].copy_from_slice(&(scales as u32).to_le_bytes());
    buffer.fill(parts[1], zeros);
    place
}

fn operator(buffer: &mut Buffer, inputs: &[u32], outputs: &[u32]) -> usize {
    operator_with(buffer, 0, inputs, outputs)
}

fn operator_with(buffer: &mut Buffer, options: u8, inputs: &[u32], outputs: &[u32]) -> usize {
    operator_of(buffer, 0, options, inputs, outputs)
}

/// An operator of the kind at this position in the list of kinds, with options (a number of the schema), all of them at their defaults.
pub(super) fn operator_of(buffer: &mut Buffer, code: u32, options: u8, inputs: &[u32], outputs: &[u32]) -> usize {
    let mut fields = vec![(0, Word(code)), (1, Later), (2, Later)];
    if options != 0 {
        fields.extend([(3, Byte(options)), (4, Later)]);
    }
    let (place, holes) = buffer.table(&fields);
    for (hole, ids) in holes.iter().zip([inputs, outputs]) {
        let list = buffer.words(ids);
        buffer.fill(*hole, list);
    }
    if let Some(hole) = holes.get(2) {
        let (defaults, _) = buffer.table(&[]);
        buffer.fill(*hole, defaults);
    }
    place
}

/// A description of a whole model: tensors (type, shape, buffer, scales), operators (inputs, outputs), contents of buffers
/// from 1.
struct Graph {
    kind: u32,
    tensors: Vec<(u8, Vec<u32>, u32, usize)>,
    operators: Vec<(Vec<u32>, Vec<u32>)>,
    inputs: Vec<u32>,
    outputs: Vec<u32>,
    contents: Vec<Vec<u8>>,
}

impl Graph {
    fn file(self) -> Vec<u8> {
        let Model(mut buffer, holes) = Model::new(self.kind);
        let (list, parts) = buffer.offsets(self.tensors.len());
        buffer.fill(holes.tensors, list);
        for (i, (part, (kind, shape, content, scales))) in parts.into_iter().zip(self.tensors).enumerate() {
            let place = tensor(&mut buffer, kind, &shape, content, format!("t{i}").as_bytes(), scales);
            buffer.fill(part, place);
        }
        let (list, parts) = buffer.offsets(self.operators.len());
        buffer.fill(holes.operators, list);
        for (part, (inputs, outputs)) in parts.into_iter().zip(self.operators) {
            let place = operator_with(&mut buffer, options(self.kind), &inputs, &outputs);
            buffer.fill(part, place);
        }
        for (hole, ids) in [(holes.inputs, self.inputs), (holes.outputs, self.outputs)] {
            let place = buffer.words(&ids);
            buffer.fill(hole, place);
        }
        let (list, parts) = buffer.offsets(1 + self.contents.len());
        buffer.fill(holes.more_buffers, list);
        for (part, content) in parts.into_iter().zip([Vec::new()].into_iter().chain(self.contents)) {
            let (place, data) = buffer.table(&[(0, Later)]);
            buffer.fill(part, place);
            let bytes = buffer.bytes(&content);
            buffer.fill(data[0], bytes);
        }
        buffer.0
    }
}

/// The schema's number of the options of an operator.
fn options(kind: u32) -> u8 {
    match kind {
        ADD => 11,
        FULLY_CONNECTED => 8,
        STRIDED_SLICE => 32,
        TRANSPOSE => 26,
        _ => 0,
    }
}

/// Operators that each read the output of the previous one; sums also read the first tensor.
fn chain(length: u32, kind: u32, width: u32) -> Vec<u8> {
    let reads = |i: u32| if kind == ADD { vec![i, 0] } else { vec![i] };
    Graph {
        kind,
        tensors: (0..=length).map(|_| (INT8, vec![1, width], 0, 1)).collect(),
        operators: (0..length).map(|i| (reads(i), vec![i + 1])).collect(),
        inputs: vec![0],
        outputs: vec![length],
        contents: Vec::new(),
    }
    .file()
}

/// Many results of one input, all in use until they are added, each with a different lifetime.
fn fan(count: u32) -> Vec<u8> {
    let first = |i| (vec![0, 0], vec![1 + i]);
    let sum = |i| (vec![if i == 0 { 1 } else { count + i }, 1 + (i + 1) % count], vec![count + i + 1]);
    Graph {
        kind: ADD,
        tensors: (0..=2 * count).map(|_| (INT8, vec![1, 64], 0, 1)).collect(),
        operators: (0..count).map(first).chain((0..count).map(sum)).collect(),
        inputs: vec![0],
        outputs: vec![2 * count],
        contents: Vec::new(),
    }
    .file()
}

/// Fully connected layers that share their weights.
fn dense(count: u32, columns: u32, rows: u32) -> Vec<u8> {
    let weights: Vec<u8> = (0..columns as usize * rows as usize).map(|i| (i * 37 % 251) as u8).collect();
    let mut tensors = vec![(INT8, vec![rows, columns], 1, 1), (INT32, vec![rows], 2, 1)];
    tensors.extend((0..=count).map(|i| (INT8, vec![1, if i == 0 { columns } else { rows }], 0, 1)));
    Graph {
        kind: FULLY_CONNECTED,
        tensors,
        operators: (0..count).map(|i| (vec![2 + i, 0, 1], vec![3 + i])).collect(),
        inputs: vec![2],
        outputs: vec![2 + count],
        contents: vec![weights, vec![0; 4 * rows as usize]],
    }
    .file()
}

/// A sound network without weights: this many RELU, each of which overwrites the previous one.
pub fn activations(layers: u32) -> Vec<u8> {
    chain(layers, RELU, 64)
}

/// A sound network of this many ADD, each of the previous result and the input.
pub fn sums(layers: u32) -> Vec<u8> {
    chain(layers, ADD, 64)
}

/// A sound network: this many fully connected layers of this width, each with weights of its own. Small values are more frequent, as
/// in trained networks.
pub fn network(layers: u32, width: u32) -> Vec<u8> {
    network_of(layers, width, |random| {
        ((random as u8 as i8 as i32 * (random >> 8) as u8 as i8 as i32) >> 7).clamp(-127, 127) as u8
    })
}

/// The same with all values equally frequent, which gives longer text.
pub fn even_network(layers: u32, width: u32) -> Vec<u8> {
    network_of(layers, width, |random| ((random >> 8) as u8 as i8).max(-127) as u8)
}

fn network_of(layers: u32, width: u32, value: impl Fn(u32) -> u8) -> Vec<u8> {
    let mut random = 0x9e37_79b9u32;
    let mut weight = || {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        value(random)
    };
    let mut contents: Vec<Vec<u8>> = (0..layers).map(|_| (0..width * width).map(|_| weight()).collect()).collect();
    contents.push(vec![0; 4 * width as usize]);
    let mut tensors: Vec<(u8, Vec<u32>, u32, usize)> =
        (0..layers).map(|i| (INT8, vec![width, width], 1 + i, 1)).collect();
    tensors.push((INT32, vec![width], 1 + layers, 1));
    tensors.extend((0..=layers).map(|_| (INT8, vec![1, width], 0, 1)));
    let activation = layers + 1;
    Graph {
        kind: FULLY_CONNECTED,
        tensors,
        operators: (0..layers).map(|i| (vec![activation + i, i, layers], vec![activation + i + 1])).collect(),
        inputs: vec![activation],
        outputs: vec![activation + layers],
        contents,
    }
    .file()
}

/// One operator that moves a tensor of 2 GiB according to a constant.
fn moved(kind: u32, how: &[u32]) -> Vec<u8> {
    let bytes: Vec<u8> = how.iter().flat_map(|word| word.to_le_bytes()).collect();
    let big = vec![1 << 10, 1 << 10, (1 << 11) - 1];
    let turned = big.iter().rev().copied().collect();
    let slice = kind == STRIDED_SLICE;
    let mut tensors = vec![(INT8, big, 0, 1), (INT32, vec![how.len() as u32], 1, 0), (INT8, turned, 0, 1)];
    if slice {
        tensors[2].1 = vec![512, 512, 512];
        tensors.push((INT32, vec![3], 2, 0));
        tensors.push((INT32, vec![3], 3, 0));
    }
    Graph {
        kind,
        tensors,
        operators: vec![(if slice { vec![0, 1, 3, 4] } else { vec![0, 1] }, vec![2])],
        inputs: vec![0],
        outputs: vec![2],
        contents: vec![
            bytes,
            [1024u32, 1024, 1024].map(u32::to_le_bytes).concat(),
            [2u32; 3].map(u32::to_le_bytes).concat(),
        ],
    }
    .file()
}
