//! The amounts of work of a layer, by name: what its instructions grow with.

use super::fields::Fields;
use super::window;
use crate::ir::layer::Layer;
use crate::ir::report::{LayerReport, Work};
use std::collections::HashMap;

/// The tensors of a layer: elements, bytes, and rows of the last dimension.
#[derive(Debug, Clone, Copy, Default)]
pub struct Size {
    /// Elements.
    pub elements: u64,
    /// Bytes.
    pub bytes: u64,
    /// Elements divided by the last dimension.
    pub rows: u64,
}

impl Size {
    /// Of a tensor.
    pub fn new(shape: &[usize], bytes: usize) -> Self {
        let rows = shape.split_last().map_or(1, |(_, outer)| outer.iter().product::<usize>());
        Size { elements: shape.iter().product::<usize>() as u64, bytes: bytes as u64, rows: rows as u64 }
    }
}

/// Everything that a kernel's loops count, as far as it follows from shapes; amounts of 0 are left out.
///
/// `docs/estimate.md` explains the names. The table of costs uses them, so a name that changes needs a new table.
pub fn work(layer: &Layer, inputs: &[Size], outputs: &[Size]) -> Work {
    let fields = Fields::new(&layer.body);
    let sum = |of: &[Size], part: fn(&Size) -> u64| of.iter().map(part).sum::<u64>();
    let mut work = Work::new();
    let mut add = |name: &'static str, amount: u64| _ = work.insert(name, amount);
    add("calls", fields.loops);
    add("macs", layer.macs);
    add("outputs", sum(outputs, |size| size.elements));
    add("output_bytes", sum(outputs, |size| size.bytes));
    add("output_rows", outputs.first().map_or(0, |size| size.rows));
    add("inputs", sum(inputs, |size| size.elements));
    add("input_rows", inputs.first().map_or(0, |size| size.rows));
    if fields.get("window_height").is_some() {
        window::add(&fields, &mut add);
        if layer.headers.contains(&"conv_2d_winograd.h") {
            window::winograd(&fields, &mut add);
        }
    } else if fields.get("steps").is_some() {
        recurrent(&fields, &mut add);
    } else if fields.get("units").is_some() {
        units(&fields, inputs.first().map_or(0, |size| size.elements), &mut add);
    }
    moves(&fields, &mut add);
    filters(&fields, &mut add);
    rows(&fields, &mut add);
    work.retain(|_, amount| *amount > 0);
    work
}

/// The end of the name of a layer's costs if no other layer calls its kernels.
pub const ONCE: &str = " once";

/// The name of the costs of layers that an NPU executes. There are none: the NPU was not measured.
pub const NPU: &str = "ethos-u (NPU part)";

/// Names the costs of all layers of a model.
pub fn name_costs(layers: &mut [LayerReport]) {
    let mut calls: HashMap<String, usize> = HashMap::new();
    for kernel in layers.iter().flat_map(|layer| &layer.kernels) {
        *calls.entry(kernel.clone()).or_default() += 1;
    }
    for layer in layers {
        let once = !layer.kernels.is_empty() && layer.kernels.iter().all(|kernel| calls[kernel] == 1);
        let name = match layer.kernels.is_empty() {
            _ if layer.device => NPU.to_owned(),
            true => "(statements)".to_owned(),
            false => layer.kernels.join("+"),
        };
        layer.cost = name + if once { ONCE } else { "" };
    }
}

