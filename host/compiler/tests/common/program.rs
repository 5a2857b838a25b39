//! The C program that runs a compiled model on recorded inputs and writes what it found.

use super::Recording;
use std::fmt::Write as _;
use std::path::Path;
use tvm_embedded_compiler::Options;
use tvm_embedded_compiler::ir::model::Model;
use tvm_embedded_compiler::ir::schedule::Owner;

/// A tensor to record, as a C expression for its address.
pub(super) struct Watched {
    pub recorded: usize,
    address: String,
}

/// The tensors of a recording that the program records, too.
pub(super) fn watched(model: &Model, options: &Options, recording: &Recording) -> Vec<Watched> {
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
pub(super) const PARTS: [&str; 3] =
    ["-DTVM_EMBEDDED_LAYERS", "-I", concat!(env!("CARGO_MANIFEST_DIR"), "/../../capi/include")];

/// Whether this model is run in parts, as half of all are: by the names of model and mode, the same in every run.
pub(super) fn in_parts(model: &Model, folder: &Path) -> bool {
    let names = folder.iter().rev().take(2).flat_map(|name| name.as_encoded_bytes());
    !model.layers.is_empty() && names.fold(0u8, |sum, byte| sum ^ byte) & 1 == 1
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
    for (i, pool) in model.stored.pools.iter().enumerate() {
        let data = format!("TVMGEN_{}_{}_CONSTANT_POOL_DATA", model.module, pool.name).to_ascii_uppercase();
        let (name, bytes, align) = (&pool.name, pool.bytes, pool.align);
        // The first pool is copied into RAM before the run, as a program does with a pool that has RAM of its own.
        let stored = if i == 0 { "loaded" } else { "pool" };
        let _ = writeln!(
            c,
            "static const uint8_t {stored}_{name}[{bytes}] __attribute__((aligned({align}))) = {{ {data} }};"
        );
        if i == 0 {
            let _ = writeln!(c, "static uint8_t pool_{name}[{bytes}] __attribute__((aligned({align})));");
        }
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
        if let Some(first) = model.stored.pools.first() {
            let _ = writeln!(c, "    memcpy(pool_{0}, loaded_{0}, {1}U);", first.name, first.bytes);
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

/// The program. Its arguments are the directories of the recording and of the results.
pub(super) fn main_c(model: &Model, recording: &Recording, watched: &[Watched], in_parts: bool) -> String {
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
