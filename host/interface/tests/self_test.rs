//! The files of a self-test exist if there is a record of runs, and a record of another model is refused.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{STRICT, c_file, generate_synthetic, objects, program, runtime_headers, succeed};
use std::path::Path;
use std::process::Command;
use tvm_embedded_interface::{Error, Options, SelfTest, generate, write};
use tvm_embedded_mlf::{DType, MainParameter, Module};

/// A record for one input and one output of 4 bytes.
fn record() -> SelfTest {
    SelfTest { samples: 2, inputs: vec![None], outputs: vec![vec![1; 8]], layers: Vec::new(), tolerance: 0.0 }
}

fn generated(self_test: Option<SelfTest>) -> Result<Vec<String>, Error> {
    let model = Synthetic::new("net").memory(Memory::External);
    let (archive, library) = model.library();
    let options = Options { self_test, ..Options::default() };
    let generated = generate(&archive, &library, &library.modules[0], &options)?;
    Ok(generated.files.into_iter().map(|file| file.path).chain(generated.sources).collect())
}

#[test]
fn files_exist_if_runs_were_recorded() {
    let listed =
        |record| generated(record).expect("an interface").iter().filter(|path| path.contains("self_test")).count();
    assert_eq!((record().tensor_bytes(), record().layer_bytes()), (8, 0));
    // The header, the C file, and the latter among the sources.
    assert_eq!((listed(None), listed(Some(record()))), (0, 3));
}

#[test]
fn a_record_of_another_model_is_refused() {
    let others = [
        SelfTest { samples: 0, outputs: vec![Vec::new()], ..record() },
        SelfTest { samples: 3, ..record() },
        SelfTest { inputs: vec![None, None], ..record() },
        SelfTest { inputs: vec![Some(vec![1; 7])], ..record() },
        SelfTest { outputs: Vec::new(), ..record() },
        SelfTest { layers: vec![vec![1], vec![2]], ..record() },
        SelfTest { tolerance: f32::NAN, ..record() },
        SelfTest { tolerance: -1.0, ..record() },
    ];
    for other in others {
        match generated(Some(other.clone())) {
            Err(error @ Error::Contradiction { .. }) => assert!(error.to_string().contains("of this model"), "{error}"),
            result => panic!("{other:?}: {result:?}"),
        }
    }
}

#[test]
fn runs_without_hashes_of_layers_are_refused() {
    let (archive, library) = kinds().remove(0).0.library();
    for (runs, accepted) in [(1, false), (2, true), (3, false)] {
        let test = SelfTest { layers: vec![vec![1]; runs], ..record() };
        let options = Options { self_test: Some(test), ..Options::default() };
        assert_eq!(generate(&archive, &library, &library.modules[0], &options).is_ok(), accepted, "{runs}");
    }
}

/// Models whose self-test differs: with hooks of layers, tensors in the workspace, recorded inputs, state.
fn kinds() -> Vec<(Synthetic, SelfTest)> {
    let net = |memory| Synthetic {
        operator: "tvmgen_net___tvm_layers__".into(),
        layers: 1,
        ..Synthetic::new("net").memory(memory)
    };
    let recorded = || SelfTest { inputs: vec![Some(vec![3; 8])], ..record() };
    let layers = || vec![vec![0x1234_5678], vec![0]];
    vec![
        (net(Memory::External), SelfTest { layers: layers(), ..record() }),
        (net(Memory::External), SelfTest { layers: layers(), ..recorded() }),
        (net(Memory::Io), SelfTest { layers: layers(), ..record() }),
        (Synthetic::new("net").memory(Memory::Io), recorded()),
        (Synthetic { state: true, ..net(Memory::External) }, SelfTest { layers: layers(), ..recorded() }),
    ]
}

#[test]
fn every_kind_is_valid_c_with_and_without_hooks() {
    for (model, test) in kinds() {
        let directory = tempfile::tempdir().expect("a directory");
        let compared = test.layers.is_empty();
        generate_synthetic(directory.path(), &model, &Options { self_test: Some(test), ..Options::default() });
        let text = std::fs::read_to_string(directory.path().join("net_self_test.c")).expect("the self-test");
        assert_eq!(text.contains("0x12345678"), !compared, "{text}");
        is_valid_c(directory.path());
    }
}

/// Compiles the self-test of the model `net` with and without hooks of layers.
fn is_valid_c(directory: &Path) {
    for definitions in [&["-DTVM_EMBEDDED_LAYERS"][..], &[]] {
        for compiler in [&["gcc", "-std=c99"][..], &["g++", "-std=c++17", "-x", "c++"]] {
            let mut command = Command::new(compiler[0]);
            command.args(&compiler[1..]).arg("-c").args(STRICT).args(definitions).arg("-I").arg(directory);
            command.arg("-I").arg(runtime_headers()).arg(directory.join("net_self_test.c"));
            succeed(command.arg("-o").arg(directory.join("net.o")));
        }
    }
}

