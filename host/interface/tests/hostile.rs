//! Names as an attacker would choose them: valid C with exactly that name as data, or an error.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{STRICT, runtime_headers, succeed};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Generated, Options, generate, write};
use tvm_embedded_mlf::{Archive, Library, Module};

/// Pieces that end a string, a comment, a line or a directive, or that mean something to a preprocessor.
const PIECES: [&str; 34] = [
    "\"",
    "\\",
    "\n",
    "\r",
    "*/",
    "/*",
    "//",
    "??/",
    "??=",
    "??)",
    "%:",
    "<:",
    "#define x y\n",
    "\u{202e}",
    "\u{2066}",
    "é",
    "日本",
    "\u{1}",
    "\t",
    "\u{7f}",
    "'",
    ";",
    "}",
    "{",
    ")",
    "(",
    "${X}",
    "`id`",
    "%s%n",
    "\\\n",
    "_",
    "a",
    "1",
    "TVM_NET_CONTEXT",
];

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12).prop_map(|pieces| pieces.concat()),
        proptest::collection::vec(any::<char>(), 0..20).prop_map(|chars| chars.into_iter().collect()),
        proptest::sample::select(&["int", "NULL", "count", "inputs", "TVMModel", "main", "__FILE__", "errno", "x"][..])
            .prop_map(str::to_owned),
        (proptest::sample::select(&PIECES[..]), 200usize..1000)
            .prop_map(|(piece, length)| piece.repeat(length / piece.len())),
    ]
}

/// The module with every name in it replaced, even if the archive's reader would refuse such names.
fn renamed(module: &Module, names: &[String]) -> Module {
    let mut module = module.clone();
    let mut names = names.iter().cycle();
    let mut next = || names.next().cloned().unwrap_or_default();
    for tensor in module.inputs.iter_mut().chain(&mut module.outputs) {
        tensor.name = next();
        tensor.c_name = next();
    }
    module.pools.iter_mut().for_each(|pool| pool.name = next());
    module.devices.iter_mut().for_each(|device| *device = next());
    module.name = next();
    module
}

/// Compiles a program in which each name macro must be the name, byte for byte.
fn check(directory: &Path, generated: &Generated) {
    let facts = &generated.facts;
    let prefix = format!("TVM_{}", facts.symbol.to_ascii_uppercase());
    let mut names = vec![(format!("{prefix}_NAME"), facts.name.clone())];
    for (group, tensors) in [("INPUT", &facts.inputs), ("OUTPUT", &facts.outputs)] {
        for tensor in tensors {
            let name = format!("{prefix}_{group}_{}_NAME", tensor.c_name.to_ascii_uppercase());
            names.push((name, tensor.facts.name.clone()));
        }
    }
    for workspace in &facts.workspaces {
        let name = format!("{prefix}_WORKSPACE_{}_NAME", workspace.c_name.to_ascii_uppercase());
        names.push((name, workspace.facts.name.clone()));
    }
    let mut code = format!("#include <string.h>\n#include \"{}.h\"\nint main(void) {{\n", facts.symbol);
    for (i, (name, value)) in names.iter().enumerate() {
        let bytes: Vec<String> = value.bytes().chain([0]).map(|byte| byte.to_string()).collect();
        let _ = write!(
            code,
            "  static const unsigned char name{i}[] = {{ {} }};\n  \
             if (sizeof({name}) != sizeof name{i} || memcmp({name}, name{i}, sizeof name{i}) != 0) {{\n    return {};\n  }}\n",
            bytes.join(", "),
            i + 1
        );
    }
    code.push_str("  return 0;\n}\n");
    let main = directory.join("main.c");
    std::fs::write(&main, code).expect("a main file");
    let own = directory.join(format!("{}.c", facts.symbol));
    let command = |program: &str, flags: &[&str]| {
        let mut command = Command::new(program);
        command.args(flags).args(STRICT).arg("-I").arg(directory).arg("-I").arg(directory.join(ARCHIVE_DIRECTORY));
        command.arg("-I").arg(runtime_headers());
        command
    };
    succeed(command("gcc", &["-std=c99", "-fsyntax-only", "-Wtrigraphs"]).arg(&own));
    succeed(command("g++", &["-x", "c++", "-std=c++17", "-fsyntax-only"]).arg(&own));
    let program = directory.join("names");
    succeed(command("gcc", &["-std=c99"]).arg(&main).arg("-o").arg(&program));
    succeed(&mut Command::new(&program));
}

