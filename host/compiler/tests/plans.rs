//! Limits for memory and time, and that the same model always gives the same bytes.

mod common;

use common::shared_models;
use std::fs;
use std::time::Instant;
use tvm_embedded_compiler::{Options, Pool, Scratch, compile, plan_model};
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
fn workspaces_stay_below_the_limits() {
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

/// Models in which the scratch memory of the fastest kernels would make the workspace too large, with the most bytes it takes:
/// without the choice 104, 150, 500, 6 456 and 126.
const SCRATCH: &[(&str, bool, usize)] = &[
    ("fuzz/corpus/tflite/depthwise_conv_2d-c1", false, 18),
    ("fuzz/corpus/tflite/depthwise_conv_2d-c1", true, 66),
    ("fuzz/corpus/tflite/chain-two_inputs", false, 380),
    ("exporters/models/grouped_and_shuffle.int8_io", true, 4_096),
    ("networks/transpose_conv_simple", false, 90),
];

#[test]
fn scratch_memory_keeps_the_workspace_near_the_largest_layer() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for &(name, io_in_workspace, most) in SCRATCH {
        let folder =
            if name.starts_with("fuzz") { Some(root.clone()) } else { shared_models().map(|at| at.join("..")) };
        let Some(folder) = folder else { continue };
        let bytes = fs::read(folder.join(format!("{name}.tflite"))).unwrap();
        let report = compile(&bytes, &Options { io_in_workspace, ..Options::default() }).unwrap().report;
        let pair = |layer: &tvm_embedded_compiler::ir::report::LayerReport| -> usize {
            layer.inputs.iter().chain(&layer.outputs).map(|tensor| tensor.bytes).sum()
        };
        let largest = report.layers.iter().map(pair).max().unwrap();
        let planned = report.planned_bytes;
        assert!(
            planned <= most && planned * 10 <= largest * 11,
            "{name}: {planned} bytes, the largest layer {largest}"
        );
        let reasons: Vec<&str> =
            report.layers.iter().flat_map(|layer| &layer.misses).map(|miss| miss.why.as_str()).collect();
        assert!(
            reasons.iter().any(|why| why.contains("scratch memory, for a smaller workspace")),
            "{name}: {reasons:?}"
        );
    }
}

/// If a workspace is still larger, there is no scratch memory left to save.
#[test]
fn no_public_model_has_scratch_memory_to_spare() {
    let Some(models) = shared_models() else { return };
    for folder in [models.clone(), models.join("../networks"), models.join("../exporters/models")] {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // The exporters' modes with int8 convolutions.
            if !name.ends_with(".tflite") || name.contains("float") || name.contains("dynamic") || name.contains("16") {
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let planned = |scratch| Some(compile(&bytes, &Options { scratch, ..Options::default() }).ok()?.report);
            let Some(best) = planned(Scratch::Best) else { continue };
            let tensors = |layer: &tvm_embedded_compiler::ir::report::LayerReport| -> usize {
                layer.inputs.iter().chain(&layer.outputs).map(|tensor| tensor.bytes).sum()
            };
            let largest = best.layers.iter().map(tensors).max().unwrap_or(0);
            if best.planned_bytes * 10 > largest * 11 {
                let none = planned(Scratch::None).unwrap().planned_bytes;
                assert!(best.planned_bytes <= none, "{name}: {} bytes, {none} without scratch", best.planned_bytes);
            }
        }
    }
}

/// Models whose parts of tensors need no code, with the kinds of the removed operators, and the most bytes of workspace.
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

/// Models with a number of bytes that all of their tensors and workspaces fit into together, inputs and outputs in the workspace:
/// without bands 48 176 and 34 544.
const BUDGETS: &[(&str, usize)] =
    &[("networks/vww_96_int8", 32_000), ("networks/person_detect", 24_000), ("models/pretrainedResnet_quant", 21_000)];

#[test]
fn models_fit_into_a_number_of_bytes() {
    let Some(models) = shared_models() else { return };
    for (name, bytes) in BUDGETS {
        let Ok(tflite) = fs::read(models.join("..").join(format!("{name}.tflite"))) else { continue };
        let options = |ram| Options { io_in_workspace: true, ram: Some(ram), ..Options::default() };
        let model = plan_model(&tflite, &options(*bytes)).unwrap();
        assert!(model.ram_bytes() <= *bytes && !model.bands.is_empty(), "{name}: {} bytes", model.ram_bytes());
        // The fewest bytes that the refusal reports are enough.
        let refusal = plan_model(&tflite, &options(100)).map(|_| ()).unwrap_err().to_string();
        let least = refusal.split("at least ").nth(1).and_then(|text| text.split(' ').next()).unwrap().parse().unwrap();
        assert!(least <= *bytes, "{name}: {refusal}");
        assert_eq!(plan_model(&tflite, &options(least)).unwrap().ram_bytes(), least, "{name}");
        // A budget that is large enough changes nothing.
        let ample = plan_model(&tflite, &options(1 << 20)).unwrap();
        assert!(ample.bands.is_empty(), "{name}");
    }
}

/// A pass adds a QUANTIZE under the index of the CONCATENATION that needs it.
#[test]
fn layers_name_the_operator_that_they_compute() {
    let Some(cases) = common::data("cases") else { return };
    let bytes = fs::read(cases.join("concat_other_quantisation/scale.tflite")).unwrap();
    let layers = compile(&bytes, &Options::default()).unwrap().report.layers;
    assert!(layers.len() >= 2, "{layers:?}");
    for layer in &layers {
        let quantizes = layer.summary.starts_with("QUANTIZE");
        assert_eq!(layer.kinds, [if quantizes { "QUANTIZE" } else { "CONCATENATION" }], "{}", layer.summary);
    }
}
