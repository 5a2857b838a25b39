//! Constants in pools outside of the code: which are where, what the archive says, and what is refused.

use std::fs;
use std::path::Path;
use tvm_embedded_compiler::ir::options::Target;
use tvm_embedded_compiler::{ConstantPool, Optimize, Options, Pool, compile};
use tvm_embedded_mlf::{Archive, Library, Limits, Module, PoolKind};

fn digits() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/digits/digits.tflite")).unwrap()
}

fn pool(name: &str) -> ConstantPool {
    ConstantPool { name: name.into(), bytes: None, operators: Vec::new() }
}

fn sized(name: &str, bytes: usize) -> ConstantPool {
    ConstantPool { bytes: Some(bytes), ..pool(name) }
}

fn of(name: &str, first: usize, last: usize) -> ConstantPool {
    ConstantPool { operators: vec![first..=last], ..pool(name) }
}

fn options(constants: &[ConstantPool]) -> Options {
    Options { constants: constants.to_vec(), target: Target::Portable, ..Options::default() }
}

/// The module and the C of its layers.
fn read(options: &Options) -> (Module, String) {
    let output = compile(&digits(), options).unwrap();
    let archive = Archive::from_bytes("digits", &output.archive, Limits::default()).unwrap();
    let mut library = Library::parse(&archive).unwrap();
    (library.modules.remove(0), archive.text("codegen/host/src/model_lib1.c").unwrap().to_owned())
}

/// The pools of constants in a module, with their bytes.
fn pools(module: &Module) -> Vec<(&str, u64)> {
    let constants = module.pools.iter().filter(|pool| pool.kind == PoolKind::Constant);
    constants.map(|pool| (pool.name.as_str(), pool.size)).collect()
}

#[test]
fn the_most_used_constants_are_in_the_first_pool_and_all_are_in_some() {
    let whole = compile(&digits(), &options(&[])).unwrap().report.constant_bytes;
    let (module, code) = read(&options(&[sized("itcm", 1500), pool("qspi")]));
    let (itcm, qspi) = (pools(&module)[0].1, pools(&module)[1].1);
    assert_eq!((pools(&module)[0].0, pools(&module)[1].0, (itcm + qspi) as usize), ("itcm", "qspi", whole));
    assert!(itcm <= 1500 && itcm > 1000, "{itcm}");
    assert!(!code.contains("MODEL_CONSTANT(4)"), "an array in the code");
    // The table of the softmax is used least: ten values.
    let report = compile(&digits(), &options(&[sized("itcm", 1500), pool("qspi")])).unwrap().report;
    let place = |name: &str| &report.layers.iter().find(|layer| layer.function.ends_with(name)).unwrap().constant_pools;
    assert_eq!(
        (place("depthwise_conv_2d_1"), place("fully_connected_7")),
        (&vec!["itcm".to_owned()], &vec!["qspi".into()])
    );
    // The content is the arrays', as they are in the code without pools.
    let first = &module.pools.iter().find(|pool| pool.name == "qspi").unwrap();
    assert_eq!(first.data.as_ref().map(|data| data.len() as u64), Some(qspi));
    let plain = read(&options(&[])).1;
    let list = plain.split("fully_connected_7_weights[").nth(1).and_then(|text| text.split("{\n").nth(1)).unwrap();
    let list = list.split('}').next().unwrap().replace('\n', "");
    let weights: Vec<u8> = list.trim_end_matches(',').split(',').map(|n| n.parse::<i8>().unwrap() as u8).collect();
    let data = first.data.as_deref().unwrap();
    assert!(weights.len() > 1000 && data.windows(weights.len()).any(|window| window == weights));
}

#[test]
fn operators_choose_and_others_stay_in_the_code_or_go_to_the_open_pool() {
    let (module, code) = read(&options(&[of("itcm", 0, 1)]));
    assert_eq!(pools(&module), [("itcm", 544)]);
    assert!(!code.contains(" conv_2d_0_weights[") && code.contains(" conv_2d_2_weights["));
    let (module, code) = read(&options(&[pool("rest"), of("itcm", 0, 1)]));
    assert_eq!((pools(&module)[0].0, pools(&module)[1]), ("rest", ("itcm", 544)));
    assert!(!code.contains("MODEL_CONSTANT(4)"));
    // What is left fits into the first pool: there is no second one.
    assert_eq!(pools(&read(&options(&[pool("all"), pool("none")])).0).len(), 1);
    // Little code is for any core.
    let little = Options { optimize: Optimize::Size, target: Target::All, ..options(&[pool("all")]) };
    assert_eq!(pools(&read(&little).0).len(), 1);
}

#[test]
fn what_can_not_be_placed_is_refused() {
    let two = |a, b| options(&[a, b]);
    let many = ConstantPool { bytes: Some(500), ..of("a", 0, 1) };
    for (options, words) in [
        (options(&[sized("itcm", 2000)]), "pools for constants too small (itcm 2000): "),
        (
            options(&[sized("itcm", 2000)]),
            " bytes have no place (supported: 5376 bytes if all is in one pool; a last pool",
        ),
        (
            options(&[of("itcm", 3, 9)]),
            "the pool \"itcm\" for operator 9, which the model does not have (supported: operators 0 to 8)",
        ),
        (options(&[of("itcm", 5, 6)]), "the pool \"itcm\" for operators that have no constants"),
        (options(&[many]), "the pool \"a\" of 500 bytes, too small for its operators (supported: 544 bytes)"),
        (two(of("a", 0, 1), of("b", 1, 2)), "operators 1 in the pools a and b (supported: one pool for each)"),
        (two(pool("a"), pool("a")), "two pools of constants named \"a\""),
        (options(&[pool("While")]), "a pool of constants named \"While\" (supported: a C identifier in lower case)"),
        (options(&[pool("workspace")]), "a pool of constants named \"workspace\""),
        (options(&[pool("state")]), "a pool of constants named \"state\", as a pool of variables"),
        (
            Options { pools: vec![Pool { name: "a".into(), bytes: None }], ..options(&[pool("a")]) },
            "a pool of constants named \"a\", as a pool of variables",
        ),
        (Options { target: Target::All, ..options(&[pool("a")]) }, "for all cores: their order depends on the core"),
    ] {
        let message = compile(&digits(), &options).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains(words), "{message}");
    }
}
