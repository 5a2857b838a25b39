//! The same content in other forms, several modules, unusual names, other versions: all are read alike.

mod common;

use common::{Entry, Members, edit, module, net, nets, pack, pax, tar};
use tvm_embedded_mlf::{
    Archive, Interface, Library, Limits, MainParameter as P, Operators, Placement, PoolKind, WorkspaceMode,
};

fn parsed(bytes: &[u8]) -> String {
    let archive = Archive::from_bytes("net.tar", bytes, Limits::default()).expect("a container");
    format!("{:?}", Library::parse(&archive).unwrap_or_else(|e| panic!("{e}")))
}

#[test]
fn the_facts_of_a_plain_module() {
    let library = common::parse(&net("net")).expect("a library");
    assert_eq!((library.metadata_version, library.archive.as_str()), (7, "net.tar"));
    let version = library.tvm_version.clone().expect("a version");
    assert_eq!((version.text.as_str(), version.major, version.minor, version.patch), ("0.12.0", 0, 12, 0));
    let net = &library.modules[0];
    assert_eq!((net.interface, net.operators), (Interface::C, Operators::Unpacked));
    assert_eq!(net.workspace_mode, WorkspaceMode::UsmpExternal);
    assert_eq!(net.header.as_deref(), Some("codegen/host/include/tvmgen_net.h"));
    assert_eq!(net.sources, ["codegen/host/src/net_lib0.c", "codegen/host/src/net_lib1.c"]);
    assert_eq!((net.main_symbol.as_str(), net.run_symbol.as_str()), ("tvmgen_net___tvm_main__", "tvmgen_net_run"));
    // ABI order, not the alphabetical order of metadata.json.
    let tensors: Vec<_> = net
        .tensors()
        .map(|t| {
            (
                t.name.as_str(),
                t.c_name.as_str(),
                t.dtype.expect("a type").to_string(),
                t.shape.clone().expect("a shape"),
                t.size_bytes,
            )
        })
        .collect();
    assert_eq!(
        tensors,
        [
            ("zeta:0", "zeta_0", "int8".to_owned(), vec![2, 2], Some(4)),
            ("alpha", "alpha", "float32".to_owned(), vec![1, 2], Some(8)),
            ("out", "out", "int8".to_owned(), vec![2, 2], Some(4)),
        ]
    );
    assert_eq!(net.main_parameters, [P::Input(0), P::Input(1), P::Output(0), P::Pool(0)]);
    let pool = &net.pools[0];
    assert_eq!((pool.name.as_str(), pool.kind, pool.size, pool.alignment), ("sram", PoolKind::Workspace, 64, 16));
    assert_eq!(net.embedded_constants_bytes, 6);
    assert_eq!(net.defined_symbols, ["tvmgen_net___tvm_main__", "tvmgen_net_add", "tvmgen_net_run"]);
    assert_eq!(net.operator_functions[0].name, "tvmgen_net_add");
}

#[test]
fn order_dots_and_pax_headers_change_nothing() {
    let members = net("net");
    let wanted = parsed(&pack(&members));
    let plain: Vec<Entry<'_>> = members.iter().map(|(p, t)| Entry::file(p, t.as_bytes())).collect();
    assert_eq!(parsed(&tar(&plain)), wanted);
    let reversed: Members = members.iter().rev().cloned().collect();
    assert_eq!(parsed(&pack(&reversed)), wanted);
    let records: Vec<Vec<u8>> =
        members.iter().map(|(p, _)| [pax("mtime", "1.5"), pax("path", &format!("./{p}"))].concat()).collect();
    let mut entries = Vec::new();
    for ((_, text), record) in members.iter().zip(&records) {
        entries.push(Entry::file("PaxHeaders/x", record).kind(b'x'));
        entries.push(Entry::file("x", text.as_bytes()));
    }
    assert_eq!(parsed(&tar(&entries)), wanted);
}

