//! Only generated C and the header: every kind of model runs without the library, and code that needs the library does not compile.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{STRICT, c_file, generate_synthetic, has, root, runtime_headers, succeed};
use std::path::{Path, PathBuf};
use std::process::Command;
use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Generated, LibraryHeaders, Options, Parameters};

fn alone() -> Options {
    let header = |name: &str| std::fs::read_to_string(runtime_headers().join(name)).expect("the header");
    let headers = LibraryHeaders { c: header("tvm_embedded.h"), cpp: header("tvm_embedded.hpp") };
    Options { without_library: Some(headers), ..Options::default() }
}

/// A model of each kind, with its options and definitions for `alone.c`.
fn kinds() -> Vec<(Synthetic, Options, &'static [&'static str])> {
    let net = |memory| Synthetic::new("net").memory(memory);
    let external = || net(Memory::External);
    let user = Options { parameters: Parameters::User, ..alone() };
    let memories = [Memory::Internal, Memory::External, Memory::Io, Memory::Runtime];
    let mut kinds: Vec<_> = memories.into_iter().map(|memory| (net(memory), alone(), &[][..])).collect();
    for memory in [Memory::Internal, Memory::Runtime] {
        kinds.push((Synthetic { packed: true, ..net(memory) }, alone(), &[]));
    }
    kinds.push((Synthetic { registry: true, ..external() }, alone(), &[]));
    kinds.push((Synthetic { constants: true, ..external() }, alone(), &[]));
    kinds.push((Synthetic { constants: true, ..external() }, user.clone(), &[]));
    kinds.push((Synthetic { devices: vec!["ethos_u".into()], ..external() }, alone(), &[]));
    kinds.push((Synthetic { state: true, ..external() }, alone(), &["-DSTATE"]));
    kinds.push((Synthetic { state: true, constants: true, ..external() }, alone(), &["-DSTATE"]));
    kinds.push((Synthetic { state: true, constants: true, ..external() }, user, &["-DSTATE"]));
    kinds
}

fn boards() -> PathBuf {
    root().join("c-tests/without_library")
}

fn includes(directory: &Path) -> Vec<String> {
    let archive = directory.join(ARCHIVE_DIRECTORY);
    // Not the directory of the library's header: the model's own header is used.
    [directory, &archive, &boards()].map(|path| format!("-I{}", path.display())).to_vec()
}

fn sources(directory: &Path, generated: &Generated) -> Vec<PathBuf> {
    generated.sources.iter().map(|source| directory.join(source)).collect()
}

#[test]
fn every_kind_of_model_runs_on_the_host() {
    let compilers: [&[&str]; 3] = [&["gcc", "-std=c99"], &["clang", "-std=c11"], &["g++", "-std=c++17", "-x", "c++"]];
    for (model, options, definitions) in kinds() {
        let directory = tempfile::tempdir().expect("a directory");
        let generated = generate_synthetic(directory.path(), &model, &options);
        for compiler in compilers.into_iter().filter(|compiler| has(compiler[0])) {
            let mut objects = Vec::new();
            for source in sources(directory.path(), &generated).into_iter().chain([c_file("alone.c")]) {
                let object = directory.path().join(format!("{}.o", objects.len()));
                let mut command = Command::new(compiler[0]);
                command.args(["-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all"]).args(&compiler[1..]);
                command.args(includes(directory.path())).args(definitions);
                let foreign = source.starts_with(directory.path().join(ARCHIVE_DIRECTORY));
                if foreign && compiler[0] == "g++" {
                    // TVM's C is C.
                    command = Command::new("gcc");
                    command.args(["-std=c99", "-w"]).args(includes(directory.path()));
                } else if foreign {
                    command.arg("-w");
                } else {
                    command.args(STRICT);
                }
                succeed(command.arg("-c").arg(source).arg("-o").arg(&object));
                objects.push(object);
            }
            let program = directory.path().join("program");
            let linker = if compiler[0] == "g++" { "g++" } else { compiler[0] };
            succeed(Command::new(linker).arg("-fsanitize=undefined").args(objects).args(["-lm", "-o"]).arg(&program));
            succeed(&mut Command::new(program));
        }
    }
}

