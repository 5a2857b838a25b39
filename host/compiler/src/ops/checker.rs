//! The check of an operator: the operator, and tests that record a problem if they fail.

use crate::ir::graph::{Activation, DType, OpOptions, Operator, Subgraph, Tensor, TensorId};
use crate::ir::problem::Problem;
use crate::math::quantize;
use std::ops::Deref;

/// A tensor that an operator reads or writes.
#[derive(Clone, Copy)]
pub struct Operand<'a> {
    /// Its id.
    pub id: TensorId,
    /// The tensor.
    pub tensor: &'a Tensor,
}

impl Deref for Operand<'_> {
    type Target = Tensor;

    fn deref(&self) -> &Tensor {
        self.tensor
    }
}

/// The check of one operator.
pub struct Checker<'a> {
    /// The graph of the operator.
    pub graph: &'a Subgraph,
    /// The operator.
    pub op: &'a Operator,
    /// Whether the operator will be computed at compile time: all inputs are constants, no code is generated.
    pub ahead: bool,
    /// The problems found so far.
    pub problems: Vec<Problem>,
    /// The shapes that outputs and states must have, the first of each counts, for [`crate::ops::extents`].
    pub expected: Vec<(TensorId, Vec<usize>)>,
}

impl<'a> Checker<'a> {
    /// Starts the check of one operator.
    pub fn new(graph: &'a Subgraph, op: &'a Operator) -> Self {
        Checker { graph, op, ahead: false, problems: Vec::new(), expected: Vec::new() }
    }

    /// Records a problem of the operator as a whole.
    pub fn bad(&mut self, found: impl Into<String>, supported: impl Into<String>) {
        self.problems.push(Problem::operator(self.graph, self.op, found, supported));
    }

    /// Records a problem of one tensor.
    pub fn bad_tensor(&mut self, id: TensorId, found: impl Into<String>, supported: impl Into<String>) {
        self.problems.push(Problem::tensor(self.graph, self.op, id, found, supported));
    }

