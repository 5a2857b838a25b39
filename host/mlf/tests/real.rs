//! Every fact of TVM's archives, as parsed, compared with a table written by hand from the archives' own text.

mod common;

use std::path::Path;

use Interface::{C, Packed as PackedArgs};
use WorkspaceMode::{Runtime, UsmpExternal, UsmpInternal};
use tvm_embedded_mlf::{Archive, Interface, Library, MainParameter as P, Module, PoolKind, Severity, WorkspaceMode};

struct Row {
    archive: &'static str,
    module: &'static str,
    /// Version of TVM, empty if the archive does not record it.
    tvm: &'static str,
    interface: Interface,
    mode: WorkspaceMode,
    /// Name, type and shape of inputs, then of outputs.
    inputs: &'static [(&'static str, &'static str, &'static [i64])],
    outputs: &'static [(&'static str, &'static str, &'static [i64])],
    /// Name and size of external pools; a constant one contains its data.
    pools: &'static [(&'static str, u64)],
    /// Sizes of internal pools in the order of the main function's parameters.
    internal: &'static [u64],
}

const HELLO_IN: &[(&str, &str, &[i64])] = &[("serving_default_dense_input:0", "int8", &[1, 1])];
const HELLO_OUT: &[(&str, &str, &[i64])] = &[("StatefulPartitionedCall_0", "int8", &[1, 1])];
const HELLO08_OUT: &[(&str, &str, &[i64])] = &[("output", "int8", &[1, 1])];
const SPEECH_IN: &[(&str, &str, &[i64])] = &[("Reshape_1", "int8", &[1, 1960])];
const SPEECH_OUT: &[(&str, &str, &[i64])] = &[("labels_softmax", "int8", &[1, 4])];
const KWS_IN: &[(&str, &str, &[i64])] = &[("input_1", "int8", &[1, 49, 10, 1])];
const KWS_OUT: &[(&str, &str, &[i64])] = &[("Identity", "int8", &[1, 12])];
const DUO_IN: &[(&str, &str, &[i64])] = &[("audio/left:0", "int8", &[1, 8, 8, 4]), ("aux", "float32", &[1, 10])];
const DUO_OUT: &[(&str, &str, &[i64])] = &[("output0", "int8", &[1, 4, 4, 6]), ("output1", "float32", &[1, 5])];
const DEV_IN: &[(&str, &str, &[i64])] = &[("x", "float32", &[8]), ("y", "float32", &[8])];
const DEV_OUT: &[(&str, &str, &[i64])] = &[("output", "float32", &[8])];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { archive: "ad_c_nousmp", module: "ad", tvm: "0.12.0", interface: C, mode: Runtime, inputs: &[("input_1", "int8", &[1, 640])], outputs: &[("Identity", "int8", &[1, 640])], pools: &[], internal: &[] },
    Row { archive: "dev_pool", module: "dev_pool", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: DEV_IN, outputs: DEV_OUT, pools: &[("sram", 32)], internal: &[] },
    Row { archive: "dev_usmp", module: "dev_usmp", tvm: "0.12.0", interface: C, mode: UsmpInternal, inputs: DEV_IN, outputs: DEV_OUT, pools: &[], internal: &[32] },
    Row { archive: "duo_c_pool", module: "duo", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: DUO_IN, outputs: DUO_OUT, pools: &[("sram", 788)], internal: &[] },
    Row { archive: "duo_packed", module: "duo_packed", tvm: "0.12.0", interface: PackedArgs, mode: UsmpInternal, inputs: DUO_IN, outputs: DUO_OUT, pools: &[], internal: &[424, 788] },
    Row { archive: "hello08_c", module: "hello", tvm: "", interface: C, mode: Runtime, inputs: HELLO_IN, outputs: HELLO08_OUT, pools: &[], internal: &[] },
    Row { archive: "hello08_packed", module: "hello", tvm: "", interface: PackedArgs, mode: Runtime, inputs: HELLO_IN, outputs: HELLO08_OUT, pools: &[], internal: &[] },
    Row { archive: "hello18_c_nousmp", module: "hello", tvm: "0.18.0", interface: C, mode: Runtime, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[], internal: &[] },
    Row { archive: "hello18_c_pools_const", module: "hello", tvm: "0.18.0", interface: C, mode: UsmpExternal, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[("flash", 708), ("sram", 592)], internal: &[] },
    Row { archive: "hello18_c_usmp", module: "hello", tvm: "0.18.0", interface: C, mode: UsmpInternal, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[], internal: &[708, 592] },
    Row { archive: "hello18_packed", module: "hello", tvm: "0.18.0", interface: PackedArgs, mode: UsmpInternal, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[], internal: &[708, 592] },
    Row { archive: "hello_c_io", module: "hello_io", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[("sram", 592)], internal: &[] },
    Row { archive: "hello_c_nousmp", module: "hello_nousmp", tvm: "0.12.0", interface: C, mode: Runtime, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[], internal: &[] },
    Row { archive: "hello_c_pool", module: "hello_pool", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[("sram", 592)], internal: &[] },
    Row { archive: "hello_c_pools_const", module: "hello_pools", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[("flash", 708), ("sram", 592)], internal: &[] },
    Row { archive: "hello_float_c_pool", module: "hello_float", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: &[("serving_default_dense_input:0", "float32", &[1, 1])], outputs: &[("StatefulPartitionedCall_0", "float32", &[1, 1])], pools: &[("sram", 1_184)], internal: &[] },
    Row { archive: "hello_packed", module: "hello_pk", tvm: "0.12.0", interface: PackedArgs, mode: UsmpInternal, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[], internal: &[708, 592] },
    Row { archive: "hello_packed_nousmp", module: "hello_pkn", tvm: "0.12.0", interface: PackedArgs, mode: Runtime, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[], internal: &[] },
    Row { archive: "hello_packed_unpackedops", module: "hello_pku", tvm: "0.12.0", interface: PackedArgs, mode: UsmpInternal, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[], internal: &[708, 592] },
    Row { archive: "hello_world_c_usmp", module: "hello_world", tvm: "0.12.0", interface: C, mode: UsmpInternal, inputs: HELLO_IN, outputs: HELLO_OUT, pools: &[], internal: &[708, 592] },
    Row { archive: "ic_c_pools_const", module: "ic", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: &[("input_1_int8", "int8", &[1, 32, 32, 3])], outputs: &[("Identity_int8", "int8", &[1, 10])], pools: &[("flash", 160_228), ("sram", 102_528)], internal: &[] },
    Row { archive: "kws_c_cmsisnn", module: "kws_cmsisnn", tvm: "0.12.0", interface: C, mode: UsmpInternal, inputs: KWS_IN, outputs: KWS_OUT, pools: &[], internal: &[33_584, 72_000] },
    Row { archive: "kws_c_usmp", module: "kws", tvm: "0.12.0", interface: C, mode: UsmpInternal, inputs: KWS_IN, outputs: KWS_OUT, pools: &[], internal: &[53_296, 56_192] },
    Row { archive: "kws_m4_pool", module: "kws", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: KWS_IN, outputs: KWS_OUT, pools: &[("sram", 56_192)], internal: &[] },
    Row { archive: "micro_speech08_c", module: "micro_speech", tvm: "", interface: C, mode: Runtime, inputs: SPEECH_IN, outputs: &[("output", "int8", &[1, 4])], pools: &[], internal: &[] },
    Row { archive: "micro_speech18_c_io", module: "micro_speech", tvm: "0.18.0", interface: C, mode: UsmpExternal, inputs: SPEECH_IN, outputs: SPEECH_OUT, pools: &[("sram", 40_016)], internal: &[] },
    Row { archive: "micro_speech_c_pool", module: "micro_speech", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: SPEECH_IN, outputs: SPEECH_OUT, pools: &[("sram", 40_016)], internal: &[] },
    Row { archive: "person_c_usmp", module: "person_detect", tvm: "0.12.0", interface: C, mode: UsmpInternal, inputs: &[("input", "int8", &[1, 96, 96, 1])], outputs: &[("MobilenetV1_Predictions_Reshape_1", "int8", &[1, 2])], pools: &[], internal: &[459_768, 150_560] },
    Row { archive: "vww_c_io", module: "vww", tvm: "0.12.0", interface: C, mode: UsmpExternal, inputs: &[("input_1_int8", "int8", &[1, 96, 96, 3])], outputs: &[("Identity_int8", "int8", &[1, 2])], pools: &[("sram", 150_560)], internal: &[] },
];

