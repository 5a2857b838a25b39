//! The contents of a linked image: the origin of each byte, which function calls which, and how much stack they use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::machine::board::Board;
use crate::machine::library;

/// One input section that the linker kept.
#[derive(Debug, PartialEq)]
pub struct Piece {
    /// Its name, for instance `.text.TVMExecute`.
    pub section: String,
    /// Its size in bytes.
    pub size: u64,
    /// The object it came from: a file, or `archive(member)`.
    pub object: String,
}

impl Piece {
    /// Whether it takes flash (code, constants, initial values of data).
    pub fn in_flash(&self) -> bool {
        [".text", ".rodata", ".srodata", ".data", ".sdata", ".ARM.ex"].iter().any(|name| self.section.starts_with(name))
    }

    /// Whether it takes RAM.
    pub fn in_ram(&self) -> bool {
        [".data", ".sdata", ".bss", ".sbss", "COMMON"].iter().any(|name| self.section.starts_with(name))
    }
}

/// An image linked for inspection, not for running: no startup code, and only what `roots` and the sources use.
pub struct Image {
    /// The linked file.
    pub file: PathBuf,
    /// The sections that the linker kept, except empty ones.
    pub pieces: Vec<Piece>,
    /// The functions, by name.
    pub functions: BTreeMap<String, Code>,
}

/// A function's machine code.
#[derive(Debug, Default, PartialEq)]
pub struct Code {
    /// Bytes of stack it uses itself: an upper bound, since every adjustment counts, on whichever path it is.
    pub frame: u32,
    /// The functions it calls or jumps to.
    pub callees: BTreeSet<String>,
    /// Whether it calls through a pointer. A jump through a pointer, which no longer needs its frame, is not counted.
    pub calls_pointer: bool,
}

impl Image {
    /// Links `sources` with the library for a board. `roots` are kept even if nothing calls them.
    ///
    /// # Errors
    /// If it doesn't compile or link, or the linker's reports can't be parsed.
    pub fn link(board: &Board, library: &Path, sources: &[&Path], roots: &[String], file: &Path) -> Result<Self> {
        let map = file.with_extension("map");
        let mut compiler =
            board.compiler().args(["-std=c99", "-Os", "-ffunction-sections", "-fdata-sections", "-Wall", "-Werror"]);
        compiler = compiler.arg("-I").arg(library::include_dir()).args(sources);
        // The program's own object files get a name, so that the map distinguishes them from the libraries.
        compiler = compiler.args(["--specs=picolibc.specs", "-nostartfiles", "-save-temps=obj", "-Wl,-emain"]);
        compiler = compiler.args(["-Wl,--gc-sections,-z,noexecstack,--no-warn-rwx-segments"]);
        for root in roots {
            compiler = compiler.arg(format!("-Wl,-u,{root}"));
        }
        compiler.arg(library).arg(format!("-Wl,-Map={}", map.display())).arg("-o").arg(file).capture()?;
        let pieces = pieces(&fs::read_to_string(&map).with_context(|| map.display().to_string())?);
        Ok(Self { pieces, ..Self::disassemble(board, file)? })
    }

    /// The functions of any linked file; without its pieces.
    ///
    /// # Errors
    /// When the disassembler fails.
    pub fn disassemble(board: &Board, file: &Path) -> Result<Self> {
        let listing = board.tool("objdump").args(["-d", "--no-show-raw-insn"]).arg(file).capture()?;
        Ok(Self { file: file.to_owned(), pieces: Vec::new(), functions: functions(&listing) })
    }

