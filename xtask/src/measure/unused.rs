//! `cargo xtask unused [BOARD...]`: a program that does not use a part of the interface is the same whether the part is there or not.
//! Compared are the bytes of the linked image, the sizes of its sections and the instructions of a run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, library, paths, setup};
use crate::measure::{firmware, options};

/// What is there besides the program, and with which program it is compared.
struct Part {
    name: &'static str,
    /// Directory of the program's own model, and of the model in the program without this part.
    model: &'static str,
    without: &'static str,
    /// Directories of further models, whose sources are linked.
    others: &'static [&'static str],
    /// Options of the compiler, among them the headers that are included.
    flags: &'static [&'static str],
    /// Whether the header of the library is the one without the inline functions.
    cut: bool,
}

const PLAIN: Part = Part { name: "nothing", model: "plain", without: "plain", others: &[], flags: &[], cut: false };

const PARTS: [Part; 8] = [
    Part { name: "hooks and steps", flags: &["-DTVM_EMBEDDED_LAYERS"], ..PLAIN },
    Part { name: "self-test", model: "tested", flags: &["-include", "digits_self_test.h"], ..PLAIN },
    Part {
        name: "self-test with layers",
        model: "tested",
        flags: &["-DTVM_EMBEDDED_LAYERS", "-include", "digits_self_test.h"],
        ..PLAIN
    },
    Part { name: "devices", flags: &["-DTVM_EMBEDDED_DEVICES", "-include", "scale.h"], others: &["device"], ..PLAIN },
    Part {
        name: "another model with constants in pools, and its update",
        others: &["pooled"],
        flags: &["-include", "pooled_update.h"],
        ..PLAIN
    },
    Part { name: "another model with state", others: &["rows"], flags: &["-include", "digit_rows.h"], ..PLAIN },
    Part {
        name: "update of the own constants",
        model: "own_pools",
        without: "own_pools",
        flags: &["-include", "digits_update.h"],
        ..PLAIN
    },
    // The other way round: what is left out here is in all other programs.
    Part { name: "real values, sets of contexts", model: "cut", cut: true, ..PLAIN },
];

/// `cargo xtask unused [BOARD...]`; without a board, on those of the table in `docs/size.md`.
///
/// # Errors
/// When something does not build or run, or a part changes a program that does not use it.
pub fn run(args: &[String]) -> Result<()> {
    setup::need(&["firmware"])?;
    let names: Vec<String> = if args.is_empty() { options::BOARDS.map(str::to_owned).to_vec() } else { args.to_vec() };
    let boards = Board::select(&names)?;
    library::prepare(&boards)?;
    let models = Models::new(&firmware::tool()?)?;
    for board in &boards {
        for line in models.check(board)? {
            println!("{line}");
        }
    }
    Ok(())
}

/// The files of the models.
pub struct Models {
    folder: PathBuf,
}

/// What a program is.
#[derive(PartialEq, Eq)]
struct Program {
    image: Vec<u8>,
    sections: String,
    instructions: u64,
}

impl Models {
    /// Generates them.
    ///
    /// # Errors
    /// When the tool fails.
    pub fn new(tool: &Path) -> Result<Self> {
        let folder = paths::target().join("unused");
        fs::create_dir_all(&folder)?;
        let model = |name: &str| paths::root().join("models").join(name).join(format!("{name}.tflite"));
        let pools = folder.join("pools.tar");
        let compile = Cmd::new(tool).arg("compile").arg(model("digits")).args(["--core", "portable"]);
        compile.args(["--constants", "fast:2K,qspi", "-o"]).arg(&pools).capture()?;
        for (name, from, arguments) in [
            ("plain", &model("digits"), &[][..]),
            ("cut", &model("digits"), &[]),
            ("tested", &model("digits"), &["--self-test", "1"]),
            ("rows", &model("digit_rows"), &[]),
            ("pooled", &pools, &["--symbol", "pooled"]),
            ("own_pools", &pools, &[]),
        ] {
            let generate = Cmd::new(tool).arg("generate").arg(from).args(arguments).arg("-o").arg(folder.join(name));
            generate.capture()?;
        }
        let header = folder.join("cut/digits.h");
        let whole = fs::read_to_string(&header)?;
        fs::write(&header, cut(&whole, "/* ---- Real values and elements", "/* ---- ")?)?;
        fs::create_dir_all(folder.join("library"))?;
        let whole = fs::read_to_string(library::include_dir().join("tvm_embedded.h"))?;
        let rest = cut(&whole, "/* ---- Real values and elements", "/* ---- Hooks for each layer")?;
        fs::write(folder.join("library/tvm_embedded.h"), rest)?;
        Ok(Self { folder })
    }

