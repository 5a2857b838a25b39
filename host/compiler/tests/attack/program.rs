//! One C program for many models, and what it computes.

use crate::record::Record;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tvm_embedded_compiler::ir::model::Model;
use tvm_embedded_mlf::{Archive, Limits};

/// Flags with which generated C must compile without a warning, and the sanitizers.
const FLAGS: &[&str] = &[
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Werror",
    "-O1",
    "-g1",
    "-fsanitize=undefined,address",
    "-fno-sanitize-recover=all",
    "-ffp-contract=off",
    // A layer whose scratch memory differs from what its kernel needs ends the program.
    "-DTVMK_SCRATCH(needed,given)=((needed)==(given)?(void)0:__builtin_trap())",
];

/// A model that the compiler accepted.
pub struct Accepted<'a> {
    pub record: &'a Record,
    pub model: Model,
    pub archive: Vec<u8>,
    /// How it was compiled.
    pub way: &'static str,
}

/// The result of a run of one model: its outputs, all samples one after the other, or why there are none.
pub type Outcome = Result<Vec<Vec<u8>>, String>;

/// Builds one program for all models in `folder` and runs it. A model that ends the program early has the sanitizer's output
/// as its result, and the program is started again after it.
pub fn run(models: &[Accepted<'_>], folder: &Path) -> Result<Vec<Outcome>, String> {
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let mut unit = String::from(PRELUDE);
    let mut shared = HashMap::new();
    let mut given = Vec::new();
    for (i, accepted) in models.iter().enumerate() {
        let renamed = unpack(accepted, i, folder, &mut shared)?;
        for name in &renamed {
            let _ = writeln!(unit, "#define {name} m{i}_{name}");
        }
        // By default constants are in a section of their own, which AddressSanitizer does not check.
        let _ = writeln!(unit, "#define TVMGEN_M{i}_CONSTANT(alignment) __attribute__((aligned(alignment)))");
        let _ = writeln!(unit, "#include \"m{i}_all.c\"");
        for name in &renamed {
            let _ = writeln!(unit, "#undef {name}");
        }
        unit += &drive(accepted, i);
        accepted.record.inputs.iter().for_each(|column| given.extend_from_slice(column));
    }
    unit += &main_c(models);
    fs::write(folder.join("unit.c"), unit).map_err(|error| error.to_string())?;
    fs::write(folder.join("given.bin"), given).map_err(|error| error.to_string())?;
    let program = folder.join("run");
    let mut cc = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".into()));
    cc.args(FLAGS).arg("-I").arg(folder).arg(folder.join("unit.c")).arg("-o").arg(&program).arg("-lm");
    let built = cc.output().map_err(|error| format!("{cc:?}: {error}"))?;
    if !built.status.success() {
        return Err(first_lines(&built.stderr, 20));
    }
    outcomes(models, folder, &program)
}

fn outcomes(models: &[Accepted<'_>], folder: &Path, program: &Path) -> Result<Vec<Outcome>, String> {
    let mut found = Vec::new();
    while found.len() < models.len() {
        let got = folder.join("got.bin");
        let mut run = Command::new(program);
        run.arg(found.len().to_string()).arg(folder.join("given.bin")).arg(&got);
        let ended = run.output().map_err(|error| format!("{run:?}: {error}"))?;
        let bytes = fs::read(&got).map_err(|error| error.to_string())?;
        let mut rest = bytes.as_slice();
        while let Some((outputs, behind)) = models.get(found.len()).and_then(|accepted| take(accepted, rest)) {
            found.push(Ok(outputs));
            rest = behind;
        }
        if found.len() < models.len() {
            let said = first_lines(&ended.stderr, 14).replace(&format!("{}/", folder.display()), "");
            found.push(Err(format!("ended with {:?}: {said}", ended.status.code())));
        }
    }
    Ok(found)
}

/// The outputs of one model, from the beginning of the program's output.
fn take<'a>(accepted: &Accepted<'_>, bytes: &'a [u8]) -> Option<(Vec<Vec<u8>>, &'a [u8])> {
    let (mut outputs, mut rest) = (Vec::new(), bytes);
    for port in &accepted.model.outputs {
        let size = accepted.model.tensor(port.tensor).bytes() * accepted.record.samples();
        let (output, behind) = rest.split_at_checked(size)?;
        outputs.push(output.to_vec());
        rest = behind;
    }
    // One byte says that the model finished: it may have no outputs.
    let (end, rest) = rest.split_first()?;
    (*end == b'.').then_some((outputs, rest))
}

/// Writes a model's sources to one file and the headers of kernels beside it, which all models share. Returns the names of
/// the file's static objects, which other models have, too.
fn unpack(
    accepted: &Accepted<'_>,
    i: usize,
    folder: &Path,
    shared: &mut HashMap<String, Vec<u8>>,
) -> Result<Vec<String>, String> {
    let archive =
        Archive::from_bytes("attack", &accepted.archive, Limits::default()).map_err(|error| error.to_string())?;
    let mut all = String::new();
    for member in archive.members() {
        let path = PathBuf::from(&member.path);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".c") {
            all += &String::from_utf8_lossy(&member.data);
        } else if name.ends_with(".h") {
            fs::write(folder.join(name), &member.data).map_err(|error| error.to_string())?;
            let kernel = name.replace(&format!("_m{i}_"), "_");
            let text = String::from_utf8_lossy(&member.data).replace(&format!("tvmgen_m{i}_"), "tvmgen_");
            // The program includes each kernel once, from whichever model comes first.
            if kernel != name && shared.entry(kernel).or_insert_with(|| text.clone().into_bytes()) != text.as_bytes() {
                return Err(format!("{name} is not the same in all models: they can't share a program"));
            }
        }
    }
    fs::write(folder.join(format!("m{i}_all.c")), &all).map_err(|error| error.to_string())?;
    let mut names: Vec<String> = all.lines().filter_map(own_name).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// The name that a line at file scope gives to a static object.
fn own_name(line: &str) -> Option<String> {
    let declared = line.strip_prefix("static ")?;
    let end = declared.find(['[', '=', '(', ';'])?;
    let name = declared[..end].trim_end().rsplit([' ', '*']).next()?;
    (!name.starts_with("tvmgen_")).then(|| name.to_owned())
}

/// Blocks for pools, inputs and outputs; the arguments of a run.
fn memory(c: &mut String, model: &Model) -> Vec<String> {
    let module = &model.module;
    let mut arguments = Vec::new();
    if !model.pools.is_empty() {
        let _ = writeln!(c, "    struct tvmgen_{module}_workspace_pools pools;");
    }
    for pool in &model.pools {
        let _ = writeln!(c, "    pools.{} = block({}U);", pool.name, pool.bytes);
    }
    for (what, ports) in [("input", &model.inputs), ("output", &model.outputs)] {
        if ports.is_empty() {
            continue;
        }
        if model.io_in_workspace {
            let _ = writeln!(c, "    struct tvmgen_{module}_{what}s {what}s = tvmgen_{module}_map_{what}s(&pools);");
        } else {
            let _ = writeln!(c, "    struct tvmgen_{module}_{what}s {what}s;");
            arguments.push(format!("&{what}s"));
        }
        for (k, port) in ports.iter().enumerate() {
            let bytes = model.tensor(port.tensor).bytes();
            if model.io_in_workspace {
                let _ = writeln!(c, "    uint8_t *{what}_{k} = (uint8_t *){what}s.{};", port.c_name);
            } else {
                let _ = writeln!(c, "    uint8_t *{what}_{k} = block({bytes}U);");
                let _ = writeln!(c, "    {what}s.{} = {what}_{k};", port.c_name);
            }
        }
    }
    if !model.pools.is_empty() {
        arguments.push("&pools".into());
    }
    arguments
}

/// A function that runs one model on all its samples, in blocks of exact size.
fn drive(accepted: &Accepted<'_>, i: usize) -> String {
    let (model, record) = (&accepted.model, accepted.record);
    let module = &model.module;
    let mut c = format!("static int drive_{i}(const uint8_t *given, FILE *got) {{\n    int status = 0;\n");
    let arguments = memory(&mut c, model);
    let samples = record.samples();
    for (k, port) in model.outputs.iter().enumerate() {
        let _ = writeln!(c, "    uint8_t *all_{k} = block({}U);", model.tensor(port.tensor).bytes() * samples);
    }
    let _ = writeln!(c, "    for (long s = 0; s < {samples} && status == 0; s++) {{");
    if model.state_pool().is_some() {
        let again = if record.sequence > 0 { format!("s % {} == 0", record.sequence) } else { "s == 0".into() };
        let _ = writeln!(c, "        if ({again}) tvmgen_{module}_reset(&pools);");
    }
    let mut offset = 0;
    for (k, port) in model.inputs.iter().enumerate() {
        let bytes = model.tensor(port.tensor).bytes();
        let _ = writeln!(c, "        memcpy(input_{k}, given + {offset} + s * {bytes}, {bytes});");
        offset += bytes * samples;
    }
    let _ = writeln!(c, "        status = (int)tvmgen_{module}_run({});", arguments.join(", "));
    for (k, port) in model.outputs.iter().enumerate() {
        let bytes = model.tensor(port.tensor).bytes();
        let _ = writeln!(c, "        memcpy(all_{k} + s * {bytes}, output_{k}, {bytes});");
    }
    c += "    }\n";
    for (k, port) in model.outputs.iter().enumerate() {
        let bytes = model.tensor(port.tensor).bytes() * samples;
        let _ = writeln!(c, "    fwrite(all_{k}, 1, {bytes}, got);\n    free(all_{k});");
    }
    for pool in &model.pools {
        let _ = writeln!(c, "    free(pools.{});", pool.name);
    }
    if !model.io_in_workspace {
        for (what, ports) in [("input", &model.inputs), ("output", &model.outputs)] {
            for k in 0..ports.len() {
                let _ = writeln!(c, "    free({what}_{k});");
            }
        }
    }
    c + "    (void)given;\n    fputc('.', got);\n    return status;\n}\n"
}

const PRELUDE: &str = "#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void *block(size_t size) {
    void *memory = malloc(size);
    if (!memory) exit(9);
    memset(memory, 0xa5, size);
    return memory;
}
";

