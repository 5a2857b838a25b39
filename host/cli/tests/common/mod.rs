//! Shared by the tests of the program: calls, and data for them.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use tvm_embedded_mlf::{
    ArchiveBuilder, DType, EXTENSION_ABI, Extension, ExtensionPool, ExtensionTensor, MetadataModule, MetadataTensor,
    PoolKind, metadata_json, write_tar,
};

#[path = "../../../data.rs"]
mod data;

pub use data::data;

/// The program, in an environment that does not change its texts.
pub fn tool() -> Command {
    let mut command = Command::cargo_bin("tvm-embedded").expect("the program is built with its tests");
    command.env_remove("CC").env_remove("CLICOLOR_FORCE").env("NO_COLOR", "1");
    command
}

/// The output of a run, as text.
pub fn printed(assert: &Assert) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8");
    let output = assert.get_output();
    (text(&output.stdout), text(&output.stderr))
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Real archives of TVM; `None`, with a line `SKIPPED`, where they are absent.
pub fn real_archives() -> Option<PathBuf> {
    data("mlf")
}

/// Writes an archive in TVM's form into `folder`: module `name` with input `x/0` and output `y`, both int8 of 4 elements, and
/// a workspace `sram` of 32 bytes. `main` are C statements over `x`, `y` and `sram`.
pub fn archive(folder: &Path, name: &str, main: &str) -> PathBuf {
    let mut archive = ArchiveBuilder::new();
    module(&mut archive, name, main);
    archive.add("metadata.json", metadata_json(&[metadata(name)]).expect("facts are finite"));
    write(folder, name, archive)
}

/// The same with a pool of 32 constants, 1 to 32, instead of the workspace, which are added to the input.
pub fn archive_with_constants(folder: &Path, name: &str) -> PathBuf {
    let path = archive(folder, name, "int i; for (i = 0; i < 4; i++) { y[i] = (int8_t)(x[i] + sram[i]); }");
    let upper = name.to_uppercase();
    let data: Vec<String> = (1..=32).map(|value| format!("0x{value:02x}")).collect();
    let (size, constants) = (
        format!("#define TVMGEN_{upper}_SRAM_WORKSPACE_POOL_SIZE 32\n"),
        format!(
            "#define TVMGEN_{upper}_SRAM_CONSTANT_POOL_SIZE 32\n#define TVMGEN_{upper}_SRAM_CONSTANT_POOL_DATA \\\n    {}\n",
            data.join(", ")
        ),
    );
    let changed = |(path, content): (String, Vec<u8>)| {
        let text = String::from_utf8(content).expect("text").replace(&size, &constants);
        (path, text.into_bytes())
    };
    let members: Members = members_of(&path).into_iter().map(changed).collect();
    fs::write(&path, write_tar(members).expect("an archive")).expect("the directory is writable");
    path
}

/// The same with two modules.
pub fn archive_of_two(folder: &Path, names: [&str; 2], main: &str) -> PathBuf {
    let mut archive = ArchiveBuilder::new();
    names.iter().for_each(|name| module(&mut archive, name, main));
    archive.add("metadata.json", metadata_json(&names.map(metadata)).expect("facts are finite"));
    write(folder, "two", archive)
}

