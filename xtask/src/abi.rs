//! `cargo xtask abi [--update]`: has the binary interface changed since it was last written down in `abi/`?
//!
//! Three records, each of which sees what the others miss: the exported functions of the library, as its object file has
//! them; size and offset of every member of every struct and the value of every constant, printed by a C program's
//! assembly for a 64-bit and a 32-bit processor; and libabigail's description of a C library with every function of the
//! header, which knows types of parameters. (libabigail on the Rust library itself is blind to changes of structs behind
//! `Option<&T>`.) A difference fails; `--update` writes the new state, and asks for a step of the ABI's version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::Cmd;
use crate::{paths, setup};

/// The records. The first is compared with the static library and the header by the C tests, too.
const SYMBOLS: &str = "c-tests/abi/symbols.txt";
const LAYOUT: &str = "abi/layout.txt";
const PROBE: &str = "abi/functions.abi";

/// A checkout whose interface is looked at.
struct Source {
    /// Its C header.
    header: PathBuf,
    /// Where intermediate files go.
    out: PathBuf,
}

/// `cargo xtask abi [--update]`.
///
/// # Errors
/// A difference from the committed state, or a check that does not see a change that was sown.
pub fn run(args: &[String]) -> Result<()> {
    let update = match args {
        [] => false,
        [flag] if flag == "--update" => true,
        _ => bail!("usage: cargo xtask abi [--update]"),
    };
    setup::need(&["trust", "firmware"])?;
    let out = paths::target().join("abi");
    fs::create_dir_all(&out)?;
    let source = Source { header: paths::root().join("capi/include/tvm_embedded.h"), out };
    let root = paths::root();
    let now = [(SYMBOLS, symbols(&source)?), (LAYOUT, layout(&source)?), (PROBE, probe(&source)?)];
    if update {
        return write(root, &now);
    }
    for (name, text) in &now {
        let committed = fs::read_to_string(root.join(name)).with_context(|| (*name).to_owned())?;
        let differences = if *name == PROBE { described(&source, &committed)? } else { differences(&committed, text) };
        if !differences.is_empty() {
            bail!("{}", complaint(name, &differences));
        }
    }
    println!("functions, layout and types are as written down");
    prove(&source)
}

fn complaint(name: &str, differences: &str) -> String {
    format!(
        "the ABI differs from {name}:\n{differences}\nWhere that is not on purpose, undo it. Where it is: raise \
         TVM_EMBEDDED_ABI_VERSION if something was changed or removed, say so in CHANGELOG.md, then `cargo xtask abi --update`"
    )
}

/// Writes the state down. A state that took something away without a new ABI version is refused.
fn write(root: &Path, now: &[(&str, String)]) -> Result<()> {
    fs::create_dir_all(root.join("abi"))?;
    let version = |text: &str| text.lines().find(|line| line.contains("TVM_EMBEDDED_ABI_VERSION")).map(str::to_owned);
    for (name, text) in now {
        let path = root.join(name);
        let old = fs::read_to_string(&path).unwrap_or_default();
        if *name == LAYOUT && !old.is_empty() && version(&old) == version(text) {
            let gone = lost(&old, text);
            if !gone.is_empty() {
                println!(
                    "NOTE: changed or gone under the same ABI version, which only an unreleased one allows:\n{gone}"
                );
            }
        }
        fs::write(&path, text)?;
        println!("{name} written");
    }
    Ok(())
}

/// Lines that are only in one of two texts, marked with - and +.
fn differences(before: &str, after: &str) -> String {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<String>>();
    let (before, after) = (lines(before), lines(after));
    let gone = before.difference(&after).map(|line| format!("- {line}\n"));
    let new = after.difference(&before).map(|line| format!("+ {line}\n"));
    gone.chain(new).collect()
}

fn lost(before: &str, after: &str) -> String {
    differences(before, after).lines().filter(|line| line.starts_with('-')).map(|line| format!("{line}\n")).collect()
}

/// The functions that the library exports, one a line.
fn symbols(source: &Source) -> Result<String> {
    Cmd::new("cargo")
        .args(["rustc", "--quiet", "--locked", "--release", "--lib", "--crate-type", "cdylib"])
        .args(["--package", "tvm_embedded_capi", "--target-dir"])
        .arg(source.out.join("cargo"))
        .dir(paths::root())
        .capture()?;
    let library = source.out.join("cargo/release/libtvm_embedded.so");
    let printed = Cmd::new("nm").args(["--dynamic", "--defined-only"]).arg(library).capture()?;
    let mut names: Vec<&str> = printed.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    names.sort_unstable();
    Ok(names.iter().map(|name| format!("{name}\n")).collect())
}