    /// The operator's parameters, a problem if the file has none.
    pub fn options<T: OpOptions>(&mut self) -> Option<&'a T> {
        let options = self.op.options();
        if options.is_none() {
            self.bad("no options", format!("options of {}", self.op.kind));
        }
        options
    }

    /// Input `i`, a problem if it was left out.
    pub fn input(&mut self, i: usize) -> Option<Operand<'a>> {
        let found = self.optional_input(i);
        if found.is_none() {
            self.bad(format!("no input {i}"), "the input present");
        }
        found
    }

    /// Input `i`, which the operator allows to be left out.
    pub fn optional_input(&self, i: usize) -> Option<Operand<'a>> {
        let id = self.op.inputs.get(i).copied().flatten()?;
        Some(Operand { id, tensor: self.graph.tensor(id) })
    }

    /// Output `i`, a problem if there is none.
    pub fn output(&mut self, i: usize) -> Option<Operand<'a>> {
        let found = self.op.outputs.get(i).map(|&id| Operand { id, tensor: self.graph.tensor(id) });
        if found.is_none() {
            self.bad(format!("no output {i}"), "the output present");
        }
        found
    }

    /// The type of the first input, which decides how most operators compute.
    pub fn first_type(&self) -> Option<DType> {
        Some(self.optional_input(0)?.dtype)
    }

    /// Whether a tensor has one of these types.
    pub fn dtype(&mut self, operand: Operand<'_>, allowed: &[DType]) -> bool {
        if allowed.contains(&operand.dtype) {
            return true;
        }
        let allowed: Vec<String> = allowed.iter().map(DType::to_string).collect();
        self.bad_tensor(operand.id, operand.dtype.to_string(), allowed.join(", "));
        false
    }

    /// Notes the shape that the reference gives an output, where the check accepts others, too.
    pub fn gives(&mut self, output: Operand<'_>, shape: &[usize]) {
        if output.variable || self.op.outputs.contains(&output.id) {
            self.expected.push((output.id, shape.to_vec()));
        }
    }

    /// Whether a tensor has this shape.
    pub fn shape(&mut self, operand: Operand<'_>, expected: &[usize]) -> bool {
        self.gives(operand, expected);
        if operand.shape == expected {
            return true;
        }
        self.bad_tensor(operand.id, format!("shape {:?}", operand.shape), format!("{expected:?}"));
        false
    }

    /// Whether a constant of type bool holds only 0 and 1; the reference's result for other bytes is undefined.
    pub fn bools(&mut self, operand: Operand<'_>) -> bool {
        let constant = operand.contents().filter(|_| operand.dtype == DType::Bool);
        let Some(byte) = constant.and_then(|bytes| bytes.iter().copied().find(|&byte| byte > 1)) else { return true };
        self.bad_tensor(operand.id, format!("a bool of {byte}"), "0 or 1");
        false
    }

    /// Whether a tensor has this many dimensions.
    pub fn rank(&mut self, operand: Operand<'_>, rank: usize) -> bool {
        if operand.shape.len() == rank {
            return true;
        }
        self.gives(operand, &vec![1; rank]);
        self.bad_tensor(operand.id, format!("shape {:?}", operand.shape), format!("{rank} dimensions"));
        false
    }

    /// Scale and zero point of a tensor quantised as a whole.
    pub fn per_tensor(&mut self, operand: Operand<'_>) -> Option<(f32, i32)> {
        let quant = operand.per_tensor();
        if quant.is_none() {
            let found = match &operand.quant {
                Some(quant) => format!("{} quantisation scales", quant.scales.len()),
                None => "no quantisation".to_owned(),
            };
            self.bad_tensor(operand.id, found, "one scale and zero point");
        }
        quant
    }

    /// The contents of a constant `int32` tensor.
    pub fn constant_i32(&mut self, operand: Operand<'_>) -> Option<Vec<i32>> {
        let data = operand.i32_data();
        if data.is_none() {
            let found =
                if operand.is_constant() { operand.dtype.to_string() } else { "computed at run time".to_owned() };
            self.bad_tensor(operand.id, found, "a constant int32");
        }
        data
    }

    /// The contents of a constant `int32` or `int64` tensor.
    pub fn constant_integers(&mut self, operand: Operand<'_>) -> Option<Vec<i64>> {
        self.dtype(operand, &[DType::Int32, DType::Int64]).then_some(())?;
        if !operand.is_constant() {
            self.bad_tensor(operand.id, "computed at run time", "a constant");
        }
        operand.i64_data()
    }

    /// The range of a quantised output after its activation.
    pub fn activation(&mut self, activation: Activation, output: Operand<'_>) -> Option<(i32, i32)> {
        let (scale, zero_point) = self.per_tensor(output)?;
        let (low, high) = output.dtype.range().unwrap_or((i32::MIN, i32::MAX));
        let range = quantize::activation_range(activation, scale, zero_point, low, high);
        match range {
            None if matches!(activation, Activation::Other(_)) => {
                self.bad(format!("fused activation {activation}"), "none, RELU, RELU_N1_TO_1, RELU6");
            }
            None => self.bad(
                format!("fused activation {activation} with output scale {scale}"),
                "a scale with which its bounds fit in 32 bits",
            ),
            Some((low, high)) if low > high => {
                self.bad(format!("an output range of {low} to {high}"), "a range with at least one value");
                return None;
            }
            Some(_) => {}
        }
        range
    }

    /// The range of a float32 output after its activation.
    pub fn float_activation(&mut self, activation: Activation) -> Option<(f32, f32)> {
        Some(match activation {
            Activation::Relu => (0.0, f32::MAX),
            Activation::Relu6 => (0.0, 6.0),
            Activation::ReluN1To1 => (-1.0, 1.0),
            Activation::None => (f32::MIN, f32::MAX),
            Activation::Other(_) => {
                self.bad(format!("fused activation {activation}"), "none, RELU, RELU_N1_TO_1, RELU6");
                return None;
            }
        })
    }

    /// A dimension of `operand` counted from the front; negative numbers count from the back.
    pub fn axis(&mut self, axis: i32, operand: Operand<'_>) -> Option<usize> {
        let resolved = resolve_axis(axis, operand.shape.len());
        if resolved.is_none() {
            self.bad(format!("axis {axis}"), format!("a dimension of {:?}", operand.shape));
        }
        resolved
    }
}

/// A dimension counted from the front; negative ones count from the back.
pub fn resolve_axis(axis: i32, rank: usize) -> Option<usize> {
    let axis = i64::from(axis) + if axis < 0 { rank as i64 } else { 0 };
    usize::try_from(axis).ok().filter(|&axis| axis < rank)
}
