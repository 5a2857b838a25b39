//! Archives for the tests: real ones, if they are present, and small ones made here.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::path::PathBuf;

use tvm_embedded_mlf::{Archive, Error, Library, Limits, Module, write_tar};

#[path = "../../../data.rs"]
mod data;

pub use data::data;

/// Archives made by TVM. `None`, with a line `SKIPPED`, where they are absent.
pub fn real_archives() -> Option<Vec<PathBuf>> {
    let folder = data("mlf")?;
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("a directory")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "tar"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no archives", folder.display());
    Some(paths)
}

/// Members of an archive, by path.
pub type Members = Vec<(String, String)>;

/// A tar entry with every field of its header free.
pub struct Entry<'a> {
    pub name: &'a [u8],
    pub kind: u8,
    pub size: &'a [u8],
    pub data: &'a [u8],
}

impl<'a> Entry<'a> {
    pub fn file(name: &'a str, data: &'a [u8]) -> Entry<'a> {
        Entry { name: name.as_bytes(), kind: b'0', size: b"", data }
    }

    pub fn kind(self, kind: u8) -> Entry<'a> {
        Entry { kind, ..self }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut header = [0u8; 512];
        header[..self.name.len()].copy_from_slice(self.name);
        header[100..107].copy_from_slice(b"0000644");
        let octal = format!("{:011o}", self.data.len());
        let size = if self.size.is_empty() { octal.as_bytes() } else { self.size };
        header[124..124 + size.len()].copy_from_slice(size);
        header[136..147].copy_from_slice(b"00000000000");
        header[148..156].copy_from_slice(b"        ");
        header[156] = self.kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let mut bytes = header.to_vec();
        bytes.extend(self.data);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }
}

/// A tar file of hand-made entries, with its end mark.
pub fn tar(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut bytes: Vec<u8> = entries.iter().flat_map(Entry::bytes).collect();
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

/// A PAX record: its length counts itself.
pub fn pax(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len() + 1;
    while format!("{length}{rest}").len() != length {
        length += 1;
    }
    format!("{length}{rest}").into_bytes()
}

/// A module as TVM 0.12 writes it: interface c, inputs in an order that is not alphabetical, one pool outside.
pub fn net(name: &str) -> Members {
    let mut members = vec![("metadata.json".to_owned(), metadata(&[name]))];
    members.extend(net_files(name));
    members
}

/// Several such modules in one archive.
pub fn nets(names: &[&str]) -> Members {
    let mut members = vec![("metadata.json".to_owned(), metadata(names))];
    members.extend(names.iter().flat_map(|name| net_files(name)));
    members
}

fn metadata(names: &[&str]) -> String {
    let modules: Vec<String> = names.iter().map(|n| format!("\"{n}\": {}", MODULE.replace("@NAME@", n))).collect();
    format!("{{\"modules\": {{{}}}, \"version\": 7}}", modules.join(","))
}

fn net_files(name: &str) -> Members {
    let lower = name.to_ascii_lowercase();
    let fill = |text: &str| {
        text.replace("@NAME@", name).replace("@LOWER@", &lower).replace("@UPPER@", &name.to_ascii_uppercase())
    };
    vec![
        (format!("codegen/host/include/tvmgen_{lower}.h"), fill(HEADER)),
        (format!("codegen/host/src/{name}_lib0.c"), fill(LIB0)),
        (format!("codegen/host/src/{name}_lib1.c"), fill(LIB1)),
        (format!("src/{name}.relay"), fill(RELAY)),
    ]
}

const MODULE: &str = r#"{
  "executors": ["aot"], "export_datetime": "2024-01-01 00:00:00Z", "model_name": "@NAME@", "style": "full-model",
  "external_dependencies": [{"short_name": "tvm_standalone_crt", "url": "./runtime", "url_type": "mlf_path", "version_spec": "0.12.0"}],
  "memory": {"functions": {
    "main": [{"constants_size_bytes": 0, "device": 1, "io_size_bytes": 16, "workspace_size_bytes": 64,
      "inputs": {"alpha": {"dtype": "float32", "size": 8}, "zeta:0": {"dtype": "int8", "size": 4}},
      "outputs": {"out": {"dtype": "int8", "size": 4}}}],
    "operator_functions": [{"function_name": "tvmgen_@NAME@_add", "workspace": [{"device": 1, "workspace_size_bytes": 0}]}]}},
  "target": ["c -keys=cpu "]}"#;

