//! The blob: a head, then the content of each pool of constants.
//!
//! All numbers are little-endian: `TVMw`, format and number of pools in 16 bits each, the digest of the model's structure, the
//! bytes of the blob; for each pool offset, bytes and CRC-32; then the CRC-32 of all of this.

use crate::checked::plan::Plan;
use crate::error::{Error, Result};
use crate::text::shown;
use tvm_embedded_mlf::names::digest_of;

/// The first four bytes.
pub const MAGIC: &[u8; 4] = b"TVMw";
/// The version of the format.
pub const FORMAT: u16 = 1;
/// Bytes of the head without pools, its CRC-32 included.
pub const HEAD: usize = 20;
/// Bytes that the head takes for each pool.
pub const ENTRY: usize = 12;

/// Where the pools are.
pub struct Layout {
    /// The offset of each pool.
    pub offsets: Vec<usize>,
    /// Bytes of the blob.
    pub bytes: usize,
    /// What the blob's address must be a multiple of.
    pub alignment: usize,
}

/// The layout of a model's blob.
pub fn layout(plan: &Plan<'_>) -> Layout {
    let parameters = &plan.facts.parameters;
    let mut bytes = HEAD + ENTRY * parameters.len();
    let mut offsets = Vec::new();
    for parameter in parameters {
        let start = bytes.next_multiple_of(parameter.facts.alignment as usize);
        offsets.push(start);
        bytes = start + parameter.facts.bytes as usize;
    }
    // Numbers of 32 bits are read from the head.
    let alignment = parameters.iter().map(|parameter| parameter.facts.alignment as usize).max().unwrap_or(1).max(4);
    Layout { offsets, bytes, alignment }
}

/// A digest of all that must be the same in a model whose constants are replaced: its C, with the kernels that read them, or its library,
/// and its pools.
pub fn structure(plan: &Plan<'_>) -> u32 {
    let pool = |p: &crate::facts::Named<crate::facts::ParameterFacts>| {
        format!("{} {} {}\n", p.facts.name, p.facts.bytes, p.facts.alignment)
    };
    let pools: String = plan.facts.parameters.iter().map(pool).collect();
    let sources = plan.sources.iter().map(|source| source.text);
    let library = plan.module.compiled.as_ref().map(|_| plan.library_digest());
    digest_of([pools.as_str()].into_iter().chain(sources).chain(plan.kernels.iter().copied()).chain(library.as_deref()))
}

/// The blob; `replaced` has for each pool the content that is written instead of the archive's.
pub fn blob(plan: &Plan<'_>, replaced: &[Option<Vec<u8>>]) -> Result<Vec<u8>> {
    let module = || shown(&plan.module.name);
    let parameters = &plan.facts.parameters;
    if parameters.is_empty() {
        let what = "all of its constants are in its code, and an update has only pools of constants outside of the code; \
                    compile the model with --constants, or update the firmware instead";
        return Err(Error::Unsupported { module: module(), what: what.to_owned() });
    }
    let mut contents: Vec<&[u8]> = Vec::new();
    for (i, (parameter, own)) in parameters.iter().zip(&plan.data).enumerate() {
        let name = shown(&parameter.facts.name);
        let content = match (replaced.get(i).and_then(Option::as_deref), own) {
            (Some(content), _) => content,
            (None, Some(own)) => own,
            (None, None) => {
                let what = format!("the archive does not hold the content of the pool '{name}'");
                return Err(Error::MissingFact { module: module(), what });
            }
        };
        if content.len() != parameter.facts.bytes as usize {
            let (bytes, found) = (parameter.facts.bytes, content.len());
            let what = format!("the pool '{name}' takes {bytes} bytes, its new content has {found}");
            return Err(Error::Contradiction { module: module(), what });
        }
        contents.push(content);
    }
    let layout = layout(plan);
    let mut out = MAGIC.to_vec();
    out.extend(FORMAT.to_le_bytes());
    out.extend((parameters.len() as u16).to_le_bytes());
    out.extend(structure(plan).to_le_bytes());
    out.extend((layout.bytes as u32).to_le_bytes());
    for (offset, content) in layout.offsets.iter().zip(&contents) {
        let entry = [*offset as u32, content.len() as u32, crc32(content)];
        entry.iter().for_each(|word| out.extend(word.to_le_bytes()));
    }
    out.extend(crc32(&out).to_le_bytes());
    for (offset, content) in layout.offsets.iter().zip(contents) {
        // As erased flash.
        out.resize(*offset, 0xFF);
        out.extend(content);
    }
    Ok(out)
}

/// The CRC-32 of zip, PNG and Ethernet.
pub fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xEDB8_8320 };
    !bytes.iter().fold(u32::MAX, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn the_check_value_of_crc_32() {
        assert_eq!((crc32(b"123456789"), crc32(b"")), (0xCBF4_3926, 0));
    }
}