#[test]
fn modules_side_by_side_keep_their_own_files() {
    let names = ["net", "net_lib0", "net2", "ne"];
    let library = common::parse(&nets(&names)).expect("a library");
    let found: Vec<&str> = library.modules.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(found, ["ne", "net", "net2", "net_lib0"]);
    for module in &library.modules {
        let name = &module.name;
        let own = [format!("codegen/host/src/{name}_lib0.c"), format!("codegen/host/src/{name}_lib1.c")];
        assert_eq!(module.sources, own);
        assert_eq!(module.run_symbol, format!("tvmgen_{name}_run"));
        assert_eq!(module.header, Some(format!("codegen/host/include/tvmgen_{name}.h")));
        assert!(module.defined_symbols.iter().all(|s| s.starts_with(&format!("tvmgen_{name}_"))));
    }
    let mut stray = net("net");
    stray.push(("codegen/host/src/other_lib0.c".into(), "int x;".into()));
    let library = common::parse(&stray).expect("a library");
    assert_eq!(library.findings[0].subject, "codegen/host/src/other_lib0.c");
}

#[test]
fn module_names_that_are_not_plain_identifiers() {
    for name in ["MyNet", "my-net", "1net", "my net", "NET", "a.b", "if"] {
        let module = module(&net(name));
        assert_eq!(module.prefix, format!("tvmgen_{name}"));
        assert_eq!(module.header_prefix, Some(format!("tvmgen_{}", name.to_ascii_lowercase())));
        assert_eq!(module.included_header, Some(format!("tvmgen_{name}.h")));
        assert_eq!(module.main_symbol, format!("tvmgen_{name}___tvm_main__"));
        assert_eq!(module.inputs.len(), 2, "{name}");
        assert_eq!(module.pools[0].size, 64, "{name}");
    }
}

#[test]
fn inputs_and_outputs_in_the_workspace() {
    let mut members = net("net");
    let from = "int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs,struct tvmgen_net_outputs* outputs,struct";
    let maps = "struct tvmgen_net_inputs tvmgen_net_map_inputs(\n  struct tvmgen_net_workspace_pools* workspace_pools\n\n){\n\
        struct tvmgen_net_inputs ret = {\n\t.zeta_0 = &((uint8_t*)workspace_pools->sram)[16],\n\t.alpha = &((uint8_t*)workspace_pools->sram)[0],\n};\nreturn ret;\n}\n\
        struct tvmgen_net_outputs tvmgen_net_map_outputs(struct tvmgen_net_workspace_pools* workspace_pools){\n\
        struct tvmgen_net_outputs ret = {\n\t.out = &((uint8_t*)workspace_pools->sram)[60],\n};\nreturn ret;\n}\nint32_t tvmgen_net_run(struct";
    edit(&mut members, "lib0.c", from, maps);
    edit(&mut members, "lib0.c", "inputs->zeta_0,inputs->alpha,outputs->out,", "");
    edit(&mut members, "lib0.c", "void* zeta_0,void* alpha,void* output0,", "");
    edit(&mut members, "lib1.c", "int8_t* a, float* b, int8_t* c, uint8_t", "uint8_t");
    let net = module(&members);
    assert!(net.io_in_workspace);
    assert_eq!(net.main_parameters, [P::Pool(0)]);
    let places: Vec<_> = net.tensors().map(|t| t.placement.map(|Placement { pool, offset }| (pool, offset))).collect();
    assert_eq!(places, [Some((0, 16)), Some((0, 0)), Some((0, 60))]);
    for (from, to, text) in [
        ("sram)[60]", "sram)[61]", "tensor 'out' does not fit into pool 'sram'"),
        ("sram)[60]", "sram)[18446744073709551615]", "does not fit"),
        ("sram)[60]", "sram)[x]", "expected an integer, found 'x'"),
        ("sram)[60]", "dtcm)[60]", "there is no pool 'dtcm'"),
        ("sram)[60]", "sram)", "a tensor's place in a pool"),
        ("sram)[60]", "sram)(60)", "expected '[', found '('"),
        ("workspace_pools->sram)[60]", "sram)[60]", "a tensor's place in a pool"),
        (".out = ", ".out : ", "a tensor's place in a pool"),
        ("\t.alpha = &((uint8_t*)workspace_pools->sram)[0],\n", "", "1 of 2 inputs have a place in a pool"),
        ("(workspace_pools->sram);", "(inputs->alpha,workspace_pools->sram);", "2 inputs, the entry point passes 1"),
    ] {
        let mut broken = members.clone();
        edit(&mut broken, "lib0.c", from, to);
        let message = common::refusal(&broken);
        assert!(message.contains(text) && message.contains("net_lib0.c: "), "{message}");
    }
}

