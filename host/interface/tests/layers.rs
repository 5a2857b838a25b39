//! The functions that run a model with hooks and in parts: they exist if the archive's C has the second form of the main function.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{STRICT, generate_synthetic, runtime_headers, succeed};
use std::process::Command;
use tvm_embedded_interface::{Options, Parameters, generate, write};
use tvm_embedded_mlf::MainParameter;

const FUNCTIONS: [&str; 5] =
    ["TVMExecuteLayers_net", "TVMBegin_net", "TVMStep_net", "TVMGetLayer_net", "TVMLayerData_net"];

/// A model with a function of the name, which nothing says to be of this project's compiler.
fn with_function(memory: Memory) -> Synthetic {
    Synthetic { operator: "tvmgen_net___tvm_layers__".into(), ..Synthetic::new("net").memory(memory) }
}

fn kinds() -> Vec<(Synthetic, Options)> {
    let net = |memory| Synthetic { layers: 1, ..with_function(memory) };
    let external = || net(Memory::External);
    let user = Options { parameters: Parameters::User, ..Options::default() };
    let mut kinds: Vec<_> =
        [Memory::External, Memory::Io].into_iter().map(|memory| (net(memory), Options::default())).collect();
    kinds.push((Synthetic { inputs: vec!["a".into(), "b".into()], ..external() }, Options::default()));
    kinds.push((Synthetic { state: true, constants: true, ..external() }, user));
    kinds
}

#[test]
fn they_are_declared_and_defined_for_programs_that_define_the_macro() {
    for (model, options) in kinds() {
        let directory = tempfile::tempdir().expect("a directory");
        generate_synthetic(directory.path(), &model, &options);
        for (asked, definitions) in [(true, &["-DTVM_EMBEDDED_LAYERS"][..]), (false, &[])] {
            let object = directory.path().join("net.o");
            let mut command = Command::new("gcc");
            command.args(["-std=c99", "-c"]).args(STRICT).args(definitions).arg("-I").arg(directory.path());
            command.arg("-I").arg(runtime_headers()).arg(directory.path().join("net.c")).arg("-o").arg(&object);
            succeed(&mut command);
            let symbols = succeed(Command::new("nm").arg(&object));
            let symbols = String::from_utf8_lossy(&symbols.stdout).into_owned();
            for function in FUNCTIONS {
                assert_eq!(symbols.contains(&format!(" T {function}\n")), asked, "{function}, {model:?}\n{symbols}");
            }
        }
    }
}

#[test]
fn archives_without_that_form_have_none() {
    let layered = |memory| Synthetic { layers: 1, ..with_function(memory) };
    let foreign = [Memory::Internal, Memory::External, Memory::Io, Memory::Runtime].map(with_function);
    let others = [
        Synthetic::new("net"),
        Synthetic { layers: 1, ..Synthetic::new("net") },
        Synthetic { layers: 0, state: true, ..with_function(Memory::External) },
        layered(Memory::Internal),
        layered(Memory::Runtime),
    ];
    for model in foreign.into_iter().chain(others) {
        let directory = tempfile::tempdir().expect("a directory");
        generate_synthetic(directory.path(), &model, &Options::default());
        for file in ["net.c", "net.h"] {
            let text = std::fs::read_to_string(directory.path().join(file)).expect("a file");
            let has = FUNCTIONS.iter().any(|function| text.contains(function));
            assert!(!has && !text.contains("LAYER_COUNT"), "{file}, {model:?}");
        }
    }
}

/// A model of this project's compiler can have a device, which is handed to the layers.
#[test]
fn a_model_with_a_device_has_layers() {
    let model = Synthetic { layers: 1, devices: vec!["npu".into()], ..with_function(Memory::External) };
    let directory = tempfile::tempdir().expect("a directory");
    generate_synthetic(directory.path(), &model, &Options::default());
    let text = std::fs::read_to_string(directory.path().join("net.c")).expect("a file");
    assert!(FUNCTIONS.iter().all(|function| text.contains(function)), "{text}");
}

/// A model whose only layer needs no memory, as a dense layer on its own.
#[test]
fn a_model_without_memory_has_layers() {
    let (archive, library) = Synthetic { layers: 1, ..with_function(Memory::External) }.library();
    let mut module = library.modules[0].clone();
    module.pools.clear();
    module.main_parameters.retain(|parameter| !matches!(parameter, MainParameter::Pool(_)));
    let generated = generate(&archive, &library, &module, &Options::default()).expect("an interface");
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), &generated.files).expect("written files");
    let mut command = Command::new("gcc");
    command.args(["-std=c99", "-c", "-DTVM_EMBEDDED_LAYERS"]).args(STRICT).arg("-I").arg(directory.path());
    command.arg("-I").arg(runtime_headers()).arg(directory.path().join("net.c"));
    succeed(command.arg("-o").arg(directory.path().join("net.o")));
    let symbols = succeed(Command::new("nm").arg(directory.path().join("net.o"))).stdout;
    let symbols = String::from_utf8_lossy(&symbols).into_owned();
    assert!(FUNCTIONS.iter().all(|function| symbols.contains(&format!(" T {function}\n"))), "{symbols}");
}
