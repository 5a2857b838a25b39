//! Static libraries: many members, and tables that are the same bytes of the file again and again.

use super::case::{Case, LARGEST, case};

/// The cases.
pub const CASES: &[Case] = &[
    case("members-named-200-bytes", "a", false, || {
        let empty = object(62, &[], &[]);
        let mut bytes = [b"!<arch>\n".as_slice(), &member("//", &[0xff; 200])].concat();
        let one = member("/0", &empty);
        bytes.extend(one.repeat((LARGEST - bytes.len()) / one.len()));
        bytes
    }),
    case("sections-in-one-place", "a", false, || {
        let mut bytes = object(62, &[Section { kind: 0, place: (0, 0), link: 0 }], &[]);
        bytes.resize(LARGEST, 0);
        // No section has a size, and the number of them is in the first.
        bytes[58..62].fill(0);
        let count = (LARGEST as u64 - 64) / 40;
        bytes[64 + 32..64 + 40].copy_from_slice(&count.to_le_bytes());
        bytes
    }),
    case("symbol-tables-of-one-content", "a", false, || {
        let (symbols, sections) = (190_000, 300_000);
        let data = [b"\0f\0".repeat(8), symbol(1).repeat(symbols)].concat();
        tables(2, &data, (24, 24 * symbols), sections)
    }),
    case("attributes-of-one-content", "a", false, || {
        let content = [&b"A\xff\xff\x0f\0aeabi\0\x01\xf5\xff\x0f\0"[..], &b"\x08\x01".repeat(1 << 20)].concat();
        tables(0x7000_0003, &content, (0, content.len()), 500_000)
    }),
    case("symbol-names-of-one-content", "a", false, || {
        let names: Vec<u8> =
            (0..100).flat_map(|i| format!("{}\0", format!("{i:03}").repeat(341)).into_bytes()).collect();
        let symbols: Vec<u8> = (0..100_000).flat_map(symbol).collect();
        let data = [names.clone(), symbols.clone()].concat();
        let sections = [
            Section { kind: 3, place: (0, names.len()), link: 0 },
            Section { kind: 2, place: (names.len(), symbols.len()), link: 0 },
        ];
        let one = member("a.o/", &object(62, &sections, &data));
        let mut bytes = b"!<arch>\n".to_vec();
        bytes.extend(one.repeat((LARGEST - 8) / one.len()));
        bytes
    }),
];

/// A section: its kind, where its content is after the headers and how long, and another that belongs to it.
#[derive(Clone, Copy)]
struct Section {
    kind: u32,
    place: (usize, usize),
    link: u32,
}

/// Many sections of this kind with one content in `data`; the strings are at its beginning.
fn tables(kind: u32, data: &[u8], place: (usize, usize), count: usize) -> Vec<u8> {
    let strings = Section { kind: 3, place: (0, 24), link: 0 };
    let mut sections = vec![strings];
    sections.resize(count, Section { kind, place, link: 0 });
    object(40, &sections, data)
}

/// A symbol of another file with the name at this offset.
fn symbol(name: u32) -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[..4].copy_from_slice(&name.to_le_bytes());
    // Global, and in no section.
    bytes[4] = 0x10;
    bytes
}

/// An object file of 64 bits: header, sections, data.
fn object(machine: u16, sections: &[Section], data: &[u8]) -> Vec<u8> {
    let count = u16::try_from(sections.len()).ok();
    let mut file = vec![0; 64];
    file[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    file[16] = 1;
    file[18..20].copy_from_slice(&machine.to_le_bytes());
    file[40] = if sections.is_empty() { 0 } else { 64 };
    file[58] = 64;
    file[60..62].copy_from_slice(&count.unwrap_or(0).to_le_bytes());
    let start = 64 + 64 * sections.len();
    for section in sections {
        let mut header = [0; 64];
        header[4..8].copy_from_slice(&section.kind.to_le_bytes());
        header[24..32].copy_from_slice(&(start + section.place.0).to_le_bytes());
        header[32..40].copy_from_slice(&section.place.1.to_le_bytes());
        header[40..44].copy_from_slice(&section.link.to_le_bytes());
        file.extend(header);
    }
    if count.is_none() {
        // The first section is the strings, whose size then is the number of sections.
        file[96..104].copy_from_slice(&sections.len().to_le_bytes());
    }
    file.extend(data);
    file
}

/// A member of a library.
fn member(name: &str, content: &[u8]) -> Vec<u8> {
    let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len());
    [header.as_bytes(), content, if content.len() % 2 == 1 { b"\n" } else { b"" }].concat()
}
