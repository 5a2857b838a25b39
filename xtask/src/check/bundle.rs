//! Programs that run compiled models on fixed inputs and print one number for the outputs of each, to be compared between cores
//! and compilers. They need no library and little memory.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::machine::process::Cmd;
use crate::machine::{paths, setup};
use crate::measure::firmware;

/// A model as C.
pub struct Model {
    /// Name of its `.tflite` file, without the extension.
    pub name: String,
    /// Its C files.
    pub sources: Vec<PathBuf>,
    folder: PathBuf,
    facts: Value,
    header: String,
}

/// Writes models of the tests (`host/compiler/tests/oracle/models.py`) whose names match, and compiles them to C, with options of
/// `tvm-embedded compile`.
///
/// # Errors
/// When there is no Python environment, or a model can't be compiled.
pub fn models(out: &Path, pattern: &str, seed: u64, options: &[&str]) -> Result<Vec<Model>> {
    setup::need(&["oracle"])?;
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    Cmd::new("python3")
        .arg(paths::root().join("host/compiler/tests/oracle/models.py"))
        .arg("--out")
        .arg(out)
        .args(["--filter", pattern, "--seed", &seed.to_string()])
        .env("CARGO_TARGET_DIR", paths::target())
        .capture()?;
    let tool = firmware::build_tool()?;
    let mut files: Vec<PathBuf> = fs::read_dir(out)?.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "tflite"));
    files.sort();
    files.iter().map(|file| compile(&tool, file, options)).collect()
}

fn compile(tool: &Path, tflite: &Path, options: &[&str]) -> Result<Model> {
    let name = tflite.file_stem().and_then(|name| name.to_str()).context("a model's name is not UTF-8")?.to_owned();
    let (archive, folder) = (tflite.with_extension("tar"), tflite.with_extension("c"));
    Cmd::new(tool).arg("compile").arg(tflite).args(options).arg("-o").arg(&archive).capture()?;
    fs::create_dir_all(&folder)?;
    Cmd::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&folder).capture()?;
    let facts = Cmd::new(tool).arg("inspect").arg(&archive).arg("--json").capture()?;
    let facts = serde_json::from_str::<Value>(&facts)?["models"][0].clone();
    // From the archive itself: `generate` leaves out the entry with its structs if it has its own.
    let (folder, code) = (folder.join("codegen/host/include"), folder.join("codegen/host/src"));
    let module = text(&facts["name"])?;
    let header = fs::read_to_string(folder.join(format!("tvmgen_{module}.h"))).with_context(|| name.clone())?;
    let mut sources: Vec<PathBuf> = fs::read_dir(&code)?.flatten().map(|entry| entry.path()).collect();
    sources.retain(|file| file.extension().is_some_and(|extension| extension == "c"));
    sources.sort();
    Ok(Model { name, sources, folder, facts, header })
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("a name is missing in what inspect prints")
}

/// `-I` for each model.
pub fn includes<'a>(models: &'a [&Model]) -> impl Iterator<Item = String> + 'a {
    models.iter().map(|model| format!("-I{}", model.folder.display()))
}

/// The output of one of these programs: a number for each model.
///
/// # Errors
/// A model without a number.
pub fn numbers(models: &[&Model], printed: &str) -> Result<Vec<String>> {
    models
        .iter()
        .map(|model| {
            let line = printed.lines().find_map(|line| line.split_once(&format!("<{}:", model.name)));
            let number = line.and_then(|(_, rest)| rest.split_once('>'));
            let (number, _) = number.with_context(|| format!("{}: no number in\n{printed}", model.name))?;
            Ok(number.to_owned())
        })
        .collect()
}

/// Printing and exiting; on AVR through the serial port and by sleeping without interrupts, which ends the emulator.
const PRELUDE: &str = r#"#include <stdint.h>
#include <string.h>
#ifdef __AVR__
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
static void put(char c) {
    while ((UCSR0A & (1 << UDRE0)) == 0) {
    }
    UDR0 = (uint8_t)c;
}
static void print(const char *line) {
    UCSR0B = 1 << TXEN0;
    while (*line != 0) put(*line++);
    put('\n');
}
static int end(void) {
    cli();
    sleep_enable();
    sleep_cpu();
    return 0;
}
#else
#include <stdio.h>
static void print(const char *line) { puts(line); }
static int end(void) { return 0; }
#endif
static uint32_t state = 1;
static uint32_t next(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}
static uint32_t sum(uint32_t h, const uint8_t *p, uint16_t n) {
    while (n-- > 0) h = (h ^ *p++) * UINT32_C(16777619);
    return h;
}
static void bytes(uint8_t *p, uint16_t n) {
    static const uint8_t extremes[] = {0x80, 0x7F, 0x81, 0};
    uint8_t kind = (uint8_t)(next() >> 8 & 7);
    while (n-- > 0) *p++ = kind == 0 ? extremes[next() >> 9 & 3] : kind == 1 ? 0x80 : (uint8_t)(next() >> 11);
}
static void words(uint8_t *p, uint16_t n) {
    for (; n > 0; n--, p += 4) {
        int32_t x = (int32_t)(next() >> 24) - 128;
        memcpy(p, &x, 4);
    }
}
static void floats(uint8_t *p, uint16_t n) {
    for (; n > 0; n--, p += 4) {
        float x = (float)((int32_t)(next() >> 22) - 512) / 64.0f;
        memcpy(p, &x, 4);
    }
}
static void result(const char *name, uint32_t h) {
    char line[120] = "<";
    strcat(line, name);
    strcat(line, ":");
    char *to = line + strlen(line);
    for (uint8_t i = 0; i < 8; i++, h <<= 4) *to++ = "0123456789abcdef"[h >> 28];
    *to++ = '>';
    *to = 0;
    print(line);
}
"#;

