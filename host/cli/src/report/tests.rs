//! The formats of a report, for facts that do not change with the compiler: `tests/report/facts.json`. Each is compared with a file
//! beside it; `TVM_EMBEDDED_BLESS=1` updates those files.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report")
}

/// A streaming model on a board with too little RAM, compared with an earlier one.
fn facts() -> Document {
    let mut document = earlier(&folder().join("facts.json")).unwrap();
    let mut before = document.clone();
    before.file = "earlier.tflite".to_owned();
    before.totals.workspace += 100;
    before.layers[2].macs += 5;
    before.layers.remove(1);
    document.changes = Some(compare::changes(&before, &document));
    document.board = compare::fits("flash=64K,ram=1K".parse().unwrap(), &document);
    document
}

fn compared(name: &str, found: &str) {
    let path = folder().join(name);
    if std::env::var_os("TVM_EMBEDDED_BLESS").is_some() {
        fs::write(&path, found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let line = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    assert!(found == expected, "{name} differs, first in line {line:?}; TVM_EMBEDDED_BLESS=1 updates it");
}

#[test]
fn formats_are_as_committed() {
    let document = facts();
    compared("page.html", &page::page(&document).unwrap());
    compared("memory.svg", &picture::file(&document).unwrap());
    compared("text.txt", &plain(&text::text(&document)));
}

#[test]
fn page_and_picture_are_well_formed_and_need_no_network() {
    let mut document = facts();
    document.model = "<b>\"'&amp;".to_owned();
    document.buffers[0].name = "</svg><script>alert(1)</script>".to_owned();
    document.layers[0].summary = "a < b && c".to_owned();
    let (page, picture) = (page::page(&document).unwrap(), picture::file(&document).unwrap());
    for text in [&page, &picture] {
        well_formed(text);
        assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
        assert!(text.replace("http://www.w3.org/2000/svg", "").find("://").is_none());
    }
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert!(count > 8 && ids.len() == count, "{ids:?}");
    for reference in page.split("aria-labelledby=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(reference.split(' ').all(|id| ids.binary_search(&id).is_ok()), "{reference}");
    }
}

/// Asserts that elements are closed in order, and that attributes are quoted.
fn well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let body = text.replace("<style>", "<style>\n");
    for piece in body.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').unwrap_or_else(|| panic!("no end of <{piece}"));
        if tag.starts_with(['!', '?']) {
            continue;
        }
        assert!(tag.matches('"').count().is_multiple_of(2), "quotes in <{tag}>");
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> after {open:?}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn changes_name_new_removed_and_different_layers() {
    let changes = facts().changes.unwrap();
    assert_eq!(changes.totals.len(), 1);
    assert_eq!(changes.totals[0].difference(), "-100 (-16.1 %)");
    assert!(changes.layers.iter().any(|change| change.difference() == "new"), "{changes:?}");
    assert!(changes.layers.iter().any(|change| change.difference().starts_with("-5 (")), "{changes:?}");
    let document = facts();
    let same = compare::changes(&document, &document);
    assert!(same.totals.is_empty() && same.layers.is_empty());
}
