//! The C++ interface of every kind of model, with gcc and clang, with the library and without, and what does not compile.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{STRICT, c_file, generate_synthetic, has, objects, runtime, runtime_headers, succeed};
use std::path::Path;
use std::process::Command;
use tvm_embedded_interface::{Options, Parameters};

/// The flags of a firmware for a C++ compiler.
const FIRMWARE: [&str; 5] = ["-O1", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-Wold-style-cast"];

fn kinds() -> Vec<(Synthetic, Options, &'static [&'static str])> {
    let net = |memory| Synthetic::new("net").memory(memory);
    let external = || net(Memory::External);
    let user = Options { parameters: Parameters::User, ..Options::default() };
    let memories = [Memory::Internal, Memory::External, Memory::Io, Memory::Runtime];
    let mut kinds: Vec<_> =
        memories.into_iter().map(|memory| (net(memory), Options::default(), &["-DQUANTISED=0"][..])).collect();
    kinds.push((Synthetic { constants: true, ..external() }, Options::default(), &["-DQUANTISED=0"]));
    kinds.push((Synthetic { constants: true, ..external() }, user.clone(), &["-DQUANTISED=0"]));
    kinds.push((Synthetic { devices: vec!["ethos_u".into()], ..external() }, Options::default(), &["-DQUANTISED=0"]));
    kinds.push((Synthetic { state: true, constants: true, ..external() }, user, &["-DQUANTISED=1", "-DSTATE"]));
    kinds
}

fn compile(compiler: &str, directory: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(compiler);
    command.args(FIRMWARE).args(STRICT).args(flags);
    for include in [directory, runtime_headers().as_path()] {
        command.arg(format!("-I{}", include.display()));
    }
    command
}

#[test]
fn every_kind_of_model_runs() {
    for (model, options, definitions) in kinds() {
        let directory = tempfile::tempdir().expect("a directory");
        let at = directory.path();
        let generated = generate_synthetic(at, &model, &options);
        let objects = objects(at, &generated, &["gcc", "-std=c99"]);
        for (compiler, standard) in [("g++", "-std=c++17"), ("g++", "-std=c++20"), ("clang++", "-std=c++17")] {
            if !has(compiler) {
                continue;
            }
            let object = at.join("instance.o");
            let mut command = compile(compiler, at, definitions);
            command.args([standard, "-DSTANDARD_LIBRARY", "-c"]);
            succeed(command.arg(c_file("instance.cpp")).arg("-o").arg(&object));
            // Zeros, no constructor that runs before main, nothing of C++'s runtime.
            let symbols = succeed(Command::new("nm").arg("-C").arg(&object));
            let symbols = String::from_utf8_lossy(&symbols.stdout).into_owned();
            for zeros in ["g_net", "g_other"] {
                assert!(symbols.contains(&format!(" b {zeros}")), "{compiler}: {zeros}\n{symbols}");
            }
            for unwanted in ["_GLOBAL_", "__cxa", "operator new", "std::", "malloc"] {
                assert!(!symbols.contains(unwanted), "{compiler}: {unwanted}\n{symbols}");
            }
            let program = at.join("program");
            // By the C linker: C++'s library is not needed.
            let mut link = Command::new("cc");
            succeed(link.arg(&object).args(&objects).arg(runtime()).args(["-lm", "-o"]).arg(&program));
            succeed(&mut Command::new(&program));
        }
    }
}

#[test]
fn microcontrollers_need_no_header_of_the_cpp_library() {
    let directory = tempfile::tempdir().expect("a directory");
    generate_synthetic(directory.path(), &Synthetic::new("net"), &Options::default());
    for (compiler, flags) in [
        ("arm-none-eabi-g++", &["-mcpu=cortex-m4", "-mthumb", "-nostdinc++"][..]),
        ("riscv64-unknown-elf-g++", &["-march=rv32imac", "-mabi=ilp32", "-ffreestanding", "-nostdinc++"]),
        ("xtensa-lx106-elf-g++", &["-ffreestanding", "-nostdinc++", "-DTVM_EMBEDDED_NO_LIBRARY"]),
    ] {
        if has(compiler) {
            let mut command = compile(compiler, directory.path(), flags);
            succeed(command.args(["-std=c++17", "-DQUANTISED=0", "-fsyntax-only"]).arg(c_file("instance.cpp")));
        }
    }
}

#[test]
fn wrong_code_does_not_compile() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("user.cpp");
    generate_synthetic(directory.path(), &Synthetic::new("net"), &Options::default());
    for (body, right) in [
        ("static int8_t in[4], out[4]; return tvm_models::net::run(c, in, out).ok();", true),
        // One element too few, another type, a constant output.
        ("static int8_t in[3], out[4]; return tvm_models::net::run(c, in, out).ok();", false),
        ("static uint8_t in[4]; static int8_t out[4]; return tvm_models::net::run(c, in, out).ok();", false),
        ("static const int8_t in[4] = {}, out[4] = {}; return tvm_models::net::run(c, in, out).ok();", false),
        // A status that is ignored, a copy of an instance, a tensor without a scale, a number used as a status.
        ("m.run(); return 0;", false),
        ("tvm_models::net::instance other(m); return other.run().ok();", false),
        ("return tvm_embedded::quantize<tvm_models::net::input::x>(0.0f);", false),
        ("tvm_embedded::status status = 5; return status.ok();", false),
    ] {
        let program = format!(
            "#include \"net.hpp\"\nstatic tvm_models::net::instance m;\nstatic tvm_models::net::model::memory g;\n\
             int main() {{\n  const TVMContext c = tvm_models::net::model::context(g);\n  (void)c;\n  (void)m;\n  {body}\n}}\n"
        );
        std::fs::write(&path, program).expect("a file");
        for compiler in ["g++", "clang++"] {
            if has(compiler) {
                let output = compile(compiler, directory.path(), &["-std=c++17", "-fsyntax-only"]).arg(&path).output();
                let output = output.expect("a compiler");
                let said = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.success(), right, "{compiler}: {body}\n{said}");
            }
        }
    }
    let mut old = Command::new("g++");
    old.args(["-std=c++14", "-fsyntax-only", "-x", "c++"]).arg(runtime_headers().join("tvm_embedded.hpp"));
    let output = old.output().expect("a compiler");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("requires C++17 or newer"), "{said}");
}
