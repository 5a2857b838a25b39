//! Builds the runtime's static library for the host with a cargo of its own: a crate can depend on another crate's Rust
//! library, but not on its `.a`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    // Asked when the script runs: a checkout may be moved after it was built.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let root = Path::new(&manifest).join("../..");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for source in ["src", "capi/src", "capi/Cargo.toml", "capi/include", "Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo sets CARGO"));
    cargo.args(["rustc", "--quiet", "--release", "--lib", "--crate-type", "staticlib"]);
    cargo.arg("--manifest-path").arg(root.join("capi/Cargo.toml"));
    // A directory of its own: the outer cargo holds the lock of the usual one.
    cargo.arg("--target-dir").arg(out.join("target"));
    // The settings of the outer cargo are for the outer build: its flags, its target, its lint driver.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let of_the_outer_build = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"];
        let of_its_profile = text.starts_with("CARGO_PROFILE_") || text.starts_with("CARGO_BUILD_");
        if of_the_outer_build.contains(&text.as_ref()) || of_its_profile {
            cargo.env_remove(&name);
        }
    }
    run(&mut cargo);
    let library = out.join("libtvm_embedded.a");
    std::fs::copy(out.join("target/release/libtvm_embedded.a"), &library).expect("the library was built");
    without_builtins(&library);
    println!("cargo::metadata=dir={}", out.display());
}

/// Drops the members with the compiler's helper functions, in Rust and in C: 4 MB, and the C compiler brings its own.
fn without_builtins(library: &Path) {
    let listed = Command::new("ar").arg("t").arg(library).output().expect("ar, of the C compiler, can be run");
    let members = String::from_utf8_lossy(&listed.stdout).into_owned();
    let unwanted: Vec<&str> = members.lines().filter(|name| !name.starts_with("tvm_embedded")).collect();
    if !unwanted.is_empty() {
        run(Command::new("ar").arg("d").arg(library).args(unwanted));
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?} could not be started: {error}"));
    assert!(status.success(), "{command:?} failed: {status}");
}
