//! Before the check: inputs of CONCATENATION whose quantisation differs from the output's.
//!
//! The reference copies bytes and refuses other scales. The intention is clear, however: each such input goes
//! through a QUANTIZE operator first, and a constant is requantised here, with the same arithmetic. The reference of uint8 converts
//! itself, in float32: the operators say so ([`Joined`]).

use crate::ir::graph::{Contents, DType, Graph, OpKind, Operator, Tensor, TensorId};
use crate::math::quantize::Multiplier;
use crate::ops::quantize::Joined;
use crate::ops::shared::unsigned;
use std::collections::HashMap;
use std::sync::Arc;

/// Maximum number of operators and bytes added: beyond that CONCATENATION is not changed, and is refused.
const MAX_OPERATORS: usize = 1024;
const MAX_CONTENTS: usize = 16 << 20;

/// Inserts QUANTIZE operators before every CONCATENATION of int8 that needs them.
pub fn requantise(graph: &mut Graph) {
    let Some(main) = graph.subgraphs.first_mut() else { return };
    let mut operators = Vec::with_capacity(main.operators.len());
    let (mut added, mut copied) = (0, 0);
    for mut op in std::mem::take(&mut main.operators) {
        if op.kind == OpKind::CONCATENATION
            && let Some(output) = op.outputs.first().map(|&id| main.tensor(id).clone())
        {
            let mut made: HashMap<TensorId, TensorId> = HashMap::new();
            for slot in &mut op.inputs {
                let Some(id) = *slot else { continue };
                if !differs(main.tensor(id), &output) || added >= MAX_OPERATORS || copied >= MAX_CONTENTS {
                    continue;
                }
                let new = *made.entry(id).or_insert_with(|| {
                    let new = TensorId(main.tensors.len());
                    let (tensor, computed) = requantised(main.tensor(id), &output);
                    added += 1;
                    copied += tensor.data.as_ref().map_or(0, Contents::len);
                    main.tensors.push(tensor);
                    if computed {
                        operators.push(quantize(op.index, id, new, output.unsigned));
                    }
                    new
                });
                *slot = Some(new);
            }
        }
        operators.push(op);
    }
    main.operators = operators;
}

/// Whether two int8 tensors have different quantisations, both valid.
fn differs(input: &Tensor, output: &Tensor) -> bool {
    let valid = |tensor: &Tensor| {
        let (scale, zero_point) = tensor.per_tensor()?;
        let fits = scale.is_finite() && scale > 0.0 && (-128..=127).contains(&zero_point);
        (fits && tensor.dtype == DType::Int8 && tensor.unsigned == output.unsigned).then_some((scale, zero_point))
    };
    matches!((valid(input), valid(output)), (Some(a), Some(b)) if a != b)
}

/// A tensor like `input`, quantised like `output`, and whether an operator must compute it.
fn requantised(input: &Tensor, output: &Tensor) -> (Tensor, bool) {
    let data = constant(input, output);
    let name = format!("{}_requantised", input.name);
    let computed = data.is_none();
    (Tensor { name, quant: output.quant.clone(), data: data.map(Into::into), ..input.clone() }, computed)
}

/// The contents of a constant in the output's quantisation, if it is one and nothing overflows.
fn constant(input: &Tensor, output: &Tensor) -> Option<Vec<u8>> {
    let ((in_scale, in_zero), (out_scale, out_zero)) = (input.per_tensor()?, output.per_tensor()?);
    let multiplier = Multiplier::new(f64::from(in_scale) / f64::from(out_scale));
    let quantised = |x: i8| {
        if output.unsigned {
            return Some(unsigned::joined(x.into(), (in_scale, in_zero), (out_scale, out_zero))? as u8);
        }
        let y = multiplier.checked_apply(i32::from(x) - in_zero)?.checked_add(out_zero)?;
        Some(y.clamp(-128, 127) as u8)
    };
    input.i8_data()?.into_iter().map(quantised).collect()
}

/// The operator that requantises: as the reference of uint8 joins tensors, or QUANTIZE as it is.
fn quantize(index: usize, from: TensorId, to: TensorId, unsigned: bool) -> Operator {
    let quantize = Operator::added(index, OpKind::QUANTIZE, from, to);
    if unsigned { Operator { options: Arc::new(Joined), ..quantize } } else { quantize }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::{Quantization, Subgraph};

    fn tensor(scale: f32, zero_point: i64, data: Option<&[u8]>) -> Tensor {
        let quant = Quantization { scales: vec![scale], zero_points: vec![zero_point], axis: 0 };
        Tensor { shape: vec![1, 4], quant: Some(quant), data: data.map(Into::into), ..Tensor::default() }
    }

    /// CONCATENATION of these tensors to the last one.
    fn joined(tensors: Vec<Tensor>) -> Subgraph {
        let last = tensors.len() - 1;
        let inputs = (0..last).map(|id| Some(TensorId(id))).collect();
        let op = Operator {
            index: 3,
            kind: OpKind::CONCATENATION,
            version: 2,
            options: Arc::new(()),
            inputs,
            outputs: vec![TensorId(last)],
        };
        let subgraph = Subgraph { tensors, operators: vec![op], ..Subgraph::default() };
        let mut graph = Graph { subgraphs: vec![subgraph], ..Graph::default() };
        requantise(&mut graph);
        graph.subgraphs.remove(0)
    }

    #[test]
    fn inputs_with_the_same_quantisation_stay() {
        let graph = joined(vec![tensor(0.5, 3, None), tensor(0.5, 3, Some(&[1; 4])), tensor(0.5, 3, None)]);
        assert_eq!((graph.tensors.len(), graph.operators.len()), (3, 1));
    }

    #[test]
    fn inputs_of_another_scale_get_an_operator_or_new_contents() {
        let constant = tensor(1.0, 0, Some(&[1, 2, 100, 0x9c]));
        let graph = joined(vec![tensor(0.25, 3, None), constant, tensor(0.5, 3, None)]);
        let [quantize, concatenation] = graph.operators.as_slice() else { panic!("{:?}", graph.operators) };
        assert_eq!((quantize.kind, quantize.index), (OpKind::QUANTIZE, 3));
        assert_eq!((quantize.inputs[0], quantize.outputs[0]), (Some(TensorId(0)), TensorId(3)));
        assert_eq!(concatenation.inputs, [Some(TensorId(3)), Some(TensorId(4))]);
        assert_eq!(graph.tensors[4].i8_data().unwrap(), [5, 7, 127, -128]);
        assert_eq!(graph.tensors[4].per_tensor(), Some((0.5, 3)));
    }

    #[test]
    fn uint8_is_converted_in_float32() {
        let unsigned = |scale, data| Tensor { unsigned: true, ..tensor(scale, 3, data) };
        let graph = joined(vec![unsigned(0.25, None), unsigned(1.0, Some(&[3, 4, 100, 0x9c])), unsigned(0.5, None)]);
        assert!(graph.operators[0].options::<Joined>().is_some());
        assert_eq!(graph.tensors[4].i8_data().unwrap(), [3, 5, 127, -128]);
        // A tensor of int8 itself is not converted in that way.
        let graph = joined(vec![tensor(0.25, 3, None), unsigned(0.5, None)]);
        assert_eq!(graph.operators.len(), 1);
    }

    #[test]
    fn invalid_operators_are_left_to_the_check() {
        let graph = joined(vec![tensor(f32::NAN, 3, None), tensor(0.5, 300, None), tensor(0.5, 3, None)]);
        assert_eq!(graph.operators.len(), 1);
    }
}
