//! `cargo xtask abi [--update]`: has the binary interface changed since the state in `abi/`, that of the last release?
//!
//! Functions, layout and types are compared (see `record`). Additions need a line in the changelog; changes
//! and removals also need a new version of the ABI. `--update` records the new state when a release is made; it requires
//! the same.

mod record;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use self::record::Source;
use crate::machine::{paths, setup};

/// The records.
const SYMBOLS: &str = "abi/symbols.txt";
const LAYOUT: &str = "abi/layout.txt";
const PROBE: &str = "abi/functions.abi";

/// The constant that numbers binary interfaces.
const VERSION: &str = "TVM_EMBEDDED_ABI_VERSION";

/// `cargo xtask abi [--update]`.
///
/// # Errors
/// A change that was not announced, or a check that does not detect an injected change.
pub fn run(args: &[String]) -> Result<()> {
    let update = match args {
        [] => false,
        [flag] if flag == "--update" => true,
        _ => bail!("usage: cargo xtask abi [--update]"),
    };
    setup::need(&["trust", "firmware"])?;
    let out = paths::target().join("abi");
    fs::create_dir_all(&out)?;
    let root = paths::root();
    let source = Source { header: root.join("capi/include/tvm_embedded.h"), out };
    let (symbols, layout) = (record::symbols(&source)?, record::layout(&source)?);
    let released = Released::read(root)?;
    let changes = released.changes(&source, &symbols, &layout)?;
    let changelog = fs::read_to_string(root.join("CHANGELOG.md")).context("CHANGELOG.md")?;
    println!("{}", changes.judge(&changelog)?);
    if update {
        for (name, text) in [(SYMBOLS, symbols), (LAYOUT, layout), (PROBE, record::probe(&source)?)] {
            fs::write(root.join(name), text)?;
            println!("{name} written");
        }
        return Ok(());
    }
    prove(&released, &source, &symbols)
}

/// The state in `abi/`.
struct Released {
    symbols: String,
    layout: String,
    functions: String,
}

impl Released {
    fn read(root: &Path) -> Result<Self> {
        let read = |name: &str| fs::read_to_string(root.join(name)).with_context(|| name.to_owned());
        Ok(Self { symbols: read(SYMBOLS)?, layout: read(LAYOUT)?, functions: read(PROBE)? })
    }

    /// What is different now.
    fn changes(&self, source: &Source, symbols: &str, layout: &str) -> Result<Changes> {
        let mut changes = Changes::default();
        changes.compare(&self.symbols, symbols);
        changes.compare(&self.layout, layout);
        // It would only repeat what the other two found already.
        let described = record::described(source, &self.functions)?;
        changes.lost.extend((!described.is_empty()).then_some(described));
        Ok(changes)
    }
}

/// The differences between two states of the interface.
#[derive(Debug, Default)]
struct Changes {
    /// The ABI's version, before and now.
    version: (u64, u64),
    /// Changes and removals that affect programs built before, in words.
    lost: Vec<String>,
    /// Names of functions, structs and constants that are new.
    added: Vec<String>,
}

impl Changes {
    /// Compares two records with one fact a line, `name` or `name = value`.
    fn compare(&mut self, before: &str, now: &str) {
        let (before, now) = (facts(before), facts(now));
        for (name, old) in &before {
            match now.get(name) {
                _ if *name == VERSION => self.version = (number(old), now.get(name).map_or(0, |new| number(new))),
                None => self.lost.push(format!("- {name}{old}")),
                Some(new) if new != old => self.lost.push(format!("- {name}{old}\n+ {name}{new}")),
                Some(_) => {}
            }
        }
        for name in now.keys().filter(|name| !before.contains_key(*name)) {
            // A struct includes its members.
            let name = name.trim_start_matches("sizeof(").trim_end_matches(')').split('.').next().unwrap_or_default();
            if !self.added.iter().any(|known| known == name) {
                self.added.push(name.to_owned());
            }
        }
    }

    /// Reports what changed, if version and changelog allow it.
    fn judge(&self, changelog: &str) -> Result<String> {
        let (before, now) = self.version;
        let news = unreleased(changelog);
        let announced = format!("ABI version {now}");
        if now < before {
            bail!("{VERSION} went back from {before} to {now}: numbers are never reused");
        }
        if !self.lost.is_empty() && now == before {
            bail!(
                "changed or removed since the last release, with the same {VERSION} {now}:\n{}\nUndo it, or, if it is on \
                 purpose, raise the version in src/descriptor.rs and write \"ABI version {}\" and the reason into the \
                 changelog's section [Unreleased]",
                self.lost.join("\n"),
                now + 1
            );
        }
        if now != before && !news.contains(&announced) {
            bail!("{VERSION} went from {before} to {now}: the changelog's section [Unreleased] lacks \"{announced}\"");
        }
        let missing: Vec<&str> = self.added.iter().map(String::as_str).filter(|name| !news.contains(name)).collect();
        if !missing.is_empty() {
            bail!("new, and not named in the changelog's section [Unreleased]: {}", missing.join(", "));
        }
        Ok(match (self.lost.len(), self.added.len()) {
            (0, 0) => "functions, layout and types are those of the last release".to_owned(),
            (lost, added) => format!("since the last release: {lost} changed or removed ({announced}), {added} added"),
        })
    }
}

