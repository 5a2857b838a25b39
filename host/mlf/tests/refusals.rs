//! Archives whose container is valid but whose content is not, or is of a kind that can't be used.
//! Each is refused with a message that names the member and the place in it.

mod common;

use common::{Members, edit, net, refusal};
use tvm_embedded_mlf::{Archive, ErrorKind, Library, Limits};

/// Edits `metadata.json` and returns the message.
fn metadata(from: &str, to: &str) -> String {
    let mut members = net("net");
    edit(&mut members, "metadata.json", from, to);
    refusal(&members)
}

fn without(path: &str) -> Members {
    let mut members = net("net");
    let before = members.len();
    members.retain(|(p, _)| !p.ends_with(path));
    assert_eq!(members.len() + 1, before, "{path}");
    members
}

#[test]
fn archives_that_are_not_a_model_library() {
    assert!(refusal(&without("metadata.json")).starts_with("net.tar: the archive has no metadata.json"));
    assert!(metadata("\"modules\"", "modules").starts_with("net.tar: metadata.json: line 1: is not valid JSON"));
    assert!(metadata("{\"modules\"", "[{\"modules\"").contains("is not valid JSON"));
    let twice = metadata("\"style\": \"full-model\"", "\"style\": \"full-model\", \"style\": \"operator\"");
    assert!(twice.contains("the key \"style\" appears twice"), "{twice}");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(refusal(&vec![("metadata.json".into(), deep)]).contains("recursion limit"));
    let text = refusal(&vec![("metadata.json".into(), "[]".into())]);
    assert_eq!(text, "net.tar: metadata.json: top level: expected an object, found an array");
}

#[test]
fn metadata_of_unbounded_size() {
    let members = vec![("metadata.json".to_owned(), " ".repeat((8 << 20) + 1))];
    assert_eq!(refusal(&members), "net.tar: metadata.json: 8388609 bytes long; the limit for metadata is 8388608");
    let members = net("net");
    let length = members[0].1.len() as u64;
    let read = |metadata_bytes: u64| {
        let limits = Limits { metadata_bytes, ..Limits::default() };
        Library::parse(&Archive::from_bytes("net.tar", &common::pack(&members), limits)?)
    };
    assert!(read(length).is_ok());
    let error = read(length - 1).expect_err("metadata that is too large");
    let text = format!("net.tar: metadata.json: {length} bytes long; the limit for metadata is {}", length - 1);
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::TooLarge, text));
}

#[test]
fn metadata_of_too_many_parts() {
    let many = |what: &str, count: usize| refusal(&vec![("metadata.json".into(), what.repeat(count))]);
    let error = many("{}", 200_001);
    assert_eq!(error, "net.tar: metadata.json: 200001 objects and lists; the limit for metadata is 200000");
    let error = many("0,", 1_000_001);
    assert_eq!(error, "net.tar: metadata.json: 1000001 entries; the limit for metadata is 1000000");
    // Characters in strings do not count.
    let error = many("\"{,\\\"{,\" ", 300_000);
    assert!(error.contains("is not valid JSON"), "{error}");
}

#[test]
fn versions() {
    for (version, text) in [
        ("0", "there is no Model Library Format version 0"),
        ("1", "version 1 is older than the C interface"),
        (
            "4",
            "version 4 is older than the C interface that this tool builds on (build the archive again with TVM 0.8 to 0.18",
        ),
        ("8", "version 8 is newer than what is known here (versions 5 and 7, which TVM 0.8 to 0.18 write"),
        ("\"7\"", "expected a non-negative integer, found a string"),
        ("-7", "expected a non-negative integer, found another number"),
        ("7.5", "found another number"),
    ] {
        let message = metadata("\"version\": 7", &format!("\"version\": {version}"));
        assert!(message.starts_with("net.tar: metadata.json: version: "), "{message}");
        assert!(message.contains(text), "{message}");
    }
    assert!(metadata("\"version\": 7", "\"vers\": 7").contains("top level: 'version' is missing"));
}

