//! Every block of C in the README and in `docs/` compiles, and complete programs run, for every kind of model.
//!
//! A block that names `digits`, `wake_word` or `my_model` is for any model: it is compiled with the names of several kinds in
//! turn. A block about layers is for compiled models, and is built with `TVM_EMBEDDED_LAYERS`. A block that defines the array of
//! the only workspace (`…_WORKSPACE_BYTES`) is not compiled for models with several. One that names `digit_rows` or
//! `digits_inside` or `digits_pools` is about that model. A block about updates is for models with constants outside of their code.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{archive_of_kind, archive_with_constants, repository, tool};

/// Names that stand for any model.
const ANY: [&str; 3] = ["digits", "wake_word", "my_model"];

/// A block of C.
struct Block {
    /// Document and line.
    place: String,
    code: String,
}

impl Block {
    /// Whether it runs a model layer by layer.
    fn is_of_layers(&self) -> bool {
        self.code.contains("TVMLayer") || self.code.contains("TVMRun ")
    }
}

/// The definition that such programs make.
const LAYERS: &str = "-DTVM_EMBEDDED_LAYERS";

fn blocks() -> Vec<Block> {
    let mut documents = vec![repository("README.md")];
    let listed = fs::read_dir(repository("docs")).expect("the documents");
    documents.extend(
        listed.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|e| e == "md")),
    );
    documents.sort();
    let mut blocks = Vec::new();
    for path in documents {
        let text = fs::read_to_string(&path).expect("text");
        let mut open: Option<Block> = None;
        for (number, line) in text.lines().enumerate() {
            match &mut open {
                None if line == "```c" => {
                    let place = format!("{}:{}", path.file_name().expect("a name").display(), number + 1);
                    open = Some(Block { place, code: String::new() });
                }
                None => {}
                Some(_) if line == "```" => blocks.extend(open.take()),
                Some(block) => block.code += &format!("{line}\n"),
            }
        }
    }
    blocks
}

/// A generated model.
struct Model {
    symbol: &'static str,
    /// Generated C, relative to the directory of the header.
    sources: Vec<PathBuf>,
    directory: PathBuf,
    workspaces: usize,
    /// Whether its layers can be run one by one.
    layers: bool,
    /// Whether it has constants outside of its code.
    constants: bool,
}

fn generate(folder: &Path, symbol: &'static str, from: &Path, workspaces: usize) -> Model {
    let directory = folder.join(symbol);
    tool()
        .arg("generate")
        .arg(from)
        .args(["--symbol", symbol, "--self-test", "2", "-o"])
        .arg(&directory)
        .assert()
        .success();
    let listed = fs::read_to_string(directory.join("sources.txt")).expect("the list of sources");
    let header = fs::read_to_string(directory.join(format!("{symbol}.h"))).expect("a header");
    let counted = format!("#define TVM_{}_WORKSPACE_COUNT {workspaces}\n", symbol.to_uppercase());
    assert!(header.contains(&counted), "{symbol} has another number of workspaces than {workspaces}");
    let layers = header.contains("TVMExecuteLayers_");
    let constants = directory.join(format!("{symbol}_update.h")).exists();
    Model { symbol, constants, sources: listed.lines().map(PathBuf::from).collect(), directory, workspaces, layers }
}

fn compiled(folder: &Path, name: &str, options: &[&str]) -> PathBuf {
    let path = folder.join(format!("{name}.tar"));
    let digits = repository("models/digits/digits.tflite");
    tool().arg("compile").arg(digits).args(["--name", name, "-o"]).arg(&path).args(options).assert().success();
    path
}

/// Replaces the names of the model in the block by those of another.
fn renamed(code: &str, from: &str, to: &str) -> String {
    code.replace(from, to).replace(&from.to_uppercase(), &to.to_uppercase())
}