#[test]
fn places_written_as_statements() {
    let mut members = net("net");
    let maps = "struct tvmgen_net_inputs tvmgen_net_map_inputs(struct tvmgen_net_workspace_pools* workspace_pools){\n\
        struct tvmgen_net_inputs inputs;\ninputs.zeta_0 = &((uint8_t*)workspace_pools->sram)[0];\n\
        inputs.alpha = &((uint8_t*)workspace_pools->sram)[16];\nreturn inputs;\n}\n\
        struct tvmgen_net_outputs tvmgen_net_map_outputs(struct tvmgen_net_workspace_pools* workspace_pools){\n\
        struct tvmgen_net_outputs outputs;\noutputs.out = &((uint8_t*)workspace_pools->sram)[32];\nreturn outputs;\n}\n\
        int32_t tvmgen_net_run(struct tvmgen_net_workspace_pools* workspace_pools) {";
    let run = "int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs,struct tvmgen_net_outputs* outputs,struct tvmgen_net_workspace_pools* workspace_pools) {";
    edit(&mut members, "lib0.c", run, maps);
    edit(&mut members, "lib0.c", "inputs->zeta_0,inputs->alpha,outputs->out,", "");
    edit(&mut members, "lib0.c", "void* zeta_0,void* alpha,void* output0,", "");
    let net = module(&members);
    let offsets: Vec<_> = net.tensors().map(|t| t.placement.expect("a place").offset).collect();
    assert_eq!(offsets, [0, 16, 32]);
}

/// A module without sizes and types but those of the Relay text, whose inputs have these names in C and there.
fn named(alpha: &str, zeta: &str, alpha_in_relay: &str, zeta_in_relay: &str) -> Members {
    let mut members = net("net");
    let tensors = "\"inputs\": {\"alpha\": {\"dtype\": \"float32\", \"size\": 8}, \"zeta:0\": {\"dtype\": \"int8\", \"size\": 4}},";
    edit(&mut members, "metadata.json", tensors, "");
    edit(&mut members, "metadata.json", "\"outputs\": {\"out\": {\"dtype\": \"int8\", \"size\": 4}}}", "\"x\": 0}");
    edit(&mut members, "net.h", "void* alpha;", &format!("void* {alpha};"));
    edit(&mut members, "net.h", "void* zeta_0;", &format!("void* {zeta};"));
    edit(&mut members, "lib0.c", "inputs->zeta_0,inputs->alpha", &format!("inputs->{zeta},inputs->{alpha}"));
    edit(&mut members, ".relay", "%alpha:", &format!("%{alpha_in_relay}:"));
    edit(&mut members, ".relay", "%zeta:0:", &format!("%{zeta_in_relay}:"));
    members
}

#[test]
fn names_that_the_relay_text_writes_with_another_beginning() {
    let names = |members: &Members| -> Vec<(String, Option<u64>)> {
        module(members).inputs.iter().map(|t| (t.name.clone(), t.size_bytes)).collect()
    };
    let found = |zeta: &str, alpha: &str| vec![(zeta.to_owned(), Some(4)), (alpha.to_owned(), Some(8))];
    // `%w` is a parameter more than the model has inputs, so the names alone decide.
    let mut members = named("_x", "1st_input", "v_x", "v1st input");
    assert_eq!(names(&members), found("1st input", "_x"));
    edit(&mut members, ".relay", ", %w: Tensor[(9), int8]", "");
    assert_eq!(names(&members), found("1st input", "_x"), "in order");
    // What begins with a letter is not written so.
    assert_eq!(names(&named("x", "zeta", "vx", "zeta"))[1], ("x".to_owned(), None));
    // `%v_x` is `_x` or `v_x`: with both, only their order distinguishes them.
    let mut members = named("_x", "v_x", "v_x", "v_x1");
    assert_eq!(names(&members), [("v_x".to_owned(), None), ("_x".to_owned(), None)]);
    edit(&mut members, ".relay", "%v_x1:", "%v_x:");
    edit(&mut members, ".relay", ", %w: Tensor[(9), int8]", "");
    assert_eq!(names(&members), found("v_x", "_x"));
}