const HEADER: &str = r#"#ifndef TVMGEN_@UPPER@_H_
#define TVMGEN_@UPPER@_H_
#include <stdint.h>

#define TVMGEN_@UPPER@_ZETA_0_SIZE 4
#define TVMGEN_@UPPER@_ALPHA_SIZE 8
#define TVMGEN_@UPPER@_OUT_SIZE 4
/*! \brief Input tensor pointers for TVM module "@NAME@" */
struct tvmgen_@LOWER@_inputs {
  void* zeta_0;
  void* alpha;
};

struct tvmgen_@LOWER@_outputs {
  void* out;
};

struct tvmgen_@LOWER@_workspace_pools {
  void* sram;
};

int32_t tvmgen_@LOWER@_run(
  struct tvmgen_@LOWER@_inputs* inputs,
  struct tvmgen_@LOWER@_outputs* outputs,
  struct tvmgen_@LOWER@_workspace_pools* workspace_pools
);
#define TVMGEN_@UPPER@_WORKSPACE_SIZE 64
#define TVMGEN_@UPPER@_SRAM_WORKSPACE_POOL_SIZE 64

#endif // TVMGEN_@UPPER@_H_
"#;

const LIB0: &str = r#"#include "tvm/runtime/c_runtime_api.h"
#ifdef __cplusplus
extern "C" {
#endif
#include <tvmgen_@NAME@.h>
TVM_DLL int32_t tvmgen_@NAME@___tvm_main__(void* zeta_0,void* alpha,void* output0,uint8_t* sram_0_var);
int32_t tvmgen_@NAME@_run(struct tvmgen_@NAME@_inputs* inputs,struct tvmgen_@NAME@_outputs* outputs,struct tvmgen_@NAME@_workspace_pools* workspace_pools) {return tvmgen_@NAME@___tvm_main__(inputs->zeta_0,inputs->alpha,outputs->out,workspace_pools->sram);
}
#ifdef __cplusplus
}
#endif
;"#;

const LIB1: &str = r#"// tvm target: c -keys=cpu
#define TVM_EXPORTS
#include "tvm/runtime/c_runtime_api.h"
static const int16_t __attribute__((section(".rodata.tvm"), aligned(16))) constant_0[3] = {
    +0x0001, -0x0002, +0x0003
};
TVM_DLL int32_t tvmgen_@NAME@_add(int8_t* p0, float* p1, int8_t* T_add, uint8_t* sram_1_var) {
  T_add[0] = p0[0];
  return 0;
}
TVM_DLL int32_t tvmgen_@NAME@___tvm_main__(int8_t* a, float* b, int8_t* c, uint8_t* sram_0_var) {
  if (tvmgen_@NAME@_add(a, b, c, sram_0_var) != 0 ) return -1;
  return 0;
}
"#;

const RELAY: &str = r#"def @main(%zeta:0: Tensor[(2, 2), int8] /* span=zeta:0:0:0 */, %alpha: Tensor[(1, 2), float32], %w: Tensor[(9), int8], output_tensor_names=["out"]) {
  %0 = clip(%zeta:0, a_min=-1f, a_max=1f);
  nn.relu(%0)
}
"#;

/// Replaces text in the member whose path has this ending; the text must exist.
pub fn edit(members: &mut Members, path: &str, from: &str, to: &str) {
    let member = members.iter_mut().find(|(p, _)| p.ends_with(path)).expect("the member");
    assert!(member.1.contains(from), "{path} has no {from:?}");
    member.1 = member.1.replace(from, to);
}

/// The archive's bytes.
pub fn pack(members: &Members) -> Vec<u8> {
    write_tar(members.iter().map(|(p, t)| (p.clone(), t.clone().into_bytes())))
        .expect("names that are valid in a tar file")
}

/// Parses members as an archive called `net.tar`.
pub fn parse(members: &Members) -> Result<Library, Error> {
    Library::parse(&Archive::from_bytes("net.tar", &pack(members), Limits::default())?)
}

/// The only module of an archive that must parse.
pub fn module(members: &Members) -> Module {
    let mut library = parse(members).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(library.modules.len(), 1);
    library.modules.remove(0)
}

/// The message of an archive that must be refused.
pub fn refusal(members: &Members) -> String {
    parse(members).expect_err("a refusal").to_string()
}
