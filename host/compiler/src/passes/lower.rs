//! Pass 4: every operator to what the generated code does for it.

use crate::ir::graph::{Tensor, TensorId};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::names::Names;
use crate::ir::options::{Options, Scratch};
use crate::ir::problem::{Errors, Problem};
use crate::ir::program::{Program, State};
use crate::ops;
use std::collections::BTreeMap;
use tvm_embedded_mlf as mlf;

/// Lowers the operators of a checked program. Fusing has rewritten some since the pass `check`, so each is checked as it stands
/// now, and lowered from what that gives. What layers keep from run to run becomes states of the program. The operators in `thrift`
/// get less scratch memory than the others.
pub fn lower(
    program: &mut Program,
    options: &Options,
    thrift: &BTreeMap<usize, Scratch>,
    names: &mut Names,
) -> Result<Vec<Lowered>, Errors> {
    let graph = &program.graph;
    let (mut lowered, mut problems) = (Vec::new(), Vec::new());
    // A byte of a constant is a character of C at least.
    let (mut bytes, limit) = (0, mlf::Limits::default().archive_bytes as usize);
    for op in &graph.operators {
        let checked = match ops::check(graph, op) {
            Ok(checked) => checked,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        let name = names.unique(&format!("{}_{}", op.kind, op.index).to_ascii_lowercase());
        let scratch = thrift.get(&op.index).copied().unwrap_or_default().max(options.scratch);
        let mut result = checked.lower(&Lowering { graph, op, options, scratch, name });
        if let Lowered::Layer(layer) = &mut result {
            layer.constants.retain(|constant| constant.core.is_for(options.target));
            bytes += layer.constants.iter().map(|constant| constant.data.bytes()).sum::<usize>();
        }
        if bytes > limit {
            return Err(too_large());
        }
        lowered.push(result);
    }
    for layer in lowered.iter_mut() {
        if let Lowered::Layer(layer) = layer {
            keep(program, layer);
        }
    }
    if problems.is_empty() { Ok(lowered) } else { Err(Errors(problems)) }
}

/// Makes what a layer keeps from run to run tensors of the program, and arguments of the layer.
fn keep(program: &mut Program, layer: &mut Layer) {
    for state in std::mem::take(&mut layer.states) {
        let tensor = TensorId(program.graph.tensors.len());
        let elements = state.initial.len() / state.dtype.size().max(1);
        let name = format!("{}/{}", layer.name, state.name);
        program.graph.tensors.push(Tensor { name, shape: vec![elements], dtype: state.dtype, ..Tensor::default() });
        program.states.push(State { tensor, initial: state.initial });
        layer.arguments.push(Argument::output(state.name, tensor));
    }
}

/// An archive that this project's own reader would refuse is none.
pub fn too_large() -> Errors {
    let limit = mlf::Limits::default().archive_bytes >> 20;
    let found = format!("constants that take more than {limit} MiB as C");
    Problem::file(found, format!("archives of up to {limit} MiB")).into()
}
