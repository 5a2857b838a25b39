//! FlexBuffers: how custom operators keep their options, as a map from names to numbers.
//!
//! Only maps of numbers are read. The bytes are not trusted: every offset is checked, and at most `MAX_ENTRIES` entries are read.

use std::ops::Range;

/// Maximum number of entries in a map.
const MAX_ENTRIES: usize = 64;
/// Longest name.
const MAX_NAME: usize = 64;

/// A number in a map.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Number {
    Int(i64),
    Float(f64),
    Bool(bool),
}

/// The entries of a map, sorted by name as in the file. Entries that are not numbers are left out of `numbers`.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    names: Vec<String>,
    numbers: Vec<Option<Number>>,
}

impl Map {
    /// Reads a map; `None` if the bytes are not a map.
    pub fn read(bytes: &[u8]) -> Option<Map> {
        let (&width, &packed) = (bytes.last()?, bytes.get(bytes.len().checked_sub(2)?)?);
        let reader = Reader { bytes: bytes.get(..bytes.len() - 2)? };
        let root = reader.bytes.len().checked_sub(usize::from(width))?;
        let (kind, width) = (packed >> 2, reader.width(root..reader.bytes.len())?);
        (kind == KIND_MAP).then_some(())?;
        let map = root.checked_sub(reader.unsigned(root, width)?)?;
        reader.map(map, 1 << (packed & 3))
    }

    /// The whole numbers of a map with exactly these names, in their alphabetical order: the reference reads entries by their
    /// position. Truth values count as 0 and 1.
    pub fn integers<const N: usize>(&self, names: [&str; N]) -> Option<[i32; N]> {
        (self.names == names).then_some(())?;
        let mut found = [0; N];
        for (place, number) in found.iter_mut().zip(&self.numbers) {
            *place = match (*number)? {
                Number::Int(value) => i32::try_from(value).ok()?,
                Number::Bool(value) => value.into(),
                Number::Float(_) => return None,
            };
        }
        Some(found)
    }

    /// The number of this name.
    pub fn number(&self, name: &str) -> Option<Number> {
        let at = self.names.iter().position(|other| other == name)?;
        self.numbers.get(at).copied().flatten()
    }
}

const KIND_INT: u8 = 1;
const KIND_FLOAT: u8 = 3;
const KIND_MAP: u8 = 9;
const KIND_BOOL: u8 = 26;

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    /// The length of a number, if it is a valid one.
    fn width(&self, range: Range<usize>) -> Option<usize> {
        [1, 2, 4, 8].contains(&range.len()).then_some(range.len())
    }

    fn unsigned(&self, at: usize, width: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        let value = bytes.iter().rev().fold(0u64, |value, &byte| value << 8 | u64::from(byte));
        usize::try_from(value).ok()
    }

    /// The position that the offset stored at `at` refers to, counted backwards from `at`.
    fn behind(&self, at: usize, width: usize) -> Option<usize> {
        at.checked_sub(self.unsigned(at, width)?)
    }

    fn map(&self, at: usize, width: usize) -> Option<Map> {
        let count = self.unsigned(at.checked_sub(width)?, width)?;
        (count <= MAX_ENTRIES).then_some(())?;
        let keys = self.behind(at.checked_sub(3 * width)?, width)?;
        let key_width = self.unsigned(at.checked_sub(2 * width)?, width)?;
        ([1, 2, 4, 8].contains(&key_width) && self.unsigned(keys.checked_sub(key_width)?, key_width)? == count)
            .then_some(())?;
        let (mut names, mut numbers) = (Vec::new(), Vec::new());
        for i in 0..count {
            names.push(self.name(self.behind(keys + i * key_width, key_width)?)?);
            let kind = *self.bytes.get(at + count * width + i)?;
            numbers.push(self.number(at + i * width, width, kind >> 2)?);
        }
        Some(Map { names, numbers })
    }

    fn name(&self, at: usize) -> Option<String> {
        let text = self.bytes.get(at..)?;
        let length = text.iter().take(MAX_NAME).position(|&byte| byte == 0)?;
        Some(std::str::from_utf8(&text[..length]).ok()?.to_owned())
    }

    /// The number at a position; `Some(None)` for anything else.
    fn number(&self, at: usize, width: usize, kind: u8) -> Option<Option<Number>> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        Some(match kind {
            KIND_INT => {
                let value = bytes.iter().rev().fold(0u64, |value, &byte| value << 8 | u64::from(byte));
                let unused = 64 - 8 * width as u32;
                Some(Number::Int((value << unused) as i64 >> unused))
            }
            KIND_FLOAT if width == 4 => Some(Number::Float(f32::from_le_bytes(bytes.try_into().ok()?).into())),
            KIND_FLOAT if width == 8 => Some(Number::Float(f64::from_le_bytes(bytes.try_into().ok()?))),
            KIND_BOOL => Some(Number::Bool(bytes.iter().any(|&byte| byte != 0))),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// {"T": 7, "fft_length": 512} and {"a": 1.5, "b": -3, "c": true, "d": "x"}, as written by FlexBuffers' own library.
    const RFFT: &[u8] = b"T\0fft_length\0\x02\x0e\x0d\x02\0\x01\0\x02\0\x07\0\0\x02\x05\x05\x06\x25\x01";
    const MIXED: &[u8] = b"a\0b\0c\0d\0\x01x\0\x04\x0c\x0b\x0a\x09\x04\0\0\0\x01\0\0\0\x04\0\0\0\0\0\xc0?\
        \xfd\xff\xff\xff\x01\0\0\0\x1f\0\0\0\x0e\x06j\x14\x14&\x01";

    #[test]
    fn maps_give_their_numbers_by_name() {
        let map = Map::read(RFFT).unwrap();
        assert_eq!(map.integers(["T", "fft_length"]), Some([7, 512]));
        assert_eq!(map.integers(["fft_length", "T"]), None);
        assert_eq!(map.integers(["T"]), None);
        let map = Map::read(MIXED).unwrap();
        assert_eq!(map.number("a"), Some(Number::Float(1.5)));
        assert_eq!(map.number("b"), Some(Number::Int(-3)));
        assert_eq!(map.number("c"), Some(Number::Bool(true)));
        assert_eq!((map.number("d"), map.number("e")), (None, None));
    }

    #[test]
    fn no_bytes_lead_outside() {
        for whole in [RFFT, MIXED] {
            for length in 0..whole.len() {
                let _ = Map::read(&whole[..length]);
            }
            for at in 0..whole.len() {
                for byte in 0..=255 {
                    let mut bytes = whole.to_vec();
                    bytes[at] = byte;
                    let _ = Map::read(&bytes);
                }
            }
        }
        assert_eq!(Map::read(&[]), None);
        assert_eq!(Map::read(&[0xff; 40]), None);
    }
}
