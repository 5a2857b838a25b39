//! The instructions of an image by what they are for: products, requantisation, everything else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};

use crate::machine::board::Board;

/// A straight piece of code: it is left after its last instruction only. A jump through a register may enter it anywhere.
#[derive(Debug, Default, PartialEq)]
pub struct Block {
    /// Addresses of its instructions.
    pub addresses: Vec<u64>,
    /// Its instructions, as the disassembler writes them.
    pub texts: Vec<String>,
    /// Instructions up to the last that multiplies; all of them if none requantises after it. The others requantise, or do the rest.
    pub products: usize,
    /// Multiply-accumulates of each instruction.
    pub macs: Vec<u64>,
    /// Instructions that no loop over these operands can do without: products, loads, and the widening of bytes.
    pub needed: u64,
    /// Whether it requantises.
    pub requantises: bool,
}

/// The blocks of an image, by the address of each of their instructions.
pub struct Code {
    blocks: Vec<Block>,
    places: BTreeMap<u64, usize>,
}

impl Code {
    /// Disassembles an image for a Cortex-M core.
    ///
    /// # Errors
    /// When the disassembler fails.
    pub fn of_image(board: &Board, file: &Path) -> Result<Self> {
        let mut tool = board.tool("objdump").args(["-d", "--no-show-raw-insn"]);
        if board.name == "cortex-m55" {
            // Without it loads and products of vectors are shown as instructions of coprocessors.
            tool = tool.arg("-marmv8.1-m.main");
        }
        let code = Self::parse(&tool.arg(file).capture()?);
        code.blocks.first().context("no instructions in the disassembly")?;
        Ok(code)
    }

    /// Of a disassembly by GNU objdump.
    pub fn parse(listing: &str) -> Self {
        let lines: Vec<Line> = listing.lines().filter_map(Line::parse).collect();
        let targets: BTreeSet<u64> = lines.iter().filter_map(|line| line.target).collect();
        let (mut blocks, mut current): (Vec<Block>, Vec<&Line>) = (Vec::new(), Vec::new());
        for line in &lines {
            if targets.contains(&line.address) || current.last().is_some_and(|last| last.ends) {
                blocks.extend(block(&std::mem::take(&mut current)));
            }
            current.push(line);
        }
        blocks.extend(block(&current));
        let places = blocks.iter().enumerate();
        let places = places.flat_map(|(at, block)| block.addresses.iter().map(move |address| (*address, at)));
        Self { places: places.collect(), blocks }
    }

    /// The block of an instruction, and its position there.
    pub fn place(&self, address: u64) -> Option<(&Block, usize)> {
        let block = &self.blocks[*self.places.get(&address)?];
        Some((block, block.addresses.iter().position(|at| *at == address)?))
    }
}

/// A line of the disassembly.
struct Line<'a> {
    address: u64,
    text: &'a str,
    op: &'a str,
    /// Where it may go on; calls don't count, since they come back.
    target: Option<u64>,
    /// Whether the next line is not always next.
    ends: bool,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (address, text) = line.split_once(":\t")?;
        let (op, operands) = text.split_once('\t').unwrap_or((text, ""));
        let op = op.trim();
        let name = op.split('.').next().unwrap_or(op);
        let jumps = ["cbz", "cbnz", "le", "letp", "wls", "wlstp", "b", "bx", "tbb", "tbh"].contains(&name)
            || name.len() == 3 && name.starts_with('b') && !["bic", "bfi", "bfc", "blx"].contains(&name);
        let returns = name.starts_with("pop") || name.starts_with("ldm") || name.starts_with("ldr");
        let target = operands.split_once(" <").and_then(|(start, _)| start.rsplit([' ', '\t']).next());
        Some(Line {
            address: u64::from_str_radix(address.trim(), 16).ok()?,
            text,
            op,
            target: target.filter(|_| jumps).and_then(|text| u64::from_str_radix(text, 16).ok()),
            ends: jumps || returns && operands.trim_end_matches('}').ends_with("pc"),
        })
    }

    /// Products that it adds up.
    fn macs(&self) -> u64 {
        let (name, kind) = self.op.split_once('.').unwrap_or((self.op, ""));
        let lanes = match kind.trim_start_matches(['s', 'u', 'i']) {
            "8" => 16,
            "16" => 8,
            _ => 4,
        };
        match name {
            "smlad" | "smladx" | "smuad" | "smlald" => 2,
            "smlabb" | "smlabt" | "smlatb" | "smlatt" => 1,
            _ if ["vmlav", "vmlaldav", "vmladav"].iter().any(|start| name.starts_with(start)) => lanes,
            "vmla" => lanes,
            _ => 0,
        }
    }

    fn requantises(&self) -> bool {
        ["smmul", "smmla", "smull", "ssat", "vqrdmulh", "vqdmulh", "vrmulh"].iter().any(|op| self.op.starts_with(op))
    }

    fn is_needed(&self) -> bool {
        let prepares = ["ldr", "ldm", "vldr", "vldm", "sxt", "uxt", "vsxt", "vmovl"];
        self.macs() > 0 || prepares.iter().any(|op| self.op.starts_with(op))
    }
}

fn block(lines: &[&Line]) -> Option<Block> {
    if lines.is_empty() {
        return None;
    }
    let last = lines.iter().rposition(|line| line.macs() > 0).map_or(0, |at| at + 1);
    let after = lines[last..].iter().any(|line| line.requantises());
    let products = if last > 0 && !after { lines.len() } else { last };
    Some(Block {
        addresses: lines.iter().map(|line| line.address).collect(),
        texts: lines.iter().map(|line| line.text.to_owned()).collect(),
        macs: lines.iter().map(|line| line.macs()).collect(),
        needed: lines[..products].iter().filter(|line| line.is_needed()).count() as u64,
        requantises: after,
        products,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_at_branches_and_are_told_apart() {
        let code = Code::parse(
            "00000100 <f>:\n 100:\tpush\t{r4, lr}\n 102:\tbl\t200 <g>\n 106:\tldr.w\tr2, [r0], #4\n 10a:\tsmlad\tr6, r3, r4, r6\n \
             10e:\tsubs\tr1, #1\n 110:\tbne.n\t106 <f+0x6>\n 112:\tsmlabb\tr2, r3, r4, r2\n 116:\tsmmlar\tr2, r2, r5, r6\n \
             11a:\tssat\tr2, #8, r2\n 11e:\tpop\t{r4, pc}\n 120:\tbic.w\tr1, r1, #3\n 124:\tvmlava.s8\tr0, q0, q2\n",
        );
        let of = |address: u64| {
            let (block, at) = code.place(address).unwrap();
            (block.addresses.len(), at, block.products, block.macs.iter().sum::<u64>(), block.needed, block.requantises)
        };
        assert_eq!(of(0x102), (2, 1, 0, 0, 0, false), "a call does not end a block, a target does");
        assert_eq!(of(0x10e), (4, 2, 4, 2, 2, false));
        assert_eq!(of(0x116), (4, 1, 1, 1, 1, true), "products, then requantisation");
        assert_eq!(of(0x120), (2, 0, 2, 16, 1, false));
        assert!(code.place(0x104).is_none());
    }
}
