//! Real archives: each gives files that compile without a warning and run to the expected bytes.

mod common;

use common::{archives, generate_into, objects, program, shared, succeed};
use std::path::Path;
use std::process::Command;
use tvm_embedded_interface::Options;

/// Files with the bytes of a run, in the order of the tensors; `None` where there are none for this archive.
fn run_files(archive: &str, kind: &str, names: &[String]) -> Option<Vec<std::path::PathBuf>> {
    let directory = shared()?;
    let files: Vec<_> = names.iter().map(|name| directory.join(format!("{archive}.{kind}.{name}.bin"))).collect();
    files.iter().all(|file| file.is_file()).then_some(files)
}

#[test]
fn every_archive_runs_to_the_expected_bytes() {
    let main = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/run.c");
    for (name, path) in archives() {
        let directory = tempfile::tempdir().expect("a directory");
        let generated = generate_into(directory.path(), &path, &Options::default());
        if !generated.brought.is_empty() {
            println!("{name}: generated; it needs {}", generated.brought.join(", "));
            continue;
        }
        let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
        let facts = &generated.facts;
        let names = |tensors: &[tvm_embedded_interface::Named<tvm_embedded_interface::TensorFacts>]| -> Vec<String> {
            tensors.iter().map(|tensor| tensor.c_name.clone()).collect()
        };
        let files = run_files(&name, "in", &names(&facts.inputs)).zip(run_files(&name, "out", &names(&facts.outputs)));
        let (inputs, outputs) = files.unwrap_or_else(|| panic!("{name}: no bytes to compare with"));
        let definitions = [format!("-DMODEL={}", facts.symbol), format!("-DMODEL_HEADER=\"{}.h\"", facts.symbol)];
        let program = program(directory.path(), &main, &definitions, &objects);
        succeed(Command::new(program).args(inputs).args(outputs));
        println!("{name}: same bytes");
    }
}
