//! Our files in every dialect of C, and in C++, without a warning; the archive's C for a microcontroller.

mod common;

use common::compiled::{adopt, library};
use common::synthetic::{Memory, Synthetic};
use common::{STRICT, archives, generate_into, generate_synthetic, has, root, runtime_headers, succeed};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Generated, Options, Parameters, SelfTest};

/// Compilers with their dialects of C and C++.
const HOST: [(&str, &[&str]); 13] = [
    ("gcc", &["-std=c99"]),
    ("gcc", &["-std=c11"]),
    ("gcc", &["-std=c2x"]),
    ("g++", &["-x", "c++", "-std=c++11"]),
    ("g++", &["-x", "c++", "-std=c++2b"]),
    ("gcc", &["-std=c17"]),
    ("g++", &["-x", "c++", "-std=c++17"]),
    ("clang", &["-std=c99"]),
    ("clang", &["-std=c11"]),
    ("clang", &["-std=c2x"]),
    ("clang++", &["-x", "c++", "-std=c++11"]),
    ("clang", &["-std=c17"]),
    ("clang++", &["-x", "c++", "-std=c++17"]),
];

/// Flags that firmware projects often add.
const MORE: [&str; 8] = [
    "-Wshadow",
    "-Wundef",
    "-Wcast-qual",
    "-Wcast-align",
    "-Wredundant-decls",
    "-Wwrite-strings",
    "-Wdouble-promotion",
    "-Wsign-conversion",
];

const EMBEDDED: [(&str, &[&str]); 2] = [
    ("arm-none-eabi-gcc", &["-std=c99", "-mcpu=cortex-m4", "-mthumb"]),
    ("riscv64-unknown-elf-gcc", &["--specs=picolibc.specs", "-std=c99", "-march=rv32imac", "-mabi=ilp32"]),
];

