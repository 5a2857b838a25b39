//! Modules as archives seldom or never have them, and as callers may make them: each gives the right C or is refused with
//! the reason. What a compiler says of the C is the concern of the other tests.

mod common;

use common::synthetic::{Memory, Synthetic};
use tvm_embedded_interface::{Generated, Options, generate};
use tvm_embedded_mlf::{
    Archive, Code, DType, Library, MainParameter, Module, Placement, Pool, PoolKind, Quantization, TvmVersion,
};

fn text<'a>(generated: &'a Generated, path: &str) -> &'a str {
    let file = generated.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
    std::str::from_utf8(&file.contents).expect("text")
}

/// What becomes of a module that was changed after it was read.
fn changed(model: &Synthetic, change: impl FnOnce(&mut Module)) -> Result<Generated, String> {
    let (archive, mut library) = model.library();
    change(&mut library.modules[0]);
    generate(&archive, &library, &library.modules[0], &Options::default()).map_err(|error| error.to_string())
}

fn refused(model: &Synthetic, change: impl FnOnce(&mut Module), text: &str) {
    let message = changed(model, change).expect_err("a refusal");
    assert!(message.starts_with(&format!("module '{}': ", model.module)), "{message}");
    assert!(message.contains(text), "{message}\ndoes not say\n{text}");
}

/// What becomes of an archive in which a text was changed.
fn edited(model: &Synthetic, path: &str, from: &str, to: &str) -> Result<Generated, String> {
    edited_at(model, &[(path, from, to)])
}

/// The same with several changes.
fn edited_at(model: &Synthetic, edits: &[(&str, &str, &str)]) -> Result<Generated, String> {
    let (archive, _) = model.library();
    let text = |m: &tvm_embedded_mlf::Member| String::from_utf8_lossy(&m.data).into_owned();
    let mut members: Vec<(String, String)> = archive.members().iter().map(|m| (m.path.clone(), text(m))).collect();
    for (path, from, to) in edits {
        let member = members.iter_mut().find(|(p, _)| p.ends_with(path)).expect("the member");
        assert!(member.1.contains(from), "{path} holds no {from:?}");
        member.1 = member.1.replace(from, to);
    }
    let bytes = tvm_embedded_mlf::write_tar(members.into_iter().map(|(p, t)| (p, t.into_bytes()))).expect("a tar file");
    let archive = Archive::from_bytes("edited.tar", &bytes, Default::default()).expect("an archive");
    let library = Library::parse(&archive).unwrap_or_else(|e| panic!("{e}"));
    generate(&archive, &library, &library.modules[0], &Options::default()).map_err(|error| error.to_string())
}

fn net(memory: Memory) -> Synthetic {
    Synthetic::new("net").memory(memory)
}

fn pool(name: &str, kind: PoolKind, data: Option<Vec<u8>>) -> Pool {
    Pool { name: name.into(), kind, size: 8, alignment: 16, state: false, data }
}

fn with_constants() -> Synthetic {
    let mut model = net(Memory::External);
    model.constants = true;
    model
}

#[test]
fn pools_that_are_not_possible() {
    refused(&net(Memory::External), |m| m.pools[0].size = 0, "workspace 'sram' has no bytes");
    refused(&net(Memory::External), |m| m.pools[0].alignment = 1 << 17, "which is not a power of two up to 65536");
    refused(&with_constants(), |m| (m.pools[0].size, m.pools[0].data) = (0, None), "parameter 'flash' has no bytes");
    refused(
        &with_constants(),
        |m| m.inputs[0].placement = Some(Placement { pool: 0, offset: 0 }),
        "tensor 'x' lies in a pool of constants",
    );
    refused(
        &net(Memory::External),
        |m| m.inputs[0].quantization = Some(Quantization { scale: f32::INFINITY, zero_point: 0 }),
        "the scale of tensor 'x' is not finite",
    );
}

#[test]
fn versions_that_no_descriptor_holds() {
    let (archive, mut library) = net(Memory::External).library();
    for (text, major, minor, patch) in
        [("65535.0.0", 65535, 0, 0), ("0.70000.0", 0, 70000, 0), ("0.1.65536", 0, 1, 65536)]
    {
        library.tvm_version = Some(TvmVersion { text: text.into(), major, minor, patch });
        let error = generate(&archive, &library, &library.modules[0], &Options::default()).expect_err("a refusal");
        let wanted = format!("module 'net': TVM version '{text}' has a number that is too large");
        assert_eq!(error.to_string(), wanted);
    }
}

