//! Checks that the transcript has every text of the tool.

use std::fs;
use std::path::Path;

use crate::common::repository;

/// Texts that no command here produces, each with the test or case that does.
const ELSEWHERE: [&str; 21] = [
    // Facts that were just read as JSON, or that are plain numbers and text, can always be written as JSON.
    "the facts can't be written as JSON: ",
    "the report can't be written as JSON: ",
    "the estimate can't be written as JSON: ",
    "the findings can't be written as JSON: ",
    "the report can't be written: ",
    "the project can't be written: ",
    "the page can't be written: ",
    // tests/validate.rs: the findings are printed before.
    " is below ",
    // The readers refuse such files first.
    ": the archive holds no model",
    ": the file holds no graph",
    // tests/torture
    "standard output can't be written: ",
    "a temporary file in it can't be ",
    "the model's program in it can't be started: ",
    "can't be replaced: ",
    "can't be ",
    // Tests beside the code.
    "another run has been writing there for ",
    "the model's program wrote an invalid report: ",
    "the model's program wrote an invalid list of layers",
    "the model's layers did not run in the same order twice",
    "the model's program ",
    ": there is no .npy type for ",
];

/// The string literals among the arguments of each call that makes a failure.
fn texts(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().expect("a first part");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("Failure::") {
        let call = &code[at..];
        let makes = ["new", "refused", "usage", "file", "model", "compiler"];
        let name = call["Failure::".len()..].split('(').next().expect("a name");
        if !makes.contains(&name) {
            continue;
        }
        let (mut depth, mut inside, mut escaped, mut text) = (0, false, false, String::new());
        for c in call.chars() {
            match (inside, c) {
                (true, _) if escaped => {
                    escaped = false;
                    text.push(if c == 'n' { '\n' } else { c });
                }
                (true, '\\') => escaped = true,
                (true, '"') => {
                    inside = false;
                    found.push(std::mem::take(&mut text));
                }
                (true, _) => text.push(c),
                (false, '"') => inside = true,
                (false, '(') => depth += 1,
                (false, ')') if depth == 1 => break,
                (false, ')') => depth -= 1,
                _ => {}
            }
        }
    }
    found
}

/// Fails for a text of the tool's that is not in the transcript.
pub fn every_text_is_brought_about(transcript: &str) {
    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a directory") {
            let path = entry.expect("an entry").path();
            match path.extension() {
                None => sources(&path, found),
                Some(extension) if extension == "rs" => found.push(fs::read_to_string(path).expect("a source")),
                Some(_) => {}
            }
        }
    }
    let mut all = Vec::new();
    sources(&repository("host/cli/src"), &mut all);
    let texts: Vec<String> = all.iter().flat_map(|source| texts(source)).collect();
    assert!(texts.len() >= 40, "only {} texts were found", texts.len());
    let mut missing = Vec::new();
    for text in texts {
        // The longest constant part.
        let parts = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
        let part = parts.max_by_key(|part| part.len()).unwrap_or_default();
        let there = part.len() < 4 || transcript.contains(part) || ELSEWHERE.contains(&part);
        if !there {
            missing.push(text);
        }
    }
    assert!(missing.is_empty(), "no test brings about {missing:#?}");
}