/// Compiles a block for a model, as C and as C++; runs it when it is a program.
fn build(folder: &Path, block: &Block, code: &str, model: &Model) {
    let symbol = model.symbol;
    let upper = symbol.to_uppercase();
    let program = code.contains("int main(");
    let definitions: &[&str] = if block.is_of_layers() { &[LAYERS] } else { &[] };
    let mut text = String::new();
    if !code.contains("#include") {
        text += &format!("#include <string.h>\n#include \"{symbol}.h\"\n");
    }
    if !code.contains("g_context;")
        && !code.contains(&format!("{upper}_STATIC_CONTEXT"))
        && !code.contains(" g_context =")
    {
        text += &format!("TVM_{upper}_STATIC_CONTEXT(g_context);\n");
    }
    text += code;
    if !program {
        // Functions of a block are not called here; its context is used.
        text += "int main(void) { return g_context.workspaces.kind == 1; }\n";
    }
    let runtime = folder.join("libtvm_embedded.a");
    for (compiler, standard, extension) in [("cc", "-std=c99", "c"), ("c++", "-std=c++17", "cpp")] {
        let source = folder.join(format!("block.{extension}"));
        fs::write(&source, &text).expect("the directory is writable");
        let mut command = Command::new(compiler);
        // Examples name the members that matter; C sets the others to 0.
        command.args([standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wno-missing-field-initializers", "-I"]);
        command.arg(folder).args(definitions).arg("-I").arg(&model.directory).arg(&source);
        command
            .args(["-x", "none"])
            .args(model.sources.iter().map(|source| model.directory.join(source).with_extension("o")));
        let output = command.arg(&runtime).args(["-lm", "-o"]).arg(folder.join("block")).output().expect("a compiler");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} for {symbol}, {compiler}:\n{said}\n{text}", block.place);
        if program {
            let run = Command::new(folder.join("block")).output().expect("the program runs");
            let said = String::from_utf8_lossy(&run.stdout);
            assert!(run.status.success(), "{} for {symbol}, {compiler}: {:?} {said}", block.place, run.status);
        }
    }
}

/// The model's own C, once.
fn objects(folder: &Path, model: &Model) {
    for source in &model.sources {
        let path = model.directory.join(source);
        let mut command = Command::new("cc");
        command.args(["-std=c99", "-w", "-c", LAYERS, "-I"]).arg(folder).arg("-I").arg(&model.directory);
        // Only archives of TVM need this, not those of this project's compiler.
        if !model.layers {
            command.arg("-I").arg(model.directory.join("archive"));
        }
        command.arg(&path).arg("-o").arg(path.with_extension("o"));
        assert!(command.status().expect("a compiler").success(), "{}", path.display());
    }
}

/// What the header of a custom operator's function begins with.
fn custom_operator(folder: &Path, block: &Block) {
    let header = repository("host/compiler/src/ops/custom/custom.h");
    fs::copy(header, folder.join("tvmgen_model_custom.h")).expect("copied");
    for (compiler, standard, language) in [("cc", "-std=c99", "c"), ("c++", "-std=c++17", "c++")] {
        let source = folder.join("block.h");
        fs::write(&source, &block.code).expect("the directory is writable");
        let mut command = Command::new(compiler);
        command.args([standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-x", language]);
        let output = command.arg(&source).output().expect("a compiler");
        assert!(output.status.success(), "{}, {compiler}: {}", block.place, String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn every_block_of_c_compiles_for_every_kind_of_model() {
    let folder = tempfile::tempdir().expect("a directory");
    let folder = folder.path();
    fs::write(folder.join("libtvm_embedded.a"), tvm_embedded_runtime::LIBRARY).expect("written");
    fs::write(folder.join("tvm_embedded.h"), tvm_embedded_runtime::HEADER).expect("written");
    let rows = repository("models/digit_rows/digit_rows.tflite");
    let kinds = [
        generate(folder, "one_workspace", &repository("models/digits/digits.tflite"), 1),
        generate(folder, "two_workspaces", &compiled(folder, "two", &["--pool", "fast=2K", "--pool", "slow"]), 2),
        generate(folder, "without_workspace", &archive_of_kind(folder, "none", 1, false), 0),
        generate(folder, "several_inputs", &archive_of_kind(folder, "inputs", 3, true), 1),
        generate(folder, "with_state", &rows, 2),
        generate(folder, "with_constants", &archive_with_constants(folder, "constants"), 0),
    ];
    let pools = ["--optimize", "size", "--constants", "itcm:2K,qspi"];
    let own = [
        generate(folder, "digit_rows", &rows, 2),
        generate(folder, "digits_inside", &compiled(folder, "digits_inside", &["--io-in-workspace"]), 1),
        generate(folder, "digits_pools", &compiled(folder, "digits_pools", &pools), 1),
    ];
    kinds.iter().chain(&own).for_each(|model| objects(folder, model));
    let (mut about_models, mut programs) = (0, 0);
    for block in blocks() {
        if let Some(model) = own.iter().find(|model| block.code.contains(model.symbol)) {
            let any = ANY
                .iter()
                .find(|name| block.code.contains(&format!("TVM_{}_", name.to_uppercase())) && **name != "digits");
            let code = any.map_or(block.code.clone(), |name| renamed(&block.code, name, model.symbol));
            build(folder, &block, &code, model);
            about_models += 1;
            continue;
        }
        let Some(name) =
            ANY.iter().find(|name| block.code.contains(&name.to_uppercase()) || block.code.contains(**name))
        else {
            if block.place.starts_with("custom.md") {
                custom_operator(folder, &block);
                continue;
            }
            // Of kernels.
            assert!(block.place.starts_with("kernels.md"), "{} is about no model that the test knows", block.place);
            continue;
        };
        let one = block.code.contains(&format!("TVM_{}_WORKSPACE_BYTES", name.to_uppercase()));
        let layers = block.is_of_layers();
        let updates = block.code.contains("_update.h");
        let fits = |model: &&Model| {
            (!one || model.workspaces < 2) && (!layers || model.layers) && (!updates || model.constants)
        };
        for model in kinds.iter().filter(fits) {
            build(folder, &block, &renamed(&block.code, name, model.symbol), model);
        }
        about_models += 1;
        programs += usize::from(block.code.contains("int main("));
    }
    assert!(about_models >= 7 && programs >= 2, "{about_models} blocks, {programs} programs: too few were found");
}
