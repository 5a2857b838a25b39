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
        bail!("{HEADER} differs from the source: run `cargo xtask header` and commit it");
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
    // rustdoc would treat Doxygen's `[in]` as a link, so it is escaped there.
    without_library(&String::from_utf8(text)?.replace("@param\\[", "@param["))
}

/// Puts what needs the library between `#ifndef TVM_EMBEDDED_NO_LIBRARY` and `#endif`; with that macro each function's name becomes
/// an expression that does not compile and that says why.
fn without_library(text: &str) -> anyhow::Result<String> {
    let (start, end) = ("#ifdef __cplusplus\nextern \"C\" {\n", "/* ---- For generated files");
    let start = text.find(start).context("the header has no functions")?;
    let end = text.find(end).context("the header has nothing for generated files")?;
    let (head, library, rest) = (&text[..start], &text[start..end], &text[end..]);
    let mut refused = String::new();
    for name in library.lines().filter_map(declared) {
        let next = format!(
            "#define {name} \\\n  (sizeof(struct {name}_needs_libtvm_embedded_but_TVM_EMBEDDED_NO_LIBRARY_is_defined))\n"
        );
        // Some are declared once more, as templates.
        if !refused.contains(&next) {
            refused += &next;
        }
    }
    Ok(format!(
        "{head}#ifndef TVM_EMBEDDED_NO_LIBRARY\n{library}#else /* TVM_EMBEDDED_NO_LIBRARY */\n\n\
         /** @cond */\n\
         /* An incomplete type has no size: using one of these does not compile. */\n{refused}/** @endcond */\n\n\
         #endif /* TVM_EMBEDDED_NO_LIBRARY */\n\n{rest}"
    ))
}

/// The function that a line declares.
fn declared(line: &str) -> Option<&str> {
    let types = ["int32_t ", "uint32_t ", "size_t ", "void ", "const char *", "const void *"];
    let rest = types.iter().find_map(|kind| line.strip_prefix(kind))?;
    let (name, _) = rest.split_once('(')?;
    name.starts_with("TVM").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_library_is_refused_by_name() {
        let header = fs::read_to_string(paths::root().join(HEADER)).unwrap();
        let exported: Vec<&str> = header.lines().filter_map(declared).collect();
        assert!(exported.len() > 50, "{exported:?}");
        for name in exported {
            assert!(header.contains(&format!("#define {name} \\\n  (sizeof(struct {name}_needs_")), "{name}");
        }
        assert_eq!(declared("const char *TVMGetLastError(void);"), Some("TVMGetLastError"));
        assert_eq!(declared("static inline uint8_t *TVMWorkspaceStart(const TVMContext *context,"), None);
        assert_eq!(declared("  int32_t TVMIndented(void);"), None);
    }
}
