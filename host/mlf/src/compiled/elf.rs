//! Object files in the ELF format, as untrusted input: symbols, writable memory, and the core that they are for.

use crate::compiled::arm;
use crate::model::machine::Machine;

/// Limit for the symbols of an object file.
const MOST_SYMBOLS: u64 = 200_000;

/// Longest name of a symbol that is read; the names of a model are far shorter.
const LONGEST_NAME: usize = 1024;

/// What one object file holds.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pub machine: Machine,
    /// Symbols that other files may use.
    pub defined: Vec<&'a str>,
    /// Symbols of other files, which it needs.
    pub undefined: Vec<&'a str>,
    /// Bytes of writable memory.
    pub writable: u64,
}

/// True for a file in the ELF format.
pub(super) fn is_elf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x7fELF")
}

/// Reads an object file; the error is a sentence that has "it" as its subject.
pub(super) fn read(bytes: &[u8]) -> Result<Object<'_>, String> {
    let wide = match bytes.get(4) {
        Some(1) => false,
        Some(2) => true,
        _ => return Err("is an ELF file of an unknown class".to_owned()),
    };
    let file = File { bytes, wide, big: bytes.get(5) == Some(&2) };
    file.object().unwrap_or_else(|| Err("is cut or damaged: one of its tables is outside of the file".to_owned()))
}

#[derive(Debug, Clone, Copy)]
struct File<'a> {
    bytes: &'a [u8],
    wide: bool,
    big: bool,
}

/// A section's header.
#[derive(Debug, Clone, Copy)]
struct Section {
    kind: u64,
    flags: u64,
    offset: u64,
    size: u64,
    link: u64,
}

const SYMBOLS: u64 = 2;
const ARM_ATTRIBUTES: u64 = 0x7000_0003;
/// Writable, and in memory.
const WRITABLE: u64 = 3;
/// The section of variables without initial value that several files may define.
const COMMON: u64 = 0xfff2;

impl<'a> File<'a> {
    fn number(&self, at: u64, bytes: u64) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let part = self.bytes.get(at..at.checked_add(usize::try_from(bytes).ok()?)?)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.big { part.iter().fold(0, add) } else { part.iter().rev().fold(0, add) })
    }

    /// A field of 4 or 8 bytes.
    fn word(&self, at: u64) -> Option<u64> {
        self.number(at, if self.wide { 8 } else { 4 })
    }

    fn slice(&self, offset: u64, size: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(offset).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(size).ok()?)?)
    }

    fn section(&self, at: u64) -> Option<Section> {
        let places: [u64; 4] = if self.wide { [8, 24, 32, 40] } else { [8, 16, 20, 24] };
        let [flags, offset, size, link] = places.map(|place| at.checked_add(place));
        Some(Section {
            kind: self.number(at.checked_add(4)?, 4)?,
            flags: self.word(flags?)?,
            offset: self.word(offset?)?,
            size: self.word(size?)?,
            link: self.number(link?, 4)?,
        })
    }

    fn sections(&self) -> Option<Vec<Section>> {
        let (table, entry, count) = if self.wide { (40, 58, 60) } else { (32, 46, 48) };
        let (table, entry, mut count) = (self.word(table)?, self.number(entry, 2)?, self.number(count, 2)?);
        if table == 0 {
            return Some(Vec::new());
        }
        if count == 0 {
            // More than fit into the field: the first section has the number.
            count = self.section(table)?.size;
        }
        // Checked before anything is allocated.
        self.slice(table, count.checked_mul(entry.max(40))?)?;
        (0..count).map(|i| self.section(table.checked_add(i.checked_mul(entry)?)?)).collect()
    }

    fn object(&self) -> Option<Result<Object<'a>, String>> {
        if self.number(16, 2)? != 1 {
            return Some(Err("is a linked program or shared library, not an object file".to_owned()));
        }
        let sections = self.sections()?;
        let mut machine = Machine {
            number: u16::try_from(self.number(18, 2)?).ok()?,
            bits: if self.wide { 64 } else { 32 },
            arm_architecture: None,
            arm_vectors: false,
        };
        // More than one of either would be read again and again, if all were the same bytes of the file.
        for (kind, what) in [(SYMBOLS, "symbol table"), (ARM_ATTRIBUTES, "section of build attributes")] {
            if sections.iter().filter(|section| section.kind == kind).count() > 1 {
                return Some(Err(format!("has more than one {what}")));
            }
        }
        let mut object = Object { machine, defined: Vec::new(), undefined: Vec::new(), writable: 0 };
        for section in &sections {
            if section.flags & WRITABLE == WRITABLE {
                object.writable = object.writable.saturating_add(section.size);
            }
            if section.kind == SYMBOLS {
                let strings = sections.get(usize::try_from(section.link).ok()?)?;
                if let Err(text) = self.symbols(section, strings, &mut object)? {
                    return Some(Err(text));
                }
            }
            if machine.number == 40 && section.kind == ARM_ATTRIBUTES {
                let attributes = arm::attributes(self.slice(section.offset, section.size)?, self.big);
                machine.arm_architecture = attributes.architecture;
                machine.arm_vectors = attributes.vectors;
            }
        }
        object.machine = machine;
        Some(Ok(object))
    }

    fn symbols(&self, table: &Section, strings: &Section, object: &mut Object<'a>) -> Option<Result<(), String>> {
        let names = self.slice(strings.offset, strings.size)?;
        self.slice(table.offset, table.size)?;
        let entry = if self.wide { 24 } else { 16 };
        if table.size / entry > MOST_SYMBOLS {
            return Some(Err(format!("has {} symbols; {MOST_SYMBOLS} are the limit", table.size / entry)));
        }
        let places: [u64; 3] = if self.wide { [4, 6, 16] } else { [12, 14, 8] };
        for i in 1..table.size / entry {
            let at = table.offset.checked_add(i * entry)?;
            let binding = self.number(at.checked_add(places[0])?, 1)? >> 4;
            let section = self.number(at.checked_add(places[1])?, 2)?;
            let (global, weak) = (binding == 1, binding == 2);
            if !global && !weak {
                continue;
            }
            let Some(name) = name(names, self.number(at, 4)?) else {
                continue;
            };
            if section == COMMON {
                object.writable = object.writable.saturating_add(self.word(at.checked_add(places[2])?)?);
            }
            match section {
                0 if weak => {}
                0 => object.undefined.push(name),
                _ => object.defined.push(name),
            }
        }
        Some(Ok(()))
    }
}

/// The name at an offset; `None` for one that is empty, too long or not text.
fn name(names: &[u8], offset: u64) -> Option<&str> {
    let rest = names.get(usize::try_from(offset).ok()?..)?;
    let rest = &rest[..rest.len().min(LONGEST_NAME)];
    let end = rest.iter().position(|byte| *byte == 0)?;
    std::str::from_utf8(&rest[..end]).ok().filter(|name| !name.is_empty())
}
