//! Files and functions stay short: 400 and 60 lines, in code and tests alike.

use std::fs;
use std::path::Path;

/// Most lines of a file, and of a function in it.
const MOST: (usize, usize) = (400, 60);

/// Directories with sources of the project, from its root.
const SOURCES: &[&str] = &["src", "capi", "host", "rust", "xtask", "bench", "fuzz", "c-tests", "models", "examples"];

/// Made by tools.
const GENERATED: &[&str] =
    &["host/compiler/src/format/schema.rs", "capi/include/tvm_embedded.h", "rust/build/include/tvm_embedded.h"];

/// Functions that may be longer, by file and name: the loops of these kernels share what lies in registers, and the list of all calls
/// that must compile is one function, so that the bad one among them is what fails.
const LONGER: &[(&str, &str)] = &[
    ("host/compiler/src/ops/conv_2d/conv_2d_portable.h", "tvmk_conv_2d_plain("),
    ("host/compiler/src/ops/depthwise_conv_2d/depthwise_conv_2d_dsp.h", "tvmk_depthwise_dsp_as("),
    ("c-tests/compile_fail/setters.c", "uses("),
];

/// Languages, by how a file's name ends.
#[derive(Clone, Copy, PartialEq)]
enum Language {
    Rust,
    Python,
    C,
}

fn language(name: &str) -> Option<Language> {
    match name.rsplit('.').next()? {
        "rs" => Some(Language::Rust),
        "py" => Some(Language::Python),
        "c" | "h" | "hpp" | "cpp" => Some(Language::C),
        _ => None,
    }
}

#[test]
fn files_and_functions_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut long = Vec::new();
    let mut files = 0;
    for source in SOURCES {
        visit(&root.join(source), &mut |path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            let Some(language) = language(&name).filter(|_| !GENERATED.contains(&name.as_str())) else { return };
            files += 1;
            let text = fs::read_to_string(path).unwrap();
            let (most, longest) = MOST;
            let lines: Vec<&str> = text.lines().collect();
            if lines.len() > most {
                long.push(format!("{name}: {} lines", lines.len()));
            }
            let may =
                |at: usize| LONGER.iter().any(|(file, function)| name == *file && lines[at - 1].contains(function));
            let functions =
                functions(&lines, language).into_iter().filter(|&(at, length)| length > longest && !may(at));
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
fn functions(lines: &[&str], language: Language) -> Vec<(usize, usize)> {
    if language == Language::C {
        return functions_of_c(lines);
    }
    let python = language == Language::Python;
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

/// The same in C, where definitions begin and end in the first column.
fn functions_of_c(lines: &[&str]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut begin = None;
    for (i, line) in lines.iter().enumerate() {
        let declares = line.starts_with(|c: char| c.is_ascii_alphabetic()) && line.contains('(');
        if begin.is_none() && declares {
            begin = Some(i);
        }
        match begin {
            Some(first) if *line == "}" => found.push((first + 1, i + 1 - first)),
            // One on a line, a declaration, or a variable with its values.
            Some(_)
                if line.ends_with(';') && !line.starts_with(' ') || line.ends_with('}') && !line.starts_with(' ') => {}
            Some(first) if line.ends_with(';') && lines[first..i].iter().all(|line| !line.ends_with('{')) => {}
            _ => continue,
        }
        begin = None;
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
    assert_eq!(functions(&lines, Language::Rust), [(1, 3), (5, 5), (11, 1), (12, 6)]);
    let python = "def a(\n    x,\n):\n    y = x\n\n    return y\n\n\ndef b():\n    pass\n";
    let lines: Vec<&str> = python.lines().collect();
    assert_eq!(functions(&lines, Language::Python), [(1, 6), (9, 2)]);
    let c = "int a(int x);\nvoid b(int x,\n       int y);\nint c(int x) {\n  if (x) {\n    x();\n  }\n}\nint d(void) { return 0; }\n\
             static int e(int x,\n             int y) {\n  return x;\n}\nint t[] = {f(1)};\nvoid g(void)\n{\n  h();\n}\n";
    let lines: Vec<&str> = c.lines().collect();
    assert_eq!(functions(&lines, Language::C), [(4, 5), (10, 4), (15, 4)]);
}