/// An archive in TVM's form: module `name` with inputs `in0`, `in1`, … and output `y`, all int8 of 4 elements, and, if asked for,
/// a workspace `sram`. `y` is the sum of the inputs.
pub fn archive_of_kind(folder: &Path, name: &str, inputs: usize, workspace: bool) -> PathBuf {
    let names: Vec<String> = (0..inputs).map(|i| format!("in{i}")).collect();
    let list = |each: &dyn Fn(&String) -> String| names.iter().map(each).collect::<String>();
    let (pools, pool, member) = match workspace {
        true => (
            format!(", struct tvmgen_{name}_workspace_pools* workspace_pools"),
            ", uint8_t* sram_0_var",
            ", workspace_pools->sram",
        ),
        false => (String::new(), "", ""),
    };
    let structure = match workspace {
        true => format!(
            "struct tvmgen_{name}_workspace_pools {{\n  void* sram;\n}};\n#define TVMGEN_{}_SRAM_WORKSPACE_POOL_SIZE 32\n",
            name.to_uppercase()
        ),
        false => String::new(),
    };
    let run = format!(
        "int32_t tvmgen_{name}_run(struct tvmgen_{name}_inputs* inputs, struct tvmgen_{name}_outputs* outputs{pools})"
    );
    let main =
        format!("int32_t tvmgen_{name}___tvm_main__({}int8_t* y{pool})", list(&|input| format!("int8_t* {input}, ")));
    let mut archive = ArchiveBuilder::new();
    archive.add(
        format!("codegen/host/include/tvmgen_{name}.h"),
        format!(
            "#include <stdint.h>\n{}#define TVMGEN_{upper}_Y_SIZE 4\nstruct tvmgen_{name}_inputs {{\n{}}};\n\
             struct tvmgen_{name}_outputs {{\n  void* y;\n}};\n{structure}{run};\n#define TVMGEN_{upper}_WORKSPACE_SIZE 32\n",
            list(&|input| format!("#define TVMGEN_{}_{}_SIZE 4\n", name.to_uppercase(), input.to_uppercase())),
            list(&|input| format!("  void* {input};\n")),
            upper = name.to_uppercase(),
        ),
    );
    archive.add(
        format!("codegen/host/src/{name}_lib0.c"),
        format!(
            "#include <tvmgen_{name}.h>\n{main};\n{run} {{\n  return tvmgen_{name}___tvm_main__({}outputs->y{member});\n}}\n",
            list(&|input| format!("inputs->{input}, ")),
        ),
    );
    archive.add(
        format!("codegen/host/src/{name}_lib1.c"),
        format!(
            "#include <stdint.h>\n{main};\n{main} {{\n  int i;\n  for (i = 0; i < 4; i++) {{\n    y[i] = (int8_t)(0{});\n  }}\n  return 0;\n}}\n",
            list(&|input| format!(" + {input}[i]")),
        ),
    );
    let tensor = |name: &String| MetadataTensor { name: name.clone(), size_bytes: 4, dtype: DType::INT8 };
    let metadata = MetadataModule {
        inputs: names.iter().map(tensor).collect(),
        workspace_size_bytes: if workspace { 32 } else { 0 },
        ..metadata(name)
    };
    archive.add("metadata.json", metadata_json(&[metadata]).expect("facts are finite"));
    write(folder, name, archive)
}

/// An archive as this project's compiler makes it: as [`archive`], but `sram` keeps a running sum of the inputs from run to run,
/// and scale (0.5) and zero point (-1) are known.
pub fn streaming_archive(folder: &Path, name: &str) -> PathBuf {
    let mut archive = ArchiveBuilder::new();
    let main = "int i; for (i = 0; i < 4; i++) { sram[i] = (uint8_t)(sram[i] + x[i]); y[i] = (int8_t)sram[i]; }";
    module(&mut archive, name, main);
    let pools = format!("struct tvmgen_{name}_workspace_pools");
    let reset = format!(
        "#include <string.h>\n#include <tvmgen_{name}.h>\n\
         void tvmgen_{name}_reset({pools}* workspace_pools);\n\
         void tvmgen_{name}_reset({pools}* workspace_pools) {{\n  memset(workspace_pools->sram, 0, 32);\n}}\n"
    );
    archive.add(format!("codegen/host/src/{name}_lib2.c"), reset);
    let tensor = |name: &str, c_name: &str| ExtensionTensor {
        name: name.to_owned(),
        c_name: c_name.to_owned(),
        dtype: "int8".to_owned(),
        shape: vec![1, 4],
        scale: Some(0.5),
        zero_point: Some(-1),
        alignment: 1,
        workspace: None,
        offset: None,
    };
    let extension = Extension {
        abi: EXTENSION_ABI,
        compiler: "a test".to_owned(),
        cores: None,
        optimize: None,
        inputs: vec![tensor("x/0", "x_0")],
        outputs: vec![tensor("y", "y")],
        pools: vec![ExtensionPool {
            name: "sram".to_owned(),
            kind: PoolKind::Workspace,
            size: 32,
            alignment: 16,
            state: true,
        }],
        stack: None,
        layers: Vec::new(),
        removed: Vec::new(),
        findings: Vec::new(),
    };
    let metadata = MetadataModule { extension: Some(extension), ..metadata(name) };
    archive.add("metadata.json", metadata_json(&[metadata]).expect("facts are finite"));
    write(folder, name, archive)
}