#[test]
fn other_executors_styles_and_targets() {
    let graph = metadata("[\"aot\"]", "[\"graph\"]");
    assert!(
        graph
            .starts_with("net.tar: metadata.json: modules.net.executors[0]: the model is built for the graph executor")
    );
    assert!(graph.ends_with("(build it again with the ahead-of-time executor: --executor=aot)"), "{graph}");
    assert!(metadata("[\"aot\"]", "[]").contains("modules.net.executors: the model has no ahead-of-time executor"));
    assert!(metadata("[\"aot\"]", "[\"vm\"]").contains("modules.net.executors[0]: unknown executor \"vm\""));
    let operator = metadata("\"style\": \"full-model\"", "\"style\": \"operator\"");
    assert!(
        operator
            .contains("modules.net.style: the archive holds a single operator, not a model (export the model itself")
    );
    let flat =
        r#"{"version": 7, "model_name": "add", "style": "operator", "executors": [], "memory": {}, "target": {}}"#;
    let message = refusal(&vec![("metadata.json".into(), flat.into())]);
    assert!(message.contains("style: the archive holds a single operator"), "{message}");
    let mut objects = net("net");
    objects.push(("codegen/host/lib/net_lib0.o".into(), "\u{7f}ELF".into()));
    let message = refusal(&objects);
    assert!(message.starts_with("net.tar: codegen/host/lib/net_lib0.o: holds machine code"), "{message}");
    assert!(message.ends_with("(build the model again with --target=c)"), "{message}");
}

#[test]
fn metadata_that_lacks_or_garbles_something() {
    for (from, to, text) in [
        ("\"model_name\": \"net\", ", "", "modules.net: 'model_name' is missing"),
        (
            "\"model_name\": \"net\"",
            "\"model_name\": \"other\"",
            "modules.net.model_name: does not agree with the module's key \"net\"",
        ),
        (
            "\"model_name\": \"net\"",
            "\"model_name\": 7",
            "modules.net.model_name: expected a string, found another number",
        ),
        ("\"memory\"", "\"memories\"", "modules.net: 'memory' is missing"),
        ("\"main\": [", "\"main\": [1, ", "modules.net.memory.functions.main[0]: expected an object"),
        (
            "\"workspace_size_bytes\": 64",
            "\"workspace_size_bytes\": -64",
            "main[0].workspace_size_bytes: expected a non-negative integer",
        ),
        ("\"workspace_size_bytes\": 64", "\"workspace_size_bytes\": 1e400", "is not valid JSON"),
        ("\"size\": 8", "\"size\": null", "main[0].inputs.alpha.size: expected a non-negative integer, found null"),
        ("\"float32\"", "\"float33\"", "main[0].inputs.alpha.dtype: unknown element type"),
        ("\"dtype\": \"int8\", \"size\": 4}}}]", "\"size\": 4}}}]", "main[0].outputs.out: 'dtype' is missing"),
        ("\"style\": \"full-model\"", "\"style\": true", "modules.net.style: expected a string, found a boolean"),
        ("\"style\": \"full-model\"", "\"style\": \"half\"", "modules.net.style: unknown style \"half\""),
        ("[\"aot\"]", "{}", "modules.net.executors: expected an array, found an object"),
        ("\"main\": [{", "\"main\": [], \"mane\": [{", "functions.main: the list is empty"),
        ("[\"c -keys=cpu \"]", "\"c\"", "modules.net.target: expected an array, found a string"),
        ("\"function_name\": \"tvmgen_net_add\", ", "", "operator_functions[0]: 'function_name' is missing"),
        ("{\"modules\": {", "{\"modules\": {}, \"x\": {", "modules: the archive has no module"),
        ("\"net\": {", "\"a\\nb\": {", "modules[\"a\\nb\"].model_name: does not agree"),
    ] {
        let message = metadata(from, to);
        assert!(message.starts_with("net.tar: metadata.json: "), "{message}");
        assert!(message.contains(text), "{message}\ndoes not say\n{text}");
    }
    let nameless = r#"{"version": 5, "model_name": "", "style": "full-model", "executors": ["aot"]}"#;
    let message = refusal(&vec![("metadata.json".into(), nameless.into())]);
    assert_eq!(message, "net.tar: metadata.json: model_name: the module's name is empty");
    let odd = nameless.replace("\"\"", "\"n\u{e9}t\"");
    let message = refusal(&vec![("metadata.json".into(), odd)]);
    assert!(message.ends_with("model_name: a module's name has at most 255 printable ASCII characters"), "{message}");
    let long = nameless.replace("\"\"", &format!("\"{}\"", "n".repeat(256)));
    let message = refusal(&vec![("metadata.json".into(), long)]);
    assert!(message.ends_with("model_name: a module's name has at most 255 printable ASCII characters"), "{message}");
    let longest = nameless.replace("\"\"", &format!("\"{}\"", "n".repeat(255)));
    let message = refusal(&vec![("metadata.json".into(), longest)]);
    assert_eq!(message, "net.tar: metadata.json: top level: 'memory' is missing");
    let empty = metadata("\"net\": {", "\"\": {").replace("net", "");
    assert!(empty.contains("does not agree"), "{empty}");
}

