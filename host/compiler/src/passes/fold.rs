//! Before the check: operators whose results are known at compile time.
//!
//! Converters write the arithmetic of shapes into the graph, and weights as DEQUANTIZE of a constant. Where all inputs of an
//! operator are constants (or it reads only a shape), its results become constants and the operator is removed. What can't be
//! computed ahead stays, and the check reports why.

use crate::ir::graph::{Contents, Custom, Graph, OpKind, Operator, Subgraph, TensorId};
use crate::ir::problem::{Errors, MAX_PROBLEMS, Problem};
use crate::ops;
use crate::ops::conditions::{Checks, check_operator};
use crate::ops::definition::Evaluated;
use crate::ops::extents::Extents;
use crate::ops::flow;

/// Bytes of an element while it is computed: integers of every type are computed in 64 bits.
const WIDEST: usize = 8;

/// Maximum number of bytes read and written by all operators computed ahead: a short file can ask for much work.
const MAX_BYTES: usize = 64 << 20;

/// What may still be read and written.
struct Budget {
    bytes: usize,
}

impl Budget {
    /// Subtracts what an operator on constants takes, if it is there.
    fn spend(&mut self, graph: &Subgraph, op: &Operator) -> Option<()> {
        if matches!(op.kind, OpKind::DENSIFY | OpKind::DEQUANTIZE) {
            // The result holds what the input does: the input is dense since it was read, and weights are converted where they are read.
            return Some(());
        }
        let read = op.inputs.iter().flatten().filter(|&&id| graph.tensor(id).is_constant());
        let elements = read.chain(&op.outputs).map(|&id| graph.tensor(id).elements()).fold(0, usize::saturating_add);
        self.bytes = self.bytes.checked_sub(elements.saturating_mul(WIDEST))?;
        Some(())
    }
}

/// Replaces the results that operators of the main graph compute from constants with constants. Where inputs have another shape than in the
/// file, what is computed from them gets its shape here, too: results of SHAPE decide shapes after them.
///
/// # Errors
/// Operators on constants that have no result, such as a division by 0; an operator whose shapes can't be computed.
pub fn fold(graph: &mut Graph) -> Result<(), Errors> {
    let mut extents = Extents::new(graph);
    let Some(main) = graph.subgraphs.first_mut() else { return Ok(()) };
    let mut budget = Budget { bytes: MAX_BYTES };
    let (mut problems, mut kept) = (Vec::new(), Vec::new());
    let mut taken = vec![false; main.tensors.len()];
    main.inputs.iter().for_each(|id| taken[id.0] = true);
    let mut operators = std::mem::take(&mut main.operators).into_iter();
    while let Some(op) = operators.next() {
        if let Some(found) = extents.as_mut().and_then(|extents| extents.settle(main, &op).err()) {
            problems.extend(found);
            unsupported(main, operators.as_slice(), &mut problems);
            return Err(Errors(problems));
        }
        match evaluate(main, &op, &taken, &mut budget) {
            Some(Ok(contents)) => {
                for (&id, data) in op.outputs.iter().zip(contents) {
                    main.tensors[id.0].data = Some(data);
                }
            }
            Some(Err(refusal)) => {
                problems.push(Problem::operator(main, &op, refusal.found, refusal.supported));
            }
            None => {
                op.inputs.iter().flatten().chain(&op.outputs).for_each(|id| taken[id.0] = true);
                kept.push(op);
            }
        }
    }
    main.operators = kept;
    if problems.is_empty() { Ok(()) } else { Err(Errors(problems)) }
}

/// The operators that are not supported at all, after one whose shapes can't be computed: those of all others are not known.
fn unsupported(graph: &Subgraph, operators: &[Operator], problems: &mut Vec<Problem>) {
    for op in operators.iter().filter(|op| ops::definition(op.kind).is_none() || op.options::<Custom>().is_some()) {
        if problems.len() < MAX_PROBLEMS {
            check_operator(graph, op, Checks::Common, problems);
        }
    }
}

