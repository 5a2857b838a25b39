//! The committed corpus: named inputs as files, and those that libFuzzer found packed into one file for each target.

use std::fs;
use std::io::Read;
use std::path::Path;

/// All inputs of a target, each with its name, in the order of their names.
///
/// # Panics
/// If the corpus can't be read.
pub fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut inputs = Vec::new();
    for entry in fs::read_dir(corpus.join(target)).expect("the named inputs") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        inputs.push((name, fs::read(entry.path()).expect("an input")));
    }
    let packed = corpus.join(target).with_extension("tar");
    if packed.exists() {
        let mut packed = tar::Archive::new(fs::File::open(packed).expect("the packed inputs"));
        for entry in packed.entries().expect("a tar file") {
            let mut entry = entry.expect("an entry");
            let name = entry.path().expect("a name").to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("an input");
            inputs.push((name, bytes));
        }
    }
    inputs.sort();
    inputs
}
