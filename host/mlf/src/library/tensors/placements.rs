//! Places of inputs and outputs inside the pools.

use crate::c::Mapping;
use crate::error::{Error, ErrorKind, Result};
use crate::model::finding::{Code, Finding, Severity};
use crate::model::pool::Pool;
use crate::model::{Placement, Tensor};
use crate::names::sanitize;

use super::side::Side;
use crate::library::module_files::Input;

/// Places in the pools, for models whose tensors are there.
pub(super) fn place(
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

/// Refuses places that can't be intended: two inputs, or two outputs, that share bytes. An output may overwrite an
/// input, but TVM plans an input and an output of one name as one tensor.
pub(super) fn check_overlaps(input: &Input<'_>, inputs: &[Tensor], outputs: &[Tensor], pools: &[Pool]) -> Result<()> {
    let refuse = |text: String| {
        Err(input
            .run_error(text)
            .advise("build the model without tir.usmp.use_workspace_io: its tensors are then outside"))
    };
    for (side, tensors) in [(Side::Inputs, inputs), (Side::Outputs, outputs)] {
        if let Some((a, b, pool)) = overlap(tensors) {
            let (pool, side) = (&pools[pool].name, side.name());
            return refuse(format!("{side} '{}' and '{}' share bytes of pool '{pool}'", a.name, b.name));
        }
    }
    let one = |a: &Tensor, b: &Tensor| a.c_name == b.c_name && a.placement.is_some() && a.placement == b.placement;
    // Our own compiler distinguishes them.
    if input.metadata.extension.is_none()
        && let Some(both) = inputs.iter().find(|a| outputs.iter().any(|b| one(a, b)))
    {
        return refuse(format!("an input and an output are called '{}', which TVM gives one place", both.name));
    }
    Ok(())
}

/// Two tensors that share bytes, and their pool.
fn overlap(tensors: &[Tensor]) -> Option<(&Tensor, &Tensor, usize)> {
    let mut placed: Vec<(usize, u64, u64, &Tensor)> = tensors
        .iter()
        .filter_map(|tensor| {
            let place = tensor.placement?;
            Some((place.pool, place.offset, place.offset.saturating_add(tensor.size_bytes.unwrap_or(1)), tensor))
        })
        .collect();
    placed.sort_by_key(|(pool, start, end, _)| (*pool, *start, *end));
    // In this order, a tensor that overlaps any other overlaps its neighbour.
    placed.windows(2).find_map(|pair| {
        let (pool, _, end, a) = pair[0];
        let (other, start, _, b) = pair[1];
        (pool == other && start < end).then_some((a, b, pool))
    })
}
