//! Models that arrive compiled: what is refused, and that no header, facts file or library makes the reader panic.

#[path = "common/elf.rs"]
mod elf;

use elf::{Elf, PLAIN, ar, with_kind};
use proptest::prelude::*;
use tvm_embedded_mlf::{CompiledModel, ErrorKind, Library};

const HEADER: &str = "#include <stdint.h>
#define TVMGEN_NET_X_SIZE 4
struct tvmgen_net_inputs { void* x; };
struct tvmgen_net_outputs { void* y; };
struct tvmgen_net_workspace_pools { void* sram; };
int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs,
                       struct tvmgen_net_workspace_pools* workspace_pools);
#define TVMGEN_NET_SRAM_WORKSPACE_POOL_SIZE 32
";

fn read(header: &str, library: &[u8], facts: Option<&str>) -> Result<Library, tvm_embedded_mlf::Error> {
    let facts = facts.map(|text| ("facts.json", text));
    CompiledModel { header: ("tvmgen_net.h", header), library: ("dir/libnet.a", library), facts }.read().map(|(_, l)| l)
}

#[track_caller]
fn refused(header: &str, library: &[u8], facts: Option<&str>, kind: ErrorKind, text: &str) {
    let error = read(header, library, facts).expect_err(text);
    assert!(error.to_string().contains(text), "{error}");
    assert_eq!(error.kind(), kind, "{error}");
}

#[test]
fn libraries_of_every_form_are_read() {
    let arm: &[u8] = b"A\x13\0\0\0aeabi\0\x01\x09\0\0\0\x06\x0d\x30\x01";
    let symbols: &[(&str, u8, u16)] = &[
        ("tvmgen_net_run", 1, 1),
        ("local", 0, 1),
        ("optional", 2, 0),
        ("TVMBackendAllocWorkspace", 1, 0),
        ("memcpy", 1, 0),
        ("NPU_start", 1, 0),
        ("common", 1, 0xfff2),
        ("__aeabi_idiv", 1, 0),
    ];
    for (machine, wide, big, name) in
        [(62, true, false, "x86-64"), (40, false, false, "Armv7E-M with vectors"), (8, false, true, "machine 8")]
    {
        let elf = Elf { machine, wide, big, symbols, attributes: arm, ..PLAIN }.bytes();
        let long = [b"a/very/long/name.o\0\0".as_slice(), &elf].concat();
        let bsd = [("__.SYMDEF", &b"index"[..]), ("#1/20", &long)];
        let gnu = [("/", &b"index"[..]), ("//", b"x.o/\na_very_long_name.o/\n"), ("/5", &elf)];
        for library in [ar(&gnu), ar(&bsd), ar(&[("net.o/", &elf)]), elf.clone()] {
            let header = format!("{HEADER}#define TVMGEN_NET_WORKSPACE_SIZE 32\n");
            let read = read(&header, &library, None).unwrap_or_else(|e| panic!("{e}"));
            let module = &read.modules[0];
            let compiled = module.compiled.as_ref().expect("a library");
            assert!(compiled.machine.to_string().starts_with(name), "{}", compiled.machine);
            assert_eq!((compiled.writable_bytes, compiled.file.as_str()), (64, "libnet.a"));
            assert_eq!(compiled.needed, ["NPU_start"]);
            assert_eq!(
                (module.called_symbols.as_slice(), module.name.as_str()),
                (&["TVMBackendAllocWorkspace".to_owned()][..], "net")
            );
            assert!(module.allocates_at_run_time && module.inputs[0].size_bytes == Some(4));
        }
    }
}

#[test]
fn libraries_that_are_not_the_models_are_refused() {
    let elf = |symbols| Elf { symbols, ..PLAIN }.bytes();
    let good = PLAIN.bytes();
    let unsupported = |library: &[u8], text: &str| refused(HEADER, library, None, ErrorKind::Unsupported, text);
    unsupported(
        &elf(&[]),
        "dir/libnet.a: does not define 'tvmgen_net_run' (give the library that the model's compiler wrote",
    );
    unsupported(&elf(&[("tvmgen_net_run", 0, 1)]), "does not define 'tvmgen_net_run'");
    unsupported(&elf(&[("tvmgen_old_run", 1, 1)]), "it defines 'tvmgen_old_run': give the header of that model");
    unsupported(&elf(&[("__gnu_lto_slim", 1, 1)]), "holds GCC's own code, made with -flto");
    unsupported(b"", "is not a static library (give a library that `ar rcs` made)");
    unsupported(b"!<thin>\n", "is a thin library");
    unsupported(&ar(&[]), "holds no object file");
    unsupported(&ar(&[("a.o/", b"BC\xc0\xde")]), "dir/libnet.a: a.o: holds LLVM's own code");
    unsupported(&ar(&[("a.obj/", b"MZ")]), "a.obj: is not an object file of the ELF format");
    let arm = Elf { machine: 40, wide: false, ..PLAIN }.bytes();
    unsupported(&ar(&[("a.o/", &good), ("b.o/", &arm)]), "b.o: is for Arm, 32 bits, the files before it for x86-64");
    unsupported(&Elf { machine: 141, ..PLAIN }.bytes(), "is for TI C2000, whose bytes have 16 bits");
    unsupported(&Elf { kind: 3, ..PLAIN }.bytes(), "is a linked program or shared library");
    unsupported(&good[..good.len() - 1], "is cut or damaged");
    unsupported(b"\x7fELF\x03", "is an ELF file of an unknown class");
    let whole = ar(&[("a.o/", &good)]);
    unsupported(&whole[..whole.len() - 1], "the header of a member at byte 8 is cut or damaged");
}