#[test]
fn constant_pools_devices_and_casts() {
    let mut members = net("net");
    edit(&mut members, "net.h", "  void* sram;", "  void* flash;\n  void* sram;");
    let macros = "TVMGEN_NET_FLASH_CONSTANT_POOL_SIZE 2\n#define TVMGEN_NET_FLASH_CONSTANT_POOL_DATA \\\n    0x01, 0x02,\\\n\n#define TVMGEN_NET_SRAM_WORKSPACE_POOL_SIZE 64";
    edit(&mut members, "net.h", "TVMGEN_NET_SRAM_WORKSPACE_POOL_SIZE 64", macros);
    edit(
        &mut members,
        "net.h",
        "int32_t tvmgen_net_run(",
        "struct tvmgen_net_devices {\n  void* ethos_u;\n};\nint32_t tvmgen_net_run(",
    );
    edit(&mut members, "lib0.c", "uint8_t* sram_0_var", "uint8_t* flash_0_var,uint8_t* sram_1_var,void* ethos_u");
    edit(
        &mut members,
        "lib0.c",
        "workspace_pools->sram",
        "((uint8_t*)workspace_pools->flash),((uint8_t*)workspace_pools->sram),devices->ethos_u",
    );
    let net = module(&members);
    assert_eq!(net.devices, ["ethos_u"]);
    assert_eq!(net.main_parameters, [P::Input(0), P::Input(1), P::Output(0), P::Pool(0), P::Pool(1), P::Device(0)]);
    assert_eq!((net.pools[0].kind, net.pools[0].data.as_deref()), (PoolKind::Constant, Some(&[1, 2][..])));
    assert_eq!((net.pools[1].kind, net.pools[1].size), (PoolKind::Workspace, 64));
    // Constants may be left to the user.
    edit(&mut members, "net.h", "#define TVMGEN_NET_FLASH_CONSTANT_POOL_DATA", "#define TVMGEN_OTHER");
    assert_eq!(module(&members).pools[0].data, None);
}

