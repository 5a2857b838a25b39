//! The subgraphs of IF and WHILE: their operators replace the operator, between steps that mark where a loop or
//! a branch begins and ends (`ops/shared/control.rs`), so that the whole model is one list of operators with one memory plan.
//!
//! What can't be moved, such as operators that keep something from run to run, stays in its subgraph, and the check of IF or
//! WHILE refuses it.

use crate::ir::graph::*;
use crate::ir::layer::Control;
use crate::ops::if_else::Branches;
use crate::ops::shared::control::Step;
use crate::ops::while_loop::Loop;
use std::sync::Arc;

/// Maximum number of operators and tensors afterwards: a file can name the same subgraph many times.
const MAX_OPERATORS: usize = 4096;
const MAX_TENSORS: usize = 4 * MAX_OPERATORS;

/// Maximum nesting: a subgraph can name itself.
const MAX_DEPTH: usize = 8;

/// Number of steps that replace one operator, without copies.
const STEPS: usize = 4;

/// Operators that keep something from run to run.
const STATEFUL: &[OpKind] = &[
    OpKind::ASSIGN_VARIABLE,
    OpKind::CALL_ONCE,
    OpKind::CIRCULAR_BUFFER,
    OpKind::READ_VARIABLE,
    OpKind::SIGNAL_DELAY,
    OpKind::SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION,
    OpKind::SIGNAL_FRAMER,
    OpKind::SIGNAL_OVERLAP_ADD,
    OpKind::SIGNAL_STACKER,
    OpKind::SVDF,
    OpKind::UNIDIRECTIONAL_SEQUENCE_LSTM,
    OpKind::VAR_HANDLE,
];

/// Operators that compute their results: these never share bytes with the inputs.
const COMPUTING: &[OpKind] = &[
    OpKind::ADD,
    OpKind::CONV_2D,
    OpKind::DIV,
    OpKind::FULLY_CONNECTED,
    OpKind::LOGISTIC,
    OpKind::MAXIMUM,
    OpKind::MINIMUM,
    OpKind::MUL,
    OpKind::RELU,
    OpKind::SOFTMAX,
    OpKind::SUB,
    OpKind::TANH,
];

/// Moves the operators of subgraphs into the main graph.
pub fn inline(graph: &mut Graph) {
    let Some((main, others)) = graph.subgraphs.split_first_mut() else { return };
    let operators = std::mem::take(&mut main.operators);
    let mut inlining = Inlining { main, others, room: MAX_OPERATORS };
    let operators = inlining.all(operators, 0);
    main.operators = operators;
}

struct Inlining<'a> {
    main: &'a mut Subgraph,
    /// Without the main graph.
    others: &'a [Subgraph],
    /// Operators that may still be added.
    room: usize,
}

/// The operators of a subgraph with the tensors of the main graph, and its results there.
struct Taken {
    operators: Vec<Operator>,
    results: Vec<TensorId>,
}

impl<'a> Inlining<'a> {
    fn all(&mut self, operators: Vec<Operator>, depth: usize) -> Vec<Operator> {
        let mut all = Vec::with_capacity(operators.len());
        for op in operators {
            let inlined = if depth < MAX_DEPTH { self.inlined(&op, depth) } else { None };
            match inlined {
                Some(inlined) => all.extend(inlined),
                None => all.push(op),
            }
        }
        all
    }

    fn inlined(&mut self, op: &Operator, depth: usize) -> Option<Vec<Operator>> {
        let distinct = (1..op.outputs.len()).all(|i| !op.outputs[..i].contains(&op.outputs[i]));
        (distinct && !op.outputs.is_empty()).then_some(())?;
        match op.kind {
            OpKind::IF => self.branches(op, depth),
            OpKind::WHILE => self.repeated(op, depth),
            _ => None,
        }
    }

    fn branches(&mut self, op: &Operator, depth: usize) -> Option<Vec<Operator>> {
        let options = op.options::<Branches>()?;
        let all: Vec<TensorId> = op.inputs.iter().copied().collect::<Option<_>>()?;
        let (&condition, arguments) = all.split_first()?;
        let chosen = [self.subgraph(options.yes)?, self.subgraph(options.no)?];
        chosen.iter().all(|branch| self.fits(branch, arguments, op.outputs.len())).then_some(())?;
        self.reserve(&chosen, 0)?;
        let [yes, no] = chosen.map(|branch| self.take(branch, arguments, op.index, depth));
        let mut operators = vec![step(op, Control::IfBegin, &[condition], &[])];
        operators.extend(yes.operators);
        operators.push(step(op, Control::IfElse, &yes.results, &op.outputs));
        operators.extend(no.operators);
        operators.push(step(op, Control::IfEnd, &no.results, &op.outputs));
        Some(operators)
    }