#[test]
fn headers_that_are_not_of_one_model_are_refused() {
    let library = PLAIN.bytes();
    let no = |header: &str, kind, text: &str| refused(header, &library, None, kind, text);
    no("", ErrorKind::Unsupported, "tvmgen_net.h: declares no function 'tvmgen_<name>_run'");
    no("int x(;", ErrorKind::Source, "tvmgen_net.h: ");
    let two = format!("{HEADER}struct other_inputs {{ void* x; }};\nint other_run(struct other_inputs* inputs);\n");
    no(&two, ErrorKind::Unsupported, "declares both 'other_run' and 'tvmgen_net_run'");
    let less = HEADER.replace(", struct tvmgen_net_outputs* outputs", "");
    no(
        &less,
        ErrorKind::Source,
        "'tvmgen_net_run' takes 2 parameters, but the header has 3 structs for it (inputs, outputs, workspace_pools)",
    );
    let odd = HEADER.replace("_X_SIZE 4", "_X_SIZE four");
    no(&odd, ErrorKind::Source, "line 2: TVMGEN_NET_X_SIZE is not an integer: 'four'");
    let listed = format!(
        "/* Inputs:\n * Tensor[(4), int8]\n * Tensor[(4), int8]\n * Outputs:\n * Tensor[(4), int8]\n */\n{HEADER}"
    );
    no(&listed, ErrorKind::Source, "a comment lists 2 inputs, struct tvmgen_net_inputs has 1");
    let unknown =
        HEADER.replace("_SRAM_WORKSPACE", "_DRAM_WORKSPACE").replace("void* sram;", "void* sram; void* flash;");
    no(
        &unknown,
        ErrorKind::MissingFact,
        "how large the pool 'sram' is (give it in the facts file (--facts), for example { \"pools\": { \"sram\": { \"bytes\": 4096 } } })",
    );
    let data = format!(
        "{HEADER}#define TVMGEN_NET_SRAM_CONSTANT_POOL_SIZE 2\n#define TVMGEN_NET_SRAM_CONSTANT_POOL_DATA 1, 2, 3\n"
    );
    no(&data, ErrorKind::Source, "TVMGEN_NET_SRAM_CONSTANT_POOL_DATA has 3 bytes, its size macro says 2");
    no(&data.replace("1, 2, 3", "1, x"), ErrorKind::Source, "'x' after 1 bytes is not a byte");
}

#[test]
fn facts_that_a_library_needs_are_asked_for() {
    let symbols = |more| [("tvmgen_net_run", 1, 1), more];
    let asked = |header: &str, library: &[u8], text: &str| refused(header, library, None, ErrorKind::MissingFact, text);
    let elf = |more| Elf { symbols: &symbols(more), ..PLAIN }.bytes();
    let text = "{ \"pools\": { \"sram\": { \"state\": true } } }";
    asked(HEADER, &elf(("tvmgen_net_reset", 1, 1)), text);
    let none = HEADER
        .replace(",\n                       struct tvmgen_net_workspace_pools* workspace_pools", "")
        .replace("struct tvmgen_net_workspace_pools { void* sram; };\n", "");
    asked(&none, &elf(("TVMBackendAllocWorkspace", 1, 0)), "{ \"workspace\": { \"bytes\": 4096 } }");
    let mapped = HEADER.replace("struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs,\n", "")
        + "struct tvmgen_net_inputs tvmgen_net_map_inputs(struct tvmgen_net_workspace_pools* p);\n";
    asked(
        &mapped,
        &elf(("tvmgen_net_map_inputs", 1, 1)),
        "{ \"inputs\": { \"x\": { \"pool\": \"sram\", \"offset\": 0 } } }",
    );
    let text = "does not define 'tvmgen_net_map_inputs'";
    refused(&mapped, &PLAIN.bytes(), None, ErrorKind::Unsupported, text);
    let away = r#"{ "inputs": { "x": { "pool": "dram", "offset": 0 } } }"#;
    let library = elf(("tvmgen_net_map_inputs", 1, 1));
    refused(
        &mapped,
        &library,
        Some(away),
        ErrorKind::Metadata,
        "facts.json: 'x' is in the pool 'dram' by the facts file",
    );
}