fn available(compilers: &[(&'static str, &'static [&'static str])]) -> Vec<(&'static str, &'static [&'static str])> {
    compilers.iter().copied().filter(|(program, _)| has(program)).collect()
}

/// A program that uses everything the header offers for this model.
fn user(generated: &Generated) -> String {
    let facts = &generated.facts;
    let symbol = &facts.symbol;
    let upper = symbol.to_ascii_uppercase();
    let mut out = optional_parts(generated);
    let mut memory = |kind: &str, constant: &str, names: Vec<&str>| {
        for name in &names {
            let _ = writeln!(
                out,
                "static {constant}uint8_t {kind}_{name}[TVM_{upper}_{}_{}_BYTES]{};",
                kind.to_ascii_uppercase(),
                name.to_ascii_uppercase(),
                if constant.is_empty() { "" } else { " = { 1 }" }
            );
        }
        names.iter().map(|name| format!("{kind}_{name}")).collect::<Vec<_>>()
    };
    let workspaces = memory("workspace", "", facts.workspaces.iter().map(|w| w.c_name.as_str()).collect());
    let user = facts.parameters.iter().any(|p| !p.facts.carried);
    let parameters = match user {
        true => memory("parameter", "const ", facts.parameters.iter().map(|p| p.c_name.as_str()).collect()),
        false => Vec::new(),
    };
    let mut arguments = Vec::new();
    for (kind, stem, names) in [("WORKSPACES", "Workspaces", &workspaces), ("PARAMETERS", "Parameters", &parameters)] {
        match names.as_slice() {
            [] => {}
            [only] => arguments.push(only.clone()),
            _ => {
                let table = stem.to_ascii_lowercase();
                let _ = writeln!(
                    out,
                    "static const TVM{stem}_{symbol} {table} = TVM_{upper}_{kind}({});",
                    names.join(", ")
                );
                arguments.push(table);
            }
        }
    }
    if !facts.devices.is_empty() {
        let _ = writeln!(out, "static const TVMDevices_{symbol} devices = {{ 0 }};");
        arguments.push("devices".into());
    }
    let context = match arguments.is_empty() {
        true => "NULL",
        false => {
            let _ = writeln!(out, "static const TVMContext context = TVM_{upper}_CONTEXT({});", arguments.join(", "));
            "&context"
        }
    };
    let placed = facts.inputs.iter().any(|tensor| tensor.facts.placement.is_some());
    first_screen(
        &mut out,
        generated,
        if user { arguments.iter().rfind(|argument| argument.starts_with("parameter")) } else { None },
    );
    call(&mut out, symbol, context, placed);
    out
}

/// Includes the header with all that it has only on request, and the headers beside it.
fn optional_parts(generated: &Generated) -> String {
    let symbol = &generated.facts.symbol;
    let mut out = format!("#define TVM_EMBEDDED_DEVICES\n#include \"{symbol}.h\"\n");
    let header = format!("{symbol}.h");
    for file in &generated.files {
        let path = &file.path;
        if path.ends_with("_update.h") || path.ends_with("_self_test.h") {
            let _ = writeln!(out, "#include \"{path}\"");
        } else if *path == header {
            let text = std::str::from_utf8(&file.contents).expect("text");
            let defined = text.lines().filter_map(|line| line.trim_start().strip_prefix("#define TVM_DEVICE_"));
            for name in defined.filter_map(|line| line.split_once("_FUNCTIONS()")) {
                let _ = writeln!(out, "TVM_DEVICE_{}_FUNCTIONS()", name.0);
            }
        }
    }
    out
}

/// The main function.
fn call(out: &mut String, symbol: &str, context: &str, placed: bool) {
    let upper = symbol.to_ascii_uppercase();
    out.push_str("int main(void) {\n");
    if placed {
        let _ = write!(
            out,
            "  TVMInputs_{symbol} inputs;\n  TVMOutputs_{symbol} outputs;\n  \
             if (TVMMapInputs_{symbol}({context}, &inputs) != 0 || TVMMapOutputs_{symbol}({context}, &outputs) != 0) {{\n    return 1;\n  }}\n"
        );
    } else {
        let _ = write!(
            out,
            "  static tvm_{symbol}_input_t in;\n  static tvm_{symbol}_output_t out;\n  \
             const TVMInputs_{symbol} inputs = TVM_{upper}_INPUTS(&in);\n  \
             const TVMOutputs_{symbol} outputs = TVM_{upper}_OUTPUTS(&out);\n"
        );
    }
    let _ = write!(
        out,
        "  if (TVMExecute(&{symbol}, &inputs, &outputs, {context}) != 0) {{\n    return 1;\n  }}\n  \
         return TVMExecute_{symbol}(&inputs, &outputs, {context}) == 0 ? example() : 2;\n}}\n"
    );
}

/// The program in the comment that opens the header, as a function.
fn first_screen(out: &mut String, generated: &Generated, parameters: Option<&String>) {
    let header =
        &generated.files.iter().find(|file| file.path == format!("{}.h", generated.facts.symbol)).expect("a header");
    let header = std::str::from_utf8(&header.contents).expect("text");
    let comment = header.split_once("*/").expect("a comment").0;
    let mut code = comment.lines().filter_map(|line| line.strip_prefix(" *     "));
    let context = code.next().expect("the definition of a context");
    let context = parameters.map_or(context.to_owned(), |name| context.replace("parameters", name));
    let _ = writeln!(out, "{context}\nstatic int32_t example(void) {{");
    code.for_each(|line| _ = writeln!(out, "  {line}"));
    out.push_str("  return status;\n}\n");
}

/// Checks our files, and a program that uses them, with each compiler.
fn check(directory: &Path, generated: &Generated, compilers: &[(&str, &[&str])]) {
    let main = directory.join("user.c");
    std::fs::write(&main, user(generated)).expect("a main file");
    let own: Vec<_> =
        generated.sources.iter().filter(|s| !s.starts_with(ARCHIVE_DIRECTORY)).map(|s| directory.join(s)).collect();
    let header = directory.join("header.cpp");
    std::fs::write(&header, format!("#include \"{}.h\"\n", generated.facts.symbol)).expect("a file");
    for (program, flags) in compilers {
        if program.ends_with("++") {
            let mut command = Command::new(program);
            command.arg("-fsyntax-only").args(*flags).args(STRICT).arg("-Wold-style-cast").arg(&header);
            succeed(command.arg("-I").arg(directory).arg("-I").arg(runtime_headers()));
        }
        let mut command = Command::new(program);
        command.arg("-fsyntax-only").args(*flags).args(STRICT).args(MORE);
        command.arg("-I").arg(directory).arg("-I").arg(directory.join(ARCHIVE_DIRECTORY));
        command.arg("-I").arg(runtime_headers()).args(&own).arg(&main);
        succeed(&mut command);
    }
}

fn archive_compiles(directory: &Path, generated: &Generated, compilers: &[(&str, &[&str])]) {
    for (program, flags) in compilers {
        for source in generated.sources.iter().filter(|source| source.starts_with(ARCHIVE_DIRECTORY)) {
            let mut command = Command::new(program);
            command.args(*flags).args(["-w", "-Werror=implicit-function-declaration", "-pedantic", "-fsyntax-only"]);
            command.arg("-I").arg(directory).arg("-I").arg(directory.join(ARCHIVE_DIRECTORY));
            succeed(command.arg(directory.join(source)));
        }
    }
}

#[test]
fn synthetic_models() {
    let mut compilers = available(&HOST);
    compilers.extend(available(&EMBEDDED));
    for memory in [Memory::Internal, Memory::External, Memory::Io, Memory::Runtime] {
        for devices in [vec![], vec!["npu".to_owned()]] {
            let mut model = Synthetic::new("net").memory(memory);
            model.devices = devices;
            model.inputs = vec!["register".into(), "b".into()];
            let directory = tempfile::tempdir().expect("a directory");
            let generated = generate_synthetic(directory.path(), &model, &Options::default());
            check(directory.path(), &generated, &compilers);
        }
    }
    let mut streaming = Synthetic::new("net");
    (streaming.state, streaming.constants) = (true, true);
    let mut packed = Synthetic::new("net").memory(Memory::Runtime);
    packed.packed = true;
    for model in [streaming, packed] {
        for parameters in [Parameters::Carried, Parameters::User] {
            let directory = tempfile::tempdir().expect("a directory");
            let options = Options { parameters, ..Options::default() };
            check(directory.path(), &generate_synthetic(directory.path(), &model, &options), &compilers);
        }
    }
}

/// What a model has only on request: a self-test, with hooks of layers and without; devices with hooks; an update; and the files for a
/// library.
#[test]
fn optional_files() {
    let mut host = available(&HOST);
    let test = SelfTest {
        samples: 2,
        inputs: vec![None],
        outputs: vec![vec![1; 8]],
        layers: vec![vec![7], vec![9]],
        tolerance: 0.0,
    };
    let mut tested = Synthetic::new("net");
    (tested.operator, tested.layers) = ("tvmgen_net___tvm_layers__".into(), 1);
    let directory = tempfile::tempdir().expect("a directory");
    let generated =
        generate_synthetic(directory.path(), &tested, &Options { self_test: Some(test), ..Options::default() });
    assert!(optional_parts(&generated).contains("net_self_test.h"));
    check(directory.path(), &generated, &host);
    let flags: Vec<(&str, Vec<&str>)> =
        host.iter().map(|(program, flags)| (*program, [flags, &["-DTVM_EMBEDDED_LAYERS"][..]].concat())).collect();
    let layered: Vec<(&str, &[&str])> = flags.iter().map(|(program, flags)| (*program, &flags[..])).collect();
    check(directory.path(), &generated, &layered);

    let example = root().join("examples/device/model");
    let text = |name: &str| std::fs::read_to_string(example.join(name)).expect("a file of the example");
    let directory = tempfile::tempdir().expect("a directory");
    for name in ["tvmgen_scale.h", "scale.c"] {
        std::fs::write(directory.path().join(name), text(name)).expect("a file");
    }
    let model = library(directory.path(), "libscale.a", &[directory.path().join("scale.c")], &[]);
    let out = directory.path().join("out");
    let generated = adopt(&out, &text("tvmgen_scale.h"), &model, Some(&text("facts.json")), &Options::default());
    assert!(optional_parts(&generated).contains("TVM_DEVICE_SCALER_FUNCTIONS()"));
    check(&out, &generated, &host);

    host.extend(available(&EMBEDDED));
    let updated = Synthetic { constants: true, ..Synthetic::new("net").memory(Memory::External) };
    let directory = tempfile::tempdir().expect("a directory");
    let generated = generate_synthetic(directory.path(), &updated, &Options::default());
    assert!(optional_parts(&generated).contains("net_update.h"));
    check(directory.path(), &generated, &host);
}

#[test]
fn real_archives() {
    // The synthetic models go through all of them; what real archives add are names and sizes.
    let mut compilers = available(&[HOST[0], HOST[3], HOST[6]]);
    let embedded = available(&EMBEDDED[..1]);
    compilers.extend(&embedded);
    for (name, path) in archives() {
        for parameters in [Parameters::Carried, Parameters::User] {
            let directory = tempfile::tempdir().expect("a directory");
            let options = Options { parameters, ..Options::default() };
            let generated = generate_into(directory.path(), &path, &options);
            if parameters == Parameters::User && generated.facts.parameters.is_empty() {
                continue;
            }
            check(directory.path(), &generated, &compilers);
            let small = std::fs::metadata(&path).is_ok_and(|file| file.len() < 1 << 19);
            if generated.brought.is_empty() && parameters == Parameters::Carried && small {
                archive_compiles(directory.path(), &generated, &embedded);
            }
        }
        println!("{name}: silent");
    }
}
