//! Inputs and outputs: order from the sources, types and shapes from wherever they are certain.

use crate::c::{Argument, Info, Mapping};
use crate::error::{Error, ErrorKind, Result};
use crate::extension::{EXTENSION_KEY, ExtensionTensor};
use crate::finding::{Code, Finding, Severity};
use crate::metadata::NamedSize;
use crate::model::{DType, Placement, Pool, Quantization, Tensor};
use crate::names::sanitize;
use crate::relay;

use super::module::Input;

/// Which of the two lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Inputs,
    Outputs,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Side::Inputs => "inputs",
            Side::Outputs => "outputs",
        }
    }
}

/// Inputs and outputs in ABI order.
pub(super) fn read(
    input: &Input<'_>,
    pools: &[Pool],
    findings: &mut Vec<Finding>,
) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    let relay = relay_main(input);
    let mut inputs = named(input, Side::Inputs, relay.as_ref(), findings)?;
    let mut outputs = named(input, Side::Outputs, relay.as_ref(), findings)?;
    if let Some(main) = &relay {
        for tensor in &mut inputs {
            if let Some(found) = relay_input(main, tensor) {
                add_type(tensor, &found, findings);
            }
        }
        complete_last(input, &mut inputs, &mut outputs);
        if main.results.len() == outputs.len() {
            for (tensor, result) in outputs.iter_mut().zip(&main.results) {
                add_result(tensor, result);
            }
        }
    }
    for (side, tensors) in [(Side::Inputs, &mut inputs), (Side::Outputs, &mut outputs)] {
        place(input, side, tensors, pools, findings)?;
        if let Some(extension) = &input.metadata.extension {
            let known = match side {
                Side::Inputs => &extension.inputs,
                Side::Outputs => &extension.outputs,
            };
            add_extension(side, tensors, known, pools)?;
        }
    }
    for tensor in inputs.iter().chain(&outputs) {
        tell_unknown(tensor, findings);
    }
    Ok((inputs, outputs))
}

fn relay_main(input: &Input<'_>) -> Option<relay::Main> {
    let own = format!("src/{}.relay", input.metadata.name);
    let path = if input.version >= 7 { own.as_str() } else { "src/relay.txt" };
    relay::main_function(input.archive.text(path).ok()?)
}

