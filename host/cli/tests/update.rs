//! `pack`: the file, with the archive's constants or with others.

mod common;

use std::fs;
use std::path::Path;

use common::{archive_with_constants, printed, repository, tool};

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

/// A compiled model with its constants in two pools, and one with other weights.
#[test]
fn an_update_of_a_compiled_model_has_the_weights_of_another_training() {
    let folder = tempfile::tempdir().expect("a directory");
    let model = fs::read(repository("models/digits/digits.tflite")).expect("a model");
    // The weights of the last layer, of which a test of the compiler knows that they are in the second pool.
    let (plain, _) = compiled(folder.path(), &model, &[]);
    let listed =
        plain.split("fully_connected_7_weights[").nth(1).and_then(|text| text.split("{\n").nth(1)).expect("weights");
    let list = listed.split('}').next().expect("a list").replace('\n', "");
    let weights: Vec<u8> =
        list.trim_end_matches(',').split(',').map(|n| n.parse::<i8>().expect("a weight") as u8).collect();
    let at = model.windows(weights.len()).position(|window| window == weights).expect("as in the file");
    let mut other = model.clone();
    other[at..at + weights.len()].reverse();
    let pools = ["--constants", "itcm:2K,qspi"];
    let [first, second] = [&model, &other].map(|model| compiled(folder.path(), model, &pools));
    assert_eq!(first.0, second.0, "the code depends on the weights");
    assert_eq!(first.1[..8], *b"TVMw\x01\x00\x02\x00");
    // Digest, bytes and the first pool are equal, the second pool differs.
    assert_eq!((first.1.len(), &first.1[8..16]), (second.1.len(), &second.1[8..16]));
    let number = |at: usize| u32::from_le_bytes(first.1[at..at + 4].try_into().expect("four")) as usize;
    let ((a, a_bytes), (b, b_bytes)) = ((number(16), number(20)), (number(28), number(32)));
    assert_eq!(first.1[a..a + a_bytes], second.1[a..a + a_bytes]);
    assert!(first.1[b..b + b_bytes].windows(weights.len()).any(|window| window == weights));
    weights.clone_into(&mut other);
    other.reverse();
    assert!(second.1[b..b + b_bytes].windows(other.len()).any(|window| window == other));
}

/// The C of a model's layers; and its update, if constants are in pools.
fn compiled(folder: &Path, model: &[u8], options: &[&str]) -> (String, Vec<u8>) {
    let (archive, update, out) = (folder.join("net.tar"), folder.join("net.update"), folder.join("net"));
    fs::write(folder.join("net.tflite"), model).expect("written");
    let mut compile = tool();
    compile.args(["compile", "net.tflite", "-o", "net.tar", "--core", "portable"]).args(options).current_dir(folder);
    compile.assert().success();
    tool().arg("generate").arg(&archive).arg("-o").arg(&out).assert().success();
    let code = fs::read_to_string(out.join("archive/net_lib1.c")).expect("code");
    if options.is_empty() {
        return (code, Vec::new());
    }
    tool().arg("pack").arg(&archive).arg("-o").arg(&update).assert().success();
    (code, fs::read(update).expect("an update"))
}
