//! Places of inputs and outputs inside the pools.

use crate::c::Mapping;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Code, Finding, Severity};
use crate::model::{Placement, Pool, Tensor};
use crate::names::sanitize;

use super::scope::Input;
use super::tensors::Side;

/// Places in the pools, for models whose tensors live there.
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
