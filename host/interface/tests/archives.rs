//! Real archives: each gives files that compile without a warning and run to the expected bytes.

mod common;

use common::{archives, c_file, data, generate_into, objects, program, succeed, unusual_archives};
use std::path::{Path, PathBuf};
use std::process::Command;
use tvm_embedded_interface::{Named, Options, Parameters, TensorFacts};
use tvm_embedded_mlf::names::sanitize;
use tvm_embedded_mlf::{Archive, Code, Library};

/// Files with the bytes of a run, beside the archive, in the order of the tensors; `None` if there are none for it.
fn run_files(archive: &Path, kind: &str, tensors: &[Named<TensorFacts>]) -> Option<Vec<PathBuf>> {
    let stem = archive.with_extension("");
    let file = |name: &str| PathBuf::from(format!("{}.{kind}.{name}.bin", stem.display()));
    let named = |tensor: &Named<TensorFacts>| {
        // The files have the names that TVM gives the tensors in C.
        [tensor.c_name.clone(), sanitize(&tensor.facts.name)].iter().map(|name| file(name)).find(|path| path.is_file())
    };
    tensors.iter().map(named).collect()
}

/// Generates, compiles and runs an archive; with more definitions for the program that compares.
fn runs(path: &Path, definitions: &[&str]) {
    let directory = tempfile::tempdir().expect("a directory");
    let generated = generate_into(directory.path(), path, &Options::default());
    if !generated.brought.is_empty() {
        println!("{}: generated; it needs {}", path.display(), generated.brought.join(", "));
        return;
    }
    let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
    let facts = &generated.facts;
    let files = run_files(path, "in", &facts.inputs).zip(run_files(path, "out", &facts.outputs));
    let (inputs, outputs) = files.unwrap_or_else(|| panic!("{}: no bytes to compare with", path.display()));
    let mut all = vec![format!("-DMODEL={}", facts.symbol), format!("-DMODEL_HEADER=\"{}.h\"", facts.symbol)];
    all.extend(definitions.iter().map(|definition| (*definition).to_owned()));
    let program = program(directory.path(), &c_file("run.c"), &all, &objects);
    succeed(Command::new(program).args(inputs).args(outputs));
    println!("{}: same bytes", path.display());
}

#[test]
fn every_archive_runs_to_the_expected_bytes() {
    for (_, path) in archives() {
        runs(&path, &[]);
    }
}

/// Faults of TVM itself, and the words of the error.
const WRONG: &[(&str, &str)] = &[
    ("hhb16_lstm_poolnames", "'sid_3_let' and 'sid_4_let' have one place in memory while both are in use"),
    ("hhb16_qnn_cnn_ppool", "reads 3 packed arguments but is given 2: a memory pool is never passed"),
    ("tvm0170_many_in_c_io", "inputs 'in0' and 'in1' share bytes of pool 'ws'"),
    ("tvm0170_names_clashy_c_io", "an input and an output are called 'output', which TVM gives one place"),
    ("tvm0170_repeated_c_nou", "output 'output2' is never written"),
];

/// Archives whose bytes come from another executor of TVM.
const NEARLY: [&str; 2] = ["hhb16_mlp_f32_poolhyphen", "tvm0170_nonfinite_c_usmp"];

#[test]
fn unusual_archives_run_to_the_expected_bytes_or_are_refused() {
    for (name, path) in unusual_archives() {
        match WRONG.iter().find(|(wrong, _)| *wrong == name) {
            Some((_, text)) => {
                let archive = Archive::read(&path).expect("an archive");
                let message = Library::parse(&archive).expect_err(&name).to_string();
                assert!(message.contains(text), "{message}");
            }
            None if NEARLY.contains(&name.as_str()) => runs(&path, &["-DTOLERANCE=1e-3f"]),
            None => runs(&path, &[]),
        }
    }
}

/// Symbols that objects need and do not define.
fn undefined(objects: &[PathBuf]) -> Vec<String> {
    let output = succeed(Command::new("nm").arg("-P").args(objects));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let symbols: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(' ')).collect();
    let defined: Vec<&str> = symbols.iter().filter(|(_, kind)| !kind.starts_with('U')).map(|(name, _)| *name).collect();
    let mut needed: Vec<String> = (symbols.iter())
        .filter(|(name, kind)| kind.starts_with('U') && !defined.contains(name))
        .map(|(name, _)| (*name).to_owned())
        .collect();
    needed.sort();
    needed.dedup();
    needed
}

