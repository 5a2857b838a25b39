//! Before the check: operators on uint8, as TensorFlow 1 quantised them, become operators on int8.
//!
//! A tensor of uint8 becomes one of int8 whose elements and zero point are 128 less, so that each element less the zero point is the
//! same number. [`Tensor::unsigned`] marks it: where the reference computes uint8 in another way than int8 (the rounding of averages,
//! factors of weights), the operator's check does so, too. Inputs and outputs of the model stay uint8; QUANTIZE converts between both.
//! Models without arithmetic on uint8 are left as they are: moving bytes needs no change.

mod forms;

use crate::ir::graph::{DType, Graph, OpKind, Operator, Subgraph, Tensor, TensorId};
use crate::ops::shared::control::Step;
use forms::{Forms, is_uint8};

/// Operators that compute with uint8.
const ARITHMETIC: &[OpKind] = &[
    OpKind::ADD,
    OpKind::AVERAGE_POOL_2D,
    OpKind::CONV_2D,
    OpKind::DEPTHWISE_CONV_2D,
    OpKind::FULLY_CONNECTED,
    OpKind::HARD_SWISH,
    OpKind::LEAKY_RELU,
    OpKind::LOGISTIC,
    OpKind::MAXIMUM,
    OpKind::MAX_POOL_2D,
    OpKind::MEAN,
    OpKind::MINIMUM,
    OpKind::MUL,
    OpKind::RELU,
    OpKind::RELU6,
    OpKind::RESIZE_BILINEAR,
    OpKind::RESIZE_NEAREST_NEIGHBOR,
    OpKind::SOFTMAX,
    OpKind::SUB,
    OpKind::SUM,
    OpKind::TANH,
];

/// Operators that move bytes, or convert them: between operators with arithmetic they are on int8, too.
const MOVES: &[OpKind] = &[
    OpKind::CONCATENATION,
    OpKind::DEQUANTIZE,
    OpKind::EXPAND_DIMS,
    OpKind::PAD,
    OpKind::QUANTIZE,
    OpKind::RESHAPE,
    OpKind::SLICE,
    OpKind::SPLIT,
    OpKind::SPLIT_V,
    OpKind::SQUEEZE,
    OpKind::STRIDED_SLICE,
    OpKind::TRANSPOSE,
];

/// Replaces uint8 by int8 in the main graph, if one of its operators computes with uint8.
pub fn as_int8(graph: &mut Graph) {
    let Some(main) = graph.subgraphs.first_mut() else { return };
    let takes = |op: &Operator, kinds: &[OpKind]| kinds.contains(&op.kind) && convertible(main, op);
    let in_line = |op: &Operator| op.options::<Step>().is_none();
    let of_uint8 = |op: &Operator| op.inputs.iter().flatten().all(|&id| is_uint8(&main.tensor(id)));
    let rescales = |op: &Operator| {
        takes(op, &[OpKind::CONCATENATION]) && differs(main, op)
            || takes(op, &[OpKind::QUANTIZE]) && of_uint8(op) && op.outputs.iter().all(|&id| is_uint8(&main.tensor(id)))
    };
    if !main.operators.iter().any(|op| takes(op, ARITHMETIC) || rescales(op)) || !main.operators.iter().all(in_line) {
        return;
    }
    let converted: Vec<bool> = main.operators.iter().map(|op| takes(op, ARITHMETIC) || takes(op, MOVES)).collect();
    let mut forms = Forms::new(main, &converted);
    let mut operators = Vec::with_capacity(main.operators.len());
    for (mut op, converted) in std::mem::take(&mut main.operators).into_iter().zip(converted) {
        match converted {
            true => forms.rewrite(main, &mut op, &mut operators),
            false => forms.restore(main, &op, &mut operators),
        }
        operators.push(op);
    }
    forms.finish(main, &mut operators);
    main.operators = operators;
}

/// Whether an operator computes with uint8 alone, or moves it, and all of it is quantised as a whole.
fn convertible(graph: &Subgraph, op: &Operator) -> bool {
    let tensors = || op.inputs.iter().flatten().chain(&op.outputs).map(|&id| graph.tensor(id));
    let quantised = |tensor: &Tensor| match tensor.per_tensor() {
        Some((scale, zero_point)) => scale.is_finite() && scale > 0.0 && (0..=255).contains(&zero_point),
        None => false,
    };
    let first_output = op.outputs.first().map(|&id| graph.tensor(id).dtype);
    let narrow = [DType::Int4, DType::Int8, DType::Int16];
    let alone = [OpKind::DEQUANTIZE, OpKind::QUANTIZE].contains(&op.kind)
        || first_output == Some(DType::Uint8) && !tensors().any(|tensor| narrow.contains(&tensor.dtype));
    alone && tensors().any(|tensor| is_uint8(&tensor)) && tensors().filter(is_uint8).all(quantised)
}