/// The contents of an operator's outputs, if they are known; `taken` are tensors that others read or write before.
fn evaluate(graph: &Subgraph, op: &Operator, taken: &[bool], budget: &mut Budget) -> Option<Evaluated> {
    let known = |id: &TensorId| graph.tensor(*id).is_constant();
    let reads_shapes = matches!(op.kind, OpKind::SHAPE | OpKind::RANK);
    let ready = op.inputs.iter().any(Option::is_some) && (reads_shapes || op.inputs.iter().flatten().all(known));
    let fresh = |(i, id): (usize, &TensorId)| !taken[id.0] && !known(id) && !op.outputs[..i].contains(id);
    if !ready || op.outputs.is_empty() || !op.outputs.iter().enumerate().all(fresh) {
        return None;
    }
    budget.spend(graph, op)?;
    let mut problems = Vec::new();
    check_operator(graph, op, Checks::Ahead, &mut problems);
    let checked = if problems.is_empty() { ops::check_ahead(graph, op).ok()? } else { return None };
    let computed = || Some(Ok(vec![flow::computed(&checked.flow())?]));
    let evaluated = checked.evaluate().or_else(computed)?;
    let fits = |contents: &Vec<Contents>| {
        let sizes = op.outputs.iter().map(|&id| graph.tensor(id).bytes());
        contents.iter().map(|data| data.len()).eq(sizes)
    };
    // A result whose size differs from the file's would be a bug in the operator's directory.
    evaluated.as_ref().map_or(true, fits).then_some(evaluated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::{DType, Quantization, Tensor};
    use crate::ir::sliding::Activation;
    use crate::passes::check;
    use std::sync::Arc;

    fn tensor(dtype: DType, shape: &[usize], data: Option<&[i32]>) -> Tensor {
        let data = data.map(|values| values.iter().flat_map(|value| value.to_le_bytes()).collect());
        Tensor { dtype, shape: shape.to_vec(), data, ..Tensor::default() }
    }

    fn operator(index: usize, kind: OpKind, inputs: &[usize], output: usize) -> Operator {
        let inputs = inputs.iter().map(|&id| Some(TensorId(id))).collect();
        let options: Arc<dyn crate::ir::graph::OpOptions> = match kind {
            OpKind::ADD => Arc::new(ops::shared::binary::Options::default()),
            _ => Arc::new(()),
        };
        Operator { index, kind, version: 1, options, inputs, outputs: vec![TensorId(output)] }
    }

    /// RANK of 0 to 1, ADD of that and 2 to 3, RELU of 0 to 4.
    fn graph(addend: i32) -> Graph {
        let scalar = |data| tensor(DType::Int32, &[], data);
        let floats = || tensor(DType::Float32, &[1, 2, 3], None);
        let main = Subgraph {
            tensors: vec![floats(), scalar(None), scalar(Some(&[addend])), scalar(None), floats()],
            inputs: vec![TensorId(0)],
            outputs: vec![TensorId(3), TensorId(4)],
            operators: vec![
                operator(0, OpKind::RANK, &[0], 1),
                operator(1, OpKind::ADD, &[1, 2], 3),
                operator(2, OpKind::RELU, &[0], 4),
            ],
            ..Subgraph::default()
        };
        Graph { subgraphs: vec![main], ..Graph::default() }
    }

    #[test]
    fn known_results_become_constants() {
        let mut graph = graph(39);
        fold(&mut graph).unwrap();
        let main = &graph.subgraphs[0];
        assert_eq!(main.operators.iter().map(|op| op.kind).collect::<Vec<_>>(), [OpKind::RELU]);
        assert_eq!(main.tensors[3].i32_data(), Some(vec![42]));
        check::check(&graph).unwrap();
    }

    #[test]
    fn quantised_results_become_constants() {
        // (5 - 1) · 0.5 + (-3 + 1) · 0.25 = 1.5, which is 6 steps of 0.25 above -2; the other row is one step of 0.5 above.
        let int8 = |shape: &[usize], values: Option<&[u8]>, scale, zero_point| Tensor {
            dtype: DType::Int8,
            shape: shape.to_vec(),
            data: values.map(Into::into),
            quant: Some(Quantization { scales: vec![scale], zero_points: vec![zero_point], axis: 0 }),
            ..Tensor::default()
        };
        let mut graph = graph(0);
        let main = &mut graph.subgraphs[0];
        main.tensors.push(int8(&[2, 1], Some(&[5, 6]), 0.5, 1));
        main.tensors.push(int8(&[1], Some(&[253]), 0.25, -1));
        main.tensors.push(int8(&[2, 1], None, 0.25, -2));
        main.operators.push(operator(3, OpKind::ADD, &[5, 6], 7));
        main.outputs.push(TensorId(7));
        fold(&mut graph).unwrap();
        let main = &graph.subgraphs[0];
        assert_eq!(main.operators.iter().map(|op| op.kind).collect::<Vec<_>>(), [OpKind::RELU]);
        assert_eq!(main.tensors[7].contents().as_deref(), Some(&[4, 6][..]));
        check::check(&graph).unwrap();
    }

    #[test]
    fn a_result_that_does_not_fit_is_refused() {
        let refused = |graph: &mut Graph| fold(graph).unwrap_err().to_string();
        let errors = refused(&mut graph(i32::MAX));
        assert!(errors.starts_with("operator 1 (ADD)") && errors.contains("results that are int32"), "{errors}");
        // Also where an activation would bring it back into the type.
        let mut graph = graph(i32::MAX);
        let op = &mut graph.subgraphs[0].operators[1];
        op.kind = OpKind::MUL;
        op.options = Arc::new(ops::shared::binary::Options { activation: Activation::Relu6 });
        let errors = refused(&mut graph);
        assert!(errors.starts_with("operator 1 (MUL)") && errors.contains("results that are int32"), "{errors}");
    }

    #[test]
    fn tensors_read_or_written_before_are_not_folded() {
        // The sum is read before it is made; then its place is an input.
        for change in [
            |main: &mut Subgraph| main.operators.insert(0, operator(3, OpKind::RELU, &[3], 4)),
            |main: &mut Subgraph| main.inputs.push(TensorId(3)),
        ] {
            let mut graph = graph(1);
            change(&mut graph.subgraphs[0]);
            fold(&mut graph).unwrap();
            assert!(!graph.subgraphs[0].tensors[3].is_constant());
            check::check(&graph).unwrap_err();
        }
    }

    #[test]
    fn work_is_bounded() {
        let mut graph = graph(1);
        let main = &mut graph.subgraphs[0];
        main.tensors[3].shape = vec![MAX_BYTES / 4];
        fold(&mut graph).unwrap();
        assert_eq!(graph.subgraphs[0].operators.len(), 2);
    }

    /// Networks of 30 million weights of float16 are on phones.
    #[test]
    fn weights_are_not_counted() {
        let mut graph = graph(1);
        let main = &mut graph.subgraphs[0];
        let elements = 30 << 20;
        let kept = Tensor { dtype: DType::Float16, shape: vec![elements], ..Tensor::default() };
        main.tensors.push(Tensor { data: Some(vec![0; 2 * elements].into()), ..kept });
        main.tensors.push(tensor(DType::Float32, &[elements], None));
        main.operators.push(operator(3, OpKind::DEQUANTIZE, &[5], 6));
        fold(&mut graph).unwrap();
        let weights = &graph.subgraphs[0].tensors[6];
        assert!(weights.stored().is_some_and(|stored| stored.dtype == DType::Float16));
    }

    #[test]
    fn operators_without_code_report_what_they_need() {
        let mut graph = graph(1);
        // Written before, so RANK is not computed ahead.
        graph.subgraphs[0].operators.insert(0, operator(3, OpKind::RELU, &[1], 4));
        fold(&mut graph).unwrap();
        let errors = check::check(&graph).unwrap_err().to_string();
        assert!(errors.contains("operator 0 (RANK)"), "{errors}");
    }
}
