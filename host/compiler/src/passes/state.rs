//! Variables of streaming models: from resource handles to tensors that outlive a run.
//!
//! `VAR_HANDLE` names a variable, `CALL_ONCE` runs a subgraph that gives variables their first contents. Here they become
//! [`State`]s, and `READ_VARIABLE` and `ASSIGN_VARIABLE` read and write the state's tensor like any other operator.

use crate::ir::graph::*;
use crate::ir::problem::{MAX_PROBLEMS, Problem};
use crate::passes::check::Checker;
use std::collections::HashMap;
use std::sync::Arc;

/// The model's own graph, with variables as tensors.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The main subgraph. Operators keep the index they have in the file.
    pub graph: Subgraph,
    /// Tensors that keep their contents from run to run.
    pub states: Vec<State>,
}

impl Program {
    /// Which state a tensor is.
    pub fn state_of(&self, id: TensorId) -> Option<usize> {
        self.states.iter().position(|state| state.tensor == id)
    }
}

/// A variable.
#[derive(Debug, Clone)]
pub struct State {
    /// Its tensor in [`Program::graph`], made for it.
    pub tensor: TensorId,
    /// Contents before the first run, as many bytes as the tensor has.
    pub initial: Arc<[u8]>,
}

/// Largest variable, in bytes.
const MAX_VARIABLE: usize = 1 << 24;

/// A variable's identity: container and shared name.
type Key<'a> = (&'a str, &'a str);

/// Which tensors of a subgraph are handles of which variables.
fn handles(graph: &Subgraph) -> HashMap<TensorId, Key<'_>> {
    let mut handles = HashMap::new();
    for op in graph.operators.iter().filter(|op| op.kind == OpKind::VAR_HANDLE) {
        if let (OpOptions::VarHandle { container, shared_name }, Some(&output)) = (&op.options, op.outputs.first()) {
            handles.insert(output, (container.as_str(), shared_name.as_str()));
        }
    }
    handles
}

/// The variable and the tensor that carries its contents, for an operator that reads or assigns one.
fn access<'a>(handles: &HashMap<TensorId, Key<'a>>, op: &Operator) -> Option<(Key<'a>, TensorId)> {
    let value = match op.kind {
        OpKind::READ_VARIABLE => op.outputs.first().copied(),
        OpKind::ASSIGN_VARIABLE => op.inputs.get(1).copied().flatten(),
        _ => None,
    }?;
    let handle = op.inputs.first().copied().flatten()?;
    Some((*handles.get(&handle)?, value))
}

