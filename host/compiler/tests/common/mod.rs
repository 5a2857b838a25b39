//! Compiles models, builds their C with the host's compiler, runs them and compares every byte with the oracle.

#![allow(dead_code, reason = "each test program uses a part")]

use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tvm_embedded_compiler::ir::graph::DType;
use tvm_embedded_compiler::ir::schedule::Owner;
use tvm_embedded_compiler::{Options, compile, ir::model::Model, plan_model};
use tvm_embedded_mlf::{Archive, Limits};

#[path = "../../../data.rs"]
mod data;
mod floats;

pub use data::data;

/// Flags with which generated C must compile without a warning.
/// A layer whose scratch memory differs from what its kernel needs ends the program.
const SCRATCH: &str = "-DTVMK_SCRATCH(needed,given)=((needed)==(given)?(void)0:__builtin_trap())";

const WARNINGS: &[&str] = &["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];

/// The directory of the public models; otherwise `None`, and a line `SKIPPED`.
pub fn shared_models() -> Option<PathBuf> {
    data("models")
}

/// A directory for test results, removed when the test ends.
pub fn scratch() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("compiler").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Runs a program of `tests/oracle`; `false`, with a line `SKIPPED`, if Python or its packages are not available.
pub fn python(program: &str, arguments: &[&str]) -> bool {
    match oracle_status(program, arguments) {
        None => false,
        Some(0) => true,
        Some(status) => panic!("{program} {arguments:?} ended with {status}"),
    }
}

/// The status of a program of `tests/oracle`: 1 if the interpreter refused a model. `None`, with a line `SKIPPED`, as
/// for [`python`].
pub fn oracle_status(program: &str, arguments: &[&str]) -> Option<i32> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(program);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let run = Command::new("python3").arg(&script).args(arguments).env("CARGO_TARGET_DIR", target).output();
    let Ok(output) = run else {
        eprintln!("SKIPPED: no python3 for the oracle");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Some(0),
        Some(1) => {
            eprintln!("{errors}");
            Some(1)
        }
        Some(3) => {
            eprintln!("SKIPPED: the oracle can't run here: {errors}");
            None
        }
        status => panic!("{program} {arguments:?} ended with {status:?}: {errors}"),
    }
}

/// The oracle's recording of one model.
pub struct Recording {
    pub folder: PathBuf,
    pub samples: usize,
    pub sequence: usize,
    pub tensors: Vec<Recorded>,
}

/// One tensor of a recording.
pub struct Recorded {
    pub role: String,
    pub position: usize,
    pub subgraph: usize,
    pub tensor: usize,
    pub name: String,
    pub dtype: String,
    pub bytes: usize,
    pub file: String,
}

impl Recording {
    pub fn read(folder: &Path) -> Self {
        let index: Value = serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap();
        let number = |value: &Value| value.as_u64().unwrap_or(0) as usize;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let tensors = index["tensors"].as_array().unwrap().iter().map(|tensor| Recorded {
            role: text(&tensor["role"]),
            position: number(&tensor["position"]),
            subgraph: number(&tensor["subgraph"]),
            tensor: number(&tensor["tensor"]),
            name: text(&tensor["name"]),
            dtype: text(&tensor["dtype"]),
            bytes: number(&tensor["bytes"]),
            file: text(&tensor["file"]),
        });
        Recording {
            folder: folder.to_owned(),
            samples: number(&index["samples"]),
            sequence: number(&index["sequence"]),
            tensors: tensors.collect(),
        }
    }
}