fn main_c(models: &[Accepted<'_>]) -> String {
    let mut c = String::from(
        "static uint8_t *contents(const char *path) {
    FILE *file = fopen(path, \"rb\");
    if (!file || fseek(file, 0, SEEK_END)) exit(2);
    long size = ftell(file);
    uint8_t *bytes = block((size_t)size + 1);
    rewind(file);
    if (fread(bytes, 1, (size_t)size, file) != (size_t)size) exit(3);
    fclose(file);
    return bytes;
}
static const struct { int (*drive)(const uint8_t *, FILE *); long at; } models[] = {
",
    );
    let mut offset = 0;
    for (i, accepted) in models.iter().enumerate() {
        let _ = writeln!(c, "    {{drive_{i}, {offset}}},");
        offset += accepted.record.inputs.iter().map(Vec::len).sum::<usize>();
    }
    c + "};
int main(int argc, char **argv) {
    if (argc != 4) return 4;
    uint8_t *given = contents(argv[2]);
    FILE *got = fopen(argv[3], \"wb\");
    if (!got) return 5;
    for (size_t i = (size_t)atol(argv[1]); i < sizeof models / sizeof *models; i++) {
        fflush(got);
        int status = models[i].drive(given + models[i].at, got);
        if (status) {
            fprintf(stderr, \"run gave status %d\\n\", status);
            return 6;
        }
    }
    free(given);
    return fclose(got) ? 7 : 0;
}
"
}

fn first_lines(bytes: &[u8], count: usize) -> String {
    String::from_utf8_lossy(bytes).lines().take(count).collect::<Vec<_>>().join("\n")
}