#[test]
fn file_names_that_build_files_do_not_take() {
    for name in ["my net", "a$b", "-net", ".net", &"n".repeat(200)] {
        let (archive, library) = Synthetic::new(name).library();
        let options = Options { symbol: Some("net".into()), ..Options::default() };
        let message = generate(&archive, &library, &library.modules[0], &options).expect_err("a refusal").to_string();
        let why = match name.len() {
            200 => "has a name of 207 characters, 200 are the limit".to_owned(),
            _ => format!(
                "has the name '{name}_lib0.c', which build files don't take (letters, digits, '_', '-', '.' and '+'; no '-' or '.' first)"
            ),
        };
        assert!(message.ends_with(&format!("a C file of the archive {why}; rename the module")), "{message}");
    }
    refused(
        &net(Memory::External),
        |m| m.sources.push(m.sources[0].clone()),
        "two C files of the archive have the name 'net_lib0.c'",
    );
}

#[test]
fn symbols_that_become_one() {
    refused(
        &net(Memory::External),
        |m| m.defined_symbols.extend(["a-b".to_owned(), "a_b".to_owned()]),
        "two symbols of its C would both be called 'tvmgen_net_a_b'",
    );
}

#[test]
fn functions_that_someone_brings() {
    let called = |names: &[&str], defined: &[&str]| {
        changed(&net(Memory::External), |m| {
            m.called_symbols = names.iter().map(|name| (*name).to_owned()).collect();
            m.defined_symbols.extend(defined.iter().map(|name| (*name).to_owned()));
        })
    };
    // By the archive itself, by the library, not at all since the registry is removed.
    let generated = called(&["TVMHelper", "TVMAPISetLastError", "TVMSystemLibEntryPoint"], &["TVMHelper"]).expect("C");
    assert_eq!(generated.brought, [""; 0]);
    // By drivers, unless the archive defines them.
    let names = ["TVMEthosULaunch", "arm_softmax_s8", "ethosu_invoke", "TVMDeviceNpuOpen"];
    let generated = called(&names, &["TVMDeviceNpuOpen"]).expect("C");
    assert_eq!(generated.brought, ["TVMEthosULaunch", "arm_softmax_s8", "ethosu_invoke"]);
    // The header declares what the user writes: functions of devices that are not defined elsewhere.
    assert!(!text(&generated, "net.h").contains("(void *context);"));
    let open = [&names[..], &["TVMDeviceNpuClose"]].concat();
    let header = called(&open, &["TVMDeviceNpuOpen"]).expect("C");
    let prototypes: Vec<&str> =
        text(&header, "net.h").lines().filter(|line| line.ends_with("(void *context);")).collect();
    assert_eq!(prototypes, ["int32_t TVMDeviceNpuClose(void *context);"]);
    let list = text(&generated, "CMakeLists.txt");
    assert!(list.contains("#   arm_softmax_s8\n#   ethosu_invoke\n") && list.contains("TVM_NET_LIBRARIES"), "{list}");
    for (name, why) in [
        ("TVMFuncCall", "looks functions up by name at run time"),
        ("TVMBackendRegisterSystemLibSymbol", "registers functions at start-up"),
        ("TVMDeviceNpuReset", "is not a function that this library provides"),
    ] {
        let message = called(&[name], &[]).expect_err("a refusal");
        assert!(message.starts_with(&format!("module 'net': its C calls '{name}', which {why}")), "{message}");
    }
}

#[test]
fn drivers_of_arm_declare_their_own_hooks() {
    let mut model = net(Memory::External);
    model.devices = vec!["ethos_u".into()];
    let declaration = "int32_t TVMDeviceEthosUOpen(void *context);";
    let plain = changed(&model, |_| {}).expect("C");
    assert!(text(&plain, "archive/net_lib1.c").contains(declaration));
    let include = "#include <tvm_ethosu_runtime.h>\n#include <math.h>";
    let driver = edited(&model, "lib1.c", "#include <math.h>", include).expect("C");
    assert!(!text(&driver, "archive/net_lib1.c").contains(declaration));
}

#[test]
fn element_types_have_their_c_names() {
    let types = [
        ("int8", "int8_t", 1),
        ("int16", "int16_t", 2),
        ("int32", "int32_t", 4),
        ("int64", "int64_t", 8),
        ("uint8", "uint8_t", 1),
        ("uint16", "uint16_t", 2),
        ("uint32", "uint32_t", 4),
        ("uint64", "uint64_t", 8),
        ("float16", "uint16_t", 2),
        ("bfloat16", "uint16_t", 2),
        ("float32", "float", 4),
        ("float64", "double", 8),
        ("bool", "uint8_t", 1),
    ];
    for (name, c, bytes) in types {
        let generated = changed(&net(Memory::External), |m| {
            let input = &mut m.inputs[0];
            let dtype = DType::parse(name).expect(name);
            (input.dtype, input.size_bytes, input.alignment) = (Some(dtype), Some(6 * bytes), bytes);
            input.shape = Some(vec![2, 3]);
        });
        let generated = generated.expect("C");
        let header = text(&generated, "net.h");
        assert!(header.contains(&format!(" {c} x[2 * 3]")), "{name}:\n{header}");
    }
}