    /// The pieces that did not come from the program's own files: the runtime, and what it needs.
    pub fn from_libraries(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|piece| piece.object.contains(".a("))
    }

    /// Bytes of stack that a call of this function uses at most, with its callees, but without calls through pointers.
    /// `None` if it can call itself.
    pub fn stack(&self, name: &str) -> Option<u32> {
        self.stack_below(name, &mut Vec::new())
    }

    /// Treats calls through pointers in functions with this prefix as calls of all such functions that no instruction names:
    /// their addresses are in the image, otherwise the linker would have removed them.
    pub fn resolve_pointers(&mut self, prefix: &str) {
        let named: BTreeSet<&String> = self.functions.values().flat_map(|code| &code.callees).collect();
        let unnamed = self.functions.keys().filter(|name| name.starts_with(prefix) && !named.contains(name));
        let targets: BTreeSet<String> = unnamed.cloned().collect();
        for (name, code) in &mut self.functions {
            if name.starts_with(prefix) && code.calls_pointer && !targets.is_empty() {
                code.calls_pointer = false;
                code.callees.extend(targets.iter().cloned());
            }
        }
    }

    /// Assumes that calls through pointers in `from`, or in what it calls, call `to`.
    pub fn resolve_pointers_of(&mut self, from: &str, to: &str) {
        let (mut known, mut left) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(name) = left.pop() {
            let Some(code) = self.functions.get_mut(&name).filter(|_| known.insert(name)) else { continue };
            if std::mem::take(&mut code.calls_pointer) {
                code.callees.insert(to.to_owned());
            }
            left.extend(code.callees.iter().filter(|callee| *callee != to).cloned());
        }
    }

    /// Whether this function, or one that it calls, calls through a pointer.
    pub fn calls_pointer(&self, name: &str) -> bool {
        let (mut known, mut left) = (BTreeSet::new(), vec![name]);
        while let Some(name) = left.pop() {
            if let Some(code) = self.functions.get(name).filter(|_| known.insert(name)) {
                if code.calls_pointer {
                    return true;
                }
                left.extend(code.callees.iter().map(String::as_str));
            }
        }
        false
    }

    fn stack_below<'a>(&'a self, name: &'a str, path: &mut Vec<&'a str>) -> Option<u32> {
        if path.contains(&name) {
            return None;
        }
        let Some(code) = self.functions.get(name) else { return Some(0) };
        path.push(name);
        let mut deepest = 0;
        for callee in &code.callees {
            deepest = deepest.max(self.stack_below(callee, path)?);
        }
        path.pop();
        Some(code.frame + deepest)
    }
}

/// The kept input sections of a GNU linker map.
fn pieces(map: &str) -> Vec<Piece> {
    let kept = map.split_once("Linker script and memory map").map_or("", |(_, kept)| kept);
    let mut pieces = Vec::new();
    let mut name = "";
    for line in kept.lines() {
        // Input sections are indented by one space; a long name is on a line of its own.
        let words: Vec<&str> = line.split_whitespace().collect();
        let rest = match line.strip_prefix(' ') {
            Some(text) if !text.starts_with([' ', '*']) => {
                name = words.first().copied().unwrap_or("");
                words.get(1..).unwrap_or_default()
            }
            Some(_) => &words[..],
            None => continue,
        };
        if let [address, size, object, ..] = rest
            && address.starts_with("0x")
            && let Some(size) = size.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok())
            && size != 0
            && (name.starts_with('.') || name == "COMMON")
        {
            pieces.push(Piece { section: name.to_owned(), size, object: (*object).to_owned() });
            name = "";
        }
    }
    pieces
}

/// The functions of a disassembly by GNU objdump, for Thumb and RISC-V.
fn functions(listing: &str) -> BTreeMap<String, Code> {
    let mut functions = BTreeMap::new();
    let mut current: Option<(String, Code)> = None;
    for line in listing.lines() {
        if let Some((_, name)) = line.strip_suffix(">:").and_then(|line| line.split_once('<')) {
            // A label within a function ($t, .L5) does not end it.
            if !name.starts_with(['$', '.']) {
                add(&mut functions, current.replace((name.to_owned(), Code::default())));
            }
            continue;
        }
        let (Some((name, code)), Some((_, text))) = (current.as_mut(), line.split_once(":\t")) else { continue };
        let (op, operands) = text.split_once('\t').unwrap_or((text, ""));
        let op = op.trim_end_matches(".w").trim_end_matches(".n");
        code.frame += stack_taken(op, operands);
        code.calls_pointer |= matches!(op, "blx" | "jalr") && !operands.contains('<');
        // A jump to the function's own first instruction is a loop; only a call goes deeper.
        if let Some(callee) = branch_target(op, operands)
            && (callee != name || matches!(op, "bl" | "jal" | "jalr"))
        {
            code.callees.insert(callee.to_owned());
        }
    }
    add(&mut functions, current);
    functions
}

/// Adds a function. Static functions of one name are treated as one that does what all of them do.
fn add(functions: &mut BTreeMap<String, Code>, function: Option<(String, Code)>) {
    let Some((name, code)) = function else { return };
    let known = functions.entry(name).or_default();
    known.frame = known.frame.max(code.frame);
    known.callees.extend(code.callees);
    known.calls_pointer |= code.calls_pointer;
}

/// The function that a branch jumps to, if it jumps to the start of one.
fn branch_target<'a>(op: &str, operands: &'a str) -> Option<&'a str> {
    if !op.starts_with(['b', 'c', 'j']) {
        return None;
    }
    let name = operands.rsplit_once('<')?.1.split_once('>')?.0;
    if name.contains('+') { None } else { Some(name) }
}

