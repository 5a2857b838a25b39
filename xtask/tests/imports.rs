//! There are no import cycles between files, and no pass of the compiler imports another pass.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module by its path within the crate; the root has none.
type Module = Vec<String>;
/// Which modules each one imports.
type Imports = BTreeMap<Module, BTreeSet<Module>>;

/// Crates with one file.
const ONE_FILE: [&str; 2] = ["bench", "examples/rust_host"];
/// All other crates.
const CRATES: &[&str] = &[
    ".",
    "capi",
    "host/cli",
    "host/compiler",
    "host/interface",
    "host/mlf",
    "host/runtime",
    "rust",
    "rust/build",
    "xtask",
    "fuzz",
];

/// The compiler's directories, each of which imports only those before it.
const ORDER: &[&str] = &["ir", "cost", "math", "format", "ops", "import", "passes"];

fn imports(crate_folder: &str) -> Imports {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(crate_folder).join("src");
    let mut files = BTreeMap::new();
    collect(&source, &[], &mut files);
    let modules: BTreeSet<Module> = files.keys().cloned().collect();
    files.iter().map(|(module, text)| (module.clone(), imported(module, text, &modules))).collect()
}

fn collect(folder: &Path, module: &[String], files: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut inside = module.to_vec();
        if path.is_dir() {
            inside.push(name);
            collect(&path, &inside, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            if !["lib", "main", "mod"].contains(&name.as_str()) {
                inside.push(name);
            }
            files.entry(inside).or_default().push_str(&code(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// A file without comments and without the tests at its end.
fn code(text: &str) -> String {
    let tests = ["\n#[cfg(test)]\nmod tests {", "\n#[cfg(all(test"].iter().filter_map(|start| text.find(start)).min();
    text[..tests.unwrap_or(text.len())]
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default().to_owned() + "\n")
        .collect()
}

fn imported(module: &Module, text: &str, modules: &BTreeSet<Module>) -> BTreeSet<Module> {
    let mut paths = Vec::new();
    let mut rest = String::new();
    for (i, statement) in text.split(';').enumerate() {
        let start = statement.rfind("use ").filter(|&at| at == 0 || !statement[..at].ends_with(char::is_alphanumeric));
        match start {
            Some(at) if statement[at..].contains("::") && !statement[at..].contains(['(', '=']) => {
                expand(&statement[at + 4..], &mut paths);
                rest.push_str(&statement[..at]);
            }
            _ => rest.push_str(statement),
        }
        rest.push_str(if i == 0 { "" } else { ";" });
    }
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    paths.extend(rest.split(|c| !is_path(c)).filter(|word| word.contains("::")).map(str::to_owned));
    let resolved = paths.iter().filter_map(|path| resolve(module, path, modules));
    resolved.filter(|other| other != module).collect()
}

/// `a::{b, c::{d}}` as `a::b` and `a::c::d`.
fn expand(tree: &str, paths: &mut Vec<String>) {
    let tree = tree.split(" as ").next().unwrap_or_default().trim();
    let Some((prefix, group)) = tree.split_once('{') else {
        paths.push(tree.to_owned());
        return;
    };
    let (mut depth, mut part) = (0, String::new());
    for c in group.strip_suffix('}').unwrap_or(group).chars().chain([',']) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            if !part.trim().is_empty() {
                expand(&format!("{prefix}{}", part.trim()), paths);
            }
            part.clear();
        } else {
            part.push(c);
        }
    }
}

/// The module in which a path ends, if it is one of this crate's.
fn resolve(module: &Module, path: &str, modules: &BTreeSet<Module>) -> Option<Module> {
    let words: Vec<String> = path.split("::").map(|word| word.trim().to_owned()).collect();
    let ups = words.iter().take_while(|word| *word == "super").count();
    let mut full: Module = match words.first()?.as_str() {
        "crate" => words[1..].to_vec(),
        "self" => [module.as_slice(), &words[1..]].concat(),
        "super" => [&module[..module.len().checked_sub(ups)?], &words[ups..]].concat(),
        _ => {
            let child = [module.as_slice(), &words[..1]].concat();
            modules.contains(&child).then(|| [module.as_slice(), words.as_slice()].concat())?
        }
    };
    while !modules.contains(&full) {
        full.pop()?;
    }
    Some(full)
}

/// All modules that can be reached from one; itself only in a cycle.
fn reached(from: &Module, imports: &Imports) -> BTreeSet<Module> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Module> = vec![from];
    while let Some(module) = open.pop() {
        for next in imports.get(module).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}

/// Groups of modules in which each can reach all others.
fn circles(imports: &Imports) -> BTreeSet<Vec<String>> {
    let reached: BTreeMap<&Module, BTreeSet<Module>> =
        imports.keys().map(|module| (module, reached(module, imports))).collect();
    let in_circle = |module: &&&Module| reached[**module].contains(**module);
    let group = |module: &Module| {
        let others = reached[module].iter().filter(|other| reached[*other].contains(module));
        others.map(|other| other.join("::")).collect::<Vec<_>>()
    };
    reached.keys().filter(in_circle).map(|module| group(module)).collect()
}

#[test]
fn there_are_no_import_cycles_between_files() {
    for crate_folder in CRATES {
        let circles = circles(&imports(crate_folder));
        assert!(circles.is_empty(), "{crate_folder}: {circles:#?}");
    }
}

#[test]
fn all_crates_are_checked() {
    let workspace = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml")).unwrap();
    let (_, members) = workspace.split_once("members = [").unwrap();
    let members = members.split_once(']').unwrap().0.split(',').map(|name| name.trim().trim_matches('"'));
    let missing: Vec<&str> = members.filter(|name| !ONE_FILE.contains(name) && !CRATES.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn directories_of_the_compiler_import_only_those_before_them() {
    let place = |module: &Module| ORDER.iter().position(|name| module.first().is_some_and(|first| first == name));
    let mut wrong = BTreeSet::new();
    for (module, others) in imports("host/compiler") {
        for other in others {
            if let (Some(from), Some(to)) = (place(&module), place(&other))
                && from < to
            {
                wrong.insert(format!("{} imports {}", module.join("::"), other.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_pass_imports_another() {
    let pass = |module: &Module| (module.len() > 1 && module[0] == "passes").then(|| module[1].clone());
    for (module, others) in imports("host/compiler") {
        for other in others {
            let (from, to) = (pass(&module), pass(&other));
            assert!(from.is_none() || to.is_none() || from == to, "{} imports {}", module.join("::"), other.join("::"));
        }
    }
}

#[test]
fn cycles_are_found() {
    let module = |name: &str| vec![name.to_owned()];
    let edges = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "d")];
    let mut imports = Imports::new();
    for (from, to) in edges {
        imports.entry(module(from)).or_default().insert(module(to));
    }
    assert_eq!(circles(&imports), BTreeSet::from([vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]]));
    let modules = BTreeSet::from([vec![], module("a"), module("b"), vec!["a".to_owned(), "c".to_owned()]]);
    let text = "use crate::b::{X, Y as Z};\nfn f() { super::b::g(); c::h(1); }";
    let found = imported(&module("a"), text, &modules);
    assert_eq!(found, BTreeSet::from([module("b"), vec!["a".to_owned(), "c".to_owned()]]));
}