#[test]
fn every_kind_of_model_runs_on_cores_that_have_no_library() {
    for (core, programs) in [("avr", ["avr-gcc", "simavr"]), ("lx106", ["xtensa-lx106-elf-gcc", "qemu-system-xtensa"])]
    {
        if programs.iter().any(|program| !installed(program)) {
            eprintln!("SKIPPED: {} are not all installed", programs.join(", "));
            continue;
        }
        for (model, options, definitions) in kinds() {
            let directory = tempfile::tempdir().expect("a directory");
            let generated = generate_synthetic(directory.path(), &model, &options);
            let mut run = Command::new(boards().join("run.sh"));
            run.arg(core).arg(directory.path().join("firmware")).args(includes(directory.path())).args(definitions);
            // TVM's C includes these, which Debian's compiler for the LX106 lacks, and this C calls nothing of them.
            for header in ["math.h", "inttypes.h"] {
                let path = directory.path().join(ARCHIVE_DIRECTORY).join(header);
                std::fs::write(path, "#include <stdint.h>\n").expect("a file");
            }
            run.arg("-w").args(sources(directory.path(), &generated)).arg(c_file("alone.c"));
            if core == "avr" && model.packed {
                let output = run.output().expect("a shell");
                let text = String::from_utf8_lossy(&output.stderr);
                assert!(!output.status.success() && text.contains("--interface-api=c"), "{text}");
                continue;
            }
            succeed(&mut run);
        }
    }
}

/// Some of these programs have no `--version`.
fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

#[test]
fn code_that_needs_the_library_does_not_compile_and_the_error_says_so() {
    let directory = tempfile::tempdir().expect("a directory");
    generate_synthetic(directory.path(), &Synthetic::new("net"), &Options::default());
    let path = directory.path().join("user.c");
    for (language, compiler) in [("c", "gcc"), ("c", "clang"), ("c++", "g++"), ("c++", "clang++")] {
        if !has(compiler) {
            continue;
        }
        let attempt = |body: &str, definition: &str| {
            let program = format!("#include \"net.h\"\nint main(void) {{\n  TVMContext context;\n  {body}\n}}\n");
            std::fs::write(&path, program).expect("a file");
            let mut command = Command::new(compiler);
            command.args(["-x", language, definition, "-fsyntax-only"]);
            for include in [directory.path(), runtime_headers().as_path()] {
                command.arg(format!("-I{}", include.display()));
            }
            let output = command.arg(&path).output().expect("a compiler");
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        for (body, name) in [
            ("return (int)TVMReset(NULL, &context);", "TVMReset"),
            ("return (int)TVMSetDevices(&context, &context);", "TVMSetDevices"),
            ("static uint8_t memory[99]; return (int)TVMSetWorkspaces(&context, memory);", "TVMSetWorkspaces"),
            ("return TVMStatusString((int32_t)sizeof context)[0];", "TVMStatusString"),
            ("int32_t (*f)(const TVMModel *) = &TVMCheckModel; return f(NULL) + (int)sizeof context;", "TVMCheckModel"),
        ] {
            assert!(attempt(body, "-DWITH").0, "{compiler}: {body}");
            let (compiles, errors) = attempt(body, "-DTVM_EMBEDDED_NO_LIBRARY");
            let said = format!("{name}_needs_libtvm_embedded_but_TVM_EMBEDDED_NO_LIBRARY_is_defined");
            assert!(!compiles && errors.contains(&said), "{compiler}: {body}\n{errors}");
        }
        // Nor is there a descriptor.
        let (compiles, errors) = attempt("return net.num_inputs + (int)sizeof context;", "-DTVM_EMBEDDED_NO_LIBRARY");
        assert!(!compiles && errors.contains("net"), "{errors}");
    }
}

#[test]
fn cmake_builds_such_a_model_without_a_package() {
    if !has("cmake") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    generate_synthetic(&directory.path().join("model"), &Synthetic::new("net"), &alone());
    let project = format!(
        "cmake_minimum_required(VERSION 3.16)\nproject(firmware LANGUAGES C)\nadd_subdirectory(model)\n\
         add_executable(firmware \"{}\")\ntarget_include_directories(firmware PRIVATE \"{}\")\n\
         target_link_libraries(firmware PRIVATE tvm_model_net)\n",
        c_file("alone.c").display(),
        boards().display()
    );
    std::fs::write(directory.path().join("CMakeLists.txt"), project).expect("a project");
    let build = directory.path().join("build");
    succeed(Command::new("cmake").arg("-S").arg(directory.path()).arg("-B").arg(&build));
    succeed(Command::new("cmake").arg("--build").arg(&build));
    succeed(&mut Command::new(build.join("firmware")));
}
