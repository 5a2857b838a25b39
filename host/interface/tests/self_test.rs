//! The files of a self-test exist if there is a record of runs, and a record of another model is refused.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{STRICT, generate_synthetic, runtime_headers, succeed};
use std::process::Command;
use tvm_embedded_interface::{Error, Options, SelfTest, generate};

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
        for definitions in [&["-DTVM_EMBEDDED_LAYERS"][..], &[]] {
            let mut command = Command::new("gcc");
            command.args(["-std=c99", "-c"]).args(STRICT).args(definitions).arg("-I").arg(directory.path());
            command.arg("-I").arg(runtime_headers()).arg(directory.path().join("net_self_test.c"));
            succeed(command.arg("-o").arg(directory.path().join("net.o")));
        }
    }
}