/// Checks that variables are used as this module understands them.
pub fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<Key<'_>, &Tensor> = HashMap::new();
    for (i, subgraph) in graph.subgraphs.iter().enumerate() {
        let called = i > 0 && init_subgraphs(graph).any(|init| init == i);
        if i > 0 && !called {
            continue;
        }
        let handles = handles(subgraph);
        let mut used = None;
        for op in &subgraph.operators {
            if problems.len() >= MAX_PROBLEMS {
                return;
            }
            if let (0, Some((key, _))) = (i, access(&handles, op)) {
                used = used.or(Some(key.1));
            }
            let mut checker = Checker::new(subgraph, op, problems);
            match op.kind {
                OpKind::VAR_HANDLE if !matches!(op.options, OpOptions::VarHandle { .. }) => {
                    checker.bad("no name of a variable", "VAR_HANDLE with its options");
                }
                OpKind::VAR_HANDLE => {}
                OpKind::READ_VARIABLE | OpKind::ASSIGN_VARIABLE => {
                    let Some((key, value)) = access(&handles, op) else {
                        checker.bad("a variable without a handle", "the output of a VAR_HANDLE");
                        continue;
                    };
                    let tensor = subgraph.tensor(value);
                    if !(1..=MAX_VARIABLE).contains(&tensor.bytes()) {
                        let found = format!("{} of shape {:?}", tensor.dtype, tensor.shape);
                        checker.bad_tensor(value, found, format!("1 to {MAX_VARIABLE} bytes"));
                    }
                    let first = *seen.entry(key).or_insert(tensor);
                    if (first.dtype, &first.shape) != (tensor.dtype, &tensor.shape) {
                        let found = format!("variable {:?} as {} of shape {:?}", key.1, tensor.dtype, tensor.shape);
                        checker.bad_tensor(
                            value,
                            found,
                            format!("{} of shape {:?} as elsewhere", first.dtype, first.shape),
                        );
                    }
                    if called && !tensor.is_constant() {
                        checker.bad_tensor(value, "first contents that are computed", "constants");
                    }
                }
                OpKind::CALL_ONCE if i == 0 => match op.options {
                    OpOptions::CallOnce { .. } if used.is_some() => {
                        let found = format!("first contents after variable {:?} was used", used.unwrap_or_default());
                        checker.bad(found, "CALL_ONCE before every READ_VARIABLE and ASSIGN_VARIABLE");
                    }
                    OpOptions::CallOnce { init_subgraph }
                        if (1..graph.subgraphs.len() as i64).contains(&init_subgraph.into()) => {}
                    _ => checker.bad("a call of a subgraph that is not there", "an index of the file's subgraphs"),
                },
                _ if called => {
                    let found = format!("{} in the subgraph {:?} of CALL_ONCE", op.kind, subgraph.name);
                    checker.bad(found, "VAR_HANDLE and ASSIGN_VARIABLE of constants");
                }
                _ => {}
            }
        }
    }
}

fn init_subgraphs(graph: &Graph) -> impl Iterator<Item = usize> {
    graph.subgraphs.iter().take(1).flat_map(|main| &main.operators).filter_map(|op| match op.options {
        OpOptions::CallOnce { init_subgraph } => usize::try_from(init_subgraph).ok(),
        _ => None,
    })
}

/// Rewrites a checked model so that variables are tensors.
pub fn resolve(mut model: Graph) -> Program {
    let mut initial: HashMap<(String, String), Arc<[u8]>> = HashMap::new();
    for i in init_subgraphs(&model) {
        let Some(init) = model.subgraphs.get(i) else { continue };
        let handles = handles(init);
        for op in &init.operators {
            if let Some((key, value)) = access(&handles, op)
                && let Some(data) = &init.tensor(value).data
            {
                initial.insert((key.0.to_owned(), key.1.to_owned()), data.clone());
            }
        }
    }
    let mut graph = if model.subgraphs.is_empty() { Subgraph::default() } else { model.subgraphs.swap_remove(0) };
    let source = graph.clone();
    let handles = handles(&source);
    let mut states: Vec<(Key<'_>, State)> = Vec::new();
    for op in &mut graph.operators {
        let Some((key, value)) = access(&handles, op) else { continue };
        let known = states.iter().find(|(other, _)| *other == key).map(|(_, state)| state.tensor);
        let tensor = known.unwrap_or_else(|| {
            let like = source.tensor(value);
            let id = TensorId(graph.tensors.len());
            // Without first contents a variable starts as its zero point in every byte, as in the reference.
            let zero = like.per_tensor().map_or(0, |(_, zero_point)| zero_point as u8);
            let given = initial.get(&(key.0.to_owned(), key.1.to_owned())).filter(|data| data.len() == like.bytes());
            let initial = given.cloned().unwrap_or_else(|| vec![zero; like.bytes()].into());
            graph.tensors.push(Tensor { name: key.1.to_owned(), data: None, ..like.clone() });
            states.push((key, State { tensor: id, initial }));
            id
        });
        if op.kind == OpKind::READ_VARIABLE {
            op.inputs = vec![Some(tensor)];
        } else {
            (op.inputs, op.outputs) = (vec![Some(value)], vec![tensor]);
        }
    }
    graph.operators.retain(|op| !matches!(op.kind, OpKind::VAR_HANDLE | OpKind::CALL_ONCE));
    Program { graph, states: states.into_iter().map(|(_, state)| state).collect() }
}