/// The files that we write are ASCII, without control characters except line breaks.
fn harmless(generated: &Generated) {
    for file in generated.files.iter().filter(|file| !file.path.starts_with(ARCHIVE_DIRECTORY)) {
        let bad = file.contents.iter().find(|byte| !(byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n')));
        assert_eq!(bad, None, "{}", file.path);
        assert!(!file.path.contains("..") && !file.path.starts_with('/') && file.path.is_ascii(), "{}", file.path);
    }
}

fn library() -> (Archive, Library) {
    let mut model = Synthetic::new("net").memory(Memory::External);
    model.inputs = vec!["a".into(), "b".into()];
    model.outputs = vec!["c".into(), "d".into()];
    model.devices = vec!["npu".into()];
    model.library()
}

/// Cases that gave C, to check that not all are errors.
static GENERATED: AtomicUsize = AtomicUsize::new(0);

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    fn names_become_valid_c_or_a_refusal(
        names in proptest::collection::vec(hostile(), 6..12),
        source in hostile(),
        own_symbol in any::<bool>(),
    ) {
        let (archive, library) = library();
        let module = renamed(&library.modules[0], &names);
        let symbol = own_symbol.then(|| "net".to_owned());
        let options = Options { symbol, source_name: Some(source), ..Options::default() };
        match generate(&archive, &library, &module, &options) {
            Ok(generated) => {
                let directory = tempfile::tempdir().expect("a directory");
                write(directory.path(), &generated.files).expect("written files");
                harmless(&generated);
                check(directory.path(), &generated);
                GENERATED.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                let text = error.to_string();
                prop_assert!(text.len() < 2000 && !text.contains(['\n', '\u{202e}', '\u{0}']), "{}", text);
            }
        }
    }
}

#[test]
fn names_stay_data() {
    names_become_valid_c_or_a_refusal();
    let generated = GENERATED.load(Ordering::Relaxed);
    assert!(generated >= 12, "only {generated} of 24 cases gave C");
}

#[test]
fn names_of_4_kib_and_with_nul_are_refused() {
    let (archive, library) = library();
    for (name, word) in [("x".repeat(4096), "4096 bytes"), ("a\0b".to_owned(), "NUL")] {
        let mut module = library.modules[0].clone();
        module.inputs[0].name = name;
        let error = generate(&archive, &library, &module, &Options::default()).expect_err("a refusal");
        assert!(error.to_string().contains(word) && error.to_string().len() < 400, "{error}");
    }
}

#[test]
fn numbers_that_no_descriptor_holds_are_refused() {
    let (archive, library) = library();
    let refused = |change: fn(&mut Module), word: &str| {
        let mut module = library.modules[0].clone();
        change(&mut module);
        let error = generate(&archive, &library, &module, &Options::default()).expect_err("a refusal");
        assert!(error.to_string().contains(word), "{error}");
    };
    refused(|module| module.inputs[0].size_bytes = None, "--tflite");
    refused(|module| module.inputs[0].size_bytes = Some(1 << 31), "2147483648");
    refused(|module| module.inputs[0].size_bytes = Some(u64::MAX), "'a'");
    refused(|module| module.inputs[0].size_bytes = Some(0), "no elements");
    refused(|module| module.inputs[0].shape = Some(vec![1; 300]), "300 dimensions");
    refused(|module| module.inputs[0].shape = Some(vec![i64::MAX]), "dimension");
    refused(|module| module.inputs[0].shape = Some(vec![-1]), "dimension");
    refused(|module| module.inputs[0].alignment = 3, "power of two");
    refused(|module| module.pools[0].size = u64::from(u32::MAX), "'sram'");
    refused(|module| module.pools[0].size = i32::MAX as u64, "'sram'");
    refused(|module| module.pools[0].alignment = 0, "power of two");
    refused(|module| module.inputs = vec![module.inputs[0].clone(); 70_000], "70000");
    refused(
        |module| {
            module.inputs[0].quantization = Some(tvm_embedded_mlf::Quantization { scale: f32::NAN, zero_point: 0 });
        },
        "finite",
    );
}

/// Edits of a text: pieces cut out, doubled, swapped, or replaced by what means something in C.
fn damaged(text: &str, seed: &mut u64) -> String {
    let mut next = |below: usize| {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*seed >> 33).unwrap_or(0) % below.max(1)
    };
    let mut out = text.to_owned();
    for _ in 0..=next(3) {
        let edge = |at: usize, out: &str| (at..=out.len()).find(|&i| out.is_char_boundary(i)).unwrap_or(out.len());
        let from = edge(next(out.len()), &out);
        let to = edge((from + next(60)).min(out.len()), &out);
        let piece = out[from..to].to_owned();
        let replacement = match next(4) {
            0 => String::new(),
            1 => piece.repeat(2),
            2 => piece.chars().rev().collect(),
            _ => PIECES[next(PIECES.len())].to_owned(),
        };
        out.replace_range(from..to, &replacement);
    }
    out
}

#[test]
fn damaged_archives_do_not_make_the_generator_panic() {
    let mut seed = 1u64;
    let mut generated = 0;
    for memory in [Memory::Internal, Memory::External, Memory::Io, Memory::Runtime] {
        for packed in [false, true] {
            let mut model = Synthetic::new("net").memory(memory);
            model.packed = packed && matches!(memory, Memory::Internal | Memory::Runtime);
            model.registry = !packed;
            let (archive, _) = model.library();
            for _ in 0..150 {
                seed = seed.wrapping_add(1);
                let chosen = usize::try_from(seed % 97).unwrap_or(0) % archive.members().len();
                let members = archive.members().iter().enumerate().map(|(i, member)| {
                    let text = String::from_utf8_lossy(&member.data).into_owned();
                    let text = if i == chosen { damaged(&text, &mut seed) } else { text };
                    (member.path.clone(), text.into_bytes())
                });
                let bytes = tvm_embedded_mlf::write_tar(members).expect("a tar file");
                let archive = Archive::from_bytes("damaged.tar", &bytes, Default::default()).expect("an archive");
                let Ok(library) = Library::parse(&archive) else {
                    continue;
                };
                for module in &library.modules {
                    generated += usize::from(generate(&archive, &library, module, &Options::default()).is_ok());
                }
            }
        }
    }
    assert!(generated > 100, "only {generated} of 1200 damaged archives got as far as the end");
}