#[test]
fn a_scale_below_zero_stands_in_brackets() {
    let quantization = Some(Quantization { scale: -0.5, zero_point: -3 });
    let generated = changed(&net(Memory::External), |m| m.inputs[0].quantization = quantization).expect("C");
    assert!(text(&generated, "net.h").contains("_SCALE (-0.5f)"));
}

#[test]
fn packed_arguments_of_every_kind() {
    let mut model = net(Memory::Internal);
    model.packed = true;
    let generated = changed(&model, |m| {
        m.inputs[0].shape = Some(vec![]);
        m.inputs[0].size_bytes = Some(1);
        m.outputs[0].shape = None;
        m.outputs[0].dtype = None;
        m.internal_pools.clear();
        m.pools = vec![pool("sram", PoolKind::Workspace, None), pool("flash", PoolKind::Constant, None)];
        m.devices = vec!["npu".into()];
        use MainParameter as P;
        m.main_parameters = vec![P::Input(0), P::Output(0), P::Pool(0), P::Pool(1), P::Device(0)];
    });
    let generated = generated.expect("C");
    let source = text(&generated, "net.c");
    for call in [
        "&type_codes[0], in0, NULL, 0, 0, 8, 1);",
        "&type_codes[1], out0, shape1, 1, 1, 8, 1);",
        "&type_codes[2], workspace0, shape2, 1, 1, 8, 1);",
        "&type_codes[3], parameter1, shape3, 1, 1, 8, 1);",
        "&type_codes[4], device0, NULL, 0, 1, 8, 1);",
    ] {
        let tail = call.split_once(", ").map_or("", |(_, tail)| tail);
        let (head, rest) =
            (call.split(',').next().unwrap_or_default(), tail.split_once(", ").map_or("", |(_, rest)| rest));
        assert!(source.lines().any(|line| line.contains(head) && line.ends_with(rest)), "{call}\n{source}");
    }
    assert!(source.contains("shape1[1] = { 4 };") && source.contains("shape2[1] = { 8 };"), "{source}");
}

#[test]
fn a_main_function_without_parameters() {
    let generated = changed(&net(Memory::Io), |m| m.main_parameters.clear()).expect("C");
    let source = text(&generated, "net.c");
    assert!(source.contains("int32_t tvmgen_net___tvm_main__(void);"), "{source}");
    // The tensors lie in the workspace still, so the context is looked at.
    assert!(source.contains("TVMCheckMapped(&net, context, inputs, outputs)") && !source.contains("(void)context"));
}

#[test]
fn parameters_of_which_some_are_carried() {
    let generated = changed(&with_constants(), |m| {
        m.pools.push(pool("later", PoolKind::Constant, None));
        m.main_parameters.push(MainParameter::Pool(2));
    });
    let generated = generated.expect("C");
    let carried: Vec<bool> = generated.facts.parameters.iter().map(|parameter| parameter.facts.carried).collect();
    assert_eq!(carried, [true, false]);
    let constants = text(&generated, "net_parameters.c");
    assert!(constants.contains("0x01, 0x02") && !constants.contains("later"), "{constants}");
}

#[test]
fn an_archive_that_brings_no_c_of_its_own() {
    let mut model = net(Memory::External);
    model.wrong_outputs = true;
    let (archive, _) = model.library();
    let members = archive.members().iter().filter(|member| !member.path.ends_with("lib1.c"));
    let bytes = tvm_embedded_mlf::write_tar(members.map(|m| (m.path.clone(), m.data.clone()))).expect("a tar file");
    let archive = Archive::from_bytes("bare.tar", &bytes, Default::default()).expect("an archive");
    let library = Library::parse(&archive).expect("a library");
    let generated = generate(&archive, &library, &library.modules[0], &Options::default()).expect("C");
    assert_eq!(generated.sources, ["net.c"]);
    assert!(!text(&generated, "CMakeLists.txt").contains("What the archive's C warns of"));
    assert_eq!(generated.repairs.len(), 1);
    assert_eq!(generated.repairs[0].code, Some(Code::MemberName));
}

