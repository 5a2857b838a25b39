//! Pass 4: from each operator to its generated code.

use crate::ir::graph::{Operator, Subgraph, Tensor, TensorId};
use crate::ir::layer::{Argument, Block, Layer, Lowered, Lowering, Part, Parts};
use crate::ir::names::Names;
use crate::ir::options::{Options, Scratch};
use crate::ir::problem::{Errors, Problem};
use crate::ir::program::{Program, State};
use crate::ir::rows::Rows;
use crate::ops;
use crate::ops::ethos_u::call::{self, Invocation, Moves};
use std::collections::BTreeMap;
use tvm_embedded_mlf as mlf;

/// Lowers the operators of a checked program. Fusing has rewritten some since the pass `check`, so each is checked as it is
/// now, and lowered from the result. What layers keep from run to run becomes states of the program. The operators in `thrift`
/// get less scratch memory than the others.
pub fn lower(
    program: &mut Program,
    options: &Options,
    thrift: &BTreeMap<usize, Scratch>,
    names: &mut Names,
) -> Result<Vec<Lowered>, Errors> {
    let graph = &program.graph;
    let (mut lowered, mut problems) = (Vec::new(), Vec::new());
    // A byte of a constant takes at least one character of C.
    let (mut bytes, limit) = (0, mlf::Limits::default().archive_bytes as usize);
    for op in &graph.operators {
        let end = op.options::<Moves>().map_or("", Moves::name);
        let name = names.unique(&format!("{}_{}{end}", op.kind, op.index).to_ascii_lowercase());
        if let Some(rows) = op.options::<Rows>() {
            lowered.push(carry(graph, op, *rows, name));
            continue;
        }
        let scratch = thrift.get(&op.index).copied().unwrap_or_default().max(options.scratch);
        if op.options::<Moves>().is_some() || op.options::<Invocation>().is_some() {
            lowered.extend(call::lower(&Lowering { graph, op, options, scratch, name }));
            continue;
        }
        let checked = match ops::check(graph, op) {
            Ok(checked) => checked,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
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

/// Carries rows from one tensor to another.
fn carry(graph: &Subgraph, op: &Operator, rows: Rows, name: String) -> Lowered {
    let (&[Some(input), ..], &[output, ..]) = (op.inputs.as_slice(), op.outputs.as_slice()) else {
        return Lowered::Nothing;
    };
    let bytes = graph.tensor(input).bytes().min(graph.tensor(output).bytes());
    let (from, to) = match rows {
        Rows::Read(at) => (at, 0),
        Rows::Write(at) => (0, at),
        Rows::Keep => (0, 0),
    };
    let at = |name: &str, at: usize| if at == 0 { name.to_owned() } else { format!("{name} + {at}") };
    let (to_text, from_text) = (at("(int8_t *)output", to), at("(const int8_t *)input", from));
    let statements = format!("    tvmk_copy({to_text}, {from_text}, {bytes});\n");
    let (input, output) = (Argument::input("input", input), Argument::output("output", output));
    let summary = format!("rows for the next band, {bytes} bytes");
    let layer = Layer { name, operators: vec![op.index], summary, headers: vec!["base.h"], ..Layer::default() };
    if rows == Rows::Keep {
        return Lowered::Layer(Layer { arguments: vec![input, output], body: statements, ..layer });
    }
    let block = Some(Block { input: from, output: to, bytes });
    Lowered::Parts(Parts { layer, parts: vec![Part { input, output, block, statements }] })
}

/// Turns what a layer keeps from run to run into tensors of the program and arguments of the layer.
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

/// Refuses a model whose archive this project's own reader would refuse.
pub fn too_large() -> Errors {
    let limit = mlf::Limits::default().archive_bytes >> 20;
    let found = format!("constants that take more than {limit} MiB as C");
    Problem::file(found, format!("archives of up to {limit} MiB")).into()
}
