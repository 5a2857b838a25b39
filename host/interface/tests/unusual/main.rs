//! Modules that archives rarely or never contain, but callers may make: each gives the right C or is refused with
//! the reason. The other tests compile the C.

#[path = "../common/mod.rs"]
mod common;
mod modules;
mod sources;

use common::synthetic::{Memory, Synthetic};
use modules::{changed, edited, net, pool, refused, text, with_constants};
use tvm_embedded_interface::{Options, generate};
use tvm_embedded_mlf::{DType, MainParameter, Module, Placement, PoolKind, Quantization, TvmVersion};

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
fn versions_beyond_the_descriptors_limits() {
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
fn file_names_that_build_files_do_not_accept() {
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
        assert!(message.ends_with(&format!("a file of the model {why}; rename the module or the file")), "{message}");
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
fn functions_that_are_provided_elsewhere() {
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
fn a_negative_scale_is_in_parentheses() {
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
    // The tensors are still in the workspace, so the context is used.
    assert!(source.contains("TVMCheckMapped(&net, context, inputs, outputs)") && !source.contains("(void)context"));
}

#[test]
fn parameters_of_which_some_are_in_the_model() {
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
