//! External names of kernel functions, for programs whose models share them: the function's name and a hash of its text.
//!
//! A hash covers each file that defines the function and all that these include. Nothing else decides what the function does, except
//! the macros that select a path: those are part of the name as well, but only the C compiler knows them (`passes/emit/share.rs`).

use super::kernels::{Kernel, includes};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

/// The functions that these files define with `TVMK_SHARED`, each with its hash, sorted.
pub fn functions(files: &[Kernel]) -> Vec<(&'static str, u64)> {
    static ALL: OnceLock<Functions> = OnceLock::new();
    let all = ALL.get_or_init(|| Functions::of(super::kernels()));
    let names: BTreeSet<&str> = files.iter().flat_map(|file| &all.names[file.name]).map(String::as_str).collect();
    names.into_iter().map(|name| (name, all.hashes[name])).collect()
}

struct Functions {
    /// Those of each file.
    names: HashMap<&'static str, BTreeSet<String>>,
    hashes: HashMap<String, u64>,
}

impl Functions {
    fn of(kernels: impl Iterator<Item = Kernel>) -> Self {
        let texts: BTreeMap<&'static str, &'static str> = kernels.map(|file| (file.name, file.text)).collect();
        let everything: String = texts.values().copied().collect::<String>().replace("\\\n", " ");
        let of_all = macros(&everything);
        let mut names = HashMap::new();
        let mut hashes: HashMap<String, u64> = HashMap::new();
        // By name, so that a hash does not depend on the order of operators.
        for &file in texts.keys() {
            let defined = defined(&texts, file, &of_all);
            let hash = hash_of_file(&texts, file);
            for name in &defined {
                let before = hashes.get(name).copied().unwrap_or(START);
                hashes.insert(name.clone(), hash_on(before, &hash.to_le_bytes()));
            }
            names.insert(file, defined);
        }
        Self { names, hashes }
    }
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, continued.
fn hash_on(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Of a file and all that it includes.
fn hash_of_file(texts: &BTreeMap<&'static str, &'static str>, file: &str) -> u64 {
    let mut wanted = vec![file];
    let mut seen = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        if let Some((&name, text)) = texts.get_key_value(name)
            && seen.insert(name)
        {
            wanted.extend(includes(text));
        }
    }
    seen.into_iter().fold(START, |hash, name| {
        // A byte that no text has is between them.
        let hash = hash_on(hash_on(hash, name.as_bytes()), &[0]);
        hash_on(hash_on(hash, texts[name].as_bytes()), &[0])
    })
}

/// Names of the functions that a file defines with `TVMK_SHARED`, itself or through macros, its own or those of all files.
fn defined(
    texts: &BTreeMap<&'static str, &'static str>,
    file: &str,
    of_all: &HashMap<&str, Macro<'_>>,
) -> BTreeSet<String> {
    if !is_guarded(texts[file]) {
        return BTreeSet::new(); // included for the macros of another file
    }
    let mut text = texts[file].to_owned();
    for part in includes(texts[file]).filter_map(|name| texts.get(name)).filter(|part| !is_guarded(part)) {
        text.push_str(part);
    }
    let text = text.replace("\\\n", " ");
    let mut macros = macros(&text);
    for (name, known) in of_all {
        macros.entry(name).or_insert_with(|| known.clone());
    }
    let code: String = text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
    expanded(&code, &macros)
        .split("TVMK_SHARED ")
        .skip(1)
        .filter_map(|definition| definition.split('(').next()?.rsplit([' ', '*']).next())
        .map(str::to_owned)
        .collect()
}

fn is_guarded(text: &str) -> bool {
    text.lines().find(|line| line.starts_with('#')).is_some_and(|line| line.starts_with("#ifndef "))
}

/// Parameters and body of a macro.
type Macro<'a> = (Vec<&'a str>, &'a str);

/// The macros that define functions, or that make their names.
fn macros(text: &str) -> HashMap<&str, Macro<'_>> {
    let all = text.lines().filter_map(|line| {
        let (head, body) = line.strip_prefix("#define ")?.split_once(')')?;
        let (name, parameters) = head.split_once('(')?;
        let is_name = name.bytes().all(is_word);
        is_name.then(|| (name, (parameters.split(',').map(str::trim).collect(), body.trim())))
    });
    let all: HashMap<&str, Macro<'_>> = all.collect();
    let defines = |body: &str| body.contains("TVMK_SHARED ") || body.starts_with("tvmk_##");
    let direct: HashSet<&str> = all.iter().filter(|(_, (_, body))| defines(body)).map(|(name, _)| *name).collect();
    let calls = |body: &str| body.split(|c: char| !c.is_ascii() || !is_word(c as u8)).any(|word| direct.contains(word));
    all.iter()
        .filter(|(name, (_, body))| direct.contains(**name) || calls(body))
        .map(|(name, known)| (*name, known.clone()))
        .collect()
}

/// The text with these macros replaced.
fn expanded(text: &str, macros: &HashMap<&str, Macro<'_>>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, behind) = word(rest);
        match macros.get(word).zip(arguments(behind)) {
            Some(((parameters, body), (arguments, behind))) => {
                out.push_str(&expanded(&substituted(body, parameters, &arguments), macros));
                rest = behind;
            }
            None => {
                out.push_str(word);
                rest = behind;
            }
        }
    }
    out
}

