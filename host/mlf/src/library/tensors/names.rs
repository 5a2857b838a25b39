//! Names and order of inputs and outputs, from the header or from its replacement in packed archives.

use crate::c::{Argument, Info};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Tensor;
use crate::model::dtype::DType;
use crate::model::finding::{Code, Finding, Severity};
use crate::names::sanitize;
use crate::relay;

use super::side::Side;
use crate::library::module_files::Input;

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
pub(super) fn from_header(input: &Input<'_>, side: Side, findings: &mut Vec<Finding>) -> Result<Vec<Tensor>> {
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
pub(super) fn from_packed(input: &Input<'_>, side: Side, relay: Option<&relay::Main>) -> Result<Vec<Tensor>> {
    let infos = input.sources.iter().find_map(|s| match side {
        Side::Inputs => s.facts.metadata.inputs.as_ref().map(|infos| (s.path, infos)),
        Side::Outputs => s.facts.metadata.outputs.as_ref().map(|infos| (s.path, infos)),
    });
    if let Some((path, infos)) = infos {
        return infos.iter().map(|info| from_info(info).map_err(|e| e.in_member(path))).collect();
    }
    from_relay(input, side, relay).ok_or_else(|| {
        input
            .run_error(format!("the {} of this packed interface are not described in the archive", side.name()))
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

/// Packed archives of TVM 0.8: the number of arguments is in the main function, the names are in Relay.
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