/// Sizes, offsets and constants for a 64-bit and a 32-bit processor.
fn layout(source: &Source) -> Result<String> {
    let header = fs::read_to_string(&source.header)?;
    let facts = facts(&header);
    let mut text = String::from("# name = value on x86-64 / on 32-bit Arm\n");
    let wide = values(source, &facts, "gcc", "64")?;
    let narrow = values(source, &facts, "arm-none-eabi-gcc", "32")?;
    for (index, (name, _)) in facts.iter().enumerate() {
        let (Some(wide), Some(narrow)) = (wide.get(&index), narrow.get(&index)) else {
            bail!("no value of {name} in the compiler's output");
        };
        text += &format!("{name} = {wide} / {narrow}\n");
    }
    Ok(text)
}

/// What is asked of the compiler: a name for people and a constant expression.
fn facts(header: &str) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut current: Option<String> = None;
    let code = without_comments(header);
    for line in code.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("typedef struct ") {
            let name = rest.trim_end_matches('{').trim().to_owned();
            facts.push((format!("sizeof({name})"), format!("sizeof({name})")));
            current = Some(name);
        } else if line.starts_with('}') {
            current = None;
        } else if let (Some(name), Some(declaration)) = (&current, line.strip_suffix(';')) {
            let declaration = declaration.split('[').next().unwrap_or_default();
            let member = declaration.rsplit([' ', '*']).next().unwrap_or_default();
            facts.push((format!("{name}.{member}"), format!("offsetof({name}, {member})")));
            facts.push((format!("sizeof({name}.{member})"), format!("sizeof((({name} *)0)->{member})")));
        } else if let Some(rest) = line.strip_prefix("#define TVM_") {
            let mut words = rest.splitn(2, ' ');
            let name = words.next().unwrap_or_default();
            // Versions of the library change without the ABI; macros with parameters are code.
            let number = words.next().is_some_and(|value| value.trim().parse::<u64>().is_ok());
            if number && !name.starts_with("EMBEDDED_VERSION_") {
                facts.push((format!("TVM_{name}"), format!("TVM_{name}")));
            }
        } else if let Some((name, value)) = line.trim_end_matches(',').split_once(" = ")
            && name.starts_with("TVM_STATUS_")
            && value.parse::<i64>().is_ok()
        {
            facts.push((name.to_owned(), format!("(long long)({name})")));
        }
    }
    facts
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once("/*") {
        out += before;
        rest = tail.split_once("*/").map_or("", |(_, tail)| tail);
    }
    out + rest
}

/// Lets a compiler work out each fact, and reads the values from its assembly: nothing has to run.
fn values(source: &Source, facts: &[(String, String)], compiler: &str, bits: &str) -> Result<BTreeMap<usize, i64>> {
    let file = source.out.join(format!("layout{bits}.c"));
    let folder = source.header.parent().context("the header's folder")?;
    let mut text = String::from("#include \"tvm_embedded.h\"\nvoid facts(void) {\n");
    for (index, (_, expression)) in facts.iter().enumerate() {
        text += &format!("  __asm__ volatile(\"=== {index} %c0\" : : \"i\"({expression}));\n");
    }
    fs::write(&file, text + "}\n")?;
    let assembly = Cmd::new(compiler).args(["-S", "-O1", "-o", "-", "-I"]).arg(folder).arg(&file).capture()?;
    let mut values = BTreeMap::new();
    for line in assembly.lines() {
        let Some(rest) = line.trim().strip_prefix("=== ") else { continue };
        let mut words = rest.split_whitespace();
        let index = words.next().and_then(|word| word.parse().ok());
        let value = words.next().and_then(|word| word.parse().ok());
        values.insert(index.context("an index")?, value.context("a value")?);
    }
    Ok(values)
}

/// A C library with a body for every function of the header: what libabigail looks at.
fn compiled_probe(source: &Source) -> Result<PathBuf> {
    let header = without_comments(&fs::read_to_string(&source.header)?);
    let start = header.find("extern \"C\" {").context("the header's functions")?;
    let block = &header[start + "extern \"C\" {".len()..];
    let end = block.find("\n}").context("the end of the header's functions")?;
    let code: String = block[..end]
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .map(|line| format!("{line} "))
        .collect();
    let mut text = String::from("#include \"tvm_embedded.h\"\n");
    let mut count = 0;
    for declaration in code.split(';').map(str::trim).filter(|declaration| declaration.contains('(')) {
        let words: Vec<&str> = declaration.split_whitespace().collect();
        let declaration = words.join(" ");
        let (head, parameters) = declaration.split_once('(').context("a function's parameters")?;
        let name = head.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        // In brackets, so that a macro of the same name keeps out.
        text += &format!("{}({})({parameters} {{ __builtin_trap(); }}\n", &head[..name], &head[name..]);
        count += 1;
    }
    if count < 10 {
        bail!("only {count} functions were found in the header");
    }
    let file = source.out.join("probe.c");
    fs::write(&file, text)?;
    let library = source.out.join("libprobe.so");
    let folder = source.header.parent().context("the header's folder")?;
    // No path of this machine in what is written down.
    Cmd::new("gcc")
        .args(["-std=c99", "-g", "-O0", "-shared", "-fPIC", "-w"])
        .arg(format!("-ffile-prefix-map={}=.", source.out.display()))
        .arg(format!("-ffile-prefix-map={}=include", folder.display()))
        .arg("-I")
        .arg(folder)
        .arg(&file)
        .arg("-o")
        .arg(&library)
        .capture()?;
    Ok(library)
}

