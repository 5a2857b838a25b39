//! The same content in other forms, several modules, unusual names, other versions: all give the same facts.

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
    // With `%w` there is one more parameter than the model has inputs, so only the names decide.
    let mut members = named("_x", "1st_input", "v_x", "v1st input");
    assert_eq!(names(&members), found("1st input", "_x"));
    edit(&mut members, ".relay", ", %w: Tensor[(9), int8]", "");
    assert_eq!(names(&members), found("1st input", "_x"), "in order");
    // Names that begin with a letter are not written in this way.
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
    // Without a known last operator, the size is the rest of the sum and the type is open.
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