/// Compiles a model, runs it on the recorded inputs and returns what differs. With `options.keep_all_tensors` every tensor
/// that exists is compared, otherwise the outputs. Returns the number of tensors compared. `one_unit` saves time by compiling all
/// sources together.
pub fn compare(
    tflite: &[u8],
    options: &Options,
    recording: &Recording,
    folder: &Path,
    one_unit: bool,
) -> Result<usize, String> {
    let output = compile(tflite, options).map_err(|errors| format!("does not compile: {errors}"))?;
    let model = plan_model(tflite, options).map_err(|errors| errors.to_string())?;
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("model.tar"), &output.archive).unwrap();
    let mut sources = unpack(&output.archive, folder);
    if one_unit {
        // One call of the compiler instead of three.
        let include = |path: &PathBuf| format!("#include \"{}\"\n", path.display());
        let together: String = sources.iter().map(include).chain([include(&folder.join("main.c"))]).collect();
        sources = vec![folder.join("all.c")];
        fs::write(&sources[0], together).unwrap();
    }
    let (watched, parts) = (watched(&model, options, recording), in_parts(&model, folder));
    fs::write(folder.join("main.c"), main_c(&model, recording, &watched, parts)).unwrap();
    if !one_unit {
        sources.push(folder.join("main.c"));
    }
    let program = folder.join("run");
    let include = folder.join("codegen/host/include");
    let mut cc = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".into()));
    cc.args(WARNINGS).args(["-O1", "-fsanitize=undefined,address", "-fno-sanitize-recover=all", "-g1", SCRATCH]);
    cc.args(PARTS.iter().filter(|_| parts));
    cc.arg("-I").arg(&include).args(&sources).arg("-o").arg(&program);
    run(&mut cc)?;
    run(Command::new(&program).arg(&recording.folder).arg(folder))?;

    let mut different = String::new();
    let (depth, least) = (floats::depth(tflite), floats::least(tflite));
    for (i, place) in watched.iter().enumerate() {
        let recorded = &recording.tensors[place.recorded];
        let expected = fs::read(recording.folder.join(&recorded.file)).unwrap();
        let found = found(&folder.join(format!("found_{i}.bin")), &model, recorded);
        assert_eq!(expected.len(), found.len(), "{}", recorded.name);
        let first = first_difference(recorded, &expected, &found, (depth, least));
        if let Some(at) = first {
            let wrong = expected.iter().zip(&found).filter(|(a, b)| a != b).count();
            let _ = write!(
                different,
                "{} {} {:?}: {wrong} of {} bytes differ, first sample {} byte {}: {} should be {}; ",
                recorded.role,
                recorded.tensor,
                recorded.name,
                expected.len(),
                at / recorded.bytes,
                at % recorded.bytes,
                found[at] as i8,
                expected[at] as i8
            );
        }
    }
    if different.is_empty() { Ok(watched.len()) } else { Err(different) }
}

/// The results of a tensor, as the recording has them.
fn found(file: &Path, model: &Model, recorded: &Recorded) -> Vec<u8> {
    let mut found = fs::read(file).unwrap();
    if recorded.dtype == "uint8" && model.tensors[recorded.tensor].dtype == DType::Int8 {
        // Between operators uint8 is int8, 128 less.
        found.iter_mut().for_each(|byte| *byte ^= 0x80);
    }
    found
}

/// Where results first differ by more than the tolerance. `depth` is the number of consecutive functions of floats in the model.
fn first_difference(recorded: &Recorded, expected: &[u8], found: &[u8], (depth, least): (u16, f32)) -> Option<usize> {
    if recorded.dtype == "float32" {
        floats::first_difference(expected, found, recorded.bytes, (depth, least))
    } else {
        // If a float may differ in its last bit, its quantised value may be the adjacent one.
        let limit = i16::from(depth > 0);
        (0..expected.len()).find(|&at| (i16::from(expected[at] as i8) - i16::from(found[at] as i8)).abs() > limit)
    }
}

/// Writes the files of an archive; returns its C sources.
pub fn unpack(archive: &[u8], folder: &Path) -> Vec<PathBuf> {
    let archive = Archive::from_bytes("test", archive, Limits::default()).unwrap();
    let mut sources = Vec::new();
    for member in archive.members() {
        let path = folder.join(&member.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &member.data).unwrap();
        if path.extension().is_some_and(|extension| extension == "c") {
            sources.push(path);
        }
    }
    sources
}

/// A tensor to record, as a C expression for its address.
struct Watched {
    recorded: usize,
    address: String,
}

fn watched(model: &Model, options: &Options, recording: &Recording) -> Vec<Watched> {
    let mut watched = Vec::new();
    for (i, recorded) in recording.tensors.iter().enumerate().filter(|(_, recorded)| recorded.subgraph == 0) {
        let address = match recorded.role.as_str() {
            "output" => Some(format!("output_{}", recorded.position)),
            "intermediate" if options.keep_all_tensors => {
                model.places[recorded.tensor].and_then(|place| match place.owner {
                    Owner::Input(i) => Some(format!("input_{i} + {}", place.offset)),
                    Owner::Output(i) => Some(format!("output_{i} + {}", place.offset)),
                    // Computed at compile time: an array of the generated code.
                    Owner::Constant => None,
                    _ => Some(format!("pool_{} + {}", model.pools[place.pool].name, place.offset)),
                })
            }
            _ => None,
        };
        watched.extend(address.map(|address| Watched { recorded: i, address }));
    }
    watched
}