/// A macro's body with its arguments.
fn substituted(body: &str, parameters: &[&str], arguments: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (found, behind) = word(rest);
        let position = parameters.iter().position(|parameter| *parameter == found);
        out.push_str(position.and_then(|position| arguments.get(position)).unwrap_or(&found));
        rest = behind;
    }
    out.replace("##", "")
}

/// The identifier or number that a text begins with, or its first character.
fn word(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len());
    text.split_at(end.max(text.chars().next().map_or(0, |first| if end == 0 { first.len_utf8() } else { 0 })))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The arguments in the parentheses that a text begins with, and what follows.
fn arguments(text: &str) -> Option<(Vec<&str>, &str)> {
    let inner = text.strip_prefix('(')?;
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b',' if depth == 0 => {
                found.push(inner[from..at].trim());
                from = at + 1;
            }
            b')' if depth == 0 => {
                found.push(inner[from..at].trim());
                return Some((found, &inner[at + 1..]));
            }
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(files: &[(&'static str, &'static str)]) -> BTreeMap<&'static str, &'static str> {
        files.iter().copied().collect()
    }

    #[test]
    fn functions_are_found_in_macros_too() {
        let all = texts(&[
            (
                "a.h",
                "#ifndef A_H\n#define ONE(name, type) \\\n    TVMK_SHARED void tvmk_##name##_##type(type##_t *x) { f(); }\n\
                 #define ALL(name) ONE(name, int8) ONE(name, int32)\n#define OTHER(x) ((x) + 1)\n\
                 ALL(equal)\nONE(less, int8)\nTVMK_SHARED const int32_t *tvmk_plain(int32_t x) { return OTHER(x); }\n\
                 TVMK_INLINE void tvmk_not_this(void) {}\n#endif\n",
            ),
            ("c.h", "#ifndef C_H\n#include \"a.h\"\nONE(more, int16)\n#endif\n"),
            ("b.h", "#ifndef B_H\n#define NAME(name) tvmk_##name##_b\n#include \"part.h\"\n#endif\n"),
            ("part.h", "#ifdef NAME\nTVMK_SHARED void NAME(step)(int x) {}\n#endif\n"),
        ]);
        let of_a = all["a.h"].replace("\\\n", " ");
        let found = |file| defined(&all, file, &macros(&of_a)).into_iter().collect::<Vec<_>>();
        assert_eq!(found("a.h"), ["tvmk_equal_int32", "tvmk_equal_int8", "tvmk_less_int8", "tvmk_plain"]);
        assert_eq!(found("b.h"), ["tvmk_step_b"]);
        assert_eq!(found("c.h"), ["tvmk_more_int16"]);
        assert_eq!(found("part.h"), [""; 0]);
    }

    /// Whatever a function's C depends on must change its name: otherwise a model could run a function of another.
    #[test]
    fn a_hash_covers_all_that_a_file_includes_and_nothing_else() {
        let of = |c: &'static str, d: &'static str| {
            let all = texts(&[("a.h", "#include \"b.h\"\n"), ("b.h", "#include \"c.h\"\n"), ("c.h", c), ("d.h", d)]);
            hash_of_file(&all, "a.h")
        };
        assert_ne!(of("int c;\n", ""), of("int d;\n", ""));
        assert_eq!(of("int c;\n", ""), of("int c;\n", "int d;\n"));
    }

    /// A path for an instruction set is in a file of its own. It may change while the others stay.
    #[test]
    fn a_hash_covers_every_file_that_defines_the_function() {
        let of = |dsp: &'static str| {
            let portable = "#ifndef P\nTVMK_SHARED void tvmk_f(int x) {}\n#endif\n";
            let all = [Kernel { name: "p.h", text: portable }, Kernel { name: "q.h", text: dsp }];
            Functions::of(all.into_iter()).hashes["tvmk_f"]
        };
        let first = "#ifndef Q\nTVMK_SHARED void tvmk_f(int x) { a(); }\n#endif\n";
        assert_ne!(of(first), of("#ifndef Q\nTVMK_SHARED void tvmk_f(int x) { b(); }\n#endif\n"));
    }

    #[test]
    fn names_of_all_kernels_are_found() {
        let all: Vec<Kernel> = crate::ops::kernels().collect();
        let found = functions(&all);
        assert!(found.iter().all(|(name, _)| name.starts_with("tvmk_") && name.bytes().all(is_word)), "{found:?}");
        for name in
            ["tvmk_conv_2d", "tvmk_dsp_rows_3x3", "tvmk_less_equal_float", "tvmk_rfft_int16", "tvmk_cast_bool_int32"]
        {
            assert!(found.iter().any(|(known, _)| *known == name), "{name}");
        }
    }

    /// What a file asks for with `#if` is defined in what its hash covers, or by the compiler or the user for all models.
    #[test]
    fn no_kernel_depends_on_a_macro_from_elsewhere() {
        let all: Vec<Kernel> = crate::ops::kernels().collect();
        for file in all.iter().filter(|file| is_guarded(file.text)) {
            let closure = crate::ops::kernels_for([file.name]);
            for line in closure.iter().flat_map(|part| part.text.lines()).filter(|line| line.starts_with("#if")) {
                let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                for name in words.filter(|word| word.starts_with("TVMK_") && *word != "TVMK_FAST_MATH") {
                    let define = format!("#define {name}");
                    assert!(closure.iter().any(|part| part.text.contains(&define)), "{}: {line}", file.name);
                }
            }
        }
    }
}