#[test]
fn members_that_are_missing() {
    let message = refusal(&without("net.h"));
    assert_eq!(message, "net.tar: the model's header codegen/host/include/tvmgen_net.h is missing");
    let message = refusal(&without("net_lib0.c"));
    assert!(
        message.starts_with("net.tar: no C file of the module defines 'tvmgen_net_run' (the archive is incomplete"),
        "{message}"
    );
    let mut members = without("net_lib0.c");
    members.retain(|(p, _)| !p.ends_with("lib1.c"));
    let message = refusal(&members);
    assert!(
        message.contains("no C file codegen/host/src/net_lib<N>.c for module 'net' (build the model with --target=c)")
    );
    // Without the operators or the Relay text the interface is still known.
    assert!(common::parse(&without("lib1.c")).is_ok());
    assert!(common::parse(&without("net.relay")).is_ok());
}

/// Changes to the entry point: from, to, and the message; an empty message where the archive is still accepted.
const ENTRY: [(&str, &str, &str); 18] = [
    (",inputs->alpha", "", "lib0.c: line 7: the header has 2 inputs, the entry point passes 1"),
    ("inputs->alpha", "inputs->zeta_0", "lib0.c: line 7: input 'zeta_0' is passed twice"),
    ("void* zeta_0,void* alpha", "void* zeta_0", "takes 3 parameters but is given 4"),
    ("workspace_pools->sram", "workspace_pools->dtcm", "pool 'dtcm' is passed, but not declared anywhere"),
    ("workspace_pools->sram", "&global_workspace", "'global_workspace' is passed to the main function but not defined"),
    ("workspace_pools->sram", "NULL", "unknown form of an argument of the main function"),
    ("return tvmgen_net___tvm_main__(", "return other(", "'tvmgen_net_run' does not call the model's main function"),
    ("inputs->zeta_0", "inputs->zeta_0\n\"", "lib0.c: line 8: unfinished literal"),
    (";\n}\n", ";\n", "lib0.c: line "),
    ("workspace_pools->sram", "devices->npu", "device 'npu' is passed, but not declared anywhere"),
    ("outputs->out", "outputs->", "unknown form of an argument of the main function"),
    ("inputs->zeta_0", "other->zeta_0", "unknown form of an argument of the main function"),
    (",workspace_pools->sram);", "; }", "lib0.c: line 7: expected a whole call, found '('"),
    (
        "inputs->zeta_0,inputs->alpha,outputs->out,workspace_pools->sram",
        "",
        "lib0.c: line 7: the header has 2 inputs, the entry point passes 0",
    ),
    ("workspace_pools->sram", "args[3].data", "unknown form of an argument of the main function"),
    ("workspace_pools->sram", "(args)+3", "unknown form of an argument of the main function"),
    ("workspace_pools->sram", "&(sram)", "unknown form of an argument of the main function"),
    (
        "tvm_main__(inputs->zeta_0,inputs->alpha,outputs->out,workspace_pools->sram)",
        "tvm_main__",
        "the main function is named but not called",
    ),
];