/// Fully connected layers: four units at a time, inputs in words (DSP extension) or vectors (MVE).
fn units(fields: &Fields, elements: u64, add: &mut impl FnMut(&'static str, u64)) {
    let vectors = fields.get("batches").unwrap_or(1).max(1) * fields.loops;
    let inputs = fields.get("inputs").unwrap_or(elements / vectors);
    let units = fields.get("units").unwrap_or(0);
    add("batches", vectors);
    add("batch_inputs", vectors * inputs);
    add("unit_quads", vectors * units.div_ceil(4));
    add("unit_quad_words", vectors * units.div_ceil(4) * (inputs / 4));
    add("unit_quad_rests", vectors * units.div_ceil(4) * (inputs % 4).div_ceil(2));
    add("unit_quad_blocks", vectors * units.div_ceil(4) * inputs.div_ceil(508));
    add("unit_quad_vectors", vectors * units.div_ceil(4) * inputs.div_ceil(16));
    add("clamped", if fields.is_clamped() { vectors * units } else { 0 });
}

fn recurrent(fields: &Fields, add: &mut impl FnMut(&'static str, u64)) {
    let steps = fields.get("steps").unwrap_or(0) * fields.get("batches").unwrap_or(1);
    add("steps", steps);
    add("step_units", steps * fields.get("units").unwrap_or(0));
}

/// Blocks of bytes that are copied.
fn moves(fields: &Fields, add: &mut impl FnMut(&'static str, u64)) {
    let copies = |of: fn(u64) -> u64| fields.copies.iter().map(|&bytes| of(bytes)).sum::<u64>() * fields.loops;
    add("copies", copies(|_| 1));
    add("copied_bytes", copies(|bytes| bytes));
    add("copied_words", copies(|bytes| bytes / 4));
    add("copied_rests", copies(|bytes| bytes % 4));
    add("copied_vectors", copies(|bytes| bytes.div_ceil(16)));
    let moves = fields.all("count").into_iter().zip(fields.all("block"));
    let mut sums = Work::new();
    for (count, block) in moves {
        let block = block.first().copied().unwrap_or(0);
        let inner = count.last().copied().unwrap_or(1).max(1);
        let rows = count.iter().product::<u64>() * fields.loops / inner;
        one_move(rows, inner, block, &mut |name, amount| *sums.entry(name).or_default() += amount);
    }
    sums.into_iter().for_each(|(name, amount)| add(name, amount));
}

/// `rows` times `inner` blocks of `block` bytes: short blocks and those of a few words in columns, four at a time.
fn one_move(rows: u64, inner: u64, block: u64, add: &mut impl FnMut(&'static str, u64)) {
    add("moves", 1);
    add("move_rows", rows);
    match block {
        0..4 => {
            add("short_columns", rows * block);
            add("short_quads", rows * (inner / 4) * block);
            add("short_rests", rows * (inner % 4) * block);
        }
        _ if inner >= 4 && block <= 64 => {
            add("word_columns", rows * block.div_ceil(4));
            add("word_quads", rows * block.div_ceil(4) * (inner / 4));
            add("word_rests", rows * block.div_ceil(4) * (inner % 4));
        }
        _ => {}
    }
    if block >= 4 {
        let blocks = rows * inner;
        add("blocks", blocks);
        add("block_words", blocks * (block / 4));
        add("block_rests", blocks * (block % 4));
        add("block_vectors", blocks * block.div_ceil(16));
    }
}

/// Filters over time (SVDF): products of the newest input, then sums over the last steps.
fn filters(fields: &Fields, add: &mut impl FnMut(&'static str, u64)) {
    let (Some(filters), Some(memory)) = (fields.get("filters"), fields.get("memory")) else { return };
    let all = filters * fields.get("batches").unwrap_or(1);
    let inputs = fields.get("inputs").unwrap_or(0);
    add("filters", all);
    add("filter_steps", all * memory);
    add("filter_step_vectors", all * memory.div_ceil(16));
    add("unit_quad_words", all.div_ceil(4) * (inputs / 4));
    add("unit_quad_vectors", all.div_ceil(4) * inputs.div_ceil(16));
}

/// Rows of elements, products of matrices, shapes that are broadcast.
fn rows(fields: &Fields, add: &mut impl FnMut(&'static str, u64)) {
    if let Some(shape) = fields.list("shape") {
        let all = shape.iter().product::<u64>() * fields.loops;
        add("runs", all / shape.last().copied().unwrap_or(1).max(1));
        add("run_elements", all);
    }
    let (Some(rows), Some(depth)) = (fields.get("rows"), fields.get("depth")) else { return };
    add("rows", rows * fields.loops);
    add("row_elements", rows * depth * fields.loops);
    if let Some(entries) = fields.get("entries") {
        add("looked_up", rows * depth * entries.min(256) / 256 * fields.loops);
    }
    if let Some(columns) = fields.get("columns") {
        add("columns", columns * fields.loops);
        add("column_elements", columns * depth * fields.loops);
        add("sums", rows * columns * fields.loops);
        add("products", rows * columns * depth * fields.loops);
        add("vectors", rows * columns * depth.div_ceil(16) * fields.loops);
    }
}
