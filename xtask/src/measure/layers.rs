//! `cargo xtask layers`: the cost of each layer of the bundled model on emulated boards, and of hooks and steps.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, library, paths, setup};
use crate::measure::{bench_image, firmware};

/// The boards that are used when none is named.
const BOARDS: [&str; 4] = ["cortex-m0", "cortex-m4f", "cortex-m55", "rv32imac"];
/// Instructions that the hooks of a layer may take on Cortex-M4, without the hooks' own code.
const BAR: u64 = 12;

/// The cost of hooks and steps on a board.
pub struct Cost {
    /// Instructions for a layer in the main function with hooks, above those in the one without.
    pub layer: u64,
    /// Instructions of a step that runs no layer.
    pub step: u64,
    /// Bytes of flash of both, for a model of eight layers.
    pub flash: u64,
    /// Bytes of stack of a run with hooks or of a step, above a plain run's.
    pub stack: u64,
}

/// `cargo xtask layers [BOARD...]`: prints the table of each board, and checks the cost of a hook.
///
/// # Errors
/// If something does not build or run, or the hooks cost more than their limit.
pub fn run(args: &[String]) -> Result<()> {
    setup::need(&["firmware"])?;
    let names: Vec<String> = if args.is_empty() { BOARDS.map(str::to_owned).to_vec() } else { args.to_vec() };
    let tool = firmware::tool()?;
    let model = Model::new(&tool)?;
    for board in Board::select(&names)? {
        let table = model.table(&board)?;
        let file = model.folder.join(format!("{}.csv", board.name));
        fs::write(&file, &table)?;
        let digits = paths::root().join("models/digits/digits.tflite");
        let text = Cmd::new(&tool).arg("inspect").arg(digits).arg("--measured").arg(&file).capture()?;
        if !text.contains("instructions") {
            bail!("inspect --measured shows no instructions:\n{text}");
        }
        let cost = model.cost(&board)?;
        println!(
            "{}\n{table}a layer with hooks: {} instructions more; a step: {}; flash of both: {} bytes\n",
            board.name, cost.layer, cost.step, cost.flash
        );
        if board.name.starts_with("cortex-m4") && cost.layer > BAR {
            bail!("the hooks of a layer take {} instructions on {}, at most {BAR} are allowed", cost.layer, board.name);
        }
    }
    Ok(())
}

/// The bundled model's C.
pub struct Model {
    folder: PathBuf,
    sources: Vec<PathBuf>,
}

impl Model {
    /// Generates it.
    ///
    /// # Errors
    /// When the tool fails.
    pub fn new(tool: &Path) -> Result<Self> {
        let folder = paths::target().join("layers");
        let digits = paths::root().join("models/digits/digits.tflite");
        Cmd::new(tool).arg("generate").arg(digits).arg("-o").arg(folder.join("digits")).capture()?;
        let list = fs::read_to_string(folder.join("digits/sources.txt"))?;
        let sources = list.lines().map(|line| folder.join("digits").join(line)).collect();
        Ok(Self { folder, sources })
    }

    fn build(&self, board: &Board, program: &str, name: &str, flags: &[&str]) -> Result<PathBuf> {
        let file = self.folder.join(format!("{}-{name}", board.name));
        let compiler = board.compiler().args(["-std=c99", "-O2", "-I"]).arg(library::include_dir());
        let compiler =
            compiler.arg("-I").arg(self.folder.join("digits")).arg("-I").arg(self.folder.join("digits/archive"));
        let compiler = compiler.args(flags).arg(paths::root().join(program)).args(&self.sources);
        compiler.args(board.hosted()).arg("-o").arg(&file).capture()?;
        Ok(file)
    }

    /// The table that the example prints, with what the emulator counted.
    fn table(&self, board: &Board) -> Result<String> {
        let flags = ["-DTVM_EMBEDDED_LAYERS", "-DCOUNTED_FROM_OUTSIDE"];
        let program = self.build(board, "examples/layers/main.c", "table", &flags)?;
        let run = emulator::count(board, &program, Some(("begin", "end")))?;
        let mut lines = run.text.lines().skip_while(|line| !line.starts_with("layer,"));
        let mut table = lines.next().with_context(|| format!("no table in\n{}", run.text))?.to_owned() + "\n";
        let lines: Vec<&str> = lines.take(run.counts.ranges.len()).collect();
        if run.code != 0 || lines.len() != run.counts.ranges.len() || lines.is_empty() {
            bail!(
                "{} layers were counted on {}, code {}:\n{}",
                run.counts.ranges.len(),
                board.name,
                run.code,
                run.text
            );
        }
        for (line, count) in lines.iter().zip(&run.counts.ranges) {
            let (start, _) = line.rsplit_once(',').with_context(|| format!("no table: {line}"))?;
            let _ = writeln!(table, "{start},{count}");
        }
        Ok(table)
    }

    /// The cost of hooks and steps.
    ///
    /// # Errors
    /// When something does not build or run.
    pub fn cost(&self, board: &Board) -> Result<Cost> {
        let plain = self.build(board, "bench/firmware/layers.c", "plain", &[])?;
        let hooks = self.build(board, "bench/firmware/layers.c", "hooks", &["-DTVM_EMBEDDED_LAYERS", "-DHOOKS"])?;
        let flags = ["-DTVM_EMBEDDED_LAYERS", "-DHOOKS", "-DSTEPS"];
        let both = self.build(board, "bench/firmware/layers.c", "both", &flags)?;
        let run = emulator::count(board, &hooks, None)?;
        let within = |name: &str| run.counts.within(&format!("tvmgen_digits___tvm_{name}__"));
        let calls = run.counts.functions.iter().find(|function| function.name == "empty_hook");
        let calls = calls.map_or(0, |function| function.entries);
        let (plain_main, main) = (within("main"), within("layers"));
        if run.code != 0 || calls == 0 || plain_main == 0 || main <= plain_main {
            bail!("bench/firmware/layers.c on {}: code {}, {plain_main} and {main} instructions", board.name, run.code);
        }
        let step = emulator::count(board, &both, Some(("begin", "end")))?;
        let [instructions] = step.counts.ranges[..] else {
            bail!("bench/firmware/layers.c on {}: unexpected counts {:?}", board.name, step.counts.ranges);
        };
        let layer = (main - plain_main).div_ceil(calls / 2);
        let image = bench_image::disassemble(board, &both)?;
        let of = |name: &str| image.stack(name).with_context(|| format!("{name} can call itself"));
        let stack = of("TVMExecuteLayers_digits")?.max(of("TVMStep_digits")?);
        Ok(Cost {
            layer,
            step: instructions,
            flash: flash(board, &both)?.saturating_sub(flash(board, &plain)?),
            stack: u64::from(stack).saturating_sub(run_stack(board, &plain)?),
        })
    }
}

/// Bytes of stack of the model's entry, with its layers.
///
/// # Errors
/// When the disassembler fails, or there is no bound.
pub fn run_stack(board: &Board, program: &Path) -> Result<u64> {
    let image = bench_image::disassemble(board, program)?;
    Ok(bench_image::depth(&image, bench_image::entry(&image)?)?.into())
}

/// Bytes of code and constants of a linked program.
///
/// # Errors
/// When the program `size` fails.
pub fn flash(board: &Board, program: &Path) -> Result<u64> {
    let text = board.tool("size").arg(program).capture()?;
    let first = text.lines().nth(1).and_then(|line| line.split_whitespace().next()).and_then(|word| word.parse().ok());
    first.with_context(|| format!("size: {text}"))
}
