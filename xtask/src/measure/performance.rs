//! `docs/performance.md`: what `cargo xtask bench --write` measured, as a committed table.

use std::fmt::Write as _;
use std::fs;

use anyhow::Result;

use crate::machine::paths;
use crate::measure::peer;

/// A model on a core.
pub struct Line {
    /// The model's name.
    pub model: String,
    /// The board's name.
    pub core: &'static str,
    /// Multiply-accumulates of one inference.
    pub macs: u64,
    /// Instructions of one inference.
    pub instructions: u64,
    /// Bytes of flash of the image.
    pub flash: u64,
    /// Bytes of static data of the image.
    pub ram: u64,
    /// Bytes of the model's workspaces.
    pub workspace: u64,
}

const HEAD: &str = "# What models cost

Written by `cargo xtask bench --write`. Models are those of [data.md](data.md) that compile, and the bundled one; a core on which
a model does not fit has no row. Instructions are those of one inference, counted in QEMU, which are not cycles. Flash and RAM are
those of an image with the model, the runtime and the startup code.
";

/// Writes the table.
///
/// # Errors
/// When the file can't be written.
pub fn write(lines: &[Line]) -> Result<()> {
    fs::write(paths::root().join("docs/performance.md"), text(lines)?)?;
    Ok(())
}

fn text(lines: &[Line]) -> Result<String> {
    let mut text = HEAD.to_owned();
    writeln!(text, "\nThe peer is {}; millions of instructions.\n", peer::MEASURED)?;
    text += "| model | core | multiply-accumulates | instructions | per MAC | flash | RAM | workspace | peer | of the peer |\n";
    text += "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for line in lines {
        let Line { model, core, macs, instructions, flash, ram, workspace } = line;
        let per_mac = if *macs == 0 { String::new() } else { format!("{:.2}", *instructions as f64 / *macs as f64) };
        let peer = peer::of(model).and_then(|peer| peer.on(core));
        let (millions, part) = peer.map_or_else(Default::default, |millions| {
            (millions.to_string(), format!("{:.2}", *instructions as f64 / 1e6 / millions))
        });
        writeln!(
            text,
            "| {model} | {core} | {macs} | {instructions} | {per_mac} | {flash} | {ram} | {workspace} | {millions} | {part} |"
        )?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losers_are_shown_beside_the_peer() {
        let line = |model: &str, core| Line {
            model: model.to_owned(),
            core,
            macs: 100,
            instructions: 9_000,
            flash: 1,
            ram: 2,
            workspace: 3,
        };
        let text = text(&[line("hello_world_int8", "cortex-m4f"), line("other", "cortex-m3")]).unwrap();
        assert!(
            text.contains("| hello_world_int8 | cortex-m4f | 100 | 9000 | 90.00 | 1 | 2 | 3 | 0.00357 | 2.52 |\n"),
            "{text}"
        );
        assert!(text.contains("| other | cortex-m3 | 100 | 9000 | 90.00 | 1 | 2 | 3 |  |  |\n"), "{text}");
    }
}
