//! Object files and static libraries for tests.

/// An object file in the ELF format.
#[derive(Clone, Copy)]
pub struct Elf<'a> {
    pub machine: u16,
    pub wide: bool,
    pub big: bool,
    /// 1 for an object file.
    pub kind: u16,
    /// Name, binding and section of each symbol.
    pub symbols: &'a [(&'a str, u8, u16)],
    pub attributes: &'a [u8],
}

/// One for x86-64 with the entry point of `tvmgen_net`.
pub const PLAIN: Elf<'static> =
    Elf { machine: 62, wide: true, big: false, kind: 1, symbols: &[("tvmgen_net_run", 1, 1)], attributes: &[] };

impl Elf<'_> {
    fn number(&self, value: u64, bytes: usize) -> Vec<u8> {
        let all = value.to_le_bytes();
        let mut part = all[..bytes].to_vec();
        if self.big {
            part.reverse();
        }
        part
    }

    fn word(&self, value: u64) -> Vec<u8> {
        self.number(value, if self.wide { 8 } else { 4 })
    }

    fn symbol(&self, name: u64, binding: u8, section: u16) -> Vec<u8> {
        let (info, section) = (vec![binding << 4, 0], self.number(section.into(), 2));
        match self.wide {
            true => [self.number(name, 4), info, section, self.word(0), self.word(24)].concat(),
            false => [self.number(name, 4), self.word(0), self.word(24), info, section].concat(),
        }
    }

    fn section(&self, kind: u64, flags: u64, place: (usize, usize), link: u64) -> Vec<u8> {
        let place = [self.word(place.0 as u64), self.word(place.1 as u64)].concat();
        let rest = [self.number(link, 4), self.number(0, 4), self.word(1), self.word(0)].concat();
        [self.number(0, 4), self.number(kind, 4), self.word(flags), self.word(0), place, rest].concat()
    }

    pub fn bytes(&self) -> Vec<u8> {
        let header = if self.wide { 64 } else { 52 };
        let (mut names, mut symbols) = (vec![0], self.symbol(0, 0, 0));
        for (name, binding, section) in self.symbols {
            symbols.extend(self.symbol(names.len() as u64, *binding, *section));
            names.extend(name.bytes().chain([0]));
        }
        let (at_names, at_symbols) = (header, header + names.len());
        let (at_attributes, table) = (at_symbols + symbols.len(), at_symbols + symbols.len() + self.attributes.len());
        let sections = [
            self.section(0, 0, (0, 0), 0),
            // 40 bytes of writable memory.
            self.section(8, 3, (0, 40), 0),
            self.section(3, 0, (at_names, names.len()), 0),
            self.section(2, 0, (at_symbols, symbols.len()), 2),
            self.section(0x7000_0003, 0, (at_attributes, self.attributes.len()), 0),
        ];
        let entry = sections[0].len() as u64;
        let class = [if self.wide { 2 } else { 1 }, if self.big { 2 } else { 1 }, 1];
        let mut file = [b"\x7fELF".as_slice(), &class, &[0; 9]].concat();
        file.extend([self.number(self.kind.into(), 2), self.number(self.machine.into(), 2)].concat());
        file.extend(
            [self.number(1, 4), self.word(0), self.word(0), self.word(table as u64), self.number(0, 4)].concat(),
        );
        file.extend([self.number(header as u64, 2), self.number(0, 4), self.number(entry, 2)].concat());
        file.extend([self.number(sections.len() as u64, 2), self.number(0, 2)].concat());
        assert_eq!(file.len(), header);
        [file, names, symbols, self.attributes.to_vec(), sections.concat()].concat()
    }
}

/// A static library of these members.
pub fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = b"!<arch>\n".to_vec();
    for (name, content) in members {
        all.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len()).bytes());
        all.extend(*content);
        all.extend((content.len() % 2 == 1).then_some(b'\n'));
    }
    all
}

/// An object file of five sections, the kind of one of them changed.
pub fn with_kind(elf: Elf<'_>, section: usize, kind: u32) -> Vec<u8> {
    let mut bytes = elf.bytes();
    let at = bytes.len() - (5 - section) * if elf.wide { 64 } else { 40 } + 4;
    bytes[at..at + 4].copy_from_slice(&kind.to_le_bytes());
    bytes
}