#[test]
fn objects_need_only_what_their_mode_requires() {
    let Some(shared) = data("mlf") else {
        return;
    };
    let mathematics = ["expf", "exp", "powf", "pow", "roundf", "round", "floorf", "ceilf", "tanhf", "memcpy", "memset"];
    for (archive, expected) in [
        ("duo_c_pool", &[][..]),
        ("hello_world_c_usmp", &[]),
        ("hello_c_nousmp", &[]),
        ("hello_packed", &[]),
        ("hello_packed_nousmp", &[]),
        ("hello_c_pools_const", &["TVMGetParameter"]),
        ("hello_c_io", &["TVMCheckMapped"]),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let path = shared.join(format!("{archive}.tar"));
        let generated = generate_into(directory.path(), &path, &Options::default());
        let objects = objects(directory.path(), &generated, &["gcc", "-std=c99", "-fno-stack-protector"]);
        let mut needed = undefined(&objects);
        needed.retain(|name| !mathematics.contains(&name.as_str()) && !name.starts_with("__"));
        assert_eq!(needed, expected, "{archive}");
        let own: Vec<_> = objects.iter().filter(|o| !o.to_string_lossy().contains("archive_")).cloned().collect();
        let data = succeed(Command::new("size").args(&own));
        println!("{archive}: our files\n{}", String::from_utf8_lossy(&data.stdout));
    }
}

/// Objects of some archives, each in a separate directory, and the flags that find their headers.
fn several(directory: &Path, archives: &[(&str, Option<&str>)]) -> Option<(Vec<PathBuf>, Vec<String>)> {
    let shared = data("mlf")?;
    let mut all = Vec::new();
    let mut flags = Vec::new();
    for (archive, symbol) in archives {
        let at = directory.join(archive);
        let options = Options { symbol: symbol.map(str::to_owned), ..Options::default() };
        let generated = generate_into(&at, &shared.join(format!("{archive}.tar")), &options);
        all.extend(objects(&at, &generated, &["gcc", "-std=c99"]));
        flags.push(format!("-I{}", at.display()));
    }
    Some((all, flags))
}

#[test]
fn models_of_three_modes_in_one_program() {
    let directory = tempfile::tempdir().expect("a directory");
    let archives = [("duo_c_pool", None), ("hello_packed", None), ("hello_c_nousmp", None)];
    if let Some((objects, flags)) = several(directory.path(), &archives) {
        succeed(&mut Command::new(program(directory.path(), &c_file("mixed.c"), &flags, &objects)));
    }
}

#[test]
fn operators_and_modules_of_the_same_name_link() {
    let directory = tempfile::tempdir().expect("a directory");
    // An operator without prefix in two archives; one module name in four, of three releases of TVM.
    let archives = [
        ("dev_pool", None),
        ("dev_usmp", None),
        ("hello08_c", Some("hello08")),
        ("hello08_packed", Some("hello08_packed")),
        ("hello18_c_nousmp", Some("hello18")),
        ("hello18_c_usmp", None),
        ("kws_c_usmp", Some("kws_usmp")),
        ("kws_m4_pool", None),
    ];
    let Some((objects, flags)) = several(directory.path(), &archives) else {
        return;
    };
    let symbols = ["dev_pool", "dev_usmp", "hello08", "hello08_packed", "hello18", "hello", "kws_usmp", "kws"];
    let mut main: String = symbols.iter().map(|symbol| format!("#include \"{symbol}.h\"\n")).collect();
    main.push_str("int main(void) {\n");
    for symbol in symbols {
        main.push_str(&format!("  if (TVMCheckModel(&{symbol}) != 0) {{\n    return 1;\n  }}\n"));
    }
    main.push_str("  return 0;\n}\n");
    let path = directory.path().join("main.c");
    std::fs::write(&path, main).expect("a main file");
    succeed(&mut Command::new(program(directory.path(), &path, &flags, &objects)));
}

#[test]
fn constants_of_the_user() {
    let Some(shared) = data("mlf") else {
        return;
    };
    let archive = shared.join("hello_c_pools_const.tar");
    for (parameters, flags) in [(Parameters::User, vec![]), (Parameters::Carried, vec!["-DCARRIED".to_owned()])] {
        let directory = tempfile::tempdir().expect("a directory");
        let options = Options { parameters, ..Options::default() };
        let generated = generate_into(directory.path(), &archive, &options);
        let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
        let parsed = Archive::read(&archive).expect("an archive");
        let library = Library::parse(&parsed).expect("a library");
        let data = library.modules[0].pools.iter().find_map(|pool| pool.data.clone()).expect("constants");
        let file = directory.path().join("constants.bin");
        std::fs::write(&file, data).expect("a file");
        succeed(Command::new(program(directory.path(), &c_file("parameters.c"), &flags, &objects)).arg(file));
    }
}

#[test]
fn errors_of_kernels_fail_the_run() {
    let Some(shared) = data("mlf") else {
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let generated = generate_into(directory.path(), &shared.join("kws_c_cmsisnn.tar"), &Options::default());
    assert!(generated.brought.iter().all(|name| name.starts_with("arm_")), "{:?}", generated.brought);
    assert!(generated.repairs.iter().any(|repair| repair.code == Some(Code::IgnoredKernelErrors)));
    assert!(generated.repairs.iter().any(|repair| repair.code == Some(Code::UnprefixedSymbol)));
    let stand_ins = c_file("cmsis");
    let include = format!("-I{}", stand_ins.display());
    let objects = objects(directory.path(), &generated, &["gcc", "-std=c99", &include]);
    succeed(&mut Command::new(program(directory.path(), &c_file("cmsis.c"), &[], &objects)));
}