    /// Compares the programs on a board; a line for each part.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn check(&self, board: &Board) -> Result<Vec<String>> {
        self.device(board)?;
        let mut lines = Vec::new();
        let mut programs = BTreeMap::new();
        for part in &PARTS {
            if !programs.contains_key(part.without) {
                programs.insert(part.without, self.program(board, &Part { model: part.without, ..PLAIN })?);
            }
            let without = programs.get(part.without).context("was inserted")?;
            let with = self.program(board, part)?;
            ensure!(
                with == *without,
                "{}: {} that is not used changes a program: {} bytes, {} instructions; without {} bytes, {} instructions\n{}\n{}",
                board.name,
                part.name,
                with.image.len(),
                with.instructions,
                without.image.len(),
                without.instructions,
                with.sections,
                without.sections
            );
            let (bytes, instructions) = (with.image.len(), with.instructions);
            lines
                .push(format!("{}: {}: the same {bytes} bytes and {instructions} instructions", board.name, part.name));
        }
        Ok(lines)
    }

    /// A model with a device: the sources of its interface. Its library is not linked.
    fn device(&self, board: &Board) -> Result<()> {
        let example = paths::root().join("examples/device/model");
        let object = self.folder.join("scale.o");
        let compiler = board.compiler().args(["--specs=picolibc.specs", "-O2", "-c"]).arg(example.join("scale.c"));
        compiler.arg("-o").arg(&object).capture()?;
        let archive = self.folder.join("libscale.a");
        board.tool("ar").arg("rcs").arg(&archive).arg(object).capture()?;
        let generate = Cmd::new(firmware::tool()?).arg("generate").arg("--header").arg(example.join("tvmgen_scale.h"));
        let generate = generate.arg("--library").arg(&archive).arg("--facts").arg(example.join("facts.json"));
        generate.arg("-o").arg(self.folder.join("device")).capture()?;
        Ok(())
    }

    fn program(&self, board: &Board, part: &Part) -> Result<Program> {
        let file = self.folder.join(format!("{}.elf", board.name));
        let header = if part.cut { self.folder.join("library") } else { library::include_dir() };
        let mut compiler = board.compiler().args(["-std=c99", "-O2", "-DMODEL_HEADER=\"digits.h\"", "-I"]).arg(header);
        for model in [&[part.model][..], part.others].concat() {
            let model = self.folder.join(model);
            let list = fs::read_to_string(model.join("sources.txt")).with_context(|| model.display().to_string())?;
            compiler = compiler.arg("-I").arg(&model).arg("-I").arg(model.join("archive"));
            compiler = compiler.args(list.lines().map(|source| model.join(source)));
        }
        let compiler = compiler.args(part.flags).arg(paths::root().join("bench/firmware/options.c"));
        compiler.args(board.hosted()).arg(library::build(board)?).arg("-o").arg(&file).capture()?;
        let binary = file.with_extension("bin");
        board.tool("objcopy").args(["-O", "binary"]).arg(&file).arg(&binary).capture()?;
        let run = emulator::count(board, &file, Some(("begin", "end")))?;
        ensure!(run.code == 0, "{} with {}: code {}\n{}", board.name, part.name, run.code, run.text);
        let sizes = board.tool("size").arg("-A").arg(&file).capture()?;
        let sections: Vec<&str> = sizes.lines().filter(|line| is_loaded(line)).collect();
        Ok(Program { image: fs::read(binary)?, sections: sections.join("\n"), instructions: run.counts.total })
    }
}

/// Whether a line of `size -A` is about a section that a device has. Facts for debuggers and linkers are none.
fn is_loaded(line: &str) -> bool {
    let apart = [".debug", ".comment", ".ARM.attributes", ".riscv.attributes"];
    line.starts_with('.') && !apart.iter().any(|name| line.starts_with(name))
}

/// The text without what is between the first `start` and the next `end`.
fn cut(text: &str, start: &str, end: &str) -> Result<String> {
    let (before, rest) = text.split_once(start).with_context(|| format!("no '{start}'"))?;
    let at = rest.find(end).with_context(|| format!("no '{end}' after '{start}'"))?;
    Ok(before.to_owned() + rest.get(at..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_header_is_left_out() {
        assert_eq!(cut("a [b] c [d] [e]", "[b]", "[").unwrap(), "a [d] [e]");
        assert!(cut("a [b]", "[b]", "[").is_err());
        assert!(cut("a", "[b]", "[").is_err());
    }

    #[test]
    fn sections_of_a_device_are_compared() {
        assert!(is_loaded(".text   12056   64") && is_loaded(".bss   2360   536870912"));
        assert!(
            !is_loaded(".debug_info   5855   0") && !is_loaded("section   size   addr") && !is_loaded("Total   36027")
        );
    }
}
