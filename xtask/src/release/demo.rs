//! `cargo xtask demo`: the bundled models, from their `.tflite` files to runs on the host and on an emulated microcontroller.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, heartbeat, library, paths, setup};

/// The board of the demo.
const BOARD: &str = "cortex-m4f";

/// The models with an example of the same name.
const EXAMPLES: [Example; 2] = [
    Example { name: "digits", right: 357, counted: "one recognition" },
    // It keeps state: eight calls for each picture.
    Example { name: "digit_rows", right: 356, counted: "one row, the first" },
];

/// A model of `models/` and the program of `examples/` that runs it on the held-back pictures.
struct Example {
    name: &'static str,
    /// How many of the pictures it gets right, in the reference interpreter.
    right: u32,
    /// What lies between `count_begin` and `count_end`.
    counted: &'static str,
}

/// Compiles each model, generates its interface, builds its example and runs it twice.
///
/// # Errors
/// When a step fails; the message names the command. Where the tools for the emulated board are missing and can't be
/// installed, that is said and is not an error.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask demo");
    }
    let out = paths::target().join("demo");
    std::fs::create_dir_all(&out)?;

    println!("==== 1 of 3, the models: the tool is built (the first time a minute or two)");
    heartbeat::phase("part 1 of 3, the tool".to_owned());
    Cmd::new("cargo")
        .args(["build", "--profile", "host", "--package", "tvm_embedded_cli"])
        .dir(paths::root())
        .capture()?;
    let built: Vec<Vec<PathBuf>> = EXAMPLES.iter().map(|example| generate(example, &out)).collect::<Result<_>>()?;

    println!("==== 2 of 3, their examples on this computer\n");
    heartbeat::phase("part 2 of 3, this computer".to_owned());
    for (example, sources) in EXAMPLES.iter().zip(&built) {
        println!("examples/{}/main.c", example.name);
        example.check(&on_host(example, &out, sources)?)?;
    }

    println!("\n==== 3 of 3, the same programs on an emulated Cortex-M4 with hardware floating point\n");
    heartbeat::phase("part 3 of 3, the emulated board".to_owned());
    if let Err(missing) = setup::need(&["firmware"]) {
        println!("not run: {missing:#}");
        return Ok(());
    }
    EXAMPLES.iter().zip(&built).try_for_each(|(example, sources)| on_board(example, &out, sources))
}

impl Example {
    /// Shows what the program printed, which says how many pictures were right.
    fn check(&self, text: &str) -> Result<()> {
        print!("{text}");
        let said = format!("Right in {} of 360", self.right);
        if !text.contains(&said) {
            bail!("examples/{}: expected \"{said}\"", self.name);
        }
        Ok(())
    }
}

/// The model's C files, made by the tool as a user calls it.
fn generate(example: &Example, out: &Path) -> Result<Vec<PathBuf>> {
    let (root, name) = (paths::root(), example.name);
    let tool = paths::target().join("host/tvm-embedded");
    let archive = out.join(format!("{name}.tar"));
    let model = root.join(format!("models/{name}/{name}.tflite"));
    Cmd::new(&tool).arg("compile").arg(model).arg("-o").arg(&archive).capture()?;
    let dir = out.join(name);
    Cmd::new(&tool).arg("generate").arg(&archive).arg("-o").arg(&dir).capture()?;
    print!("{}", Cmd::new(&tool).arg("inspect").arg(&archive).env("NO_COLOR", "1").capture()?);
    let list = std::fs::read_to_string(dir.join("sources.txt")).context("the generator's list of sources")?;
    let mut sources: Vec<PathBuf> = list.lines().map(|line| dir.join(line)).collect();
    sources.extend([root.join("examples").join(name).join("main.c"), root.join("examples/digits/pictures.S")]);
    println!("     C files in {}\n", shown(&dir));
    Ok(sources)
}

/// Adds what every compiler of the example needs to know.
fn compile(compiler: Cmd, generated: &Path, sources: &[PathBuf], library: &Path, program: &Path) -> Cmd {
    compiler
        .args(["-std=c99", "-O2", "-Wall", "-Wextra"])
        .arg("-I")
        .arg(generated)
        .arg("-I")
        .arg(generated.join("archive"))
        .arg("-I")
        .arg(paths::root().join("examples/digits"))
        .arg("-I")
        .arg(library::include_dir())
        .arg("-I")
        .arg(paths::root().join("models/digits"))
        .args(sources)
        .arg(library)
        .arg("-o")
        .arg(program)
        .arg("-lm")
}

fn on_host(example: &Example, out: &Path, sources: &[PathBuf]) -> Result<String> {
    Cmd::new("cargo")
        .args(["rustc", "--release", "--package", "tvm_embedded_capi", "--lib", "--crate-type", "staticlib"])
        .dir(paths::root())
        .capture()?;
    let library = paths::target().join("release/libtvm_embedded.a");
    let program = out.join(format!("{}-host", example.name));
    compile(Cmd::new("cc"), &out.join(example.name), sources, &library, &program).capture()?;
    Cmd::new(&program).capture()
}

fn on_board(example: &Example, out: &Path, sources: &[PathBuf]) -> Result<()> {
    let board = Board::named(BOARD)?;
    let library = library::build(&board)?;
    let program = out.join(format!("{}-{BOARD}.elf", example.name));
    compile(board.compiler(), &out.join(example.name), sources, &library, &program).args(board.hosted()).capture()?;
    let run = emulator::count(&board, &program, Some(("count_begin", "count_end")))?;
    println!("examples/{}/main.c", example.name);
    if run.code != 0 {
        bail!("the program failed on the emulated board with exit code {}: {}", run.code, run.text);
    }
    example.check(&run.text)?;
    let sizes = board.tool("size").arg(&program).capture()?;
    let line = sizes.lines().nth(1).context("size prints no figures")?;
    let mut fields = line.split_whitespace().map(str::parse::<u64>);
    let mut next = || fields.next().context("size prints too few figures")?.context("size prints no number");
    let (text, data, bss) = (next()?, next()?, next()?);
    let instructions = run.counts.ranges.first().context("the program was not counted")?;
    println!("Image: {} bytes of flash (23400 of them the pictures), {} bytes of static RAM", text + data, data + bss);
    println!("Instructions of {}: {instructions}\n", example.counted);
    Ok(())
}

fn shown(path: &Path) -> String {
    path.strip_prefix(std::env::current_dir().unwrap_or_default()).unwrap_or(path).display().to_string()
}