#[test]
fn a_wrapper_that_is_not_laid_out_as_tvm_does() {
    let mut model = net(Memory::Internal);
    model.wrong_outputs = true;
    let declaration = "TVM_DLL int32_t tvmgen_net___tvm_main__(";
    // Without the include, the declaration shows where the wrapper begins; without both nothing does.
    let generated = edited(&model, "lib0.c", "#include <tvmgen_net.h>", "").expect("C");
    assert!(!text(&generated, "archive/net_lib0.c").contains("tvmgen_net_run"));
    let both = |text: &str| text.replace(declaration, "TVM_DLL  int32_t tvmgen_net___tvm_main__(");
    let from = format!("#include <tvmgen_net.h>\n{declaration}");
    let message = edited(&model, "lib0.c", &from, &both(declaration)).expect_err("a refusal");
    assert_eq!(message, "module 'net': 'net_lib0.c' is not laid out as TVM does");
    // A header that the wrapper does not include by its name: no known defect, and the same cure.
    let generated = changed(&net(Memory::Internal), |m| m.included_header = Some("tvmgen_other.h".into())).expect("C");
    assert!(generated.repairs.iter().any(|repair| repair.code.is_none() && repair.text.contains("left out")));
}

#[test]
fn names_that_only_begin_like_a_pool() {
    let comment = "#include <tvmgen_net.h>\n/* &global_workspace2 &global_workspace_too */";
    let generated = edited(&net(Memory::Internal), "lib0.c", "#include <tvmgen_net.h>", comment).expect("C");
    let copy = text(&generated, "archive/net_lib0.c");
    assert!(copy.contains("/* &global_workspace2 &global_workspace_too */"), "{copy}");
    assert!(copy.contains("(uint8_t *)&global_workspace"), "{copy}");
    // Constants that are not declared as TVM declares them stay as they are.
    let generated = changed(&net(Memory::Internal), |m| m.internal_pools[0].kind = PoolKind::Constant).expect("C");
    assert!(generated.repairs.iter().all(|repair| repair.code != Some(Code::WritableConstants)));
}

#[test]
fn constants_that_could_be_written_become_const() {
    let constants = "static struct global_const_workspace {\n  int16_t a_let[2] __attribute__((aligned(16)));\n} \
        global_const_workspace = {\n  .a_let = { 1, 2 },\n};\n#include <tvmgen_net.h>";
    let generated = edited_at(
        &net(Memory::Internal),
        &[
            ("lib0.c", "#include <tvmgen_net.h>", constants),
            ("lib0.c", "uint8_t* workspace_0_var", "uint8_t* workspace_0_var,uint8_t* constants_1_var"),
            ("lib0.c", "&global_workspace)", "(uint8_t*)&global_workspace,&global_const_workspace)"),
            ("lib1.c", "uint8_t* workspace_0_var)", "uint8_t* workspace_0_var, uint8_t* constants_1_var)"),
        ],
    );
    let generated = generated.expect("C");
    let copy = text(&generated, "archive/net_lib0.c");
    assert!(copy.contains("static const struct global_const_workspace {"), "{copy}");
    // What is cast already stays as it is.
    assert!(copy.contains("(uint8_t*)&global_workspace,(uint8_t *)&global_const_workspace)"), "{copy}");
    let repairs: Vec<_> = generated.repairs.iter().filter_map(|repair| repair.code).collect();
    assert_eq!(repairs, [Code::WritableConstants, Code::PoolPointerType]);
}

#[test]
fn symbols_without_a_prefix_get_it() {
    let functions = "#define TVM_EXPORTS\nint32_t one(void) { return 1; }\nint32_t two(void) { return 2; }";
    let generated = edited(&net(Memory::External), "lib1.c", "#define TVM_EXPORTS", functions).expect("C");
    let copy = text(&generated, "archive/net_lib1.c");
    assert!(copy.contains("#define one tvmgen_net_one\n#define two tvmgen_net_two\n"), "{copy}");
    let repair = generated.repairs.iter().find(|repair| repair.code == Some(Code::UnprefixedSymbol)).expect("a repair");
    assert_eq!(repair.text, "'one' and 1 more have the model's prefix");
}

#[test]
fn the_version_of_tvm_is_reported_three_times() {
    let (archive, mut library) = net(Memory::External).library();
    library.tvm_version = Some(TvmVersion { text: "0.18.dev7".into(), major: 0, minor: 18, patch: 7 });
    let generated = generate(&archive, &library, &library.modules[0], &Options::default()).expect("C");
    assert_eq!(generated.facts.tvm_version, Some([0, 18, 7]));
    assert!(text(&generated, "net.h").contains("TVM_NET_TVM_VERSION_MINOR 18\n"));
    assert!(text(&generated, "net.c").contains("TVM_NET_TVM_VERSION_MAJOR, TVM_NET_TVM_VERSION_MINOR"));
    let json: serde_json::Value = serde_json::from_str(text(&generated, "net.json")).expect("JSON");
    assert_eq!(json["tvm_version"], serde_json::json!({ "major": 0, "minor": 18, "patch": 7 }));
}

