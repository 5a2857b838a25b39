//! Archives with missing or contradictory facts: certain facts are used, the rest is reported.

mod common;

use common::{Members, edit, module, net};
use tvm_embedded_mlf::{Archive, Code, ErrorKind, Module, Severity};

fn subjects(module: &Module, code: Code) -> Vec<(&str, Severity)> {
    module.findings.iter().filter(|f| f.code == code).map(|f| (f.subject.as_str(), f.severity)).collect()
}

/// `net` as TVM 0.9 writes it: no tensors in metadata.json.
fn without_tensors() -> Members {
    let mut members = net("net");
    let start = members[0].1.find(",\n      \"inputs\"").expect("inputs");
    let end = members[0].1.find("}}}]").expect("the end of outputs") + 2;
    members[0].1.replace_range(start..end, "");
    members
}

/// `net` as TVM 0.8 writes it: no tensors, and the sum of their sizes.
fn with_a_sum(bytes: u64) -> Members {
    let mut members = net("net");
    members[0].1 = format!(
        r#"{{"version": 5, "executors": ["aot"], "model_name": "net", "style": "full-model", "target": ["c"],
        "memory": {{"functions": {{"main": [{{"workspace_size_bytes": 64, "io_size_bytes": {bytes}}}]}}}}}}"#
    );
    members.iter_mut().find(|(p, _)| p.ends_with(".relay")).expect("the program").0 = "src/relay.txt".into();
    edit(&mut members, "relay.txt", "nn.relu(%0)", "mystery(%0)");
    members
}

#[test]
fn the_size_of_the_last_tensor_is_the_rest_of_the_sum() {
    assert_eq!(module(&with_a_sum(16)).outputs[0].size_bytes, Some(4));
    for useless in [0, 11, 12] {
        let net = module(&with_a_sum(useless));
        assert_eq!((net.inputs[0].size_bytes, net.outputs[0].size_bytes), (Some(4), None), "a sum of {useless} bytes");
        assert_eq!(subjects(&net, Code::TypeUnknown), [("out", Severity::Warning)]);
    }
    let mut two = with_a_sum(16);
    edit(&mut two, "relay.txt", "Tensor[(1, 2), float32]", "Tensor[(?, 2), float32]");
    let net = module(&two);
    assert_eq!((net.inputs[1].size_bytes, net.outputs[0].size_bytes), (None, None));
    assert_eq!(subjects(&net, Code::TypeUnknown).len(), 2);
}

#[test]
fn a_program_that_contradicts_the_rest_gives_no_shape() {
    // The result has another type.
    let mut cast = net("net");
    edit(&mut cast, "net.relay", "nn.relu(%0)", "cast(%0, dtype=\"float32\")");
    let found = module(&cast);
    assert_eq!((found.outputs[0].shape.clone(), found.outputs[0].size_bytes), (None, Some(4)));
    assert_eq!(subjects(&found, Code::ShapeUnknown), [("out", Severity::Note)]);
    // Parameters of another size, of an impossible size, twice.
    for (to, shapes) in [
        ("Tensor[(3, 2), int8]", Some(Severity::Warning)),
        ("Tensor[(9223372036854775807, 3), int8]", Some(Severity::Note)),
        ("Tensor[(2, 2), int8], %zeta:0: Tensor[(2, 2), int8]", Some(Severity::Note)),
        ("Tensor[(4), int8]", None),
    ] {
        let mut members = net("net");
        edit(&mut members, "net.relay", "Tensor[(2, 2), int8] /* span=zeta:0:0:0 */", to);
        let found = module(&members);
        let of_input = subjects(&found, Code::ShapeUnknown).into_iter().find(|(name, _)| *name == "zeta:0");
        assert_eq!(of_input.map(|(_, severity)| severity), shapes, "{to}");
        assert_eq!(found.inputs[0].shape, if shapes.is_none() { Some(vec![4]) } else { None });
        assert_eq!(found.inputs[0].size_bytes, Some(4), "metadata.json says so");
    }
}

#[test]
fn results_of_which_only_a_part_is_known() {
    // The type, but no shape: without a size nothing follows.
    let mut typed = without_tensors();
    edit(&mut typed, "net.relay", "nn.relu(%0)", "cast(mystery(%0), dtype=\"int8\")");
    let found = module(&typed);
    assert_eq!((found.outputs[0].dtype, found.outputs[0].size_bytes), (None, None));
    assert_eq!(subjects(&found, Code::TypeUnknown), [("out", Severity::Warning)]);
    // Its size macro is compared with nothing then.
    assert_eq!(subjects(&found, Code::SizeMacro), []);
    // The type, and a sum that gives the size, but not the shape.
    let mut summed = with_a_sum(16);
    edit(&mut summed, "relay.txt", "mystery(%0)", "cast(mystery(%0), dtype=\"int8\")");
    let found = module(&summed);
    assert_eq!((found.outputs[0].dtype, found.outputs[0].size_bytes), (None, Some(4)));
}

#[test]
fn sixteen_bits_may_be_quantised_and_floats_are_not() {
    let mut members = net("net");
    edit(&mut members, "metadata.json", "\"out\": {\"dtype\": \"int8\"", "\"out\": {\"dtype\": \"int16\"");
    let found = module(&members);
    assert_eq!(subjects(&found, Code::QuantizationUnknown), [("zeta:0", Severity::Note), ("out", Severity::Note)]);
    edit(&mut members, "metadata.json", "\"int16\"", "\"int32\"");
    assert_eq!(subjects(&module(&members), Code::QuantizationUnknown), [("zeta:0", Severity::Note)]);
}

