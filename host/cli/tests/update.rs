//! `pack`: the file, with the archive's constants or with others.

mod common;

use std::fs;

use common::{archive_with_constants, printed, tool};

#[test]
fn an_update_has_the_constants_of_the_archive_or_of_a_file() {
    let folder = tempfile::tempdir().expect("a directory");
    let archive = archive_with_constants(folder.path(), "net");
    let pack = |options: &[&str]| {
        let mut pack = tool();
        pack.arg("pack").arg(&archive).args(["-o", "net.update"]).args(options).current_dir(folder.path());
        let (said, notes) = printed(&pack.assert().success());
        assert_eq!((said.as_str(), notes.as_str()), ("net.update: 64 bytes\n", ""));
        fs::read(folder.path().join("net.update")).expect("written")
    };
    let own = pack(&[]);
    let constants: Vec<u8> = (1..=32).collect();
    assert_eq!(own[..8], *b"TVMw\x01\x00\x01\x00");
    assert_eq!((own[12..16].to_vec(), own[16..24].to_vec()), (vec![64, 0, 0, 0], vec![32, 0, 0, 0, 32, 0, 0, 0]));
    assert_eq!(own[32..], constants);
    fs::write(folder.path().join("other.bin"), [7; 32]).expect("written");
    for name in ["sram=other.bin", "other.bin"] {
        let other = pack(&["--parameter", name]);
        // The same structure, other constants and checksums.
        assert_eq!((&other[..24], &other[32..]), (&own[..24], &[7; 32][..]));
        assert_ne!(other[24..32], own[24..32]);
    }
}
