//! What the parts of an interface cost that a program has only on request: self-test, check of an update, constants in pools, devices
//! as structs. Measured on linked images; that a part costs nothing where it is not used is checked in [`crate::measure::unused`].

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::machine::board::Board;
use crate::machine::image::Image;
use crate::machine::process::Cmd;
use crate::machine::{emulator, library, paths};
use crate::measure::layers::{flash, run_stack};

/// The boards that are measured.
pub const BOARDS: [&str; 4] = ["cortex-m0", "cortex-m4f", "cortex-m55", "rv32imac"];
/// The columns of the table.
pub const COLUMNS: [&str; 13] = [
    "self-test: flash",
    "self-test: instructions above its run",
    "self-test: stack",
    "update: flash of the check",
    "update: instructions of the check for a KiB",
    "update: stack of the check",
    "pools: flash",
    "pools: instructions of a run",
    "pools: stack of a run",
    "pools: stack of replacing one",
    "device: flash of its functions",
    "device: instructions of a call",
    "device: stack of a call",
];

/// The files of the bundled model, plain, with a self-test and with pools, and the example of a device.
pub struct Models {
    folder: PathBuf,
    tool: PathBuf,
}

/// A linked program and what it did.
struct Program {
    file: PathBuf,
    flash: u64,
    ranges: Vec<u64>,
}

impl Models {
    /// Generates what is the same for all cores.
    ///
    /// # Errors
    /// When the tool fails.
    pub fn new(tool: &Path) -> Result<Self> {
        let folder = paths::target().join("options");
        let digits = paths::root().join("models/digits/digits.tflite");
        for (name, options) in [("plain", &[][..]), ("tested", &["--self-test", "1"])] {
            let generate = Cmd::new(tool).arg("generate").arg(&digits).args(options);
            generate.arg("-o").arg(folder.join(name)).capture()?;
        }
        Ok(Self { folder, tool: tool.to_owned() })
    }

    /// The figures of a board, in the order of [`COLUMNS`].
    ///
    /// # Errors
    /// When something does not build or run.
    pub fn cost(&self, board: &Board) -> Result<[u64; COLUMNS.len()]> {
        let plain = self.digits(board, "plain", "plain", &[])?;
        let tested = self.digits(board, "tested", "tested", &["-DSELF_TEST"])?;
        self.pools(board)?;
        let ordered = self.digits(board, &format!("{}-ordered", board.name), "ordered", &[])?;
        let pooled = self.digits(board, &format!("{}-pooled", board.name), "pooled", &[])?;
        let updated = self.digits(board, &format!("{}-pooled", board.name), "updated", &["-DUPDATE"])?;
        let replaced = self.digits(board, &format!("{}-pooled", board.name), "replaced", &["-DREPLACE"])?;
        let update = fs::metadata(self.folder.join(format!("{}-pooled/digits.update", board.name)))?.len();
        let device = self.device(board)?;
        let range = |program: &Program, at: usize| program.ranges.get(at).copied().context("a range was not counted");
        let run = range(&plain, 0)?;
        Ok([
            tested.flash.saturating_sub(plain.flash),
            range(&tested, 1)?.saturating_sub(run),
            stack(board, &tested)?,
            // The blob itself is not a cost of the check.
            updated.flash.saturating_sub(pooled.flash + update),
            range(&updated, 1)? * 1024 / update,
            stack(board, &updated)?,
            pooled.flash.saturating_sub(ordered.flash),
            range(&pooled, 0)?.saturating_sub(range(&ordered, 0)?),
            run_stack(board, &pooled.file)?.saturating_sub(run_stack(board, &ordered.file)?),
            stack(board, &replaced)?,
            device[0],
            device[1],
            device[2],
        ])
    }

    /// The model with its constants in pools, in this core's order, and without pools, and an update as an array.
    fn pools(&self, board: &Board) -> Result<()> {
        let digits = paths::root().join("models/digits/digits.tflite");
        let core = match board.name {
            name if name.starts_with("cortex-m55") => "cortex-m55",
            name if name.starts_with("cortex-m4") => "cortex-m4",
            _ => "portable",
        };
        for (name, constants) in [("ordered", &[][..]), ("pooled", &["--constants", "fast:2K,qspi"])] {
            let folder = self.folder.join(format!("{}-{name}", board.name));
            fs::create_dir_all(&folder)?;
            let archive = folder.join("digits.tar");
            let compile = Cmd::new(&self.tool).arg("compile").arg(&digits).args(["--core", core]).args(constants);
            compile.arg("-o").arg(&archive).capture()?;
            Cmd::new(&self.tool).arg("generate").arg(&archive).arg("-o").arg(&folder).capture()?;
            if name == "pooled" {
                let update = folder.join("digits.update");
                Cmd::new(&self.tool).arg("pack").arg(&archive).arg("-o").arg(&update).capture()?;
                let bytes: Vec<String> = fs::read(&update)?.iter().map(u8::to_string).collect();
                let array = format!(
                    "#include <stdint.h>\n__attribute__((aligned(16))) static const uint8_t update[] = {{{}}};\n",
                    bytes.join(",")
                );
                fs::write(folder.join("update.h"), array)?;
            }
        }
        Ok(())
    }

