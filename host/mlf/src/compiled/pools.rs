//! Memory of a compiled model, from its header, its library and the facts file.

use crate::c::byte_list;
use crate::compiled::facts::{FactsFile, PoolFacts};
use crate::compiled::header::{Header, error};
use crate::compiled::members;
use crate::error::{Error, ErrorKind, Result};
use crate::model::finding::{Code, Finding, Severity};
use crate::model::pool::{Pool, PoolKind};

/// TVM's default for the alignment of pools and workspaces.
pub(super) const DEFAULT_ALIGNMENT: u64 = 16;

/// Pools of the header's struct.
pub(super) fn read(header: &Header<'_>, facts: &FactsFile, findings: &mut Vec<Finding>) -> Result<Vec<Pool>> {
    let members = header.members("workspace_pools");
    members::check_names(&facts.pools, members, "pools", &format!("struct {}_workspace_pools", header.prefix))?;
    let none = PoolFacts::default();
    let (mut pools, mut assumed) = (Vec::new(), Vec::new());
    for &(name, line) in members {
        let given = facts.pools.get(name).unwrap_or(&none);
        let (kind, size, data) = content(header, name, given, members.len()).map_err(|error| error.at_line(line))?;
        if given.alignment.is_none() {
            assumed.push(name);
        }
        let alignment = given.alignment.unwrap_or(DEFAULT_ALIGNMENT);
        if given.state && kind == PoolKind::Constant {
            return Err(Error::new(ErrorKind::Metadata, format!("pool '{name}' has constants, and can't be 'state'")));
        }
        pools.push(Pool { name: name.to_owned(), kind, size, alignment, state: given.state, data });
    }
    if !assumed.is_empty() {
        findings.push(Finding::new(
            Code::AlignmentAssumed,
            Severity::Note,
            assumed.join(", "),
            format!(
                "the header does not hold the alignment of pools; TVM's default of {DEFAULT_ALIGNMENT} bytes is used"
            ),
            "give it in the facts file if the model was compiled with another one",
        ));
    }
    Ok(pools)
}

/// Kind, size and, for constants, content of a pool.
fn content(
    header: &Header<'_>,
    name: &str,
    given: &PoolFacts,
    count: usize,
) -> Result<(PoolKind, u64, Option<Vec<u8>>)> {
    let constants = header.size(&format!("{name}_CONSTANT_POOL_SIZE"))?;
    let workspace = header.size(&format!("{name}_WORKSPACE_POOL_SIZE"))?;
    let (kind, found) = match (constants, workspace) {
        (Some(size), _) => (PoolKind::Constant, Some(size)),
        (None, Some(size)) => (PoolKind::Workspace, Some(size)),
        // A single pool is the whole workspace.
        (None, None) if count == 1 => (given.kind.unwrap_or(PoolKind::Workspace), header.size("WORKSPACE_SIZE")?),
        (None, None) => (given.kind.unwrap_or(PoolKind::Workspace), None),
    };
    if let Some(other) = given.kind.filter(|other| *other != kind) {
        return Err(error(format!("pool '{name}' is {kind:?} in the header, {other:?} in the facts file")));
    }
    let size = match (found, given.bytes) {
        (Some(here), Some(there)) if here != there => {
            return Err(error(format!("pool '{name}' has {here} bytes in the header, {there} in the facts file")));
        }
        (found, given) => found.or(given).ok_or_else(|| {
            let text = format!("the header does not say how large the pool '{name}' is");
            members::missing(text, format!("\"pools\": {{ \"{name}\": {{ \"bytes\": 4096 }} }}"))
        })?,
    };
    let data = match header.text_of(&format!("{name}_CONSTANT_POOL_DATA")) {
        Some((name, value, line)) if kind == PoolKind::Constant => {
            let data = byte_list::bytes(value).map_err(|text| error(format!("{name}: {text}")).at_line(line))?;
            if data.len() as u64 != size {
                return Err(error(format!("{name} has {} bytes, its size macro says {size}", data.len())).at_line(line));
            }
            Some(data)
        }
        _ => None,
    };
    Ok((kind, size, data))
}

/// Size and alignment of the memory that the library allocates while it runs.
pub(super) fn workspace(header: &Header<'_>, given: &PoolFacts, allocates: bool) -> Result<(u64, u64)> {
    let found = header.size("WORKSPACE_SIZE")?;
    let alignment = given.alignment.unwrap_or(DEFAULT_ALIGNMENT);
    if !allocates {
        return Ok((found.unwrap_or(0), alignment));
    }
    // A larger one than the header's is the user's right: TVM counts too little for some operators.
    let size = given.bytes.or(found).ok_or_else(|| {
        let text = "the library allocates memory while it runs (TVMBackendAllocWorkspace), and the header does not say how much";
        members::missing(text, "\"workspace\": { \"bytes\": 4096 }")
    })?;
    Ok((size, alignment))
}