#[test]
fn old_versions_at_the_top_level() {
    let flat = |version: u32, target: &str| {
        format!(
            r#"{{"version": {version}, "executors": ["aot"], "model_name": "net", "style": "full-model", "target": {target},
            "memory": {{"functions": {{"main": [{{"device": 1, "workspace_size_bytes": 64, "constants_size_bytes": 0, "io_size_bytes": 16}}],
            "operator_functions": []}}}}}}"#
        )
    };
    let mut members = net("net");
    edit(&mut members, "lib0.c", "___tvm_main__", "_run_model");
    edit(&mut members, "lib1.c", "___tvm_main__", "_run_model");
    for member in &mut members {
        if member.0.ends_with(".relay") {
            member.0 = "src/relay.txt".into();
        }
    }
    for (version, target) in
        [(5, r#"{"1": "c -keys=cpu -workspace-byte-alignment=32"}"#), (6, r#"["c -workspace-byte-alignment=32"]"#)]
    {
        members[0].1 = flat(version, target);
        let net = module(&members);
        assert_eq!(net.main_symbol, "tvmgen_net_run_model");
        assert_eq!(net.workspace_alignment, 32);
        // Types come from the Relay text; the output's is the type of what @main returns.
        let facts: Vec<_> =
            net.tensors().map(|t| (t.dtype.expect("a type").to_string(), t.size_bytes, t.shape.clone())).collect();
        assert_eq!(facts[0], ("int8".to_owned(), Some(4), Some(vec![2, 2])));
        assert_eq!(facts[1], ("float32".to_owned(), Some(8), Some(vec![1, 2])));
        assert_eq!(facts[2], ("int8".to_owned(), Some(4), Some(vec![2, 2])));
    }
    // Without a known last operator, the size is what the sum leaves and the type is open.
    edit(&mut members, "relay.txt", "nn.relu(%0)", "mystery(%0)");
    let net = module(&members);
    assert_eq!((net.outputs[0].dtype, net.outputs[0].size_bytes), (None, Some(4)));
    assert!(net.findings.iter().any(|f| f.code == tvm_embedded_mlf::Code::TypeUnknown));
}

#[test]
fn metadata_of_0_9_without_tensors() {
    let mut members = net("net");
    let start = members[0].1.find(",\n      \"inputs\"").expect("inputs");
    let end = members[0].1.find("}}}]").expect("the end of outputs") + 2;
    members[0].1.replace_range(start..end, "");
    for size in ["_ZETA_0_SIZE 4", "_ALPHA_SIZE 8", "_OUT_SIZE 4"] {
        edit(&mut members, "net.h", &format!("#define TVMGEN_NET{size}\n"), "");
    }
    let found = module(&members);
    let facts: Vec<_> = found.tensors().map(|t| (t.name.as_str(), t.size_bytes, t.shape.clone())).collect();
    let wanted = [
        ("zeta:0", Some(4), Some(vec![2, 2])),
        ("alpha", Some(8), Some(vec![1, 2])),
        ("out", Some(4), Some(vec![2, 2])),
    ];
    assert_eq!(facts, wanted);
    // What TVM 0.9 counts as I/O includes intermediates, so nothing follows from the sum.
    edit(&mut members, "net.relay", "nn.relu(%0)", "mystery(%0)");
    assert_eq!(module(&members).outputs[0].size_bytes, None);
}

/// TVM 0.8 describes packed tensors only in the Relay text.
#[test]
fn packed_interfaces_of_0_8() {
    let mut members = net("net");
    members.retain(|(p, _)| !p.ends_with(".h"));
    for (path, text) in &mut members {
        match path.as_str() {
            "metadata.json" => {
                *text = r#"{"version": 5, "executors": ["aot"], "model_name": "net", "style": "full-model", "target": {"1": "c"},
                    "memory": {"functions": {"main": [{"device": 1, "workspace_size_bytes": 64, "io_size_bytes": 16}]}}}"#
                    .into();
            }
            path if path.ends_with("lib0.c") => {
                *text = "int32_t tvmgen_net_run(void* args, void* type_code, int num_args, void* out_value, void* out_type_code, void* resource_handle) {\n\
                    return tvmgen_net_run_model(args, type_code, num_args, out_value, out_type_code, resource_handle);\n}\n".into();
            }
            path if path.ends_with("lib1.c") => {
                let argument = |i: usize| format!("  void* arg{i} = (((TVMValue*)args)[{i}].v_handle);\n");
                let all: String = (0..3).map(argument).collect();
                *text = format!(
                    "int32_t tvmgen_net_run_model(void* args, void* t, int32_t n, void* o, void* c, void* r) {{\n{all}  return 0;\n}}\n"
                );
            }
            _ => {}
        }
    }
    edit(&mut members, "net.relay", "%w: ", "%v_param_1: ");
    for member in &mut members {
        if member.0.ends_with(".relay") {
            member.0 = "src/relay.txt".into();
        }
    }
    let facts = |members: &Members| {
        let net = module(members);
        let tensors: Vec<_> = net.tensors().map(|t| (t.name.clone(), t.size_bytes)).collect();
        (net.operators, net.main_parameters, tensors)
    };
    let tensors = vec![("zeta:0".to_owned(), Some(4)), ("alpha".to_owned(), Some(8)), ("output".to_owned(), Some(4))];
    let order = vec![P::Input(0), P::Input(1), P::Output(0)];
    assert_eq!(facts(&members), (Operators::Packed, order.clone(), tensors.clone()));
    // Two outputs.
    let mut two = members.clone();
    edit(&mut two, "relay.txt", "  nn.relu(%0)", "  (%0, %0)");
    let message = common::refusal(&two);
    assert!(message.contains("are not described"), "three arguments are not two inputs and two outputs: {message}");
    edit(&mut two, "lib1.c", "  return 0", "  void* arg3 = (((TVMValue*)args)[3].v_handle);\n  return 0");
    let names: Vec<String> = module(&two).outputs.iter().map(|t| t.c_name.clone()).collect();
    assert_eq!(names, ["output0", "output1"]);
    // A weight that cannot be distinguished from an input: nothing is guessed.
    let mut unclear = members.clone();
    edit(&mut unclear, "relay.txt", "%v_param_1", "%weight");
    let message = common::refusal(&unclear);
    assert!(message.contains("the inputs of this packed interface are not described"), "{message}");
    assert!(message.ends_with("(build the model again with TVM 0.9 or later, or with --interface-api=c)"), "{message}");
    // A program without a body has no results.
    let mut open = members.clone();
    let start = open.iter().position(|(p, _)| p.ends_with("relay.txt")).expect("the program");
    let brace = open[start].1.find(") {").expect("a body") + 2;
    open[start].1.truncate(brace);
    let message = common::refusal(&open);
    assert!(message.contains("the inputs of this packed interface are not described"), "{message}");
    // With unpacked operators, the wrapper takes the arguments apart.
    let data = |i: usize| format!("((DLTensor*)(((TVMValue*)args)[{i}].v_handle))[0].data");
    let call = format!("tvmgen_net_run_model({},{},{})", data(0), data(1), data(2));
    edit(
        &mut members,
        "lib0.c",
        "tvmgen_net_run_model(args, type_code, num_args, out_value, out_type_code, resource_handle)",
        &call,
    );
    edit(
        &mut members,
        "lib1.c",
        "(void* args, void* t, int32_t n, void* o, void* c, void* r)",
        "(void* a, void* b, void* c)",
    );
    assert_eq!(facts(&members), (Operators::Unpacked, order, tensors));
}