/// The same in the operators. Alignment that is not a plain number is left to the C compiler, as are declarations without meaning here.
const OPERATORS: [(&str, &str, &str); 4] = [
    ("aligned(16)", "aligned(24)", "net_lib1.c: line 4: expected a power of two up to 2^20, found '24'"),
    ("aligned(16)", "aligned(2097152)", "net_lib1.c: line 4: expected a power of two up to 2^20, found '2097152'"),
    ("aligned(16)", "aligned(16 + 0)", ""),
    ("#define TVM_EXPORTS", "typedef int16_t half_t;\nextern thing { int x; }", ""),
];

/// The same in the header.
const HEADER: [(&str, &str, &str); 7] = [
    ("  void* alpha;\n", "", "lib0.c: line 7: the header has 1 inputs, the entry point passes 2"),
    ("  void* alpha;\n", "  { };\n", "tvmgen_net.h: line 11: expected ';', found '{'"),
    ("  void* alpha;\n", "#define X\n", "tvmgen_net.h: line 11: expected a struct's member, found '#define X'"),
    ("  void* alpha;\n};", "  void* alpha\n};", "tvmgen_net.h: line 12: expected ';', found '}'"),
    ("  void* alpha;\n", "  ;\n", "expected a member's name"),
    ("/*!", "/*", ""),
    ("SRAM_WORKSPACE_POOL_SIZE 64", "SRAM_WORKSPACE_POOL_SIZE lots", "_SRAM_WORKSPACE_POOL_SIZE is not an integer"),
];

#[test]
fn sources_that_contradict_the_header() {
    let all = [("lib0.c", &ENTRY[..]), ("lib1.c", &OPERATORS), ("net.h", &HEADER)];
    for (path, &(from, to, text)) in all.iter().flat_map(|(path, rows)| rows.iter().map(move |row| (*path, row))) {
        let mut members = net("net");
        edit(&mut members, path, from, to);
        match common::parse(&members) {
            Ok(_) => assert_eq!(text, "", "{from} → {to} was taken"),
            Err(e) => assert!(!text.is_empty() && e.to_string().contains(text), "{e}\ndoes not say\n{text}"),
        }
    }
}

#[test]
fn two_entry_points() {
    let mut members = net("net");
    let lib0 = members.iter().find(|(p, _)| p.ends_with("lib0.c")).expect("lib0").1.clone();
    members.push(("codegen/host/src/net_lib7.c".into(), lib0));
    assert!(refusal(&members).contains("net_lib7.c: line 7: 'tvmgen_net_run' is defined a second time"));
}

#[test]
fn constant_pools_with_wrong_data() {
    let constant = |data: &str| {
        let mut members = net("net");
        let macros = format!(
            "#define TVMGEN_NET_SRAM_CONSTANT_POOL_SIZE 4\n#define TVMGEN_NET_SRAM_CONSTANT_POOL_DATA \\\n  {data}"
        );
        edit(&mut members, "net.h", "#define TVMGEN_NET_SRAM_WORKSPACE_POOL_SIZE 64", &macros);
        members
    };
    let pool = &common::module(&constant("0x00, 0x01, \\\n 0xfe, 255\\\n")).pools[0];
    assert_eq!(pool.data.as_deref(), Some(&[0, 1, 254, 255][..]));
    for (data, text) in [
        ("0x00", "_DATA has 1 bytes, its size macro says 4"),
        ("0x00, 0x100", "'0x100' after 1 bytes is not a byte"),
        ("0x00, exit(1)", "'exit(1)' after 1 bytes is not a byte"),
    ] {
        let message = refusal(&constant(data));
        assert!(message.contains(text) && message.contains("tvmgen_net.h: line "), "{message}");
    }
}

#[test]
fn tensors_whose_c_names_clash() {
    let message = metadata("\"alpha\": {", "\"zeta/0\": {\"dtype\": \"int8\", \"size\": 4}, \"alpha\": {");
    assert!(
        message.contains("tensors 'zeta/0' and 'zeta:0' share the C name 'zeta_0' (rename one of them in the model)"),
        "{message}"
    );
}

#[test]
fn hostile_text_in_messages_is_harmless() {
    let mut members = net("net");
    edit(&mut members, "metadata.json", "\"aot\"", "\"\\u001b[31m\\n\\u202e\"");
    let error = common::parse(&members).expect_err("an unknown executor");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let text = error.to_string();
    assert!(text.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{text:?}");
}
