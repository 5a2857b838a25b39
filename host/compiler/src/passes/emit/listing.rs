//! `src/<module>.tflite.txt`: the graph as a person reads it.

use crate::ir::graph::{Tensor, TensorId};
use crate::ir::model::{Model, PlannedLayer, shape_text};
use std::fmt::Write;

/// The listing: inputs, outputs, then one line for each layer.
pub fn listing(model: &Model) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "module {}", model.module);
    if !model.description.is_empty() {
        let _ = writeln!(out, "description {:?}", model.description);
    }
    for (ports, what) in [(&model.inputs, "input"), (&model.outputs, "output")] {
        for port in ports.iter() {
            let _ = writeln!(out, "{what} {}: {}", port.c_name, tensor(model, port.tensor));
        }
    }
    for state in &model.states {
        let _ = writeln!(out, "state {}", tensor(model, state.tensor));
    }
    out.push('\n');
    for planned in &model.layers {
        let arguments = |written: bool| {
            let arguments = planned.layer.arguments.iter().filter(move |argument| argument.written == written);
            arguments.map(|argument| tensor(model, argument.tensor)).collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(out, "{} = {}({})", arguments(true), operation(planned), arguments(false));
    }
    out
}

fn operation(planned: &PlannedLayer) -> String {
    if planned.kinds.is_empty() { "COPY".to_owned() } else { planned.kinds.join("+") }
}

fn tensor(model: &Model, id: TensorId) -> String {
    let tensor: &Tensor = model.tensor(id);
    let quant = match tensor.per_tensor() {
        Some((scale, zero_point)) => format!(" scale {scale:?} zero point {zero_point}"),
        None => String::new(),
    };
    format!("%{} {:?} {}[{}]{quant}", id.0, tensor.name, tensor.dtype, shape_text(&tensor.shape))
}
