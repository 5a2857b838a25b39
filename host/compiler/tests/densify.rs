//! Constants with sparse contents: weights of FULLY_CONNECTED without a DENSIFY, and damaged files.

mod common;

use common::cases;
use std::panic::catch_unwind;
use tvm_embedded_compiler::import::tflite::read;
use tvm_embedded_compiler::ir::graph::OpKind;
use tvm_embedded_compiler::{Options, compile};

#[test]
fn sparse_contents_are_dense_in_the_graph() {
    let Some(models) = cases("^beyond-densify-") else { return };
    assert!(models.len() >= 20, "{}", models.len());
    for (name, tflite) in models {
        let graph = read(&tflite).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        let main = &graph.subgraphs[0];
        let op = main.operators.iter().find(|op| op.kind == OpKind::DENSIFY).unwrap();
        let kept = main.tensor(op.inputs[0].unwrap());
        let data = kept.contents().unwrap();
        assert_eq!(data.len(), kept.bytes(), "{name}");
        let zeros = data.iter().filter(|byte| **byte == 0).count();
        assert!(zeros > data.len() / 2 && zeros < data.len(), "{name}: {zeros} of {}", data.len());
        compile(&tflite, &Options::default()).unwrap_or_else(|errors| panic!("{name}: {errors}"));
    }
}

#[test]
fn damaged_files_are_refused_or_compiled() {
    let Some(models) = cases("^beyond-densify-(rows|blocks)-(unread|int8)") else { return };
    for (name, tflite) in models {
        let (mut damaged, mut refused) = (tflite.clone(), 0);
        for at in (0..tflite.len() - 4).step_by(4) {
            for lie in [0u32, 1, 3, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
                damaged[at..at + 4].copy_from_slice(&lie.to_le_bytes());
                match catch_unwind(|| compile(&damaged, &Options::default()).map(drop)) {
                    Ok(Err(errors)) => refused += usize::from(errors.to_string().contains("sparse contents")),
                    Ok(Ok(())) => {}
                    Err(_) => panic!("{name}: panic with word {at} = {lie:#x}"),
                }
            }
            damaged[at..at + 4].copy_from_slice(&tflite[at..at + 4]);
        }
        assert!(refused > 20, "{name}: only {refused} of the damaged files have wrong sparse contents");
    }
}
