//! What a model's files have only on request, for `cargo xtask misra`: a self-test, hooks and steps, pools of constants with their
//! update, and the interface of a model that arrived compiled, with devices as structs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::check::exact::Model;
use crate::machine::paths;
use crate::machine::process::Cmd;

/// The file that includes the headers which no generated file includes. What it contains after that is generated, too: macros.
const PROGRAM: &str = "includes_headers.c";

/// Generates these files below a directory, with the tool that [`crate::check::exact::compiled`] built.
///
/// # Errors
/// When the tool or a compiler fails.
pub fn generated(out: &Path) -> Result<Vec<Model>> {
    let tool = paths::target().join("debug/tvm-embedded");
    let digits = paths::root().join("models/digits/digits.tflite");
    let archive = out.join("pooled.tar");
    let compile = Cmd::new(&tool).arg("compile").arg(&digits).arg("-o").arg(&archive);
    compile.args(["--name", "pooled", "--core", "portable", "--constants", "fast:2K,qspi"]).capture()?;
    let tested = Cmd::new(&tool).arg("generate").arg(&digits).args(["--symbol", "tested", "--self-test", "2"]);
    let pooled = Cmd::new(&tool).arg("generate").arg(&archive);
    let (header, library, facts) = vendor(out)?;
    let scale = Cmd::new(&tool).arg("generate").arg("--header").arg(header).arg("--library").arg(library);
    Ok(vec![
        model(out, "tested", tested, "#include \"tested_self_test.h\"\n")?,
        model(out, "pooled", pooled, "#include \"pooled_update.h\"\n")?,
        model(
            out,
            "scale",
            scale.arg("--facts").arg(facts),
            "#define TVM_EMBEDDED_DEVICES\n#include \"scale.h\"\nTVM_DEVICE_SCALER_FUNCTIONS()\n",
        )?,
    ])
}

/// Runs the tool and adds the program.
fn model(out: &Path, name: &str, generate: Cmd, program: &str) -> Result<Model> {
    let folder = out.join(name);
    generate.arg("-o").arg(&folder).capture()?;
    let list = fs::read_to_string(folder.join("sources.txt")).with_context(|| name.to_owned())?;
    let mut sources: Vec<PathBuf> = list.lines().map(|line| folder.join(line)).collect();
    ensure!(!sources.is_empty(), "{name}: no sources");
    fs::write(folder.join(PROGRAM), program)?;
    sources.push(folder.join(PROGRAM));
    Ok(Model { name: name.to_owned(), folder, sources, ours: true })
}

/// The compiled model of the example of a device: header, library and facts.
fn vendor(out: &Path) -> Result<(PathBuf, PathBuf, PathBuf)> {
    let example = paths::root().join("examples/device/model");
    let (object, library) = (out.join("scale.o"), out.join("libscale.a"));
    Cmd::new("gcc").args(["-c", "-O1"]).arg(example.join("scale.c")).arg("-o").arg(&object).capture()?;
    Cmd::new("ar").arg("rcs").arg(&library).arg(object).capture()?;
    Ok((example.join("tvmgen_scale.h"), library, example.join("facts.json")))
}