#[test]
fn a_registry_without_anything_behind_it() {
    let mut model = net(Memory::External);
    model.registry = true;
    let message = edited(&model, "lib0.c", "#include \"tvm/runtime/c_runtime_api.h\"", "").expect_err("a refusal");
    assert!(message.ends_with("build the model without system-lib") && message.contains("'net_lib0.c'"), "{message}");
}

#[test]
fn switches_over_a_status() {
    for (body, wanted) in [
        (
            "switch (!status) {\n  case 0: break;\n  }",
            "switch (status) {\n  default: return -1;\n  case 0: break;\n  }",
        ),
        ("switch (!status) { case 0: break; default: break; }", "switch (status) { case 0: break; default: break; }"),
        (
            "switch (!status) { default: break; }\n  switch (!status) { default: break; }",
            "switch (status) { default: break; }\n  switch (status) { default: break; }",
        ),
        ("if (n) { switch (!status) case 0: break; } if (n) { n = 1; }", "{ switch (status) case 0: break; }"),
    ] {
        let mut model = net(Memory::External);
        model.operator_begin = format!("  int status = 0;\n  {body}\n");
        let generated = changed(&model, |_| {}).expect("C");
        let copy = text(&generated, "archive/net_lib1.c");
        assert!(copy.contains(wanted), "{copy}");
        assert!(generated.repairs.iter().any(|repair| repair.code == Some(Code::IgnoredKernelErrors)));
    }
}

#[test]
fn statuses_that_are_ignored() {
    let call = "tvmgen_net_add(p0, T_add, n, scratch, resource)";
    for (line, wanted) in [
        (format!("(void){call};"), format!("  if ({call} != 0) return -1;\n")),
        // Only whole calls of functions that the archive defines.
        (format!("(void){call} + 1;"), format!("(void){call} + 1;\n")),
        ("(void)printf(0);".to_owned(), "(void)printf(0);\n".to_owned()),
        ("(void)resource;".to_owned(), "(void)resource;\n".to_owned()),
        (format!("(void){call}"), format!("(void){call}\n")),
    ] {
        let mut model = net(Memory::External);
        model.operator_begin = format!("  {line}\n");
        let generated = changed(&model, |_| {}).expect("C");
        let copy = text(&generated, "archive/net_lib1.c");
        assert!(copy.contains(&wanted), "{copy}");
    }
}

#[test]
fn calls_whose_memory_can_not_be_bounded() {
    let mut model = net(Memory::Runtime);
    model.operator_begin = "  if (n < 0) return tvmgen_net_add(p0, T_add, n, scratch, resource);\n".into();
    let message = changed(&model, |_| {}).expect_err("a refusal");
    assert!(message.starts_with("module 'net': ") && message.contains("'tvmgen_net_add' calls itself"), "{message}");

    let chain = |length: usize| {
        let mut model = net(Memory::Runtime);
        model.operator_begin = format!("  f{length}();\n");
        let mut functions = String::from("{}\nstatic void f0(void) {}\n");
        for i in 1..=length {
            functions += &format!("static void f{i}(void) {{ f{}(); }}\n", i - 1);
        }
        edited(&model, "lib1.c", "// tvm target: c -keys=cpu \n", &functions)
    };
    // The main function, the operator and f62 to f0.
    assert!(chain(62).is_ok());
    let message = chain(63).expect_err("a refusal");
    assert!(message.contains("'f0' is called more than 64 calls deep"), "{message}");
}

#[test]
fn facts_are_the_same_as_values_and_as_a_file() {
    for memory in [Memory::Internal, Memory::External] {
        let generated = changed(&net(memory), |_| {}).expect("C");
        let value = serde_json::to_value(&generated.facts).expect("JSON");
        let file: serde_json::Value = serde_json::from_str(text(&generated, "net.json")).expect("JSON");
        assert_eq!(value, file);
    }
}

#[test]
fn state_without_a_beginning_is_refused() {
    let mut model = net(Memory::External);
    model.state = true;
    let reset = "tvmgen_net_reset".to_owned();
    let without = |module: &mut Module| module.defined_symbols.retain(|symbol| *symbol != reset);
    refused(&model, without, "pool 'state' keeps its contents from run to run");
    assert!(changed(&model, |_| {}).is_ok());
}