/// Options for compiling a program that runs a model in parts.
const PARTS: [&str; 3] = ["-DTVM_EMBEDDED_LAYERS", "-I", concat!(env!("CARGO_MANIFEST_DIR"), "/../../capi/include")];

/// Whether this model is run in parts, as half of all are.
fn in_parts(model: &Model, folder: &Path) -> bool {
    !model.layers.is_empty() && folder.as_os_str().as_encoded_bytes().iter().fold(0u8, |sum, byte| sum ^ byte) & 1 == 1
}

/// A function that runs the model and leaves it before and after each layer.
fn parts_c(model: &Model) -> String {
    let module = &model.module;
    let mut arguments: Vec<String> = Vec::new();
    if !model.io_in_workspace {
        arguments.extend((0..model.inputs.len()).map(|i| format!("input_{i}")));
        arguments.extend((0..model.outputs.len()).map(|i| format!("output_{i}")));
    }
    let tensors = arguments.len();
    arguments.extend(model.pools.iter().map(|pool| format!("pool_{}", pool.name)));
    arguments.extend(model.stored.pools.iter().map(|pool| format!("(uint8_t *)pool_{}", pool.name)));
    let pointers = vec!["void *"; tensors].into_iter();
    let types: Vec<&str> = pointers.chain(vec!["uint8_t *"; arguments.len() - tensors]).collect();
    format!(
        "#include \"tvm_embedded.h\"\n\
         int32_t tvmgen_{module}___tvm_layers__({}, const TVMLayerHooks *, TVMRun *);\n\
         static int32_t leave(void *user, const TVMLayer *layer) {{\n    int *left = (int *)user;\n    (void)layer;\n    \
         *left = !*left;\n    return *left ? TVM_STATUS_UNFINISHED : 0;\n}}\n\
         static int32_t run_in_parts(void) {{\n    int left = 0;\n    TVMLayerHooks hooks = {{leave, leave, NULL}};\n    TVMRun run;\n    \
         int32_t status;\n    hooks.user = &left;\n    memset(&run, 0, sizeof run);\n    do {{\n        \
         status = tvmgen_{module}___tvm_layers__({}, &hooks, &run);\n    }} while (status == TVM_STATUS_UNFINISHED);\n    \
         return status;\n}}\n",
        types.join(", "),
        arguments.join(", ")
    )
}

/// Memory for pools, inputs and outputs.
fn declarations(c: &mut String, model: &Model) {
    for pool in &model.pools {
        let _ = writeln!(c, "static uint8_t pool_{}[{}] __attribute__((aligned(16)));", pool.name, pool.bytes);
    }
    for pool in &model.stored.pools {
        let data = format!("TVMGEN_{}_{}_CONSTANT_POOL_DATA", model.module, pool.name).to_ascii_uppercase();
        let (name, bytes, align) = (&pool.name, pool.bytes, pool.align);
        let _ =
            writeln!(c, "static const uint8_t pool_{name}[{bytes}] __attribute__((aligned({align}))) = {{ {data} }};");
    }
    for (what, ports) in [("input", &model.inputs), ("output", &model.outputs)] {
        for (i, port) in ports.iter().enumerate() {
            let bytes = model.tensor(port.tensor).bytes();
            if model.io_in_workspace {
                let _ = writeln!(c, "static uint8_t *{what}_{i};");
            } else {
                let _ = writeln!(c, "static uint8_t {what}_{i}[{bytes}] __attribute__((aligned(8)));");
            }
        }
    }
}