/// A packed module as TVM 0.12 writes it.
fn packed() -> Members {
    let mut members = net("net");
    members.retain(|(p, _)| !p.ends_with(".h"));
    let lib0 = "#include \"tvm/runtime/c_runtime_api.h\"\n__attribute__((section(\".bss.noinit.tvm\"), aligned(16)))\nstatic uint8_t global_workspace[64];\n\
        TVM_DLL int32_t tvmgen_net___tvm_main__(TVMValue* args, int* type_code, int num_args, TVMValue* out_value, int* out_type_code, void* resource_handle);\n\
        int32_t tvmgen_net_run(TVMValue* args, int* type_code, int num_args, TVMValue* out_value, int* out_type_code, void* resource_handle) {\n\
        TVMValue tensors[4];\ntensors[0] = ((TVMValue*)args)[0];\ntensors[1] = ((TVMValue*)args)[1];\ntensors[2] = ((TVMValue*)args)[2];\n\
        DLTensor global_workspace_dltensor = {\n.data = &global_workspace\n};\nTVMValue global_workspace_tvm_value = {\n.v_handle = &global_workspace_dltensor\n};\n\
        tensors[3] = global_workspace_tvm_value;\n\
        return tvmgen_net___tvm_main__((void*)tensors, type_code, num_args, out_value, out_type_code, resource_handle);\n}\n";
    let infos = "#include <tvm/runtime/metadata_types.h>\nstatic const int64_t kTvmgenMetadata_inputs_0_shape[2] = {\n2L, \n2L};\nstatic const int64_t kTvmgenMetadata_inputs_1_shape[0] = {\n};\n\
        static const struct TVMTensorInfo kTvmgenMetadata_inputs[2] = {\n{\n\"zeta_0\" /* name*/, \nkTvmgenMetadata_inputs_0_shape, \n2L /* num_shape*/, \n{0, 8, 1} /* dtype*/}\n, \n\
        {\n\"alpha\", \nkTvmgenMetadata_inputs_1_shape, \n0L, \n{2, 64, 1}}\n};\nstatic const int64_t kTvmgenMetadata_outputs_0_shape[1] = {4L};\n\
        static const struct TVMTensorInfo kTvmgenMetadata_outputs[1] = {\n{\n\"output0\", \nkTvmgenMetadata_outputs_0_shape, \n1L, \n{0, 8, 1}}\n};\n\
        TVM_DLL int32_t tvmgen_net_get_c_metadata(TVMValue* arg_values, int* arg_tcodes, int num_args, TVMValue* ret_values, int* ret_tcodes, void* resource_handle) {\n    return 0;\n};\n";
    for (path, text) in &mut members {
        if path.ends_with("lib0.c") {
            *text = lib0.into();
        }
    }
    members.push(("codegen/host/src/net_lib2.c".into(), infos.into()));
    edit(&mut members, "metadata.json", "\"float32\", \"size\": 8", "\"float64\", \"size\": 8");
    members
}