#[test]
fn every_archive_is_parsed_to_its_known_facts() {
    let Some(paths) = common::real_archives() else {
        return;
    };
    for path in &paths {
        let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name");
        let Some(row) = ROWS.iter().find(|row| row.archive == stem) else {
            panic!("{stem} has no row in this table");
        };
        let archive = Archive::read(path).expect("the container");
        let library = Library::parse(&archive).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(library.tvm_version.as_ref().map_or("", |v| v.text.as_str()), row.tvm, "{stem}");
        assert_eq!(library.metadata_version, if row.tvm.is_empty() { 5 } else { 7 }, "{stem}");
        assert_eq!(library.modules.len(), 1, "{stem}");
        check(row, &library.modules[0]);
        check_bytes(path, &library.modules[0]);
    }
}

fn check(row: &Row, module: &Module) {
    let name = row.archive;
    assert_eq!(
        (module.name.as_str(), module.interface, module.workspace_mode),
        (row.module, row.interface, row.mode),
        "{name}"
    );
    for (side, wanted) in [(&module.inputs, row.inputs), (&module.outputs, row.outputs)] {
        assert_eq!(side.len(), wanted.len(), "{name}");
        for (tensor, (wanted_name, dtype, shape)) in side.iter().zip(wanted) {
            assert_eq!(
                (tensor.name.as_str(), tensor.dtype.map(|d| d.to_string()).as_deref()),
                (*wanted_name, Some(*dtype)),
                "{name}"
            );
            assert_eq!(tensor.shape.as_deref(), Some(*shape), "{name}");
        }
    }
    let pools: Vec<(&str, u64)> = module.pools.iter().map(|p| (p.name.as_str(), p.size)).collect();
    assert_eq!(pools, row.pools, "{name}");
    for pool in &module.pools {
        let constant = pool.kind == PoolKind::Constant;
        assert_eq!(constant, pool.name == "flash", "{name}");
        assert_eq!(pool.data.as_ref().map(|d| d.len() as u64), constant.then_some(pool.size), "{name}");
    }
    let internal: Vec<u64> = module.internal_pools.iter().map(|p| p.size).collect();
    assert_eq!(internal, row.internal, "{name}");
    // TVM's sums agree with the facts.
    let planned = |kind: PoolKind| -> u64 {
        let external = module.pools.iter().filter(|p| p.kind == kind).map(|p| p.size);
        external.chain(module.internal_pools.iter().filter(|p| p.kind == kind).map(|p| p.size)).sum()
    };
    if row.mode != Runtime {
        assert_eq!(planned(PoolKind::Workspace), module.workspace_size_bytes, "{name}");
        assert_eq!(planned(PoolKind::Constant), module.constants_size_bytes, "{name}");
    }
    let mut wanted: Vec<P> = Vec::new();
    if !module.io_in_workspace {
        wanted.extend((0..module.inputs.len()).map(P::Input));
        wanted.extend((0..module.outputs.len()).map(P::Output));
    }
    wanted.extend((0..module.pools.len()).map(P::Pool));
    wanted.extend((0..module.internal_pools.len()).map(P::InternalPool));
    assert_eq!(module.main_parameters, wanted, "{name}");
    assert_eq!(module.io_in_workspace, name.ends_with("_io"), "{name}");
    assert_eq!(module.allocates_at_run_time, row.mode == Runtime, "{name}");
}

