//! Links in the documents refer to files and headings that exist.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::paths;

fn documents() -> Vec<PathBuf> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-co", "--exclude-standard", "*.md"]).current_dir(paths::root());
    let listed = git.output().expect("git");
    let text = String::from_utf8(listed.stdout).expect("names in UTF-8");
    text.lines().map(|name| paths::root().join(name)).filter(|path| path.exists()).collect()
}

/// The lines outside of code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !fence && !code
    })
}

/// The texts between `](` and `)` in a line, without code spans.
fn links(line: &str) -> Vec<String> {
    let without_code: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
    let after = without_code.split("](").skip(1);
    after.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
}

/// Anchors of the headings, as in GitHub and mdBook.
fn anchors(text: &str) -> HashSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// The broken links of a document in this directory.
fn broken(folder: &Path, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for link in prose(text).flat_map(links) {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let path = folder.join(file);
        if !path.exists() {
            wrong.push(format!("{link}: {file} does not exist"));
        } else if !anchor.is_empty() {
            let target = if file.is_empty() { text.to_owned() } else { fs::read_to_string(path).unwrap_or_default() };
            if !anchors(&target).contains(anchor) {
                wrong.push(format!("{link}: no heading has the anchor {anchor}"));
            }
        }
    }
    wrong
}

#[test]
fn links_lead_somewhere() {
    let documents = documents();
    assert!(documents.len() > 20, "only {} documents", documents.len());
    let mut wrong = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).expect("text");
        let found = broken(document.parent().expect("a directory"), &text);
        wrong.extend(found.into_iter().map(|what| format!("{}: {what}", document.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn broken_links_are_seen() {
    let folder = paths::root();
    let text = "# A b, `c`\n[x](README.md) [y](#a-b-c) `[z](code.md)`\n```\n[k](code.md)\n```\n";
    assert_eq!(broken(folder, text), Vec::<String>::new());
    assert_eq!(broken(folder, "[x](nowhere.md)"), ["nowhere.md: nowhere.md does not exist"]);
    assert_eq!(broken(folder, "[x](#none)"), ["#none: no heading has the anchor none"]);
    assert_eq!(broken(folder, "[x](README.md#none)").len(), 1);
}
