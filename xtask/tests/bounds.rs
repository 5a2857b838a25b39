//! Files and functions stay short: 400 and 60 lines, in code and tests alike.

use std::fs;
use std::path::Path;

/// Most lines of a file, and of a function in it.
const MOST: (usize, usize) = (400, 60);

/// Directories with sources of the project, from its root.
const SOURCES: &[&str] = &["src", "capi", "host", "rust", "xtask", "bench", "fuzz", "c-tests", "models", "examples"];

/// Made by tools.
const GENERATED: &[&str] = &["host/compiler/src/format/schema.rs"];

#[test]
fn files_and_functions_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut long = Vec::new();
    let mut files = 0;
    for source in SOURCES {
        visit(&root.join(source), &mut |path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            let python = name.ends_with(".py");
            if GENERATED.contains(&name.as_str()) || !(python || name.ends_with(".rs")) {
                return;
            }
            files += 1;
            let text = fs::read_to_string(path).unwrap();
            let (most, longest) = MOST;
            let lines: Vec<&str> = text.lines().collect();
            if lines.len() > most {
                long.push(format!("{name}: {} lines", lines.len()));
            }
            let functions = functions(&lines, python).into_iter().filter(|(_, length)| *length > longest);
            long.extend(functions.map(|(at, length)| format!("{name}:{at}: a function of {length} lines")));
        });
    }
    assert!(files > 300, "only {files} files were found");
    assert!(long.is_empty(), "too long:\n{}", long.join("\n"));
}

fn visit(folder: &Path, see: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            visit(&path, see);
        } else if path.is_file() {
            see(&path);
        }
    }
}

/// The functions of a file, by the number of their first line, with how many lines they have. Formatted code ends a function
/// where its indentation says so.
fn functions(lines: &[&str], python: bool) -> Vec<(usize, usize)> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate().filter(|(_, line)| begins(line, python)) {
        let depth = indent(line);
        let goes_on = |line: &str| line.starts_with(')') || line == "where" || line == "{";
        let inside = |line: &&&str| line.trim().is_empty() || indent(line) > depth || goes_on(line.trim_start());
        let rest = lines[i + 1..].iter().take_while(inside).collect::<Vec<_>>();
        let blank = rest.iter().rev().take_while(|line| line.trim().is_empty()).count();
        // The brace at the end of a function of Rust; one line alone has it already.
        let brace = usize::from(!python && !rest.is_empty());
        found.push((i + 1, 1 + rest.len() - blank + brace));
    }
    found
}

fn begins(line: &str, python: bool) -> bool {
    let line = line.trim_start();
    if python {
        return line.starts_with("def ");
    }
    let before = line.split("fn ").next().unwrap_or_default();
    let words = ["pub", "const", "unsafe", "extern", "\"C\"", "async"];
    let qualifies = |word: &str| words.contains(&word) || (word.starts_with("pub(") && word.ends_with(')'));
    line.contains("fn ") && !line.ends_with(';') && before.split_whitespace().all(qualifies)
}

#[test]
fn functions_are_measured() {
    let rust = "fn a() {\n    b();\n}\n\n    pub(super) fn c(\n        x: u8,\n    ) -> u8 {\n        x\n    }\n// fn d\nfn e() {}\nfn f<T>(t: T)\nwhere\n    T: Copy,\n{\n    t\n}\n";
    let lines: Vec<&str> = rust.lines().collect();
    assert_eq!(functions(&lines, false), [(1, 3), (5, 5), (11, 1), (12, 6)]);
    let python = "def a(\n    x,\n):\n    y = x\n\n    return y\n\n\ndef b():\n    pass\n";
    let lines: Vec<&str> = python.lines().collect();
    assert_eq!(functions(&lines, true), [(1, 6), (9, 2)]);
}