    fn repeated(&mut self, op: &Operator, depth: usize) -> Option<Vec<Operator>> {
        let options = op.options::<Loop>()?;
        let first: Vec<TensorId> = op.inputs.iter().copied().collect::<Option<_>>()?;
        let variables = &op.outputs;
        let (condition, body) = (self.subgraph(options.condition)?, self.subgraph(options.body)?);
        let alike = |(&one, &other): (&TensorId, &TensorId)| same(self.main.tensor(one), self.main.tensor(other));
        (first.len() == variables.len() && first.iter().zip(variables).all(alike)).then_some(())?;
        (self.fits(condition, variables, 1) && self.fits(body, variables, variables.len())).then_some(())?;
        self.reserve(&[condition, body], variables.len())?;
        let condition = self.take(condition, variables, op.index, depth);
        let body = self.take(body, variables, op.index, depth);
        let mut operators = vec![step(op, Control::LoopBegin, &first, variables)];
        operators.extend(condition.operators);
        operators.push(step(op, Control::LoopTest, &condition.results, &[]));
        let mut next = Vec::new();
        let mut copies = Vec::new();
        for &result in &body.results {
            // A result that may share bytes with a variable is copied before any variable gets its next value.
            let computed = body.operators.iter().any(|op| op.outputs == [result] && COMPUTING.contains(&op.kind));
            next.push(if computed { result } else { self.clone_of(result) });
            if !computed {
                copies.push(step(op, Control::Copy, &[result], &next[next.len() - 1..]));
            }
        }
        operators.extend(body.operators);
        operators.extend(copies);
        operators.push(step(op, Control::LoopEnd, &next, variables));
        Some(operators)
    }

    /// A new tensor of the same kind.
    fn clone_of(&mut self, id: TensorId) -> TensorId {
        let tensor = Tensor { data: None, ..self.main.tensor(id).clone() };
        self.main.tensors.push(tensor);
        TensorId(self.main.tensors.len() - 1)
    }

    fn subgraph(&self, index: i32) -> Option<&'a Subgraph> {
        self.others.get(usize::try_from(index).ok()?.checked_sub(1)?)
    }

    /// Whether a subgraph has these inputs and this number of outputs, and can be moved.
    fn fits(&self, graph: &Subgraph, arguments: &[TensorId], outputs: usize) -> bool {
        let alike = |(&inner, &outer): (&TensorId, &TensorId)| same(graph.tensor(inner), self.main.tensor(outer));
        let distinct = (1..graph.inputs.len()).all(|i| !graph.inputs[..i].contains(&graph.inputs[i]));
        let written = graph.operators.iter().flat_map(|op| &op.outputs).any(|id| graph.inputs.contains(id));
        (graph.inputs.len(), graph.outputs.len()) == (arguments.len(), outputs)
            && graph.inputs.iter().zip(arguments).all(alike)
            && (distinct && !written && !graph.tensors.iter().any(|tensor| tensor.variable))
            && !graph.operators.iter().any(|op| STATEFUL.contains(&op.kind))
    }

    /// Takes the operators and tensors of two subgraphs, and this many copies, from the budget.
    fn reserve(&mut self, graphs: &[&Subgraph; 2], copies: usize) -> Option<()> {
        let operators: usize = graphs.iter().map(|graph| graph.operators.len()).sum();
        let tensors: usize = graphs.iter().map(|graph| graph.tensors.len()).sum();
        (self.main.tensors.len() + tensors + copies <= MAX_TENSORS).then_some(())?;
        self.room = self.room.checked_sub(operators + copies + STEPS)?;
        Some(())
    }

    /// Adds a subgraph whose inputs are `arguments`, and the subgraphs that its operators name.
    fn take(&mut self, graph: &Subgraph, arguments: &[TensorId], index: usize, depth: usize) -> Taken {
        let mut names: Vec<TensorId> = Vec::new();
        for (id, tensor) in graph.tensors.iter().enumerate() {
            let input = graph.inputs.iter().position(|&input| input == TensorId(id));
            names.push(input.map_or(TensorId(self.main.tensors.len()), |input| arguments[input]));
            if input.is_none() {
                self.main.tensors.push(tensor.clone());
            }
        }
        let named = |id: &TensorId| names[id.0];
        let mut operators = Vec::new();
        for op in &graph.operators {
            let inputs = op.inputs.iter().map(|input| input.as_ref().map(named)).collect();
            let outputs = op.outputs.iter().map(named).collect();
            operators.push(Operator { index, inputs, outputs, ..op.clone() });
        }
        let operators = self.all(operators, depth + 1);
        Taken { operators, results: graph.outputs.iter().map(named).collect() }
    }
}

/// Whether two tensors hold the same kind of values.
fn same(one: &Tensor, other: &Tensor) -> bool {
    (one.dtype, &one.shape, &one.quant) == (other.dtype, &other.shape, &other.quant)
}

fn step(op: &Operator, control: Control, inputs: &[TensorId], outputs: &[TensorId]) -> Operator {
    let inputs = inputs.iter().copied().map(Some).collect();
    Operator { options: Arc::new(Step(control)), inputs, outputs: outputs.to_vec(), ..op.clone() }
}
