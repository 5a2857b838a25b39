//! Shared by the tests: the runtime library, C compilers, archives.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Generated, Options, generate, write};
use tvm_embedded_mlf::{Archive, Library};

#[path = "../../../data.rs"]
mod data;

pub use data::data;

/// Top of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The archives of every mode, by name without `.tar`, sorted.
pub fn archives() -> Vec<(String, PathBuf)> {
    archives_in("mlf")
}

/// More archives, of models and names that are unusual.
pub fn unusual_archives() -> Vec<(String, PathBuf)> {
    archives_in("archives")
}

fn archives_in(folder: &str) -> Vec<(String, PathBuf)> {
    let Some(directory) = data(folder) else {
        return Vec::new();
    };
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(&directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "tar"))
        .map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), path))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no archive in {}", directory.display());
    found
}

/// `libtvm_embedded.a` for this machine, built once.
pub fn runtime() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("runtime");
        let status = Command::new(env!("CARGO"))
            .current_dir(root())
            .args(["rustc", "--quiet", "--release", "-p", "tvm_embedded_capi", "--lib", "--crate-type", "staticlib"])
            .arg("--target-dir")
            .arg(&target)
            // The library as released, also if these tests are instrumented.
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .status()
            .expect("cargo runs");
        assert!(status.success(), "the runtime library can't be built");
        target.join("release/libtvm_embedded.a")
    })
}

/// Include path of `tvm_embedded.h`.
pub fn runtime_headers() -> PathBuf {
    root().join("capi/include")
}

pub fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("SKIPPED: {program} is not installed");
    }
    found
}

/// Runs a command to its end and asserts success.
pub fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        text(&output.stdout),
        text(&output.stderr).chars().take(20_000).collect::<String>()
    );
    output
}

/// Reads an archive and generates its first module into a directory.
pub fn generate_into(directory: &Path, archive: &Path, options: &Options) -> Generated {
    let archive = Archive::read(archive).expect("an archive");
    let library = Library::parse(&archive).expect("a library");
    let generated = generate(&archive, &library, &library.modules[0], options).expect("an interface");
    write(directory, &generated.files).expect("written files");
    generated
}

/// The flags with which our own files must compile without warnings.
pub const STRICT: [&str; 6] = ["-Wall", "-Wextra", "-Wpedantic", "-pedantic-errors", "-Wconversion", "-Werror"];

/// Compiles the files of one model into objects: ours strictly, the archive's without warnings.
pub fn objects(directory: &Path, generated: &Generated, compiler: &[&str]) -> Vec<PathBuf> {
    let mut objects = Vec::new();
    for source in &generated.sources {
        let object = directory.join(format!("{}.o", source.replace('/', "_")));
        let mut command = Command::new(compiler[0]);
        command.arg("-O1").args(&compiler[1..]).arg("-c").arg(directory.join(source)).arg("-o").arg(&object);
        command.arg("-I").arg(directory).arg("-I").arg(directory.join(ARCHIVE_DIRECTORY));
        command.arg("-I").arg(runtime_headers());
        if source.starts_with(ARCHIVE_DIRECTORY) {
            command.arg("-w");
        } else {
            command.args(STRICT);
        }
        succeed(&mut command);
        objects.push(object);
    }
    objects
}

/// Links objects and a main file into a program.
pub fn program(directory: &Path, main: &Path, definitions: &[String], objects: &[PathBuf]) -> PathBuf {
    let program = directory.join("program");
    let mut command = Command::new("cc");
    command.args(["-std=c11", "-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all"]);
    command.args(STRICT).args(definitions);
    command.arg("-I").arg(directory).arg("-I").arg(runtime_headers()).arg(main).args(objects).arg(runtime());
    command.args(["-lm", "-o"]).arg(&program);
    succeed(&mut command);
    program
}

pub mod compiled;
pub mod facts;
mod metadata;
mod packed;
pub mod synthetic;

/// Generates the interface of a synthetic model into a directory.
pub fn generate_synthetic(directory: &Path, model: &synthetic::Synthetic, options: &Options) -> Generated {
    let (archive, library) = model.library();
    let generated = generate(&archive, &library, &library.modules[0], options).unwrap_or_else(|e| panic!("{e}"));
    write(directory, &generated.files).expect("written files");
    generated
}

/// The definitions that tell a main file of the tests its model.
pub fn model_definitions(generated: &Generated) -> Vec<String> {
    let symbol = &generated.facts.symbol;
    vec![format!("-DMODEL={symbol}"), format!("-DMODEL_HEADER=\"{symbol}.h\"")]
}

/// A C file of the tests.
pub fn c_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c").join(name)
}
