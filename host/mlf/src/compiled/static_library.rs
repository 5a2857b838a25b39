//! Static libraries (`ar`), as untrusted input: the symbols of their object files.

use std::collections::BTreeSet;

use crate::compiled::elf::{self, Object};
use crate::error::{Error, ErrorKind, Result};
use crate::model::machine::Machine;

const MAGIC: &[u8] = b"!<arch>\n";

/// Limit for the symbols of a library.
const MOST_SYMBOLS: usize = 400_000;

/// Limit for the bytes of their names: in the file, one name may be the end of another.
const MOST_NAME_BYTES: usize = 4 << 20;

/// What a library holds.
#[derive(Debug)]
pub(super) struct StaticLibrary<'a> {
    pub machine: Machine,
    /// Symbols that a program may use.
    pub defined: BTreeSet<&'a str>,
    /// Symbols that it needs from elsewhere.
    pub undefined: BTreeSet<&'a str>,
    /// Bytes of writable memory.
    pub writable: u64,
    /// Bytes of all names.
    name_bytes: usize,
}

/// Reads a static library, or a single object file.
pub(super) fn read(bytes: &[u8]) -> Result<StaticLibrary<'_>> {
    let mut library: Option<StaticLibrary<'_>> = None;
    if elf::is_elf(bytes) {
        add(&mut library, object(bytes)?)?;
    }
    for member in members(bytes)? {
        let (name, content) = member?;
        let object = object(content).and_then(|object| add(&mut library, object));
        object.map_err(|error| if name.is_empty() { error } else { error.in_member(&name) })?;
    }
    let Some(mut library) = library else {
        return Err(refused("holds no object file").advise("give the library that the model's compiler wrote"));
    };
    let defined = &library.defined;
    library.undefined.retain(|name| !defined.contains(name));
    Ok(library)
}

fn add<'a>(library: &mut Option<StaticLibrary<'a>>, object: Object<'a>) -> Result<()> {
    let library = library.get_or_insert_with(|| StaticLibrary {
        machine: object.machine,
        defined: BTreeSet::new(),
        undefined: BTreeSet::new(),
        writable: 0,
        name_bytes: 0,
    });
    if !library.machine.is_like(object.machine) {
        let text = format!("is for {}, the files before it for {}", object.machine, library.machine);
        return Err(refused(text).advise("give a library for one core"));
    }
    library.machine = library.machine.joined(object.machine);
    for (names, found) in [(&mut library.defined, object.defined), (&mut library.undefined, object.undefined)] {
        library.name_bytes += found.into_iter().filter(|name| names.insert(name)).map(str::len).sum::<usize>();
    }
    library.writable = library.writable.saturating_add(object.writable);
    if library.defined.len() + library.undefined.len() > MOST_SYMBOLS {
        let text = format!("the library has more than {MOST_SYMBOLS} symbols");
        return Err(Error::new(ErrorKind::TooLarge, text));
    }
    if library.name_bytes > MOST_NAME_BYTES {
        let text = format!("the names of the library's symbols have more than {MOST_NAME_BYTES} bytes");
        return Err(Error::new(ErrorKind::TooLarge, text));
    }
    Ok(())
}

fn object(content: &[u8]) -> Result<Object<'_>> {
    if !elf::is_elf(content) {
        let what = match content {
            [b'B', b'C', 0xc0, 0xde, ..] | [0xde, 0xc0, 0x17, 0x0b, ..] => {
                "holds LLVM's own code, made with -flto, and not machine code"
            }
            _ => "is not an object file of the ELF format",
        };
        return Err(refused(what).advise("build the library for the device, without -flto"));
    }
    let object = elf::read(content).map_err(refused)?;
    if object.defined.contains(&"__gnu_lto_slim") {
        let text = "holds GCC's own code, made with -flto, and not machine code";
        return Err(refused(text).advise("build the library without -flto, or with -ffat-lto-objects"));
    }
    Ok(object)
}

/// The members of a library; none for a single object file.
fn members(bytes: &[u8]) -> Result<Members<'_>> {
    let rest = match bytes.strip_prefix(MAGIC) {
        Some(rest) => rest,
        None if elf::is_elf(bytes) => &[],
        None => {
            let text = match bytes.starts_with(b"!<thin>\n") {
                true => "is a thin library: it holds only the names of object files",
                false => "is not a static library",
            };
            return Err(refused(text).advise("give a library that `ar rcs` made"));
        }
    };
    Ok(Members { length: bytes.len(), rest, names: &[] })
}

/// Name and content of each object file, one after the other: names may take many times the memory of the file.
struct Members<'a> {
    /// Bytes of the library.
    length: usize,
    /// Those that are not read yet.
    rest: &'a [u8],
    /// The table of long names.
    names: &'a [u8],
}

impl<'a> Iterator for Members<'a> {
    type Item = Result<(String, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let at = self.length - self.rest.len();
            let Some((field, size)) = header(self.rest) else {
                self.rest = &[];
                let text = format!("the header of a member at byte {at} is cut or damaged");
                return Some(Err(refused(text).advise("copy the library again")));
            };
            let content = &self.rest[60..60 + size];
            // Members begin at even offsets.
            self.rest = self.rest.get(60 + size + size % 2..).unwrap_or_default();
            match field.trim_end_matches(' ') {
                "/" | "/SYM64/" | "__.SYMDEF" | "__.SYMDEF SORTED" => {}
                "//" => self.names = content,
                field => match named(field, content, self.names) {
                    (name, _) if name.starts_with("__.SYMDEF") => {}
                    member => return Some(Ok(member)),
                },
            }
        }
        None
    }
}

/// The name field and the size of the member at the beginning.
fn header(rest: &[u8]) -> Option<(&str, usize)> {
    let fields = rest.get(..60).filter(|fields| fields.ends_with(b"`\n"))?;
    let size: usize = std::str::from_utf8(&fields[48..58]).ok()?.trim_end_matches(' ').parse().ok()?;
    rest.get(60..60usize.checked_add(size)?)?;
    Some((std::str::from_utf8(&fields[..16]).ok()?, size))
}

/// The name and the content of a member: long names are in the table `//`, or before the content.
fn named<'a>(field: &str, content: &'a [u8], names: &[u8]) -> (String, &'a [u8]) {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    if let Some(length) = field.strip_prefix("#1/").and_then(|length| length.parse::<usize>().ok())
        && let Some((name, content)) = content.split_at_checked(length)
    {
        return (shown(name).trim_end_matches('\0').to_owned(), content);
    }
    let long = field.strip_prefix('/').and_then(|offset| offset.parse::<usize>().ok());
    if let Some(name) = long.and_then(|offset| names.get(offset..)) {
        let end = name.iter().position(|byte| matches!(byte, b'/' | b'\n')).unwrap_or(name.len());
        return (shown(&name[..end]), content);
    }
    (field.trim_end_matches('/').to_owned(), content)
}

fn refused(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported, text)
}
