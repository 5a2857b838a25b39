//! The facts of a binary interface: the exported functions of the library, from its object file; size and
//! offset of every member of every struct and the value of every constant, printed by a C program's assembly for a 64-bit and
//! a 32-bit processor; and libabigail's description of a C library with every function of the header, which includes types of
//! parameters. (libabigail on the Rust library itself does not see changes of structs in `Option<&T>`.)

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::machine::paths;
use crate::machine::process::Cmd;

/// A checkout whose interface is recorded.
pub struct Source {
    /// Its C header.
    pub header: PathBuf,
    /// The directory for intermediate files.
    pub out: PathBuf,
}

/// The functions that the library exports, one a line.
///
/// # Errors
/// A library that does not build.
pub fn symbols(source: &Source) -> Result<String> {
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
///
/// # Errors
/// A header that a compiler refuses.
pub fn layout(source: &Source) -> Result<String> {
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

/// The facts that the compiler evaluates: a readable name and a constant expression.
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

/// Lets a compiler evaluate each fact, and reads the values from its assembly: nothing has to run.
fn values(source: &Source, facts: &[(String, String)], compiler: &str, bits: &str) -> Result<BTreeMap<usize, i64>> {
    let file = source.out.join(format!("layout{bits}.c"));
    let folder = source.header.parent().context("the header's directory")?;
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

/// A C library with a body for every function of the header, for libabigail.
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
        // In parentheses, so that a macro of the same name is not used.
        text += &format!("{}({})({parameters} {{ __builtin_trap(); }}\n", &head[..name], &head[name..]);
        count += 1;
    }
    if count < 10 {
        bail!("only {count} functions were found in the header");
    }
    let file = source.out.join("probe.c");
    fs::write(&file, text)?;
    let library = source.out.join("libprobe.so");
    let folder = source.header.parent().context("the header's directory")?;
    // No path of this machine in the record.
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
///
/// # Errors
/// A header that a compiler refuses, or a failing libabigail.
pub fn probe(source: &Source) -> Result<String> {
    let library = compiled_probe(source)?;
    Cmd::new("abidw")
        .args(["--no-show-locs", "--no-corpus-path", "--no-comp-dir-path", "--type-id-style", "hash"])
        .arg(library)
        .capture()
}

/// What libabigail finds changed or removed since `released`; empty if at most functions were added.
///
/// # Errors
/// A header that a compiler refuses, or a failing libabigail.
pub fn described(source: &Source, released: &str) -> Result<String> {
    let old = source.out.join("released.abi");
    fs::write(&old, released)?;
    let outcome =
        Cmd::new("abidiff").args(["--harmless", "--no-added-syms"]).arg(&old).arg(compiled_probe(source)?).outcome()?;
    match outcome.code {
        0 => Ok(String::new()),
        // Bit 0: the tool itself failed.
        code if code & 1 != 0 => bail!("abidiff failed: {}", outcome.stderr),
        _ => Ok(outcome.stdout),
    }
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
}
