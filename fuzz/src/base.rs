//! Sound archives to start from.

#[path = "../../host/mlf/tests/common/mod.rs"]
pub mod nets;

use std::sync::OnceLock;

use tvm_embedded_compiler as compiler;
use tvm_embedded_mlf::{Archive, Limits};

/// Members of an archive: paths and contents. The first is `metadata.json`.
pub type Members = Vec<(String, Vec<u8>)>;

/// Number of sound archives.
pub const COUNT: usize = 3;

/// One of the sound archives: as TVM writes one module, as it writes two, as our own compiler writes one.
pub fn members(which: usize) -> Members {
    static ALL: OnceLock<[Members; COUNT]> = OnceLock::new();
    ALL.get_or_init(|| [texts(nets::net("net")), texts(nets::nets(&["net", "second"])), compiled()])[which % COUNT]
        .clone()
}

/// The module as TVM writes it, under the caller's name.
pub fn named(name: &str) -> Members {
    texts(nets::net(name))
}

/// A tar file of these members, if `write_tar` accepts them.
pub fn pack(members: &Members) -> Vec<u8> {
    tvm_embedded_mlf::write_tar(members.iter().cloned()).unwrap_or_default()
}

/// An entry with the caller's header: name, type, size if it is not that of the data, data.
pub type FreeEntry = (Vec<u8>, u8, Option<u64>, Vec<u8>);

/// A tar file of entries with any headers.
pub fn pack_entries(entries: &[FreeEntry]) -> Vec<u8> {
    let sizes: Vec<String> = entries
        .iter()
        .map(|(_, _, size, _)| size.map_or(String::new(), |size| format!("{:011o}", size & 0o77777777777)))
        .collect();
    let made: Vec<nets::Entry<'_>> = entries
        .iter()
        .zip(&sizes)
        .map(|((name, kind, _, data), size)| nets::Entry {
            name: &name[..name.len().min(100)],
            kind: *kind,
            size: size.as_bytes(),
            data,
        })
        .collect();
    nets::tar(&made)
}

/// A tar file of members that are text.
pub fn texts_of(members: nets::Members) -> Vec<u8> {
    pack(&texts(members))
}

fn texts(members: nets::Members) -> Members {
    members.into_iter().map(|(path, text)| (path, text.into_bytes())).collect()
}

fn compiled() -> Members {
    let tflite = include_bytes!("../corpus/tflite/conv_2d.tflite");
    let output = compiler::compile(tflite, &compiler::Options::default()).expect("a sound model compiles");
    let archive =
        Archive::from_bytes("conv_2d.tar", &output.archive, Limits::default()).expect("the compiler's archive");
    archive.members().iter().map(|member| (member.path.clone(), member.data.to_vec())).collect()
}