/// Bytes by which an instruction lowers the stack pointer.
fn stack_taken(op: &str, operands: &str) -> u32 {
    let operands = operands.split(['@', ';']).next().unwrap_or(operands).trim();
    let immediate = || {
        let digits = operands.rsplit(['#', ',']).next()?.trim_end_matches("]!");
        Some(digits.parse::<i32>().ok()?.unsigned_abs())
    };
    let registers = |size: u32| {
        let list = operands.split_once('{')?.1.trim_end_matches('}');
        Some(list.split(',').map(|part| registers_in(part.trim()) * size).sum())
    };
    let taken = match op {
        "push" => registers(4),
        "stmdb" if operands.starts_with("sp!") => registers(4),
        "vpush" if operands.starts_with("{s") => registers(4),
        "vpush" => registers(8),
        "sub" | "subw" if operands.starts_with("sp") => immediate(),
        "str" | "strd" if operands.contains("[sp, #-") && operands.ends_with("]!") => immediate(),
        "add" | "addi" if operands.starts_with("sp,sp,-") => immediate(),
        _ => None,
    };
    taken.unwrap_or(0)
}

/// How many registers one entry of a list names: `r4` is one, `d8-d11` are four.
fn registers_in(entry: &str) -> u32 {
    let index = |name: &str| name.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
    let range = entry.split_once('-').and_then(|(first, last)| Some((index(first)?, index(last)?)));
    range.map_or(1, |(first, last)| last.saturating_sub(first) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kept_sections_of_a_map() {
        let map = "Discarded input sections\n\n .text          0x00000000       0x10 a.o\n\n\
                   Linker script and memory map\n\n.text           0x00008000       0x30\n *(.text .text.*)\n \
                   .text          0x00008000        0x0 a.o\n .text.main     0x00008000       0x10 a.o\n\
                   \u{20}               0x00008001                main\n .text.a_rather_long_name\n\
                   \u{20}               0x00008010       0x20 libx.a(b.o)\n *fill*         0x00008030        0x2 \n\
                   .bss            0x00009000        0x8\n COMMON         0x00009000        0x8 a.o\n";
        let piece = |section: &str, size, object: &str| Piece { section: section.into(), size, object: object.into() };
        let expected = [
            piece(".text.main", 0x10, "a.o"),
            piece(".text.a_rather_long_name", 0x20, "libx.a(b.o)"),
            piece("COMMON", 8, "a.o"),
        ];
        assert_eq!(pieces(map), expected);
    }

    #[test]
    fn reads_frames_and_calls_of_both_instruction_sets() {
        let listing = "00008000 <f>:\n    8000:\tpush\t{r4, r5, r7, lr}\n    8002:\tstmdb\tsp!, {r8, r9, sl}\n    \
                       8004:\tsub\tsp, #12\n    8006:\tbl\t8100 <g>\n    800a:\tbne.n\t8006 <f+0x6>\n    \
                       800c:\tstr.w\tr4, [sp, #-4]!\n    8010:\tvpush\t{d8-d9}\n    8012:\tblx\tr3\n    8014:\tb.w\t8200 <h>\n\n\
                       00008100 <g>:\n    8100:\tb.n\t8100 <g>\n\n00008200 <h>:\n    8200:\tadd\tsp,sp,-32\n    \
                       8204:\tjal\t8200 <h>\n    8208:\tadd\tsp,sp,32\n    820a:\tjalr\t-4(ra) # 8100 <g>\n";
        let functions = functions(listing);
        let code = |frame, callees: &[&str], calls_pointer| {
            let callees = callees.iter().map(|name| (*name).to_owned()).collect();
            Code { frame, callees, calls_pointer }
        };
        assert_eq!(functions["f"], code(16 + 12 + 12 + 4 + 16, &["g", "h"], true));
        assert_eq!(functions["g"], code(0, &[], false));
        assert_eq!(functions["h"], code(32, &["g", "h"], false));
        let mut image = Image { file: PathBuf::new(), pieces: Vec::new(), functions };
        assert_eq!((image.stack("f"), image.stack("g"), image.stack("h")), (None, Some(0), None));
        assert_eq!(["f", "g", "h"].map(|name| image.calls_pointer(name)), [true, false, false]);
        image.resolve_pointers("other");
        assert!(image.calls_pointer("f"));
        image.functions.insert("fa".into(), code(8, &[], false));
        image.resolve_pointers("f");
        assert!(!image.calls_pointer("f") && image.functions["f"].callees.contains("fa"));
    }
}