/// Sets the pointers to the memory; the arguments of a run.
fn arguments(c: &mut String, model: &Model) -> Vec<String> {
    let module = &model.module;
    let mut arguments = Vec::new();
    let pooled = !model.pools.is_empty() || !model.stored.pools.is_empty();
    if pooled {
        let _ = writeln!(c, "    struct tvmgen_{module}_workspace_pools pools;");
        for pool in &model.pools {
            let _ = writeln!(c, "    pools.{0} = pool_{0};\n    memset(pool_{0}, 0xa5, {1}U);", pool.name, pool.bytes);
        }
        for pool in &model.stored.pools {
            let _ = writeln!(c, "    pools.{0} = (void *)(uintptr_t)pool_{0};", pool.name);
        }
    }
    for (what, ports) in [("input", &model.inputs), ("output", &model.outputs)] {
        if ports.is_empty() {
            continue;
        }
        if model.io_in_workspace {
            let _ = writeln!(c, "    struct tvmgen_{module}_{what}s {what}s = tvmgen_{module}_map_{what}s(&pools);");
            for (i, port) in ports.iter().enumerate() {
                let _ = writeln!(c, "    {what}_{i} = (uint8_t *){what}s.{};", port.c_name);
            }
        } else {
            let _ = writeln!(c, "    struct tvmgen_{module}_{what}s {what}s;");
            for (i, port) in ports.iter().enumerate() {
                let _ = writeln!(c, "    {what}s.{} = {what}_{i};", port.c_name);
            }
            arguments.push(format!("&{what}s"));
        }
    }
    if pooled {
        arguments.push("&pools".into());
    }
    arguments
}

fn main_c(model: &Model, recording: &Recording, watched: &[Watched], in_parts: bool) -> String {
    let module = &model.module;
    let mut c = format!(
        "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include \"tvmgen_{module}.h\"\n\
         static FILE *file(const char *folder, const char *name, const char *mode) {{\n\
             char path[4096];\n    snprintf(path, sizeof path, \"%s/%s\", folder, name);\n\
             FILE *f = fopen(path, mode);\n    if (!f) exit(2);\n    return f;\n}}\n"
    );
    declarations(&mut c, model);
    if in_parts {
        c.push_str(&parts_c(model));
    }
    c.push_str("int main(int argc, char **argv) {\n    if (argc != 3) return 3;\n");
    let arguments = arguments(&mut c, model);
    for i in 0..model.inputs.len() {
        let _ = writeln!(c, "    FILE *in_{i} = file(argv[1], \"input_{i}.bin\", \"rb\");");
    }
    for i in 0..watched.len() {
        let _ = writeln!(c, "    FILE *found_{i} = file(argv[2], \"found_{i}.bin\", \"wb\");");
    }
    if model.state_pool().is_some() {
        // Pools are filled with 0xa5: TVM_STATUS_STATE_NOT_RESET, and nothing is written.
        let _ = writeln!(c, "    if (tvmgen_{module}_run({}) != -7430) return 8;", arguments.join(", "));
    }
    let _ = writeln!(c, "    for (long s = 0; s < {}; s++) {{", recording.samples);
    if model.state_pool().is_some() {
        let again = if recording.sequence > 0 { format!("s % {} == 0", recording.sequence) } else { "s == 0".into() };
        let _ = writeln!(c, "        if ({again}) tvmgen_{module}_reset(&pools);");
    }
    for (i, port) in model.inputs.iter().enumerate() {
        let bytes = model.tensor(port.tensor).bytes();
        let _ = writeln!(c, "        if (fread(input_{i}, {bytes}, 1, in_{i}) != 1) return 4;");
    }
    let call = if in_parts { "run_in_parts(".into() } else { format!("tvmgen_{module}_run({}", arguments.join(", ")) };
    let _ = writeln!(c, "        if ({call}) != 0) return 5;");
    for (i, watched) in watched.iter().enumerate() {
        let bytes = recording.tensors[watched.recorded].bytes;
        let _ = writeln!(c, "        if (fwrite({}, {bytes}, 1, found_{i}) != 1) return 6;", watched.address);
    }
    c.push_str("    }\n");
    for i in 0..watched.len() {
        let _ = writeln!(c, "    if (fclose(found_{i}) != 0) return 7;");
    }
    // Runs in parts use none of these.
    let structs = [
        ("inputs", !model.inputs.is_empty()),
        ("outputs", !model.outputs.is_empty()),
        ("pools", !model.pools.is_empty() || !model.stored.pools.is_empty()),
    ];
    for (name, _) in structs.iter().filter(|(_, there)| *there) {
        let _ = writeln!(c, "    (void){name};");
    }
    c.push_str("    return 0;\n}\n");
    c
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let text: String = text.lines().take(12).collect::<Vec<_>>().join("\n");
    Err(format!("{:?} ended with {:?}: {text}", command.get_program(), output.status.code()))
}
