//! The files of a self-test exist if there is a record of runs, and a record of another model is refused.

mod common;

use common::synthetic::{Memory, Synthetic};
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
