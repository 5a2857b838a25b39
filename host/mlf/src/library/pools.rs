//! Memory pools: those that the caller provides, and those inside the sources.

use crate::c::{Argument, byte_list};
use crate::error::{Error, ErrorKind, Result};
use crate::model::finding::{Code, Finding, Severity};
use crate::model::pool::{InternalPool, Pool, PoolKind};

use super::module_files::{Header, Input};

/// TVM's default for `workspace-byte-alignment` and `constant-byte-alignment`.
const DEFAULT_ALIGNMENT: u64 = 16;

/// Pools of the header's `workspace_pools` struct.
pub(super) fn external(input: &Input<'_>, findings: &mut Vec<Finding>) -> Result<Vec<Pool>> {
    let members = input.members("workspace_pools");
    let mut pools = Vec::new();
    if let Some(header) = input.header {
        for &(name, line) in members {
            pools.push(external_pool(input, header, name, members.len()).map_err(|e| e.at_line(line))?);
        }
    }
    match &input.metadata.extension {
        Some(extension) => {
            let same = pools.len() == extension.pools.len()
                && pools
                    .iter()
                    .zip(&extension.pools)
                    .all(|(pool, known)| pool.name == known.name && pool.kind == known.kind && pool.size == known.size);
            if !same {
                let shown = |name: &str, kind: PoolKind, size: u64| format!("{name} ({kind:?}, {size} bytes)");
                let here: Vec<String> = pools.iter().map(|p| shown(&p.name, p.kind, p.size)).collect();
                let there: Vec<String> = extension.pools.iter().map(|p| shown(&p.name, p.kind, p.size)).collect();
                return Err(input.header_error(format!(
                    "the pools of the header are not those of metadata.json: '{}' here, '{}' there",
                    here.join(", "),
                    there.join(", ")
                )));
            }
            for (pool, known) in pools.iter_mut().zip(&extension.pools) {
                if !known.alignment.is_power_of_two() || known.alignment > 4096 {
                    let text = format!(
                        "pool '{}': alignment {} is not a power of two up to 4096",
                        known.name, known.alignment
                    );
                    return Err(Error::new(ErrorKind::Metadata, text).in_member(crate::metadata::MEMBER));
                }
                pool.alignment = known.alignment;
                pool.state = known.state;
            }
        }
        None if !pools.is_empty() => {
            let names: Vec<&str> = pools.iter().map(|p| p.name.as_str()).collect();
            findings.push(Finding::new(
                Code::AlignmentAssumed,
                Severity::Note,
                names.join(", "),
                format!("the archive does not record the alignment of its pools; TVM's default of {DEFAULT_ALIGNMENT} bytes is used"),
                "",
            ));
        }
        None => {}
    }
    Ok(pools)
}

fn external_pool(input: &Input<'_>, header: &Header<'_>, name: &str, count: usize) -> Result<Pool> {
    let upper = format!("{}_{}", header.prefix.to_ascii_uppercase(), name.to_ascii_uppercase());
    let size_of = |suffix: &str| -> Result<Option<u64>> {
        let macro_name = format!("{upper}_{suffix}");
        let Some(&(value, line)) = header.facts.macros.get(macro_name.as_str()) else {
            return Ok(None);
        };
        match crate::c::lexer::integer(value) {
            Some(size) => Ok(Some(size)),
            None => Err(input.header_error(format!("{macro_name} is not an integer: '{value}'")).at_line(line)),
        }
    };
    let plain =
        |kind, size| Pool { name: name.to_owned(), kind, size, alignment: DEFAULT_ALIGNMENT, state: false, data: None };
    if let Some(size) = size_of("CONSTANT_POOL_SIZE")? {
        let macro_name = format!("{upper}_CONSTANT_POOL_DATA");
        let data = match header.facts.macros.get(macro_name.as_str()) {
            Some(&(value, line)) => {
                let data = byte_list::bytes(value)
                    .map_err(|text| input.header_error(format!("{macro_name}: {text}")).at_line(line))?;
                if data.len() as u64 != size {
                    let text = format!("{macro_name} has {} bytes, its size macro says {size}", data.len());
                    return Err(input.header_error(text).at_line(line));
                }
                Some(data)
            }
            None => None,
        };
        return Ok(Pool { data, ..plain(PoolKind::Constant, size) });
    }
    if let Some(size) = size_of("WORKSPACE_POOL_SIZE")? {
        return Ok(plain(PoolKind::Workspace, size));
    }
    if count == 1 {
        // If it has no macro, a single pool is the whole workspace.
        return Ok(plain(PoolKind::Workspace, input.metadata.workspace_size_bytes));
    }
    Err(input.header_error(format!("the size of pool '{name}' is not in the header")))
}

/// Static data that the entry point passes to the main function.
pub(super) fn internal(input: &Input<'_>) -> Result<Vec<InternalPool>> {
    let mut pools = Vec::new();
    let source = input.sources.iter().find(|s| s.path == input.run_member);
    for argument in &input.run.arguments {
        let Argument::Static(name) = argument else {
            continue;
        };
        let Some(found) = source.and_then(|s| s.facts.statics.get(name)) else {
            return Err(input.run_error(format!("'{name}' is passed to the main function but not defined")));
        };
        let kind = if found.is_struct { PoolKind::Constant } else { PoolKind::Workspace };
        let Some(size) = found.size else {
            return Err(input.run_error(format!("the size of '{name}' is not understood")));
        };
        pools.push(InternalPool {
            name: (*name).to_owned(),
            kind,
            size,
            alignment: found.alignment,
            constant: found.constant,
            source: input.run_member.to_owned(),
        });
    }
    Ok(pools)
}

/// Bytes of constants in the sources, without TVM's description of the tensors.
pub(super) fn embedded_constants(input: &Input<'_>) -> u64 {
    let all = input.sources.iter().flat_map(|s| &s.facts.statics);
    all.filter(|(name, s)| (s.constant || s.is_struct) && !name.starts_with("kTvmgenMetadata"))
        .filter_map(|(_, s)| s.size)
        .fold(0, u64::saturating_add)
}

/// `-workspace-byte-alignment=16` in a target string.
pub(super) fn target_alignment(targets: &[String]) -> u64 {
    let option = "-workspace-byte-alignment=";
    targets
        .iter()
        .flat_map(|t| t.split_ascii_whitespace())
        .find_map(|word| word.strip_prefix(option)?.parse().ok())
        .filter(|n: &u64| n.is_power_of_two() && *n <= 4096)
        .unwrap_or(DEFAULT_ALIGNMENT)
}
