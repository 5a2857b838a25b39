//! Types, sizes and shapes of tensors, from wherever they are certain.

use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Code, Finding, Severity};
use crate::metadata::NamedSize;
use crate::model::Tensor;
use crate::names::sanitize;
use crate::relay;

use super::scope::Input;
use super::tensors::Side;

/// The model's own name, size and type from metadata.json, which sorts by name.
pub(super) fn add_metadata(input: &Input<'_>, side: Side, tensor: &mut Tensor) -> Result<()> {
    let list = match side {
        Side::Inputs => &input.metadata.inputs,
        Side::Outputs => &input.metadata.outputs,
    };
    let Some(list) = list else {
        return Ok(());
    };
    let matching = |t: &&NamedSize| sanitize(&t.name) == tensor.c_name || t.name == tensor.source_name;
    let mut found = list.iter().filter(matching);
    let entry = match (found.next(), found.next(), list.as_slice()) {
        (Some(entry), None, _) => entry,
        (Some(a), Some(b), _) => {
            let text = format!("tensors '{}' and '{}' share the C name '{}'", a.name, b.name, tensor.c_name);
            return Err(Error::new(ErrorKind::Metadata, text)
                .advise("rename one of them in the model")
                .in_member(crate::metadata::MEMBER));
        }
        // One output is that output, whatever it is called.
        (None, _, [only]) if side == Side::Outputs => only,
        _ => return Ok(()),
    };
    if let (Some(dtype), Some(size)) = (tensor.dtype, tensor.size_bytes)
        && (dtype, size) != (entry.dtype, entry.size_bytes)
    {
        return Err(Error::new(
            ErrorKind::Metadata,
            format!(
                "tensor '{}' is {} in {} bytes here, but {dtype} in {size} bytes in the sources",
                entry.name, entry.dtype, entry.size_bytes
            ),
        )
        .in_member(crate::metadata::MEMBER));
    }
    tensor.name = entry.name.clone();
    tensor.dtype = Some(entry.dtype);
    tensor.size_bytes = Some(entry.size_bytes);
    tensor.alignment = entry.dtype.alignment();
    Ok(())
}

pub(super) fn relay_input(main: &relay::Main, tensor: &mut Tensor) -> Option<relay::TensorType> {
    let mut found = main.parameters.iter().filter(|p| sanitize(&p.name) == tensor.c_name);
    let parameter = found.next().filter(|_| found.next().is_none())?;
    tensor.name = parameter.name.clone();
    parameter.ty.clone()
}

/// Adds a shape where it agrees with what is already known.
pub(super) fn add_type(tensor: &mut Tensor, found: &relay::TensorType, findings: &mut Vec<Finding>) {
    let Some(size) = found.dtype.size_of_shape(&found.shape) else {
        return;
    };
    let agrees = tensor.dtype.is_none_or(|d| d == found.dtype)
        && tensor.size_bytes.is_none_or(|s| s == size)
        && tensor.shape.as_ref().is_none_or(|s| *s == found.shape);
    if !agrees {
        findings.push(Finding::new(
            Code::ShapeUnknown,
            Severity::Warning,
            tensor.name.as_str(),
            format!("the Relay text gives it {} bytes of {}, other places do not agree", size, found.dtype),
            "give the original model with --tflite",
        ));
        return;
    }
    tensor.dtype = Some(found.dtype);
    tensor.size_bytes = Some(size);
    tensor.alignment = found.dtype.alignment();
    tensor.shape = Some(found.shape.clone());
}

/// Adds an inferred type, as far as it agrees with what is known and the size settles it.
pub(super) fn add_result(tensor: &mut Tensor, result: &relay::Partial) {
    let Some(dtype) = tensor.dtype.or(result.dtype) else {
        return;
    };
    if result.dtype.is_some_and(|d| d != dtype) {
        return;
    }
    let stated = || {
        let whole: Vec<i64> = result.shape.as_ref()?.iter().copied().collect::<Option<_>>()?;
        dtype.size_of_shape(&whole)
    };
    let Some(size) = tensor.size_bytes.or_else(stated) else {
        return;
    };
    let shape = result.settle(dtype, size);
    if tensor.dtype.is_none() && shape.is_none() {
        return;
    }
    tensor.dtype = Some(dtype);
    tensor.size_bytes = Some(size);
    tensor.alignment = dtype.alignment();
    if tensor.shape.is_none() {
        tensor.shape = shape;
    }
}

/// TVM 0.8 records the sum of all sizes: when one tensor is unknown, it is the rest.
pub(super) fn complete_last(input: &Input<'_>, inputs: &mut [Tensor], outputs: &mut [Tensor]) {
    if input.version > 6 || input.metadata.io_size_bytes == 0 {
        return;
    }
    let mut all = inputs.iter_mut().chain(outputs);
    let mut known = 0u64;
    let mut unknown = None;
    for tensor in all.by_ref() {
        match tensor.size_bytes {
            Some(size) => known = known.saturating_add(size),
            None if unknown.is_some() => return,
            None => unknown = Some(tensor),
        }
    }
    if let (Some(tensor), Some(rest)) = (unknown, input.metadata.io_size_bytes.checked_sub(known)) {
        tensor.size_bytes = Some(rest).filter(|&rest| rest > 0);
    }
}

pub(super) fn tell_unknown(tensor: &Tensor, findings: &mut Vec<Finding>) {
    let advice = "give the original model with --tflite";
    if tensor.dtype.is_none() || tensor.size_bytes.is_none() {
        findings.push(Finding::new(
            Code::TypeUnknown,
            Severity::Warning,
            tensor.name.as_str(),
            "the archive does not hold this tensor's element type and size",
            advice,
        ));
    } else if tensor.shape.is_none()
        && !findings.iter().any(|f| f.code == Code::ShapeUnknown && f.subject == tensor.name)
    {
        findings.push(Finding::new(
            Code::ShapeUnknown,
            Severity::Note,
            tensor.name.as_str(),
            "the archive does not hold this tensor's shape, only its size",
            advice,
        ));
    }
    let quantized = tensor.dtype.is_some_and(|d| d.code <= 1 && (d.bits == 8 || d.bits == 16));
    if quantized && tensor.quantization.is_none() {
        findings.push(Finding::new(
            Code::QuantizationUnknown,
            Severity::Note,
            tensor.name.as_str(),
            "the archive does not hold this tensor's scale and zero point",
            advice,
        ));
    }
}
