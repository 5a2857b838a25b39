//! The two forms of a tensor: uint8 for the caller and for operators that are not converted, int8 for all others.

use crate::ir::graph::{DType, OpKind, Operator, Quantization, Subgraph, Tensor, TensorId};
use std::collections::HashMap;

/// Which tensors have both forms, and which tensor is the other form of one of the file.
pub(super) struct Forms {
    /// Tensors that stay uint8 since the caller, or an operator that is not converted, reads or writes them.
    kept: Vec<bool>,
    /// The int8 form of a kept tensor.
    int8: HashMap<TensorId, TensorId>,
    /// Kept tensors that converted operators write, and that are not yet written as uint8.
    due: Vec<TensorId>,
}

impl Forms {
    /// Nothing is rewritten yet; `converted` says which operators of the graph will be.
    pub(super) fn new(main: &Subgraph, converted: &[bool]) -> Forms {
        let mut kept = vec![false; main.tensors.len()];
        main.inputs.iter().chain(&main.outputs).for_each(|&id| kept[id.0] = true);
        for (op, _) in main.operators.iter().zip(converted).filter(|(_, converted)| !**converted) {
            op.inputs.iter().flatten().chain(&op.outputs).for_each(|&id| kept[id.0] = true);
        }
        Forms { kept, int8: HashMap::new(), due: Vec::new() }
    }

    /// An operator on int8. Operators that convert its inputs come before it.
    pub(super) fn rewrite(&mut self, main: &mut Subgraph, op: &mut Operator, operators: &mut Vec<Operator>) {
        for slot in op.inputs.iter_mut().flatten() {
            if !is_uint8(&main.tensor(*slot)) {
                continue;
            }
            let (new, made) = self.int8(main, *slot);
            if made && !main.tensor(new).is_constant() {
                operators.push(Operator::added(op.index, OpKind::QUANTIZE, *slot, new));
            }
            *slot = new;
        }
        for slot in &mut op.outputs {
            if !is_uint8(&main.tensor(*slot)) {
                continue;
            }
            let (new, made) = self.int8(main, *slot);
            if made {
                self.due.push(*slot);
            }
            *slot = new;
        }
    }

    /// The int8 form of a tensor, and whether it is new and another tensor.
    fn int8(&mut self, main: &mut Subgraph, id: TensorId) -> (TensorId, bool) {
        let tensor = signed(main.tensor(id));
        if !self.kept[id.0] {
            main.tensors[id.0] = tensor;
            return (id, false);
        }
        if let Some(&known) = self.int8.get(&id) {
            return (known, false);
        }
        let new = TensorId(main.tensors.len());
        main.tensors.push(tensor);
        self.kept.push(false);
        self.int8.insert(id, new);
        (new, true)
    }

    /// Before an operator that is not converted: its inputs as uint8.
    pub(super) fn restore(&mut self, main: &Subgraph, op: &Operator, operators: &mut Vec<Operator>) {
        for id in op.inputs.iter().flatten().filter(|&&id| is_uint8(&main.tensor(id))) {
            if let Some(place) = self.due.iter().position(|due| due == id) {
                self.due.remove(place);
                operators.push(Operator::added(op.index, OpKind::QUANTIZE, self.int8[id], *id));
            }
        }
    }

    /// After the last operator: outputs of the model as uint8.
    pub(super) fn finish(&mut self, main: &Subgraph, operators: &mut Vec<Operator>) {
        let last = operators.last().map_or(0, |op| op.index);
        for id in std::mem::take(&mut self.due).into_iter().filter(|id| main.outputs.contains(id)) {
            operators.push(Operator::added(last, OpKind::QUANTIZE, self.int8[&id], id));
        }
    }
}

/// A tensor of uint8 as one of int8.
fn signed(tensor: &Tensor) -> Tensor {
    let lower = |quant: &Quantization| Quantization {
        zero_points: quant.zero_points.iter().map(|zero_point| zero_point - 128).collect(),
        ..quant.clone()
    };
    let data = tensor.contents().map(|data| data.iter().map(|byte| byte ^ 0x80).collect());
    Tensor { dtype: DType::Int8, quant: tensor.quant.as_ref().map(lower), data, unsigned: true, ..tensor.clone() }
}

/// Whether the tensor is of uint8.
pub(super) fn is_uint8(tensor: &&Tensor) -> bool {
    tensor.dtype == DType::Uint8
}
