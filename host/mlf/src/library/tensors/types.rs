//! Types, sizes and shapes of tensors, from any source where they are certain.

use crate::error::{Error, ErrorKind, Result};
use crate::metadata::NamedSize;
use crate::model::Tensor;
use crate::model::finding::{Code, Finding, Severity};
use crate::names::sanitize;
use crate::relay;

use super::side::Side;
use crate::library::module_files::Input;

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
        // A single output is that output, whatever its name is.
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

/// Takes names and types of inputs from the program's parameters, if it is certain which belongs to which.
pub(super) fn add_parameters(main: &relay::Main, inputs: &mut [Tensor], findings: &mut Vec<Finding>) {
    let names: Vec<String> = inputs.iter().map(|t| t.c_name.clone()).collect();
    let parameters = &main.parameters;
    // Without bound weights the parameters are the inputs, in their order.
    let in_order = parameters.len() == inputs.len()
        && parameters
            .iter()
            .zip(&names)
            .all(|(p, name)| spellings(&p.name).any(|spelling| sanitize(spelling) == *name));
    for (i, tensor) in inputs.iter_mut().enumerate() {
        let parameter = match in_order {
            true => parameters.get(i),
            false => by_name(parameters, &names, &tensor.c_name),
        };
        let Some(parameter) = parameter else {
            continue;
        };
        let own = spellings(&parameter.name).find(|spelling| sanitize(spelling) == tensor.c_name);
        // If the metadata has the name, it is the model's own.
        if let Some(own) = own.filter(|_| tensor.name == tensor.c_name) {
            tensor.name = own.to_owned();
        }
        if let Some(found) = &parameter.ty {
            add_type(tensor, found, findings);
        }
    }
}

/// The possible names for a parameter's name in the text: itself, or, as the text writes `v` before a name that does not
/// begin with a letter, the rest of it.
fn spellings(name: &str) -> impl Iterator<Item = &str> {
    let rest = name.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| !c.is_ascii_alphabetic()));
    [Some(name), rest].into_iter().flatten()
}

/// The only parameter that can be the input with this name, and no other input.
fn by_name<'a>(parameters: &'a [relay::Parameter], inputs: &[String], name: &str) -> Option<&'a relay::Parameter> {
    let is = |parameter: &relay::Parameter, name: &str| spellings(&parameter.name).any(|s| sanitize(s) == *name);
    let mut found = parameters.iter().filter(|p| is(p, name));
    let parameter = found.next().filter(|_| found.next().is_none())?;
    let mut claims = inputs.iter().filter(|input| is(parameter, input));
    claims.next().filter(|_| claims.next().is_none()).map(|_| parameter)
}

/// Adds a shape if it agrees with what is already known.
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

/// Adds an inferred type, as far as it agrees with what is known and follows from the size.
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
