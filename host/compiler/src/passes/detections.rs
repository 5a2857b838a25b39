//! Before constants are folded: DETECTION_POSTPROCESS of uint8.
//!
//! The reference converts uint8 to float32 element by element, with the same bytes as DEQUANTIZE, which this pass puts before each
//! such input. It takes the type of the anchors to be that of the boxes: where they differ, nothing is changed, and the check refuses.

use crate::ir::graph::{DType, Graph, OpKind, Operator, Subgraph, Tensor, TensorId};

/// Inserts DEQUANTIZE before every input of uint8 of DETECTION_POSTPROCESS in the main graph.
pub fn dequantise(graph: &mut Graph) {
    let Some(main) = graph.subgraphs.first_mut() else { return };
    let mut operators = Vec::with_capacity(main.operators.len());
    for mut op in std::mem::take(&mut main.operators) {
        if op.kind == OpKind::DETECTION_POSTPROCESS && convertible(main, &op) {
            for slot in op.inputs.iter_mut().flatten() {
                let tensor = main.tensor(*slot);
                if tensor.dtype != DType::Uint8 {
                    continue;
                }
                let name = format!("{}_dequantised", tensor.name);
                let real = Tensor { name, dtype: DType::Float32, quant: None, data: None, ..tensor.clone() };
                let new = TensorId(main.tensors.len());
                main.tensors.push(real);
                operators.push(Operator::added(op.index, OpKind::DEQUANTIZE, *slot, new));
                *slot = new;
            }
        }
        operators.push(op);
    }
    main.operators = operators;
}

/// Whether boxes and anchors, the first and the last of three inputs, have the same type.
fn convertible(main: &Subgraph, op: &Operator) -> bool {
    match op.inputs[..] {
        [Some(boxes), Some(_), Some(anchors)] => main.tensor(boxes).dtype == main.tensor(anchors).dtype,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// DETECTION_POSTPROCESS with inputs of these types.
    fn dequantised(types: [DType; 3]) -> Subgraph {
        let tensor = |dtype| Tensor { dtype, shape: vec![2, 4], ..Tensor::default() };
        let inputs = (0..3).map(|id| Some(TensorId(id))).collect();
        let (kind, options) = (OpKind::DETECTION_POSTPROCESS, Arc::new(()));
        let op = Operator { index: 7, kind, version: 1, options, inputs, outputs: Vec::new() };
        let main = Subgraph { tensors: types.map(tensor).to_vec(), operators: vec![op], ..Subgraph::default() };
        let mut graph = Graph { subgraphs: vec![main], ..Graph::default() };
        dequantise(&mut graph);
        graph.subgraphs.remove(0)
    }

    #[test]
    fn each_input_of_uint8_gets_an_operator() {
        let graph = dequantised([DType::Uint8; 3]);
        let kinds: Vec<OpKind> = graph.operators.iter().map(|op| op.kind).collect();
        assert_eq!(kinds[..3], [OpKind::DEQUANTIZE; 3]);
        assert!(graph.operators[3].inputs.iter().flatten().all(|&id| graph.tensor(id).dtype == DType::Float32));
        assert_eq!(graph.operators[0].index, 7);
        assert_eq!(dequantised([DType::Float32, DType::Uint8, DType::Float32]).operators.len(), 2);
    }

    #[test]
    fn anchors_of_another_type_than_the_boxes_are_left_to_the_check() {
        assert_eq!(dequantised([DType::Uint8, DType::Uint8, DType::Float32]).operators.len(), 1);
        assert_eq!(dequantised([DType::Float32; 3]).operators.len(), 1);
    }
}