/// Whether an operator has inputs with another quantisation than its output.
fn differs(graph: &Subgraph, op: &Operator) -> bool {
    let quantised = |&id: &TensorId| graph.tensor(id).per_tensor();
    op.inputs.iter().flatten().any(|id| quantised(id) != op.outputs.first().and_then(quantised))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::Quantization;
    use std::sync::Arc;

    fn tensor(dtype: DType, data: Option<&[u8]>) -> Tensor {
        let quant = Quantization { scales: vec![0.5], zero_points: vec![120], axis: 0 };
        Tensor { dtype, shape: vec![1, 4], quant: Some(quant), data: data.map(Into::into), ..Tensor::default() }
    }

    /// Operators one after the other from the first tensor to the last; the second input of each is the tensor `constant`.
    fn converted(kinds: &[OpKind], mut tensors: Vec<Tensor>, constant: Option<Tensor>) -> Subgraph {
        let last = TensorId(tensors.len() - 1);
        let second = constant.map(|constant| {
            tensors.push(constant);
            TensorId(tensors.len() - 1)
        });
        let op = |(index, &kind): (usize, &OpKind)| Operator {
            index,
            kind,
            version: 1,
            options: Arc::new(()),
            inputs: [Some(TensorId(index)), second].into_iter().filter(Option::is_some).collect(),
            outputs: vec![TensorId(index + 1)],
        };
        let operators = kinds.iter().enumerate().map(op).collect();
        let (inputs, outputs) = (vec![TensorId(0)], vec![last]);
        let main = Subgraph { tensors, inputs, outputs, operators, ..Subgraph::default() };
        let mut graph = Graph { subgraphs: vec![main], ..Graph::default() };
        as_int8(&mut graph);
        graph.subgraphs.remove(0)
    }

    fn kinds(graph: &Subgraph) -> Vec<OpKind> {
        graph.operators.iter().map(|op| op.kind).collect()
    }

    #[test]
    fn a_model_that_moves_bytes_stays() {
        let graph = converted(&[OpKind::RESHAPE, OpKind::PAD], vec![tensor(DType::Uint8, None); 3], None);
        assert_eq!(kinds(&graph), [OpKind::RESHAPE, OpKind::PAD]);
        assert!(graph.tensors.iter().all(|tensor| tensor.dtype == DType::Uint8));
    }

    #[test]
    fn arithmetic_becomes_int8_between_conversions() {
        let uint8 = tensor(DType::Uint8, None);
        let constant = tensor(DType::Uint8, Some(&[0, 128, 255, 120]));
        let graph = converted(&[OpKind::ADD, OpKind::RESHAPE], vec![uint8; 3], Some(constant));
        assert_eq!(kinds(&graph), [OpKind::QUANTIZE, OpKind::ADD, OpKind::RESHAPE, OpKind::QUANTIZE]);
        let add = &graph.operators[1];
        let inputs: Vec<&Tensor> = add.inputs.iter().flatten().map(|&id| graph.tensor(id)).collect();
        assert!(inputs.iter().all(|tensor| tensor.unsigned && tensor.per_tensor() == Some((0.5, -8))));
        assert_eq!(inputs[1].i8_data().unwrap(), [-128, 0, 127, -8]);
        // The caller's tensors stay as they are; those in between are changed where they are.
        assert_eq!(graph.tensor(graph.inputs[0]).dtype, DType::Uint8);
        assert_eq!(graph.tensor(graph.outputs[0]).dtype, DType::Uint8);
        assert_eq!(graph.operators[3].outputs, graph.outputs);
        assert_eq!(add.outputs, [TensorId(1)]);
        assert_eq!(graph.tensors[1].dtype, DType::Int8);
    }

    #[test]
    fn operators_that_are_not_converted_get_uint8() {
        let uint8 = tensor(DType::Uint8, None);
        let graph = converted(&[OpKind::RELU, OpKind::CAST, OpKind::RELU], vec![uint8; 4], None);
        let expected = [OpKind::RELU, OpKind::QUANTIZE, OpKind::CAST, OpKind::QUANTIZE, OpKind::RELU];
        assert_eq!(kinds(&graph)[1..6], expected);
        let cast = &graph.operators[3];
        assert_eq!((cast.inputs[0], cast.outputs[0]), (Some(TensorId(1)), TensorId(2)));
    }

    #[test]
    fn mixed_and_unquantised_operators_are_left_to_the_check() {
        let uint8 = tensor(DType::Uint8, None);
        for other in [tensor(DType::Int8, Some(&[0; 4])), Tensor { quant: None, ..tensor(DType::Uint8, Some(&[0; 4])) }]
        {
            let graph = converted(&[OpKind::ADD], vec![uint8.clone(); 2], Some(other));
            assert_eq!(kinds(&graph), [OpKind::ADD]);
        }
    }
}
