//! Bars for memory and time, and that the same model always gives the same bytes.

mod common;

use common::shared_models;
use std::fs;
use std::time::Instant;
use tvm_embedded_compiler::{Options, Pool, compile, plan_model};
use tvm_embedded_mlf::{Archive, Library, Limits};

/// Model and the most bytes its workspace may take.
const BARS: &[(&str, usize)] = &[
    ("hello_world_int8", 32),
    ("micro_speech_quantized", 8_000),
    ("kws_ref_model", 16_000),
    ("pretrainedResnet_quant", 49_152),
    ("v2_okay_nabu", 8_000),
];

#[test]
fn workspaces_stay_below_the_bars() {
    let Some(models) = shared_models() else { return };
    for (name, bar) in BARS {
        let bytes = fs::read(models.join(format!("{name}.tflite"))).unwrap();
        for io_in_workspace in [false, true] {
            let options = Options { io_in_workspace, ..Options::default() };
            let report = compile(&bytes, &options).unwrap().report;
            let (planned, live) = (report.planned_bytes, report.live_bytes);
            assert!(planned * 100 <= live * 101, "{name}: {planned} bytes for {live} alive at once");
            assert!(io_in_workspace || planned <= *bar, "{name}: {planned} bytes, more than {bar}");
        }
    }
}

/// Models whose parts of tensors need no code, with the kinds of the operators that are gone, and the most bytes of workspace.
/// Copying the parts took 174, 203 320 and 864 bytes.
const PARTS: &[(&str, &str, &[&str], usize)] = &[
    ("exporters/models", "gru_unrolled.int8_io", &["SPLIT", "UNPACK", "PACK", "STRIDED_SLICE", "CONCATENATION"], 128),
    ("networks", "hps_model_74ops", &["CONCATENATION", "STRIDED_SLICE", "SPLIT", "RESHAPE"], 165_168),
    ("networks", "rnnoise_int8", &["SPLIT", "UNPACK", "PACK", "STRIDED_SLICE"], 690),
];

#[test]
fn parts_of_tensors_are_read_and_written_in_place() {
    let Some(models) = shared_models() else { return };
    for (folder, name, gone, bar) in PARTS {
        let path = models.join("..").join(folder).join(format!("{name}.tflite"));
        let options = Options { module_name: Some("net".into()), ..Options::default() };
        let output = compile(&fs::read(path).unwrap(), &options).unwrap();
        let kinds = output.report.layers.iter().flat_map(|layer| &layer.kinds);
        let left: Vec<&String> = kinds.filter(|kind| gone.contains(&kind.as_str())).collect();
        assert!(left.is_empty(), "{name}: {left:?}");
        let archive = Archive::from_bytes(name, &output.archive, Limits::default()).unwrap();
        let is_operators = |path: &str| path.ends_with("net_lib1.c");
        let code = archive.members().iter().find(|member| is_operators(&member.path)).expect("the operators");
        let text = String::from_utf8_lossy(&code.data);
        gone.iter().for_each(|kind| {
            assert!(!text.contains(&format!("tvmgen_net_{}_", kind.to_lowercase())), "{name}: {kind}")
        });
        assert!(output.report.planned_bytes <= *bar, "{name}: {}", output.report.planned_bytes);
    }
}

#[test]
fn archives_are_the_same_every_time_and_readable() {
    let Some(models) = shared_models() else { return };
    for (name, _) in BARS {
        let bytes = fs::read(models.join(format!("{name}.tflite"))).unwrap();
        let options = Options { module_name: Some("net".into()), ..Options::default() };
        let start = Instant::now();
        let first = compile(&bytes, &options).unwrap();
        assert!(start.elapsed().as_secs() < 20, "{name} takes {:?} without optimisation", start.elapsed());
        assert_eq!(first.archive, compile(&bytes, &options).unwrap().archive, "{name}");
        let archive = Archive::from_bytes(name, &first.archive, Limits::default()).unwrap();
        let library = Library::parse(&archive).unwrap();
        let module = &library.modules[0];
        assert_eq!((module.name.as_str(), library.modules.len()), ("net", 1));
        let workspace: u64 = module.pools.iter().map(|pool| pool.size).sum();
        assert_eq!(workspace, module.workspace_size_bytes, "{name}");
        let model = plan_model(&bytes, &options).unwrap();
        let names = |ports: &[tvm_embedded_compiler::ir::model::Port]| -> Vec<String> {
            ports.iter().map(|port| port.c_name.clone()).collect()
        };
        let found: Vec<String> = module.inputs.iter().map(|input| input.c_name.clone()).collect();
        assert_eq!(found, names(&model.inputs), "{name}");
    }
}

#[test]
fn pools_of_given_sizes_are_filled_in_order() {
    let Some(models) = shared_models() else { return };
    let bytes = fs::read(models.join("kws_ref_model.tflite")).unwrap();
    let pool = |name: &str, bytes| Pool { name: name.into(), bytes: Some(bytes) };
    let with = |pools: Vec<Pool>| compile(&bytes, &Options { pools, ..Options::default() });
    let report = with(vec![pool("dtcm", 9_000), pool("sram", 12_000)]).unwrap().report;
    let used: Vec<(&str, usize)> = report.pools.iter().map(|pool| (pool.name.as_str(), pool.bytes)).collect();
    assert!(used.iter().any(|&(name, bytes)| name == "dtcm" && bytes <= 9_000), "{used:?}");
    let error = with(vec![pool("dtcm", 2_000), pool("sram", 3_000)]).err().unwrap().to_string();
    assert!(error.contains("dtcm 2000") && error.contains("have no place"), "{error}");
    let error = with(vec![pool("Sram", 99_000), pool("a", 1), pool("a", 1)]).err().unwrap();
    assert_eq!(error.0.len(), 2, "{error}");
}

#[test]
fn names_are_checked() {
    for name in ["", "1st", "My", "a-b", "int"] {
        let options = Options { module_name: Some(name.into()), ..Options::default() };
        assert!(compile(b"", &options).err().unwrap().to_string().contains("module name"), "{name}");
    }
}
