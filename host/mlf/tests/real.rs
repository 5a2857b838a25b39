//! Every fact that the archives of TVM hold, as parsed.

mod common;

use tvm_embedded_mlf::{Archive, Library};

#[test]
fn every_real_archive_parses() {
    for path in common::real_archives().unwrap_or_default() {
        let archive = Archive::read(&path).expect("the container");
        let library = Library::parse(&archive).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(library.modules.len(), 1, "{}", path.display());
        let module = &library.modules[0];
        for tensor in module.tensors() {
            assert!(tensor.size_bytes.is_some(), "{}: {}", path.display(), tensor.name);
        }
    }
}