/// The tensors of one side by name, with size and type from the metadata.
fn named(
    input: &Input<'_>,
    side: Side,
    relay: Option<&relay::Main>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Tensor>> {
    let mut tensors = match input.run.packed {
        false => from_header(input, side, findings)?,
        true => from_packed(input, side, relay)?,
    };
    for tensor in &mut tensors {
        add_metadata(input, side, tensor)?;
    }
    Ok(tensors)
}

fn blank(name: &str, source_name: &str) -> Tensor {
    Tensor {
        name: name.to_owned(),
        c_name: name.to_owned(),
        source_name: source_name.to_owned(),
        dtype: None,
        shape: None,
        size_bytes: None,
        quantization: None,
        alignment: 1,
        placement: None,
    }
}

/// Names from the header's struct, in the order in which the entry point passes them on.
fn from_header(input: &Input<'_>, side: Side, findings: &mut Vec<Finding>) -> Result<Vec<Tensor>> {
    let members = input.members(side.name());
    let passed: Vec<&str> = input
        .run
        .arguments
        .iter()
        .filter_map(|argument| match (side, argument) {
            (Side::Inputs, Argument::Input(name)) => Some(*name),
            (Side::Outputs, Argument::Output(name)) => Some(*name),
            _ => None,
        })
        .collect();
    let mapped = input.sources.iter().any(|s| s.facts.map_inputs.is_some() || s.facts.map_outputs.is_some());
    if passed.len() != members.len() && !(mapped && passed.is_empty()) {
        let text = format!("the header has {} {}, the entry point passes {}", members.len(), side.name(), passed.len());
        return Err(input.run_error(text));
    }
    let mut tensors = Vec::new();
    for (i, &(name, _)) in members.iter().enumerate() {
        let same = mapped || passed.contains(&name);
        let source_name = if same { name } else { passed.get(i).copied().unwrap_or(name) };
        if source_name != name {
            findings.push(Finding::new(
                Code::MemberName,
                Severity::Defect,
                name,
                format!("the header calls this member of the {} '{name}', the sources '{source_name}'", side.name()),
                "generated files use the main function directly; the archive's own entry point does not compile",
            ));
        }
        tensors.push(blank(name, source_name));
    }
    Ok(tensors)
}

/// Names of a model with a packed interface: from its metadata function, or in TVM 0.8 from the Relay program.
fn from_packed(input: &Input<'_>, side: Side, relay: Option<&relay::Main>) -> Result<Vec<Tensor>> {
    let infos = input.sources.iter().find_map(|s| match side {
        Side::Inputs => s.facts.metadata.inputs.as_ref().map(|infos| (s.path, infos)),
        Side::Outputs => s.facts.metadata.outputs.as_ref().map(|infos| (s.path, infos)),
    });
    if let Some((path, infos)) = infos {
        return infos.iter().map(|info| from_info(info).map_err(|e| e.in_member(path))).collect();
    }
    from_relay(input, side, relay).ok_or_else(|| {
        input
            .run_error(format!("the {} of this packed interface are described nowhere in the archive", side.name()))
            .advise("build the model again with TVM 0.9 or later, or with --interface-api=c")
    })
}

fn from_info(info: &Info<'_>) -> Result<Tensor> {
    let bad =
        |what: &str| Error::new(ErrorKind::Source, format!("tensor '{}' has {what}", info.name)).at_line(info.line);
    let [code, bits, lanes] = info.dtype;
    let dtype = DType {
        code: u8::try_from(code).map_err(|_| bad("an unknown type"))?,
        bits: u8::try_from(bits).ok().filter(|b| *b > 0).ok_or_else(|| bad("an unknown type"))?,
        lanes: u16::try_from(lanes).ok().filter(|l| *l > 0).ok_or_else(|| bad("an unknown type"))?,
    };
    let shape: Vec<i64> = info
        .shape
        .iter()
        .map(|&d| i64::try_from(d).map_err(|_| bad("a dimension that is too large")))
        .collect::<Result<_>>()?;
    let mut tensor = blank(info.name, info.name);
    tensor.size_bytes = Some(dtype.size_of_shape(&shape).ok_or_else(|| bad("a size that is too large"))?);
    tensor.alignment = dtype.alignment();
    tensor.dtype = Some(dtype);
    tensor.shape = Some(shape);
    Ok(tensor)
}

/// Packed archives of TVM 0.8: the number of arguments stands in the main function, the names in Relay.
fn from_relay(input: &Input<'_>, side: Side, relay: Option<&relay::Main>) -> Option<Vec<Tensor>> {
    let unpacked = input.run.arguments.iter().filter(|a| matches!(a, Argument::Packed(_))).count();
    let packed = input.sources.iter().find_map(|s| s.facts.packed_arguments.get(input.run.main)).copied();
    let total = packed.unwrap_or(unpacked);
    let main = relay?;
    // The TFLite frontend calls weights `v_param_<N>`; other frontends do not mark them, so the counts must agree.
    let is_input = |p: &&relay::Parameter| !p.name.starts_with("v_param_");
    let inputs: Vec<&relay::Parameter> = main.parameters.iter().filter(is_input).collect();
    let outputs = main.results.len();
    if outputs == 0 || inputs.len().checked_add(outputs) != Some(total) {
        return None;
    }
    Some(match side {
        Side::Inputs => inputs
            .iter()
            .map(|p| {
                let mut tensor = blank(&sanitize(&p.name), &sanitize(&p.name));
                tensor.name = p.name.clone();
                tensor
            })
            .collect(),
        Side::Outputs if outputs == 1 => vec![blank("output", "output")],
        Side::Outputs => (0..outputs).map(|i| format!("output{i}")).map(|n| blank(&n, &n)).collect(),
    })
}

/// The model's own name, size and type from metadata.json, which sorts by name.
fn add_metadata(input: &Input<'_>, side: Side, tensor: &mut Tensor) -> Result<()> {
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

fn relay_input(main: &relay::Main, tensor: &mut Tensor) -> Option<relay::TensorType> {
    let mut found = main.parameters.iter().filter(|p| sanitize(&p.name) == tensor.c_name);
    let parameter = found.next().filter(|_| found.next().is_none())?;
    tensor.name = parameter.name.clone();
    parameter.ty.clone()
}

/// Adds a shape where it agrees with what is already known.
fn add_type(tensor: &mut Tensor, found: &relay::TensorType, findings: &mut Vec<Finding>) {
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
fn add_result(tensor: &mut Tensor, result: &relay::Partial) {
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
fn complete_last(input: &Input<'_>, inputs: &mut [Tensor], outputs: &mut [Tensor]) {
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

/// Places in the pools, for models whose tensors live there.
fn place(
    input: &Input<'_>,
    side: Side,
    tensors: &mut [Tensor],
    pools: &[Pool],
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let found = input.sources.iter().find_map(|s| {
        let mappings = match side {
            Side::Inputs => s.facts.map_inputs.as_ref(),
            Side::Outputs => s.facts.map_outputs.as_ref(),
        };
        mappings.map(|m| (s.path, m))
    });
    let Some((path, mappings)) = found else {
        return Ok(());
    };
    let error = |mapping: &Mapping<'_>, text: String| {
        Err(Error::new(ErrorKind::Source, text).at_line(mapping.line).in_member(path))
    };
    if mappings.len() != tensors.len() {
        let text = format!("{} of {} {} have a place in a pool", mappings.len(), tensors.len(), side.name());
        return Err(Error::new(ErrorKind::Source, text).in_member(path));
    }
    for (i, tensor) in tensors.iter_mut().enumerate() {
        let by_name = mappings.iter().find(|m| m.field == tensor.c_name);
        let mapping = by_name.unwrap_or(&mappings[i]);
        let exact = pools.iter().position(|p| p.name == mapping.pool);
        let pool = exact.or_else(|| pools.iter().position(|p| p.name == sanitize(mapping.pool)));
        let Some(pool) = pool else {
            return error(mapping, format!("there is no pool '{}'", mapping.pool));
        };
        if by_name.is_none() || exact.is_none() {
            tensor.source_name = mapping.field.to_owned();
            findings.push(Finding::new(
                Code::MapName,
                Severity::Defect,
                tensor.name.as_str(),
                format!(
                    "the map function calls it '{}' in '{}', which the header does not know",
                    mapping.field, mapping.pool
                ),
                "generated files compute the address themselves; the archive's own map function does not compile",
            ));
        }
        let end = tensor.size_bytes.and_then(|size| size.checked_add(mapping.offset));
        if tensor.size_bytes.is_some() && end.is_none_or(|end| end > pools[pool].size) {
            return error(mapping, format!("tensor '{}' does not fit into pool '{}'", tensor.c_name, pools[pool].name));
        }
        tensor.placement = Some(Placement { pool, offset: mapping.offset });
    }
    Ok(())
}

/// Facts that our own compiler recorded; they must agree with the header.
fn add_extension(side: Side, tensors: &mut [Tensor], known: &[ExtensionTensor], pools: &[Pool]) -> Result<()> {
    let error = |text: String| Err(Error::new(ErrorKind::Metadata, text).in_member(crate::metadata::MEMBER));
    let names = |list: Vec<&str>| list.join(", ");
    let header: Vec<&str> = tensors.iter().map(|t| t.c_name.as_str()).collect();
    let listed: Vec<&str> = known.iter().map(|t| t.c_name.as_str()).collect();
    if header != listed {
        return error(format!(
            "{EXTENSION_KEY}.{} lists '{}', the header has '{}'",
            side.name(),
            names(listed),
            names(header)
        ));
    }
    for (tensor, known) in tensors.iter_mut().zip(known) {
        let at = format!("{EXTENSION_KEY}.{}: tensor '{}'", side.name(), known.name);
        let Some(dtype) = DType::parse(&known.dtype) else {
            return error(format!("{at}: unknown element type {:?}", known.dtype));
        };
        let Some(size) = dtype.size_of_shape(&known.shape) else {
            return error(format!("{at}: a shape that is negative or too large"));
        };
        if tensor.size_bytes.is_some_and(|s| s != size) || tensor.dtype.is_some_and(|d| d != dtype) {
            return error(format!("{at}: type or size contradict the rest of the archive"));
        }
        if !known.alignment.is_power_of_two() || known.alignment > 4096 {
            return error(format!("{at}: alignment {} is no power of two up to 4096", known.alignment));
        }
        let quantization = match (known.scale, known.zero_point) {
            (Some(scale), Some(zero_point)) if scale.is_finite() => Some(Quantization { scale, zero_point }),
            (None, None) => None,
            _ => {
                return error(format!("{at}: scale and zero_point go together, and the scale is finite"));
            }
        };
        let placement = match (&known.workspace, known.offset) {
            (Some(name), Some(offset)) => pools
                .iter()
                .position(|p| p.name == *name && offset.checked_add(size).is_some_and(|end| end <= p.size))
                .map(|pool| Placement { pool, offset }),
            _ => None,
        };
        let placed = known.workspace.is_some() || known.offset.is_some();
        if placement != tensor.placement || placed != placement.is_some() {
            return error(format!("{at}: its place in the workspace contradicts the map function"));
        }
        tensor.name = known.name.clone();
        tensor.dtype = Some(dtype);
        tensor.shape = Some(known.shape.clone());
        tensor.size_bytes = Some(size);
        tensor.alignment = known.alignment;
        tensor.quantization = quantization;
    }
    Ok(())
}

fn tell_unknown(tensor: &Tensor, findings: &mut Vec<Finding>) {
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