#[test]
fn an_invalid_alignment_in_the_target_is_ignored() {
    for (option, alignment) in [("8", 8), ("24", 16), ("8192", 16), ("many", 16), ("", 16)] {
        let mut members = net("net");
        let target = format!("c -keys=cpu -workspace-byte-alignment={option} ");
        edit(&mut members, "metadata.json", "c -keys=cpu ", &target);
        assert_eq!(module(&members).workspace_alignment, alignment, "{option:?}");
    }
}

#[test]
fn pools_in_the_spelling_of_the_model() {
    let mut members = net("net");
    let run = "int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs,struct tvmgen_net_outputs* outputs,struct";
    let maps = "struct tvmgen_net_inputs tvmgen_net_map_inputs(struct tvmgen_net_workspace_pools* workspace_pools){\n\
        struct tvmgen_net_inputs ret = {\n.zeta_0 = &((uint8_t*)workspace_pools->fast-ram)[0],\n.alpha = &((uint8_t*)workspace_pools->fast-ram)[8],\n};\nreturn ret;\n}\n\
        struct tvmgen_net_outputs tvmgen_net_map_outputs(struct tvmgen_net_workspace_pools* workspace_pools){\n\
        struct tvmgen_net_outputs ret = {\n.out = &((uint8_t*)workspace_pools->fast-ram)[60],\n};\nreturn ret;\n}\nint32_t tvmgen_net_run(struct";
    edit(&mut members, "lib0.c", run, maps);
    edit(&mut members, "lib0.c", "inputs->zeta_0,inputs->alpha,outputs->out,", "");
    edit(&mut members, "lib0.c", "void* zeta_0,void* alpha,void* output0,", "");
    edit(&mut members, "lib0.c", "(workspace_pools->sram)", "(workspace_pools->fast_ram)");
    edit(&mut members, "lib1.c", "int8_t* a, float* b, int8_t* c, uint8_t", "uint8_t");
    edit(&mut members, "net.h", "void* sram", "void* fast_ram");
    edit(&mut members, "net.h", "SRAM_WORKSPACE", "FAST_RAM_WORKSPACE");
    let found = module(&members);
    let places: Vec<_> = found.tensors().map(|t| t.placement.map(|p| (p.pool, p.offset))).collect();
    assert_eq!(places, [Some((0, 0)), Some((0, 8)), Some((0, 60))]);
    let names: Vec<&str> = subjects(&found, Code::MapName).iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["zeta:0", "alpha", "out"], "the archive's own map functions do not compile");
    // A tensor of unknown size still has a place.
    let start = members[0].1.find(",\n      \"inputs\"").expect("inputs");
    let end = members[0].1.find("}}}]").expect("the end of outputs") + 2;
    members[0].1.replace_range(start..end, "");
    edit(&mut members, "net.relay", "nn.relu(%0)", "mystery(%0)");
    let found = module(&members);
    assert_eq!((found.outputs[0].size_bytes, found.outputs[0].placement.map(|p| p.offset)), (None, Some(60)));
}

#[test]
fn pools_without_a_size_of_their_own() {
    // One pool is the whole workspace; of two nothing is known.
    let mut members = net("net");
    edit(&mut members, "net.h", "#define TVMGEN_NET_SRAM_WORKSPACE_POOL_SIZE 64\n", "");
    edit(&mut members, "metadata.json", "\"workspace_size_bytes\": 64", "\"workspace_size_bytes\": 80");
    assert_eq!(module(&members).pools[0].size, 80);
    edit(&mut members, "net.h", "  void* sram;", "  void* sram;\n  void* dtcm;");
    let message = common::refusal(&members);
    assert_eq!(
        message,
        "net.tar: codegen/host/include/tvmgen_net.h: line 19: the size of pool 'sram' is not in the header"
    );
}

#[test]
fn the_header_is_found_in_every_spelling() {
    let mut members = net("net");
    let text = members.iter().find(|(p, _)| p.ends_with("net.h")).expect("the header").1.clone();
    members.insert(1, ("codegen/host/include/other.h".into(), "#define OTHER\n".into()));
    members.insert(2, ("codegen/host/include/TVMGEN_NET.h".into(), text.replace("_net", "_NET")));
    assert_eq!(module(&members).header.as_deref(), Some("codegen/host/include/tvmgen_net.h"), "the exact one first");
    members.retain(|(p, _)| !p.ends_with("tvmgen_net.h"));
    let message = common::refusal(&members);
    assert!(message.contains("the header has 0 inputs, the entry point passes 2"), "{message}");
}

#[test]
fn an_input_of_another_name_is_another_input() {
    let mut members = net("net");
    edit(&mut members, "metadata.json", "\"alpha\": {\"dtype\": \"float32\", \"size\": 8}, ", "");
    edit(&mut members, "metadata.json", "zeta:0", "omega");
    let found = module(&members);
    // Their types come from the program instead.
    let inputs: Vec<_> = found.inputs.iter().map(|t| (t.name.as_str(), t.size_bytes)).collect();
    assert_eq!(inputs, [("zeta:0", Some(4)), ("alpha", Some(8))]);
}

#[test]
fn other_files_beside_the_sources_are_skipped() {
    let mut members = net("net");
    members.push(("codegen/host/src/README.md".into(), "not C".into()));
    members.push(("codegen/host/src/devc.o".into(), "not C".into()));
    let library = common::parse(&members).expect("a library");
    assert!(library.findings.is_empty(), "{:?}", library.findings);
    assert_eq!(library.modules[0].sources.len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_fails_while_it_is_read_is_named() {
    // Its first page is never mapped, so it can be opened but not read.
    let error = Archive::read("/proc/self/mem").expect_err("no archive");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().starts_with("/proc/self/mem: can't read the archive: "), "{error}");
}
