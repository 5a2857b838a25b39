//! Several models in one program, and models below another project's build.

mod common;

use common::synthetic::{Memory, Synthetic, library};
use common::{c_file, generate_synthetic, has, objects, program, runtime, runtime_headers, succeed};
use std::path::Path;
use std::process::Command;
use tvm_embedded_interface::{Options, generate, write};

#[test]
fn models_of_three_modes_in_one_program() {
    let models = [
        Synthetic::new("one").memory(Memory::Internal),
        Synthetic::new("two").memory(Memory::External),
        Synthetic::new("three").memory(Memory::Runtime),
    ]
    .map(|mut model| {
        // The same symbol in each, as external code generators write it.
        model.operator = "replace_add".into();
        model
    });
    let (archive, library) = library(&models);
    assert_eq!(library.modules.len(), 3);
    let directory = tempfile::tempdir().expect("a directory");
    let mut all = Vec::new();
    for module in &library.modules {
        let at = directory.path().join(&module.name);
        let generated = generate(&archive, &library, module, &Options::default()).expect("an interface");
        write(&at, &generated.files).expect("written files");
        all.extend(objects(&at, &generated, &["gcc", "-std=c99"]));
    }
    let include = |name: &str| format!("-I{}", directory.path().join(name).display());
    let definitions = [include("one"), include("two"), include("three")];
    succeed(&mut Command::new(program(directory.path(), &c_file("three.c"), &definitions, &all)));
}

#[test]
fn two_archives_of_one_module_name_under_two_symbols() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut all = Vec::new();
    for (symbol, memory) in [("left", Memory::Internal), ("right", Memory::Runtime)] {
        let at = directory.path().join(symbol);
        let options = Options { symbol: Some(symbol.into()), ..Options::default() };
        let generated = generate_synthetic(&at, &Synthetic::new("net").memory(memory), &options);
        all.extend(objects(&at, &generated, &["gcc", "-std=c99"]));
    }
    let include = |name: &str| format!("-I{}", directory.path().join(name).display());
    succeed(&mut Command::new(program(directory.path(), &c_file("two.c"), &[include("left"), include("right")], &all)));
}

/// Of two static libraries with one symbol the first would serve both users, whose types differ.
#[test]
fn two_models_of_one_symbol_do_not_link() {
    for (language, flags) in [("c", &["-std=c99"][..]), ("c", &["-O2", "-flto"]), ("c++", &["-O2"])] {
        for call in ["TVMExecute_net(NULL, NULL, NULL)", "TVMExecute(&net, NULL, NULL, NULL)"] {
            two_models_with(language, flags, call);
        }
    }
}

fn two_models_with(language: &str, flags: &[&str], call: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut command = Command::new("gcc");
    for (i, inputs) in [&["x"][..], &["x", "z"]].into_iter().enumerate() {
        let at = directory.path().join(i.to_string());
        let mut model = Synthetic::new("net");
        model.inputs = inputs.iter().map(|name| (*name).to_owned()).collect();
        let generated = generate_synthetic(&at, &model, &Options::default());
        let objects = objects(&at, &generated, &["gcc", "-std=c99"]);
        succeed(Command::new("ar").arg("rcs").arg(at.join("libnet.a")).args(objects));
        let name = if i == 0 { "main" } else { "other" };
        let linkage = if i == 0 || language == "c" { "" } else { "extern \"C\" " };
        let user =
            format!("#include \"net.h\"\n{linkage}int {name}(void);\nint {name}(void) {{\n  return (int){call};\n}}\n");
        let path = at.join("user.c");
        std::fs::write(&path, user).expect("a file");
        let object = at.join("user.o");
        let include = |path: &Path| format!("-I{}", path.display());
        let includes = [include(&at), include(&common::runtime_headers())];
        let mut user = Command::new("gcc");
        user.args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-x", language]).args(flags).args(includes);
        succeed(user.arg("-c").arg(path).arg("-o").arg(&object));
        command.arg(object);
    }
    let library = |i: &str| directory.path().join(i).join("libnet.a");
    command.args(["-u", "other", "-o"]).arg(directory.path().join("program"));
    let output = command.args([library("0"), library("1")]).arg(common::runtime()).output().expect("a linker");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("multiple definition of `net'"), "{text}");
}

/// With pointers of 16 bits there is no library, but the typed call and the reset need none.
#[test]
fn the_typed_call_links_alone_for_pointers_of_16_bits() {
    if !has("avr-gcc") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut model = Synthetic::new("net").memory(Memory::External);
    model.inputs = vec!["x".into(), "z".into()];
    let generated = generate_synthetic(directory.path(), &model, &Options::default());
    let user = "#include \"net.h\"\nTVM_NET_STATIC_CONTEXT(context);\nint main(void) {\n  static TVMInputs_net in;\n  \
                static TVMOutputs_net out;\n  \
                return (int)(TVMReset_net(&context) + TVMExecute_net(&in, &out, &context));\n}\n";
    let path = directory.path().join("user.c");
    std::fs::write(&path, user).expect("a file");
    let compiler = ["avr-gcc", "-mmcu=atmega2560", "-Os", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];
    let objects = objects(directory.path(), &generated, &compiler);
    let mut command = Command::new(compiler[0]);
    for include in [directory.path(), runtime_headers().as_path()] {
        command.arg(format!("-I{}", include.display()));
    }
    succeed(command.args(&compiler[1..]).arg(&path).args(objects).arg("-o").arg(directory.path().join("firmware")));
}

#[test]
fn cmake_builds_the_model_below_another_project() {
    if !has("cmake") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut model = Synthetic::new("net");
    model.constants = true;
    model.operator_begin = "  (void)expf(1.0f);\n".into();
    generate_synthetic(&directory.path().join("model"), &model, &Options::default());
    let project = format!(
        "cmake_minimum_required(VERSION 3.16)\nproject(firmware LANGUAGES C)\n\
         add_library(tvm_embedded::tvm_embedded STATIC IMPORTED)\n\
         set_target_properties(tvm_embedded::tvm_embedded PROPERTIES IMPORTED_LOCATION \"{}\"\n  \
         INTERFACE_INCLUDE_DIRECTORIES \"{}\")\nadd_subdirectory(model)\nadd_executable(firmware \"{}\")\n\
         target_compile_definitions(firmware PRIVATE MODEL=net MODEL_HEADER=\"net.h\")\n\
         target_link_libraries(firmware PRIVATE tvm_model_net)\n",
        runtime().display(),
        runtime_headers().display(),
        c_file("plus.c").display()
    );
    std::fs::write(directory.path().join("CMakeLists.txt"), project).expect("a project");
    let build = directory.path().join("build");
    succeed(Command::new("cmake").arg("-S").arg(directory.path()).arg("-B").arg(&build));
    succeed(Command::new("cmake").arg("--build").arg(&build));
    succeed(&mut Command::new(build.join("firmware")));
}
