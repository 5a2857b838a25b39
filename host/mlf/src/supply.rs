//! Facts of the original model that an archive does not hold, added from its file.

use crate::error::{Error, ErrorKind, Result};
use crate::model::dtype::DType;
use crate::model::finding::Code;
use crate::model::{Module, Quantization, Tensor};
use crate::names::sanitize;

/// An input or output as the original model (a `.tflite` file) describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelTensor {
    /// Name in the model.
    pub name: String,
    /// Element type.
    pub dtype: DType,
    /// Dimensions, outermost first.
    pub shape: Vec<i64>,
    /// Scale and zero point, for quantised tensors with one of each.
    pub quantization: Option<Quantization>,
}

impl Module {
    /// Completes inputs and outputs with facts of the original model: name, type, shape, quantisation.
    ///
    /// Tensors are matched by name if every name of a side is found in the model (TVM may change the order of inputs),
    /// otherwise by order. Type and size must agree with the facts of the archive. Findings that this
    /// resolves are removed. On an error nothing is changed.
    ///
    /// # Errors
    /// [`ErrorKind::Source`] when numbers of tensors, types or sizes differ: it is another model's file.
    pub fn apply_tflite_io(&mut self, inputs: &[ModelTensor], outputs: &[ModelTensor]) -> Result<()> {
        let new_inputs = supplied(&self.name, "inputs", &self.inputs, inputs)?;
        let new_outputs = supplied(&self.name, "outputs", &self.outputs, outputs)?;
        let changes: Vec<(String, Tensor)> = self
            .tensors()
            .zip(new_inputs.iter().chain(&new_outputs))
            .map(|(old, new)| (old.name.clone(), new.clone()))
            .collect();
        self.findings.retain_mut(|finding| {
            let Some((_, new)) = changes.iter().find(|(old, _)| *old == finding.subject) else {
                return true;
            };
            let keep = match finding.code {
                Code::ShapeUnknown | Code::TypeUnknown => false,
                Code::QuantizationUnknown => new.quantization.is_none(),
                _ => true,
            };
            finding.subject.clone_from(&new.name);
            keep
        });
        self.inputs = new_inputs;
        self.outputs = new_outputs;
        Ok(())
    }
}

fn supplied(module: &str, side: &str, tensors: &[Tensor], known: &[ModelTensor]) -> Result<Vec<Tensor>> {
    let differs = |text: String| {
        Error::new(ErrorKind::Source, format!("module '{module}' and the model file disagree: {text}"))
            .advise("give the file that this archive was compiled from")
    };
    if tensors.len() != known.len() {
        let text = format!("the archive has {} {side}, the file has {}", tensors.len(), known.len());
        return Err(differs(text));
    }
    let by_name: Option<Vec<&ModelTensor>> = tensors
        .iter()
        .map(|tensor| {
            let mut found = known.iter().filter(|k| is_same(&k.name, tensor));
            found.next().filter(|_| found.next().is_none())
        })
        .collect();
    // TVM keeps the order of outputs, but may change that of inputs.
    let twins = || {
        let kind = |t: &ModelTensor| (t.dtype, t.dtype.size_of_shape(&t.shape));
        known.iter().enumerate().any(|(i, a)| known[..i].iter().any(|b| kind(a) == kind(b)))
    };
    if by_name.is_none() && side == "inputs" && twins() {
        return Err(differs("the names of the inputs differ, and their types do not distinguish them".to_owned()));
    }
    let matched = by_name.unwrap_or_else(|| known.iter().collect());
    let mut result = tensors.to_vec();
    for (tensor, known) in result.iter_mut().zip(matched) {
        let Some(size) = known.dtype.size_of_shape(&known.shape) else {
            return Err(differs(format!("'{}' has no fixed size", known.name)));
        };
        let agrees = tensor.dtype.is_none_or(|d| d == known.dtype) && tensor.size_bytes.is_none_or(|s| s == size);
        if !agrees {
            let shown = |dtype: Option<DType>, size: Option<u64>| {
                let dtype = dtype.map_or("unknown type".to_owned(), |d| d.to_string());
                let size = size.map_or("unknown size".to_owned(), |s| format!("{s} bytes"));
                format!("{dtype}, {size}")
            };
            return Err(differs(format!(
                "'{}' is {} in the archive, '{}' is {} in the file",
                tensor.name,
                shown(tensor.dtype, tensor.size_bytes),
                known.name,
                shown(Some(known.dtype), Some(size))
            )));
        }
        tensor.name.clone_from(&known.name);
        tensor.dtype = Some(known.dtype);
        tensor.size_bytes = Some(size);
        tensor.shape = Some(known.shape.clone());
        tensor.quantization = known.quantization;
        tensor.alignment = tensor.alignment.max(known.dtype.alignment());
    }
    Ok(result)
}

fn is_same(name: &str, tensor: &Tensor) -> bool {
    name == tensor.name || sanitize(name) == tensor.c_name
}