/// Generates a model whose facts were changed, and returns the self-test's C.
fn generated_from(directory: &Path, model: &Synthetic, change: impl FnOnce(&mut Module), test: SelfTest) -> String {
    let (archive, library) = model.library();
    let mut module = library.modules[0].clone();
    change(&mut module);
    let options = Options { self_test: Some(test), ..Options::default() };
    let generated = generate(&archive, &library, &module, &options).expect("an interface");
    write(directory, &generated.files).expect("written files");
    std::fs::read_to_string(directory.join("net_self_test.c")).expect("the self-test")
}

#[test]
fn models_without_some_tensors_are_valid_c() {
    let layered = Synthetic {
        operator: "tvmgen_net___tvm_layers__".into(),
        layers: 1,
        ..Synthetic::new("net").memory(Memory::External)
    };
    let layers = || vec![vec![], vec![]];
    let without_inputs = |module: &mut Module| {
        module.inputs.clear();
        module.main_parameters.retain(|parameter| !matches!(parameter, MainParameter::Input(_)));
    };
    let without_outputs = |module: &mut Module| {
        module.outputs.clear();
        module.main_parameters.retain(|parameter| !matches!(parameter, MainParameter::Output(_)));
    };
    let directory = tempfile::tempdir().expect("a directory");
    let test = || SelfTest { layers: layers(), ..record() };
    let text = generated_from(directory.path(), &layered, without_inputs, SelfTest { inputs: vec![], ..test() });
    is_valid_c(directory.path());
    assert!(text.contains("(const void *input, tvm_net_output_t *output,"), "{text}");
    let text = generated_from(directory.path(), &layered, without_outputs, SelfTest { outputs: vec![], ..test() });
    is_valid_c(directory.path());
    assert!(text.contains("(tvm_net_input_t *input, const void *output,"), "{text}");
    assert!(!text.contains("tvm_net_same"), "{text}");
}

/// What each run expects: an output of 4 bytes, which are the input's plus 1.
fn compared(found: &[u32], expected: &[u32], tolerance: f32) -> String {
    let bytes = |words: &[u32], less: u8| -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).map(|byte| byte.wrapping_sub(less)).collect()
    };
    let test = SelfTest {
        samples: found.len() as u32,
        inputs: vec![Some(bytes(found, 1))],
        outputs: vec![bytes(expected, 0)],
        layers: Vec::new(),
        tolerance,
    };
    let directory = tempfile::tempdir().expect("a directory");
    let model = Synthetic::new("net").memory(Memory::External);
    let (archive, library) = model.library();
    let mut module = library.modules[0].clone();
    module.outputs[0].dtype = Some(DType::FLOAT32);
    let options = Options { self_test: Some(test), ..Options::default() };
    let generated = generate(&archive, &library, &module, &options).expect("an interface");
    write(directory.path(), &generated.files).expect("written files");
    let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
    let program = program(directory.path(), &c_file("self_test.c"), &[], &objects);
    String::from_utf8(succeed(&mut Command::new(program)).stdout).expect("text")
}

#[test]
fn floats_are_compared_within_the_tolerance() {
    let words = |values: &[f32]| -> Vec<u32> { values.iter().map(|value| value.to_bits()).collect() };
    let nan = [0x7FC0_0000, 0xFFC0_0123].map(f32::from_bits);
    // Absolute below 1, relative above.
    let equal = [(1.5, 1.5012), (0.1, 0.1009), (-1000.0, -1000.9), (nan[0], nan[1]), (f32::INFINITY, f32::INFINITY)];
    let found: Vec<f32> = equal.iter().map(|pair| pair.0).collect();
    let expected: Vec<f32> = equal.iter().map(|pair| pair.1).collect();
    assert_eq!(compared(&words(&found), &words(&expected), 0.001), "0 4 - 0");
    for (here, there) in [
        (1.5, 1.502),
        (0.1, 0.1011),
        (-1000.0, -1001.1),
        (nan[0], 1.0),
        (1.0, nan[0]),
        (f32::INFINITY, f32::MAX),
        (f32::MAX, f32::INFINITY),
        (f32::INFINITY, f32::NEG_INFINITY),
    ] {
        let said = compared(&words(&[1.0, here]), &words(&[1.0, there]), 0.001);
        assert!(said.starts_with("-7437 1 y "), "{here} {there}: {said}");
    }
    // Without a tolerance bytes are compared, and the first that differs is named.
    assert_eq!(compared(&words(&[1.5]), &[0x3FC0_0100], 0.0), "-7437 0 y 1");
    assert_eq!(compared(&words(&[nan[0]]), &words(&[nan[1]]), 0.0), "-7437 0 y 0");
}