#[test]
fn packed_interfaces() {
    let net = module(&packed());
    assert_eq!((net.interface, net.operators), (Interface::Packed, Operators::Packed));
    assert_eq!(net.workspace_mode, WorkspaceMode::UsmpInternal);
    assert_eq!(net.main_parameters, [P::Input(0), P::Input(1), P::Output(0), P::InternalPool(0)]);
    let facts: Vec<_> =
        net.tensors().map(|t| (t.name.as_str(), t.c_name.as_str(), t.shape.clone().expect("a shape"))).collect();
    assert_eq!(facts, [("zeta:0", "zeta_0", vec![2, 2]), ("alpha", "alpha", vec![]), ("out", "output0", vec![4])]);
    for (path, from, to, text) in [
        ("lib2.c", "2L /* num_shape*/", "3L", "net_lib2.c: line 11: expected 2 (the shape's length), found '3L'"),
        ("lib2.c", "{2, 64, 1}", "{2, 64}", "a type of three numbers"),
        ("lib2.c", "{2, 64, 1}", "{2, 640, 1}", "tensor 'alpha' has an unknown type"),
        ("lib2.c", "\"zeta_0\"", "zeta_0", "expected a tensor's name, found 'zeta_0'"),
        ("lib2.c", "{4L}", "{9L}", "tensor 'out' is int8 in 4 bytes here, but int8 in 9 bytes in the sources"),
        ("lib2.c", "{4L}", "{9223372036854775808L}", "tensor 'output0' has a dimension that is too large"),
        ("lib0.c", "tensors[1] =", "tensors[2] =", "line 8: expected index 1, found '2'"),
        // What is not an assignment to one of `tensors` is passed over, and missed later.
        ("lib0.c", "tensors[1] =", "tensors(1] =", "line 9: expected index 1, found '2'"),
        ("lib0.c", "tensors[1] =", "tensors[1) =", "line 9: expected index 1, found '2'"),
        ("lib0.c", "((TVMValue*)args)[1];", "5;", "line 8: expected a known value for this tensor, found '1'"),
        (
            "lib0.c",
            "((TVMValue*)args)[1];",
            "((TVMValue*)args(1));",
            "expected a known value for this tensor, found '1'",
        ),
        (
            "lib0.c",
            "((TVMValue*)args)[1];",
            "(TVMValue*)args,[1];",
            "expected a known value for this tensor, found '1'",
        ),
        ("lib0.c", "= global_workspace_tvm_value", "= other", "expected a tensor's value, found 'other'"),
        ("lib2.c", "{\n\"zeta_0\"", "zeta_0, {\n\"zeta_0\"", "expected '{', found 'zeta_0'"),
        ("lib2.c", "kTvmgenMetadata_inputs_0_shape, \n2L /*", "no_shape, \n2L /*", "the name of a shape above"),
        ("lib2.c", "{0, 8, 1} /*", "{256, 8, 1} /*", "tensor 'zeta_0' has an unknown type"),
        ("lib2.c", "{0, 8, 1} /*", "{0, 0, 1} /*", "tensor 'zeta_0' has an unknown type"),
        ("lib2.c", "{0, 8, 1} /*", "{0, 8, 0} /*", "tensor 'zeta_0' has an unknown type"),
        ("lib2.c", "{4L}", "{9223372036854775807L}", "tensor 'output0' has a size that is too large"),
        // A scalar needs no shape.
        ("lib2.c", "kTvmgenMetadata_inputs_1_shape, ", "NULL, ", ""),
        (
            "lib0.c",
            "tensors[2] = ((TVMValue*)args)[2];\n",
            "tensors[2] = ((TVMValue*)args)[5];\n",
            "args[5] is neither input nor output: pools given as packed arguments are not supported",
        ),
        ("lib0.c", "global_workspace[64]", "global_workspace[N]", "the size of 'global_workspace' is not understood"),
    ] {
        let mut broken = packed();
        edit(&mut broken, path, from, to);
        if text.is_empty() {
            assert!(common::parse(&broken).is_ok(), "{from} → {to}");
            continue;
        }
        let message = common::refusal(&broken);
        assert!(message.contains(text), "{message}\ndoes not say\n{text}");
    }
    let mut short = packed();
    edit(&mut short, "lib0.c", "tensors[2] = ((TVMValue*)args)[2];\n", "");
    edit(&mut short, "lib0.c", "tensors[3] =", "tensors[2] =");
    let message = common::refusal(&short);
    assert!(message.contains("2 tensors are passed to the main function, but the model has 3"), "{message}");
    // Pools have no place in a packed interface, whatever our own compiler were to say.
    let mut pools = packed();
    let extension = "\"tvm_embedded\": {\"abi\": 1, \"compiler\": \"test\", \"inputs\": [], \"outputs\": [], \
        \"pools\": [{\"name\": \"sram\", \"kind\": \"workspace\", \"size\": 4, \"alignment\": 4}]}, \"executors\"";
    edit(&mut pools, "metadata.json", "\"executors\"", extension);
    let message = common::refusal(&pools);
    assert!(message.contains("net_lib0.c: the pools of the header are not those of metadata.json"), "{message}");
    let mut bare = packed();
    bare.retain(|(p, _)| !p.ends_with("lib2.c"));
    let message = common::refusal(&bare);
    assert!(message.contains("the inputs of this packed interface are not described in the archive"), "{message}");
}