fn write(folder: &Path, name: &str, archive: ArchiveBuilder) -> PathBuf {
    let path = folder.join(format!("{name}.tar"));
    std::fs::write(&path, archive.finish().expect("names are clean")).expect("the directory is writable");
    path
}

fn metadata(name: &str) -> MetadataModule {
    let tensor = |name: &str| MetadataTensor { name: name.to_owned(), size_bytes: 4, dtype: DType::INT8 };
    MetadataModule {
        name: name.to_owned(),
        targets: vec!["c -keys=cpu".to_owned()],
        export_datetime: "2024-01-31 12:00:00Z".to_owned(),
        workspace_size_bytes: 32,
        constants_size_bytes: 0,
        io_size_bytes: 8,
        inputs: vec![tensor("x/0")],
        outputs: vec![tensor("y")],
        operator_functions: Vec::new(),
        extension: None,
    }
}

fn module(archive: &mut ArchiveBuilder, name: &str, main: &str) {
    let upper = name.to_uppercase();
    let header = format!(
        "#include <stdint.h>\n\
         #define TVMGEN_{upper}_X_0_SIZE 4\n\
         #define TVMGEN_{upper}_Y_SIZE 4\n\
         struct tvmgen_{name}_inputs {{\n  void* x_0;\n}};\n\
         struct tvmgen_{name}_outputs {{\n  void* y;\n}};\n\
         struct tvmgen_{name}_workspace_pools {{\n  void* sram;\n}};\n\
         int32_t tvmgen_{name}_run(\n  struct tvmgen_{name}_inputs* inputs,\n  struct tvmgen_{name}_outputs* outputs,\n  \
         struct tvmgen_{name}_workspace_pools* workspace_pools\n);\n\
         #define TVMGEN_{upper}_WORKSPACE_SIZE 32\n\
         #define TVMGEN_{upper}_SRAM_WORKSPACE_POOL_SIZE 32\n"
    );
    let lib0 = format!(
        "#include \"tvm/runtime/c_runtime_api.h\"\n#include <tvmgen_{name}.h>\n\
         TVM_DLL int32_t tvmgen_{name}___tvm_main__(void* x_0,void* output0,uint8_t* sram_0_var);\n\
         int32_t tvmgen_{name}_run(struct tvmgen_{name}_inputs* inputs,struct tvmgen_{name}_outputs* outputs,\
         struct tvmgen_{name}_workspace_pools* workspace_pools) \
         {{return tvmgen_{name}___tvm_main__(inputs->x_0,outputs->y,workspace_pools->sram);\n}}\n;"
    );
    let lib1 = format!(
        "#define TVM_EXPORTS\n#include \"tvm/runtime/c_runtime_api.h\"\n#include \"tvm/runtime/c_backend_api.h\"\n\
         #include <math.h>\n#include <stdbool.h>\n#ifdef __cplusplus\nextern \"C\"\n#endif\n\
         TVM_DLL int32_t tvmgen_{name}___tvm_main__(int8_t* x, int8_t* y, uint8_t* sram) {{\n  {main}\n  return 0;\n}}\n"
    );
    archive.add(format!("codegen/host/include/tvmgen_{name}.h"), header);
    archive.add(format!("codegen/host/src/{name}_lib0.c"), lib0);
    archive.add(format!("codegen/host/src/{name}_lib1.c"), lib1);
}

/// Paths and contents.
pub type Members = Vec<(String, Vec<u8>)>;

/// The members of an archive.
pub fn members_of(path: &Path) -> Members {
    let mut archive = tar::Archive::new(fs::File::open(path).expect("an archive"));
    let entries = archive.entries().expect("entries").map(|entry| {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a path").to_string_lossy().trim_start_matches("./").to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("its content");
        (name, content)
    });
    entries.collect()
}