/// libabigail's description of the probe.
fn probe(source: &Source) -> Result<String> {
    let library = compiled_probe(source)?;
    Cmd::new("abidw")
        .args(["--no-show-locs", "--no-corpus-path", "--no-comp-dir-path", "--type-id-style", "hash"])
        .arg(library)
        .capture()
}

/// What libabigail says of the differences; nothing where there are none.
fn described(source: &Source, committed: &str) -> Result<String> {
    let old = source.out.join("committed.abi");
    fs::write(&old, committed)?;
    let outcome = Cmd::new("abidiff").arg("--harmless").arg(&old).arg(compiled_probe(source)?).outcome()?;
    match outcome.code {
        0 => Ok(String::new()),
        // Bit 0: the tool itself failed.
        code if code & 1 != 0 => bail!("abidiff failed: {}", outcome.stderr),
        _ => Ok(outcome.stdout),
    }
}

/// Changes of the header that must be seen, each by the record named.
const SEEDS: [(&str, &str, &str, &str); 4] = [
    (
        LAYOUT,
        "a member grows",
        "  uint32_t alignment;\n  /**\n   * Bytes that suffice",
        "  uint64_t alignment;\n  /**\n   * Bytes that suffice",
    ),
    (LAYOUT, "a status gets another number", "TVM_STATUS_BUSY = -7429", "TVM_STATUS_BUSY = -7430"),
    (PROBE, "a parameter gets another type", "void TVMSeedless(", "void TVMSeedless("),
    (
        PROBE,
        "a struct behind a pointer grows",
        "  uint16_t reserved[3];\n} TVMModel;",
        "  uint16_t reserved[3];\n  uint64_t more;\n} TVMModel;",
    ),
];

/// Shows that the records see changes.
fn prove(source: &Source) -> Result<()> {
    let root = paths::root();
    let header = fs::read_to_string(&source.header)?;
    let out = source.out.join("seeded");
    fs::create_dir_all(&out)?;
    for (record, what, from, to) in SEEDS {
        let (from, to) = if from == to { parameter(&header)? } else { (from.to_owned(), to.to_owned()) };
        if !header.contains(&from) {
            bail!("nothing to sow '{what}' into: the header has no {from:?}");
        }
        let seeded = Source { header: out.join("tvm_embedded.h"), out: out.clone() };
        let changed = header.replacen(&from, &to, 1);
        // The header's own asserts would stop the compiler: a second gate, which must not hide this one.
        let lines: Vec<&str> = changed.lines().filter(|line| !line.starts_with("TVM_STATIC_ASSERT(")).collect();
        fs::write(&seeded.header, lines.join("\n"))?;
        let committed = fs::read_to_string(root.join(record))?;
        let found =
            if record == PROBE { described(&seeded, &committed)? } else { differences(&committed, &layout(&seeded)?) };
        if found.is_empty() {
            bail!("sown: {what}; {record} does not see it");
        }
        println!("sown and found: {what}");
    }
    Ok(())
}

/// A parameter of a function, and another type for it.
fn parameter(header: &str) -> Result<(String, String)> {
    let start = header.find("int32_t TVMSetWorkspaceBuffer(").context("TVMSetWorkspaceBuffer")?;
    let end = start + header[start..].find(");").context("its end")?;
    let declaration = &header[start..end];
    Ok((declaration.to_owned(), declaration.replace("size_t size", "uint32_t size")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_of_a_header() {
        let header = "/* typedef struct Not {\n int x;\n} */\n#define TVM_FLAG 4\n#define TVM_CODE(x) (x)\n#define TVM_EMBEDDED_VERSION_MAJOR 1\n\
                      typedef struct TVMThing {\n  const char *name;\n  uint16_t list[3];\n} TVMThing;\n  TVM_STATUS_BAD = -5,\n";
        let names: Vec<String> = facts(header).into_iter().map(|(name, _)| name).collect();
        let expected = [
            "TVM_FLAG",
            "sizeof(TVMThing)",
            "TVMThing.name",
            "sizeof(TVMThing.name)",
            "TVMThing.list",
            "sizeof(TVMThing.list)",
            "TVM_STATUS_BAD",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn differences_are_marked() {
        assert_eq!(differences("a\nb\n", "b\nc\n"), "- a\n+ c\n");
        assert_eq!(differences("a\n", "a\n"), "");
        assert_eq!(lost("a\nb\n", "b\nc\n"), "- a\n");
    }
}