#[test]
fn facts_that_are_wrong_are_refused_with_their_place() {
    let metadata = |facts: &str, text: &str| refused(HEADER, &PLAIN.bytes(), Some(facts), ErrorKind::Metadata, text);
    metadata("{", "facts.json: line 1: is not valid JSON");
    metadata("[]", "facts.json: top level: expected an object, found an array");
    metadata(
        r#"{ "outputz": {} }"#,
        "the key 'outputz' is not known (known are tvm_version, inputs, outputs, pools, workspace)",
    );
    metadata(r#"{ "inputs": { "x": { "type": "int8" } } }"#, "inputs.x: the key 'type' is not known");
    metadata(
        r#"{ "inputs": { "z": {} } }"#,
        "inputs has 'z', which is not a member of struct tvmgen_net_inputs (members: x)",
    );
    metadata(r#"{ "inputs": { "x": {}, "x": {} } }"#, "appears twice");
    metadata(
        r#"{ "pools": { "dram": {} } }"#,
        "pools has 'dram', which is not a member of struct tvmgen_net_workspace_pools",
    );
    metadata(
        r#"{ "pools": { "sram": { "kind": "flash" } } }"#,
        "pools.sram.kind: expected \"workspace\" or \"constant\"",
    );
    metadata(r#"{ "pools": { "sram": { "state": 1 } } }"#, "pools.sram.state: expected true or false");
    metadata(r#"{ "pools": { "sram": { "alignment": 3 } } }"#, "expected an alignment: a power of two up to 4096");
    metadata(r#"{ "tvm_version": "new" }"#, "tvm_version: expected a version such as \"0.12.0\"");
    metadata(r#"{ "inputs": { "x": { "dtype": "char" } } }"#, "inputs.x.dtype: expected a type such as \"int8\"");
    metadata(r#"{ "inputs": { "x": { "shape": [1, 0] } } }"#, "inputs.x.shape[1]: expected a dimension");
    metadata(r#"{ "inputs": { "x": { "scale": 0, "zero_point": 0 } } }"#, "inputs.x.scale: expected a scale");
    metadata(
        r#"{ "inputs": { "x": { "scale": 1, "zero_point": 0.5 } } }"#,
        "inputs.x.zero_point: expected a zero point",
    );
    metadata(r#"{ "inputs": { "x": { "scale": 1 } } }"#, "inputs.x: 'scale' and 'zero_point' belong together");
    metadata(r#"{ "inputs": { "x": { "offset": 1 } } }"#, "inputs.x: 'pool' and 'offset' belong together");
    metadata(
        r#"{ "inputs": { "x": { "pool": "sram", "offset": 1 } } }"#,
        "'x' has a 'pool' in the facts file, but is an argument",
    );
}

#[test]
fn facts_that_contradict_the_header_are_refused() {
    let source = |facts: &str, text: &str| refused(HEADER, &PLAIN.bytes(), Some(facts), ErrorKind::Source, text);
    source(
        r#"{ "inputs": { "x": { "dtype": "int8", "shape": [5] } } }"#,
        "'x' has 5 bytes by its type and shape, but 4 by its macro in the header (if the header is wrong",
    );
    source(
        r#"{ "inputs": { "x": { "bytes": 6, "dtype": "int8", "shape": [5] } } }"#,
        "but 6 by 'bytes' in the facts file",
    );
    source(r#"{ "inputs": { "x": { "dtype": "int64", "shape": [9223372036854775807] } } }"#, "is out of range");
    source(
        r#"{ "pools": { "sram": { "bytes": 31 } } }"#,
        "pool 'sram' has 32 bytes in the header, 31 in the facts file",
    );
    source(
        r#"{ "pools": { "sram": { "kind": "constant" } } }"#,
        "pool 'sram' is Workspace in the header, Constant in the facts file",
    );
    let constants = HEADER.replace("_SRAM_WORKSPACE_POOL_SIZE", "_SRAM_CONSTANT_POOL_SIZE");
    let state = Some(r#"{ "pools": { "sram": { "state": true } } }"#);
    refused(&constants, &PLAIN.bytes(), state, ErrorKind::Metadata, "pool 'sram' has constants, and can't be 'state'");
    let listed = format!("/* Inputs:\n * Tensor[(4), int8]\n * Outputs:\n * Tensor[(4), int8]\n */\n{HEADER}");
    let differs = |facts: &str, text: &str| refused(&listed, &PLAIN.bytes(), Some(facts), ErrorKind::Source, text);
    differs(
        r#"{ "inputs": { "x": { "dtype": "uint8" } } }"#,
        "'x' is uint8 in the facts file, int8 in a comment of the header",
    );
    differs(
        r#"{ "inputs": { "x": { "shape": [2, 2] } } }"#,
        "'x' is of shape [2, 2] in the facts file, [4] in a comment",
    );
}

#[test]
fn no_cut_or_changed_byte_panics() {
    let facts = r#"{ "inputs": { "x": { "dtype": "int8", "shape": [4], "scale": 0.5, "zero_point": -1 } } }"#;
    let library = ar(&[(
        "a.o/",
        &Elf { machine: 40, wide: false, attributes: b"A\x11\0\0\0aeabi\0\x01\x07\0\0\0\x06\x0d", ..PLAIN }.bytes(),
    )]);
    assert!(read(HEADER, &library, Some(facts)).is_ok());
    for length in 0..library.len() {
        assert!(read(HEADER, &library[..length], None).is_err(), "{length}");
    }
    for at in 0..library.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = library.clone();
            changed[at] = value;
            let _ = read(HEADER, &changed, None);
        }
    }
    for (length, _) in HEADER.char_indices() {
        let _ = read(&HEADER[..length], &library, Some(facts));
    }
    for length in 0..facts.len() {
        assert!(read(HEADER, &library, Some(&facts[..length])).is_err(), "{length}");
    }
}

#[test]
fn a_library_may_not_have_more_symbols_than_the_limit() {
    let names: Vec<String> = (0..200_001).map(|i| format!("f{i}")).collect();
    let symbols: Vec<(&str, u8, u16)> = names.iter().map(|name| (name.as_str(), 1, 1)).collect();
    let text = "has 200002 symbols; 200000 are the limit";
    refused(HEADER, &Elf { symbols: &symbols, ..PLAIN }.bytes(), None, ErrorKind::Unsupported, text);
    let half: Vec<Vec<(&str, u8, u16)>> = symbols.chunks(150_000).map(<[_]>::to_vec).collect();
    let more: Vec<String> = (0..260_000).map(|i| format!("g{i}")).collect();
    let more: Vec<(&str, u8, u16)> = more.iter().map(|name| (name.as_str(), 1, 1)).collect();
    let elf = |symbols: &[(&str, u8, u16)]| Elf { symbols, ..PLAIN }.bytes();
    let (a, b, c) = (elf(&half[0]), elf(&more[..130_000]), elf(&more[130_000..]));
    let library = ar(&[("a.o/", &a), ("b.o/", &b), ("c.o/", &c)]);
    refused(HEADER, &library, None, ErrorKind::TooLarge, "c.o: the library has more than 400000 symbols");
}

/// Thousands of sections may be the same bytes of the file: each would take the time of all.
#[test]
fn a_second_table_of_an_object_is_refused() {
    let arm = Elf { machine: 40, wide: false, ..PLAIN };
    let refused = |library: &[u8], text: &str| refused(HEADER, library, None, ErrorKind::Unsupported, text);
    assert!(read(HEADER, &with_kind(PLAIN, 3, 2), None).is_ok());
    refused(&with_kind(PLAIN, 4, 2), "has more than one symbol table");
    refused(&with_kind(arm, 1, 0x7000_0003), "has more than one section of build attributes");
}

/// The name of a symbol may be the end of another's: all of them are more than the file.
#[test]
fn the_names_of_a_library_are_limited_together() {
    let names: Vec<String> = (0..5000).map(|i| format!("{i}{}", "n".repeat(1000))).collect();
    let symbols: Vec<(&str, u8, u16)> = names.iter().map(|name| (name.as_str(), 1, 0)).collect();
    let elf = |symbols| Elf { symbols, ..PLAIN }.bytes();
    let (half, all) = (elf(&symbols[..2500]), elf(&symbols));
    let text = "a.o: the names of the library's symbols have more than 4194304 bytes";
    refused(HEADER, &ar(&[("a.o/", &all)]), None, ErrorKind::TooLarge, text);
    let library = ar(&[("a.o/", &half), ("b.o/", &half), ("c.o/", &PLAIN.bytes())]);
    let read = read(HEADER, &library, None).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.modules[0].compiled.as_ref().map(|library| library.needed.len()), Some(2500));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_panic(library in prop::collection::vec(any::<u8>(), 0..400), header in "[ -~\n]{0,200}", facts in "[ -~]{0,60}") {
        let _ = read(&header, &library, Some(&facts));
        let _ = read(HEADER, &[b"!<arch>\n".as_slice(), &library].concat(), None);
        let _ = read(HEADER, &[b"\x7fELF\x01\x01".as_slice(), &library].concat(), Some(&facts));
        let _ = read(&format!("{HEADER}{header}"), &PLAIN.bytes(), None);
    }
}