/// The program for these models; each runs `rounds` times.
///
/// # Errors
/// A model with incomplete facts.
pub fn main_c(models: &[&Model], rounds: u32) -> Result<String> {
    let mut includes = String::new();
    let mut functions = String::new();
    let mut calls = String::new();
    let mut memory = 0;
    for model in models {
        let module = text(&model.facts["name"])?;
        writeln!(includes, "#include \"tvmgen_{module}.h\"")?;
        memory = memory.max(function(&mut functions, model, module, rounds)?);
        writeln!(calls, "    run_{module}();")?;
    }
    // Tensors and workspaces of all models share this.
    Ok(format!(
        "{includes}{PRELUDE}static union {{ uint8_t bytes[{memory}]; double align; int64_t align64; }} memory;\n\
         {functions}int main(void) {{\n\
         #ifdef TRAP_UNALIGNED\n    *(volatile uint32_t *)0xE000ED14 |= 8; /* UNALIGN_TRP in the core's CCR */\n#endif\n\
         {calls}    return end();\n}}\n"
    ))
}

fn function(out: &mut String, model: &Model, module: &str, rounds: u32) -> Result<u64> {
    let mut offset = 0;
    let mut place = |bytes: u64, shift: u64| {
        // At any address: a user's int8 tensors have no alignment.
        let at = offset + shift;
        offset = (at + bytes + 15) & !15;
        at
    };
    writeln!(out, "static void run_{module}(void) {{\n    uint32_t h = UINT32_C(2166136261);")?;
    let (mut fills, mut sums, mut arguments) = (String::new(), String::new(), Vec::new());
    for what in ["inputs", "outputs"] {
        let tensors = model.facts[what].as_array().context("no tensors")?;
        if tensors.is_empty() {
            continue;
        }
        writeln!(out, "    struct tvmgen_{module}_{what} {what};")?;
        // With their names in the archive, which a generated interface may have changed.
        let members = members(&model.header, &format!("struct tvmgen_{module}_{what} {{"));
        if members.len() != tensors.len() {
            bail!("{}: {} {what}, but {} members", model.name, tensors.len(), members.len());
        }
        for (tensor, member) in tensors.iter().zip(members) {
            let bytes = tensor["bytes"].as_u64().context("no size")?;
            let kind = text(&tensor["dtype"])?;
            let at = place(bytes, u64::from(kind == "int8") * 3);
            writeln!(out, "    {what}.{member} = memory.bytes + {at};")?;
            if what == "outputs" {
                writeln!(sums, "        h = sum(h, memory.bytes + {at}, {bytes}U);")?;
                continue;
            }
            let (fill, count) = fill(kind, bytes);
            writeln!(fills, "        {fill}(memory.bytes + {at}, {count}U);")?;
        }
        arguments.push(format!("&{what}"));
    }
    let workspaces = model.facts["workspaces"].as_array().context("no workspaces")?;
    if !workspaces.is_empty() {
        writeln!(out, "    struct tvmgen_{module}_workspace_pools pools;")?;
        let members = members(&model.header, &format!("struct tvmgen_{module}_workspace_pools {{"));
        if members.len() != workspaces.len() {
            bail!("{}: {} workspaces, but {} pools", model.name, workspaces.len(), members.len());
        }
        for (member, workspace) in members.iter().zip(workspaces) {
            let at = place(workspace["bytes"].as_u64().context("no size")?, 0);
            writeln!(out, "    pools.{member} = memory.bytes + {at};")?;
        }
        arguments.push("&pools".to_owned());
    }
    if model.header.contains(&format!("tvmgen_{module}_reset(")) {
        writeln!(out, "    tvmgen_{module}_reset(&pools);")?;
    }
    write!(
        out,
        "    for (uint8_t round = 0; round < {rounds}; round++) {{\n{fills}        \
         if (tvmgen_{module}_run({}) != 0) h ^= 1;\n{sums}    }}\n    result(\"{}\", h);\n}}\n",
        arguments.join(", "),
        model.name
    )?;
    Ok(offset)
}

/// The function that fills a tensor, and how many elements it writes.
fn fill(kind: &str, bytes: u64) -> (&'static str, u64) {
    match kind {
        "float32" => ("floats", bytes / 4),
        "int32" => ("words", bytes / 4),
        _ => ("bytes", bytes),
    }
}

/// Names of the pointers in a struct of the header.
fn members<'a>(header: &'a str, opening: &str) -> Vec<&'a str> {
    let body = header.split_once(opening).and_then(|(_, rest)| rest.split_once("};"));
    let lines = body.map_or("", |(body, _)| body).lines();
    lines
        .filter_map(|line| line.trim().strip_prefix("void").and_then(|rest| rest.trim().strip_suffix(';')))
        .map(|name| name.trim_start_matches(['*', ' ']))
        .collect()
}

/// The host's results for these models.
///
/// # Errors
/// When the program does not build or run.
pub fn on_host(models: &[&Model], main: &Path, program: &Path) -> Result<Vec<String>> {
    Cmd::new("gcc")
        .args(["-std=c99", "-O1", "-ffp-contract=off"])
        .args(includes(models))
        .arg(main)
        .args(models.iter().flat_map(|model| &model.sources))
        .args(["-lm", "-o"])
        .arg(program)
        .capture()?;
    numbers(models, &Cmd::new(program).capture()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_are_found_in_the_header() {
        let header = "struct x {\n  void* one;\n  void *two;\n};\nstruct y {\n  void* three;\n};\n";
        assert_eq!(members(header, "struct x {"), ["one", "two"]);
        assert!(members(header, "struct z {").is_empty());
    }
}