    fn digits(&self, board: &Board, model: &str, name: &str, flags: &[&str]) -> Result<Program> {
        let flags = [flags, &["-DMODEL_HEADER=\"digits.h\""]].concat();
        self.program(board, &self.folder.join(model), name, &flags, &[])
    }

    /// Flash of the functions of a device, instructions and stack of a call.
    fn device(&self, board: &Board) -> Result<[u64; 3]> {
        let example = paths::root().join("examples/device/model");
        let folder = self.folder.join(format!("{}-device", board.name));
        fs::create_dir_all(&folder)?;
        let (object, library) = (folder.join("scale.o"), folder.join("libscale.a"));
        let compiler = board.compiler().args(["--specs=picolibc.specs", "-O2", "-c"]).arg(example.join("scale.c"));
        compiler.arg("-o").arg(&object).capture()?;
        board.tool("ar").arg("rcs").arg(&library).arg(object).capture()?;
        let generate = Cmd::new(&self.tool).arg("generate").arg("--header").arg(example.join("tvmgen_scale.h"));
        let generate = generate.arg("--library").arg(&library).arg("--facts").arg(example.join("facts.json"));
        generate.arg("-o").arg(&folder).capture()?;
        // The linker keeps the functions that the model would call.
        let keep = ["Activate", "Open", "Close", "Deactivate"].map(|name| format!("-Wl,-u,TVMDeviceScaler{name}"));
        let keep: Vec<&str> = keep.iter().map(String::as_str).collect();
        let program = self.program(board, &folder, "device", &["-DDEVICES"], &keep)?;
        let sizes = board.tool("nm").arg("-S").arg(&program.file).capture()?;
        let size = |line: &str| u64::from_str_radix(line.split(' ').nth(1)?, 16).ok();
        let functions = sizes.lines().filter(|line| line.contains(" TVMDeviceScaler"));
        let [empty, call] = program.ranges[..] else {
            anyhow::bail!("{}: unexpected ranges {:?}", board.name, program.ranges);
        };
        Ok([functions.filter_map(size).sum(), call.saturating_sub(empty), stack(board, &program)?])
    }

    fn program(&self, board: &Board, model: &Path, name: &str, flags: &[&str], link: &[&str]) -> Result<Program> {
        let file = self.folder.join(format!("{}-{name}.elf", board.name));
        let list = fs::read_to_string(model.join("sources.txt")).with_context(|| model.display().to_string())?;
        let compiler = board.compiler().args(["-std=c99", "-O2", "-I"]).arg(library::include_dir());
        let compiler = compiler.arg("-I").arg(model).arg("-I").arg(model.join("archive")).args(flags);
        let compiler = compiler.arg(paths::root().join("bench/firmware/options.c"));
        let compiler = compiler.args(list.lines().filter(|_| link.is_empty()).map(|source| model.join(source)));
        let library = library::build(board)?;
        let map = file.with_extension("map");
        let compiler = compiler.args(board.hosted()).args(link).arg(format!("-Wl,-Map={}", map.display()));
        compiler.arg(library).arg("-o").arg(&file).capture()?;
        let padding = padding(&fs::read_to_string(&map).with_context(|| map.display().to_string())?);
        let run = emulator::count(board, &file, Some(("begin", "end")))?;
        ensure!(run.code == 0, "bench/firmware/options.c, {name}, on {}: code {}\n{}", board.name, run.code, run.text);
        Ok(Program { flash: flash(board, &file)? - padding, file, ranges: run.counts.ranges })
    }
}

/// Bytes that the linker put between sections in flash to align them. Constants are aligned to 16: without this, the difference of
/// two images changes by up to 16 bytes when any function of the model changes by 2.
fn padding(map: &str) -> u64 {
    let mut in_flash = false;
    let mut bytes = 0;
    for line in map.lines() {
        if line.starts_with('.') {
            in_flash = [".init", ".text", ".rodata", ".data", ".tdata"].contains(&line.split(' ').next().unwrap_or(""));
        }
        let Some(fill) = line.trim_start().strip_prefix("*fill*").filter(|_| in_flash) else { continue };
        let size =
            fill.split_whitespace().nth(1).and_then(|size| u64::from_str_radix(size.strip_prefix("0x")?, 16).ok());
        bytes += size.unwrap_or(0);
    }
    bytes
}

/// Stack of the measured function with what it calls, but not through pointers, except those of kernels.
fn stack(board: &Board, program: &Program) -> Result<u64> {
    let mut image = Image::disassemble(board, &program.file)?;
    image.resolve_pointers("tvmk_");
    Ok(image.stack("measured").context("`measured` can call itself")?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_is_that_of_the_sections_in_flash() {
        let map = "\
.text           0x00000000      0x3a8
 .text.a        0x00000000       0x12 a.o
 *fill*         0x00000012        0xe 
 .rodata.b      0x00000020       0x31 b.o
 *fill*         0x00000051        0x3 ff

.bss            0x20000000       0x40
 *fill*         0x20000001        0xf 
.data           0x20000040       0x40 load address 0x000003a8
 *fill*         0x20000041        0x1 
";
        assert_eq!(padding(map), 0xe + 3 + 1);
    }
}
