//! Arm's build attributes: for which architecture an object file was compiled ("Addenda to the ABI for the Arm architecture").

/// What is read of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    /// `Tag_CPU_arch`.
    pub architecture: Option<u32>,
    /// Whether `Tag_MVE_arch` says that vector instructions are used.
    pub vectors: bool,
}

/// Reads the section `.ARM.attributes`; text of an unknown form ends the reading.
pub(super) fn attributes(section: &[u8], big: bool) -> Attributes {
    let mut found = Attributes::default();
    let Some((b'A', mut rest)) = section.split_first().map(|(first, rest)| (*first, rest)) else {
        return found;
    };
    // Subsections of vendors: length, name, and their own parts.
    while let Some((part, after)) = sized(rest, 0, big) {
        if let Some(own) = part.strip_prefix(b"aeabi\0") {
            let mut own = own;
            // Parts for the whole file, for sections and for symbols: tag, length, attributes.
            while let Some((attributes, after)) = sized(own, 1, big) {
                if own.first() == Some(&1) {
                    read(attributes, &mut found);
                }
                own = after;
            }
        }
        rest = after;
    }
    found
}

/// The part behind a length of 4 bytes at `at`, which counts from the start; and what follows it.
fn sized(bytes: &[u8], at: usize, big: bool) -> Option<(&[u8], &[u8])> {
    let field: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    let length = if big { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) };
    let length = usize::try_from(length).ok()?;
    Some((bytes.get(at + 4..length)?, bytes.get(length..)?))
}

fn read(mut attributes: &[u8], found: &mut Attributes) {
    while let Some(tag) = number(&mut attributes) {
        let text = matches!(tag, 4 | 5) || tag > 32 && tag % 2 == 1;
        // Tag_compatibility has both.
        let value = if text { Some(0) } else { number(&mut attributes) };
        if text || tag == 32 {
            let Some(end) = attributes.iter().position(|byte| *byte == 0) else {
                return;
            };
            attributes = &attributes[end + 1..];
        }
        match (tag, value) {
            (6, Some(value)) => found.architecture = Some(value),
            (48, Some(value)) => found.vectors = value > 0,
            (_, Some(_)) => {}
            (_, None) => return,
        }
    }
}

/// A number in groups of seven bits (ULEB128).
fn number(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0u32;
    for shift in [0, 7, 14, 21] {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section with these attributes for the whole file.
    fn section(attributes: &[u8]) -> Vec<u8> {
        let length = |extra: usize| u32::try_from(attributes.len() + extra).expect("short").to_le_bytes();
        [b"A".as_slice(), &length(15), b"aeabi\0", &[1], &length(5), attributes].concat()
    }

    #[test]
    fn the_architecture_is_found_behind_other_attributes() {
        // Tag_CPU_name "7E-M", Tag_compatibility 1 "gnu", Tag_CPU_arch 13, Tag_MVE_arch 2.
        let whole = section(b"\x057E-M\0\x20\x01gnu\0\x06\x0d\x30\x02");
        let expected = Attributes { architecture: Some(13), vectors: true };
        assert_eq!(attributes(&whole, false), expected);
        for length in 0..whole.len() {
            let cut = attributes(&whole[..length], false);
            assert!(cut == Attributes::default(), "{length}: {cut:?}");
        }
        assert_eq!(attributes(&whole, true), Attributes::default());
        assert_eq!(attributes(&section(b"\x05name"), false), Attributes::default());
        assert_eq!(attributes(&section(b"\x06\x80\x80\x80\x80\x01"), false), Attributes::default());
        assert_eq!(attributes(&section(b"\x06"), false), Attributes::default());
    }
}