/// `name` or `name = value` of each line; the value keeps its ` = `, to be readable.
fn facts(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_at(line.find(" = ").unwrap_or(line.len()))).collect()
}

/// The first number of ` = 1 / 1`.
fn number(value: &str) -> u64 {
    value.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// The part of the changelog about unreleased changes.
fn unreleased(changelog: &str) -> &str {
    let rest = changelog.split_once("## [Unreleased]").map_or("", |(_, rest)| rest);
    rest.split("\n## [").next().unwrap_or_default()
}

/// Changes of the header that must be refused: text of the header, and its replacement.
const SEEDS: [(&str, &str, &str); 5] = [
    (
        "a member grows",
        "  uint32_t alignment;\n  /**\n   * Bytes that suffice",
        "  uint64_t alignment;\n  /**\n   * Bytes that suffice",
    ),
    ("a status gets another number", "TVM_STATUS_BUSY = -7429", "TVM_STATUS_BUSY = -7430"),
    ("a constant is new", "#define TVM_MODEL_PLAIN ", "#define TVM_MODEL_SEED 7\n#define TVM_MODEL_PLAIN "),
    ("a parameter gets another type", "TVMSetWorkspaceBuffer(", ""),
    (
        "a struct that a pointer refers to grows",
        "  uint16_t reserved[3];\n} TVMModel;",
        "  uint16_t reserved[3];\n  uint64_t more;\n} TVMModel;",
    ),
];

/// Checks that changes are detected and refused.
fn prove(released: &Released, source: &Source, symbols: &str) -> Result<()> {
    let header = fs::read_to_string(&source.header)?;
    let out = source.out.join("seeded");
    fs::create_dir_all(&out)?;
    for (what, from, to) in SEEDS {
        let (from, to) = if to.is_empty() { parameter(&header, from)? } else { (from.to_owned(), to.to_owned()) };
        if !header.contains(&from) {
            bail!("no place to inject '{what}': the header has no {from:?}");
        }
        let seeded = Source { header: out.join("tvm_embedded.h"), out: out.clone() };
        let changed = header.replacen(&from, &to, 1);
        // The header's own asserts would stop the compiler: a second check, which must not hide this one.
        let lines: Vec<&str> = changed.lines().filter(|line| !line.starts_with("TVM_STATIC_ASSERT(")).collect();
        fs::write(&seeded.header, lines.join("\n"))?;
        let changes = released.changes(&seeded, symbols, &record::layout(&seeded)?)?;
        if changes.judge("").is_ok() {
            bail!("injected: {what}; not refused");
        }
        println!("injected and refused: {what}");
    }
    Ok(())
}

/// The declaration of a function, and the same with another type of a parameter.
fn parameter(header: &str, function: &str) -> Result<(String, String)> {
    let start = header.find(&format!("int32_t {function}")).with_context(|| function.to_owned())?;
    let end = start + header[start..].find(");").context("its end")?;
    let declaration = &header[start..end];
    Ok((declaration.to_owned(), declaration.replace("size_t size", "uint32_t size")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "# a comment\nTVM_EMBEDDED_ABI_VERSION = 1 / 1\nsizeof(TVMThing) = 8 / 4\nTVM_OLD = 5 / 5\n";

    fn verdict(now: &str, changelog: &str) -> Result<String, String> {
        let mut changes = Changes::default();
        changes.compare(BEFORE, now);
        changes.judge(changelog).map_err(|error| error.to_string())
    }

    #[test]
    fn changes_and_removals_need_a_version_and_a_line() {
        let now = "TVM_EMBEDDED_ABI_VERSION = 1 / 1\nsizeof(TVMThing) = 16 / 8\n";
        let error = verdict(now, "## [Unreleased]\nABI version 2").unwrap_err();
        assert!(error.contains("- TVM_OLD = 5 / 5") && error.contains("+ sizeof(TVMThing) = 16 / 8"), "{error}");
        let stepped = now.replace("= 1 / 1", "= 2 / 2");
        let error = verdict(&stepped, "## [Unreleased]\n## [0.1.0]\nABI version 2").unwrap_err();
        assert!(error.contains("lacks \"ABI version 2\""), "{error}");
        let said = verdict(&stepped, "## [Unreleased]\nABI version 2: TVMThing grew\n## [0.1.0]\n").unwrap();
        assert!(said.contains("2 changed or removed (ABI version 2)"), "{said}");
    }

    #[test]
    fn additions_need_a_line() {
        let now = format!("{BEFORE}sizeof(TVMNew) = 4 / 4\nTVMNew.member = 0 / 0\nTVM_NEW = 1 / 1\n");
        let error = verdict(&now, "## [Unreleased]\n- TVMNew\n").unwrap_err();
        assert_eq!(error, "new, and not named in the changelog's section [Unreleased]: TVM_NEW");
        assert!(verdict(&now, "## [Unreleased]\n- TVMNew, TVM_NEW\n").unwrap().contains("2 added"));
    }

    #[test]
    fn a_version_never_goes_back() {
        let error = verdict(&BEFORE.replace("= 1 / 1", "= 0 / 0"), "ABI version 0").unwrap_err();
        assert!(error.contains("went back from 1 to 0"), "{error}");
        assert!(verdict(BEFORE, "").is_ok());
    }
}
