//! Modules and archives with something changed.

use crate::common::synthetic::{Memory, Synthetic};
use tvm_embedded_interface::{Generated, Options, generate};
use tvm_embedded_mlf::{Archive, Library, Module, Pool, PoolKind};

pub fn text<'a>(generated: &'a Generated, path: &str) -> &'a str {
    let file = generated.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
    std::str::from_utf8(&file.contents).expect("text")
}

/// The result for a module that was changed after it was read.
pub fn changed(model: &Synthetic, change: impl FnOnce(&mut Module)) -> Result<Generated, String> {
    let (archive, mut library) = model.library();
    change(&mut library.modules[0]);
    generate(&archive, &library, &library.modules[0], &Options::default()).map_err(|error| error.to_string())
}

pub fn refused(model: &Synthetic, change: impl FnOnce(&mut Module), text: &str) {
    let message = changed(model, change).expect_err("a refusal");
    assert!(message.starts_with(&format!("module '{}': ", model.module)), "{message}");
    assert!(message.contains(text), "{message}\ndoes not say\n{text}");
}

/// The result for an archive in which a text was changed.
pub fn edited(model: &Synthetic, path: &str, from: &str, to: &str) -> Result<Generated, String> {
    edited_at(model, &[(path, from, to)])
}

/// The same with several changes.
pub fn edited_at(model: &Synthetic, edits: &[(&str, &str, &str)]) -> Result<Generated, String> {
    let (archive, _) = model.library();
    let text = |m: &tvm_embedded_mlf::Member| String::from_utf8_lossy(&m.data).into_owned();
    let mut members: Vec<(String, String)> = archive.members().iter().map(|m| (m.path.clone(), text(m))).collect();
    for (path, from, to) in edits {
        let member = members.iter_mut().find(|(p, _)| p.ends_with(path)).expect("the member");
        assert!(member.1.contains(from), "{path} holds no {from:?}");
        member.1 = member.1.replace(from, to);
    }
    let bytes = tvm_embedded_mlf::write_tar(members.into_iter().map(|(p, t)| (p, t.into_bytes()))).expect("a tar file");
    let archive = Archive::from_bytes("edited.tar", &bytes, Default::default()).expect("an archive");
    let library = Library::parse(&archive).unwrap_or_else(|e| panic!("{e}"));
    generate(&archive, &library, &library.modules[0], &Options::default()).map_err(|error| error.to_string())
}

pub fn net(memory: Memory) -> Synthetic {
    Synthetic::new("net").memory(memory)
}

pub fn pool(name: &str, kind: PoolKind, data: Option<Vec<u8>>) -> Pool {
    Pool { name: name.into(), kind, size: 8, alignment: 16, state: false, data }
}

pub fn with_constants() -> Synthetic {
    let mut model = net(Memory::External);
    model.constants = true;
    model
}