/// The files beside the archive are as long as the tensors they feed; tensors are called as in C there.
fn check_bytes(archive: &Path, module: &Module) {
    let stem = archive.with_extension("");
    let mut found = 0;
    for (side, tensors) in [("in", &module.inputs), ("out", &module.outputs)] {
        for tensor in tensors {
            for name in [&tensor.c_name, &tensor_file_name(&tensor.name)] {
                let file = format!("{}.{side}.{name}.bin", stem.display());
                if let Ok(metadata) = std::fs::metadata(&file) {
                    assert_eq!(Some(metadata.len()), tensor.size_bytes, "{file}");
                    found += 1;
                    break;
                }
            }
        }
    }
    let expected = if module.name == "kws_cmsisnn" { 0 } else { module.inputs.len() + module.outputs.len() };
    assert_eq!(found, expected, "{}", stem.display());
}

fn tensor_file_name(name: &str) -> String {
    tvm_embedded_mlf::names::sanitize(name)
}

#[test]
fn defects_in_real_archives() {
    for path in common::real_archives().unwrap_or_default() {
        let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
        let library = Library::parse(&Archive::read(&path).expect("the container")).expect("a library");
        let module = &library.modules[0];
        let mut found: Vec<String> =
            module.findings.iter().filter(|f| f.severity > Severity::Note).map(|f| format!("{:?}", f.code)).collect();
        found.dedup();
        let old_internal = ["PoolPointerType", "WritableConstants"];
        let wanted: &[&str] = match stem.as_str() {
            "hello_world_c_usmp" | "kws_c_usmp" | "person_c_usmp" | "hello_packed_unpackedops" => &old_internal,
            "hello_packed" | "duo_packed" => &["WritableConstants"],
            "dev_pool" => &["UnprefixedSymbol"],
            "dev_usmp" => &["PoolPointerType", "UnprefixedSymbol"],
            "kws_c_cmsisnn" => {
                &["PoolPointerType", "WritableConstants", "IgnoredKernelErrors", "UnprefixedSymbol", "ExternalLibrary"]
            }
            _ => &[],
        };
        assert_eq!(found, wanted, "{stem}");
    }
}
