//! Paths.

use std::path::{Path, PathBuf};

#[path = "../../../host/data.rs"]
mod data;

pub use data::data;

/// The directory of the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Cargo's target directory: `CARGO_TARGET_DIR`, or `target` in the workspace. Everything that xtask writes is below it.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        // Cargo takes a relative path from the directory it was started in; every verb runs in the root.
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// The program of this name on `PATH`.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// A program installed by `cargo install`: on `PATH`, or in cargo's directory.
pub fn cargo_program(name: &str) -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    program(name).or_else(|| Some(home.join("bin").join(name)).filter(|file| file.is_file()))
}
