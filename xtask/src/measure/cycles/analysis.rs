//! The call of llvm-mca.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::machine::process::Cmd;
use crate::machine::setup;

/// Passes of a loop that are analysed: the first ones, which wait for nothing, no longer count.
const PASSES: u32 = 1000;

/// What was estimated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cycles {
    /// Of one pass of a loop, its branch included.
    pub per_pass: f64,
}

/// The cycles of a loop, given as lines of a disassembly, on a core of LLVM.
///
/// # Errors
/// If the analyser does not know an instruction.
pub fn cycles(core: &str, listing: &[String], out: &Path) -> Result<Cycles> {
    let file = out.join(format!("{core}.s"));
    fs::write(&file, source(listing))?;
    let program = format!("/usr/lib/llvm-{}/bin/llvm-mca", setup::rust_llvm()?);
    let triple = if core == "cortex-m55" { "thumbv8.1m.main-none-eabi" } else { "thumbv7em-none-eabi" };
    let report = Cmd::new(program)
        .args([format!("-mtriple={triple}"), format!("-mcpu={core}"), format!("-iterations={PASSES}")])
        .arg(&file)
        .capture()?;
    parse(&report).with_context(|| format!("a report of llvm-mca without cycles:\n{report}"))
}

/// The lines as assembly: a branch back goes to the first of them. Without LE and LETP, which the analyser has no cycles for: they take
/// none after the first pass.
fn source(listing: &[String]) -> String {
    let mut text = ".syntax unified\n.thumb\nloop:\n".to_owned();
    for line in listing {
        let line = line.split(['@', ';']).next().unwrap_or(line).trim();
        // 10a <f+0x6>
        if ["le\t", "le ", "letp\t", "letp "].iter().any(|name| line.starts_with(name)) {
            continue;
        }
        match line.split_once(" <") {
            Some((start, _)) => {
                let end = start.rfind(['\t', ' ', ',']).map_or(0, |at| at + 1);
                let _ = writeln!(text, "{} loop", start[..end].trim_end_matches([' ', '\t']));
            }
            None => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    text
}

fn parse(report: &str) -> Option<Cycles> {
    let total = report.lines().find_map(|line| line.strip_prefix("Total Cycles:"))?;
    Some(Cycles { per_pass: total.trim().parse::<f64>().ok()? / f64::from(PASSES) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_becomes_assembly_whose_branches_go_back() {
        let listing = [
            "ldr.w\tr2, [r0], #4",
            "cbz\tr1, 112 <f>",
            "ldr\tr1, [pc, #8]\t@ (20 <x>)",
            "bne.n\t106 <f+0x6>",
            "letp\tlr, 106 <f+0x6>",
        ];
        let text = source(&listing.map(ToOwned::to_owned));
        let expected = "loop:\nldr.w\tr2, [r0], #4\ncbz\tr1, loop\nldr\tr1, [pc, #8]\nbne.n loop\n";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn cycles_are_those_of_one_pass() {
        let report = "Iterations:        1000\nInstructions:      8000\nTotal Cycles:      9001\n";
        assert_eq!(parse(report), Some(Cycles { per_pass: 9.001 }));
        assert_eq!(parse("error: unknown instruction"), None);
    }
}
