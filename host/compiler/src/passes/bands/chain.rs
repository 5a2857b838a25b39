//! Operators whose output rows need few rows of their inputs, and which rows these are.

use crate::ir::graph::{Around, DType, OpKind, Operator, Subgraph, Tensor, TensorId};
use crate::ir::program::Program;
use crate::math::window::{Window, WindowOptions};
use std::collections::HashSet;
use std::ops::Range;

/// Operators that compute each element from the elements at the same position.
const BY_ELEMENT: &[OpKind] = &[
    OpKind::ADD,
    OpKind::SUB,
    OpKind::MUL,
    OpKind::MAXIMUM,
    OpKind::MINIMUM,
    OpKind::RELU,
    OpKind::RELU6,
    OpKind::RELU_N1_TO_1,
    OpKind::LEAKY_RELU,
    OpKind::HARD_SWISH,
    OpKind::LOGISTIC,
    OpKind::TANH,
    OpKind::QUANTIZE,
];

/// An operator that can be computed row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it reads at run time; all of one height.
    pub inputs: Vec<TensorId>,
    /// What it writes.
    pub output: TensorId,
    /// Rows of the output.
    pub rows: usize,
    /// Rows of the inputs.
    pub in_rows: usize,
    /// Its window; `None` for one that goes element by element.
    pub window: Option<Vertical>,
}

/// A window, vertically.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vertical {
    /// Rows from its first to its last.
    covers: usize,
    stride: usize,
    pad_top: usize,
    /// Columns around the input.
    left: usize,
    right: usize,
}

impl Step {
    /// Rows of the inputs that these rows of the output need, and the rows of padding above and below.
    fn reach(&self, rows: &Range<usize>) -> (Range<usize>, usize, usize) {
        let Some(Vertical { covers, stride, pad_top, .. }) = self.window else { return (rows.clone(), 0, 0) };
        let (start, end) = (rows.start * stride, (rows.end - 1) * stride + covers);
        let inside = start.saturating_sub(pad_top)..end.saturating_sub(pad_top).min(self.in_rows);
        (inside, pad_top.saturating_sub(start), end.saturating_sub(pad_top + self.in_rows))
    }

    /// Rows of the inputs that these rows of the output need; at least one.
    pub fn reads(&self, rows: &Range<usize>) -> Range<usize> {
        self.reach(rows).0
    }

    /// The padding with which exactly these rows are computed.
    pub fn around(&self, rows: &Range<usize>) -> Option<Around> {
        let Vertical { left, right, .. } = self.window?;
        let (_, top, bottom) = self.reach(rows);
        Some(Around { top, bottom, left, right })
    }
}

/// For each operator how it is computed row by row, if it can be computed in bands.
pub fn steps(program: &Program) -> Vec<Option<Step>> {
    let graph = &program.graph;
    let mut single: HashSet<TensorId> = HashSet::new();
    let mut several: HashSet<TensorId> = program.states.iter().map(|state| state.tensor).collect();
    for &id in graph.operators.iter().flat_map(|op| &op.outputs).chain(&graph.inputs) {
        if !single.insert(id) {
            several.insert(id);
        }
    }
    let step = |op: &Operator| {
        let step = step(graph, op)?;
        let is_known = |id: &TensorId| single.contains(id) && !several.contains(id);
        (step.inputs.iter().all(is_known) && is_known(&step.output)).then_some(step)
    };
    graph.operators.iter().map(step).collect()
}

/// Number of rows, if the tensor is an image with a batch of one.
fn rows(tensor: &Tensor) -> Option<usize> {
    let &[1, rows, _, _] = tensor.shape.as_slice() else { return None };
    (tensor.dtype.size() > 0 && tensor.bytes() > 0).then_some(rows)
}

fn step(graph: &Subgraph, op: &Operator) -> Option<Step> {
    let &[output] = op.outputs.as_slice() else { return None };
    let all: Vec<TensorId> = op.inputs.iter().flatten().copied().collect();
    let weights = all.get(1).map_or(&[][..], |&id| graph.tensor(id).shape.as_slice());
    let out = graph.tensor(output);
    if let Some(sliding) = op.options.sliding(weights) {
        let input = *all.first()?;
        let constant = all[1..].iter().all(|&id| graph.tensor(id).is_constant());
        // Dynamic range: the scale of the run depends on the largest input of the whole image.
        let whole = |&id: &TensorId| matches!(graph.tensor(id).dtype, DType::Int8 | DType::Int4);
        if graph.tensor(input).dtype == DType::Float32 && all[1..].iter().any(whole) {
            return None;
        }
        let image = graph.tensor(input);
        let options = WindowOptions { padding: sliding.padding, stride: sliding.stride, dilation: sliding.dilation };
        let window = Window::new(&image.shape, sliding.size, options).ok()?;
        let (in_rows, rows) = (rows(image)?, rows(out)?);
        let fits = constant && !image.is_constant() && rows == window.out_height && out.shape[2] == window.out_width;
        let columns = (window.out_width - 1) * window.stride_width + (window.width - 1) * window.dilation_width + 1;
        let vertical = Vertical {
            covers: (window.height - 1) * window.dilation_height + 1,
            stride: window.stride_height,
            pad_top: window.pad_top,
            left: window.pad_left,
            right: columns.saturating_sub(window.pad_left + window.in_width),
        };
        let step = Step { inputs: vec![input], output, rows, in_rows, window: Some(vertical) };
        // A window that lies in padding only has no rows to read.
        return (fits && (0..rows).all(|row| !step.reads(&(row..row + 1)).is_empty())).then_some(step);
    }
    let inputs: Vec<TensorId> = all.iter().copied().filter(|&id| !graph.tensor(id).is_constant()).collect();
    let rows = rows(out)?;
    // A constant of one row is the same for all of them.
    let repeats = |tensor: &Tensor| tensor.shape.len() < 3 || tensor.shape[tensor.shape.len() - 3] == 1;
    let fits = |&id: &TensorId| match graph.tensor(id) {
        tensor if tensor.is_constant() => tensor.shape.len() <= 4 && repeats(tensor) && rows > 1,
        tensor => tensor.shape == out.shape,
    };
    let by_element = BY_ELEMENT.contains(&op.kind) && !inputs.is_empty() && all.iter().all(fits);
    by_element.then_some(Step { inputs, output, rows, in_rows: rows, window: None })
}
