//! Sound archives with damage that no checksum detects.

use crate::base;
use crate::source::Source;

/// Edits of one archive.
const MOST_EDITS: usize = 12;

/// Texts that the readers look for, and values at the limits of types.
const PIECES: [&[u8]; 48] = [
    b"0",
    b"-1",
    b"1",
    b"255",
    b"65535",
    b"65536",
    b"2147483647",
    b"2147483648",
    b"4294967295",
    b"4294967296",
    b"9223372036854775807",
    b"18446744073709551615",
    b"99999999999999999999",
    b"1e308",
    b"1e-320",
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"\"\"",
    b"\"int8\"",
    b"\"float64\"",
    b"\"inputs\"",
    b"\"outputs\"",
    b"\"sram\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b",",
    b";",
    b"/*",
    b"*/",
    b"//",
    b"\\\n",
    b"\n#define TVMGEN_NET_WORKSPACE_SIZE 3\n",
    b"\n#if 1\n",
    b"const ",
    b"struct tvmgen_net_inputs",
    b"void* ",
    b"static ",
    b"__attribute__((",
    b"tvmgen_net_run",
    b"return ",
    b"\xff\xfe",
    b"\0",
];

/// An archive from the fuzzer's bytes.
pub fn archive(bytes: &[u8]) -> Vec<u8> {
    let mut source = Source(bytes);
    let mut members = base::members(source.below(base::COUNT));
    let mut odd = false;
    let mut entries: Vec<base::FreeEntry> = Vec::new();
    for _ in 0..MOST_EDITS {
        if source.is_empty() || members.is_empty() {
            break;
        }
        let member = source.below(members.len());
        let length = members[member].1.len();
        match source.byte() % 10 {
            0 => {
                members.remove(member);
            }
            1 => {
                let copy = members[member].clone();
                members.push(copy);
                odd = true;
            }
            2 => {
                let other = source.below(members.len());
                let data = members[other].1.clone();
                members[member].1 = data;
            }
            3 => {
                let most = usize::from(source.byte() % 40);
                members[member].0 = String::from_utf8_lossy(&source.bytes(most)).into_owned();
                odd = true;
            }
            4 => {
                let (kind, size) = (source.byte(), Some(source.below(65536) as u64 * u64::from(source.byte())));
                let size = size.filter(|size| size % 2 == 1);
                let (name, data) = (members[member].0.clone(), members[member].1.clone());
                entries.push((name.into_bytes(), kind, size, data));
                odd = true;
            }
            5 => members[member].1.truncate(source.below(length + 1)),
            6 => splice(&mut members[member].1, &mut source, |source| {
                let most = usize::from(source.byte() % 24);
                source.bytes(most)
            }),
            _ => splice(&mut members[member].1, &mut source, |source| PIECES[source.below(PIECES.len())].to_vec()),
        }
    }
    if !odd {
        return base::pack(&members);
    }
    entries.extend(members.into_iter().map(|(path, data)| (path.into_bytes(), b'0', None, data)));
    base::pack_entries(&entries)
}

/// Replaces a number, a word or a few bytes.
fn splice(data: &mut Vec<u8>, source: &mut Source<'_>, piece: impl Fn(&mut Source<'_>) -> Vec<u8>) {
    let start = source.below(data.len() + 1);
    let whole_word = source.byte() & 1 == 0;
    let piece = piece(source);
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let end = if whole_word {
        start + data[start..].iter().take_while(|b| word(b)).count()
    } else {
        (start + usize::from(source.byte() % 8)).min(data.len())
    };
    data.splice(start..end, piece);
}
