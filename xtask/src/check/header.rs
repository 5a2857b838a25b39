//! `cargo xtask header`: writes the C header from the Rust source, or checks that the committed one is up to date.

use anyhow::{Context, bail};
use std::fs;

use crate::machine::paths;

/// Where the header is committed.
const HEADER: &str = "capi/include/tvm_embedded.h";

/// `[--check]`: with it, nothing is written and a header that differs is an error.
///
/// # Errors
/// When the source or `cbindgen.toml` can't be read, when the header can't be written, or when the check fails.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => bail!("usage: cargo xtask header [--check]"),
    };
    let path = paths::root().join(HEADER);
    let generated = generate()?;
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if generated == committed {
        println!("{HEADER} is up to date");
        return Ok(());
    }
    if check {
        bail!("{HEADER} differs from what the source says: run `cargo xtask header` and commit it");
    }
    fs::write(&path, generated).with_context(|| format!("can't write {HEADER}"))?;
    println!("{HEADER} written");
    Ok(())
}

fn generate() -> anyhow::Result<String> {
    let root = paths::root();
    let settings = fs::read_to_string(root.join("cbindgen.toml")).context("can't read cbindgen.toml")?;
    let settings = settings
        .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
        .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
        .replace("@PATCH@", env!("CARGO_PKG_VERSION_PATCH"));
    let filled = tempfile::Builder::new().suffix(".toml").tempfile().context("can't make a temporary file")?;
    fs::write(filled.path(), settings).context("can't write a temporary file")?;
    let config = cbindgen::Config::from_file(filled.path()).map_err(anyhow::Error::msg).context("cbindgen.toml")?;
    let bindings = cbindgen::Builder::new()
        .with_crate(root.join("capi"))
        .with_config(config)
        .generate()
        .context("cbindgen can't read the source")?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    // Rust's documentation would take Doxygen's `[in]` for a link, so it is escaped there.
    Ok(String::from_utf8(text)?.replace("@param\\[", "@param["))
}
