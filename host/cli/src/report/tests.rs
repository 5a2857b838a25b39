//! The formats of a report, for facts that do not change with the compiler: `tests/report/facts.json`. Each is compared with a file
//! beside it; `TVM_EMBEDDED_BLESS=1` updates those files.

use std::fs;
use std::path::{Path, PathBuf};

use super::document::Miss;
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

/// On a phone a figure has its column's name beside it: those of a row differ, and are those of the header.
#[test]
fn figures_have_the_names_of_their_columns() {
    let page = page::page(&facts()).unwrap();
    let tables: Vec<&str> =
        page.split("<table class=\"stack").skip(1).map(|rest| rest.split("</table>").next().unwrap()).collect();
    assert_eq!(tables.len(), 9);
    for table in tables {
        let (header, body) = table.split_once("</thead>").unwrap();
        for row in body.split("<tr").skip(1) {
            let labels: Vec<&str> =
                row.split("data-label=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
            assert_eq!(labels.len(), header.matches("<th ").count() - 1, "{row}");
            let mut at = 0;
            for label in labels {
                let name = format!(">{label}");
                at += header[at..].find(&name).unwrap_or_else(|| panic!("{label} in {header}")) + name.len();
            }
        }
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

#[test]
fn the_page_is_about_the_chosen_core() {
    let mut document = facts();
    let miss = Miss { cores: "dsp, mve".to_owned(), why: "odd channels".to_owned() };
    document.layers[0].misses.push(miss);
    let page = page::page(&document).unwrap();
    assert!(page.contains("The best kernel for every core.") && page.contains(">cortex-m55</th>"));
    assert!(page.contains(
        "Not the best kernel for cores with the DSP extension (Cortex-M4, M7, M33, M35P) and cores with Helium"
    ));
    document.core = "cortex-m85".to_owned();
    document.cores.retain(|core| core.core == "cortex-m55");
    document.cores[0].core.clone_from(&document.core);
    document.modes.iter_mut().for_each(|mode| "cortex-m55".clone_into(&mut mode.core));
    let page = page::page(&document).unwrap();
    assert!(page.contains("The best kernel for cortex-m85.") && page.contains(">instructions, cortex-m85</th>"));
    assert!(page.contains("Not the best kernel for cortex-m85: odd channels."));
    assert!(page.contains("cortex-m85 was not measured, its figures are those of cortex-m55, the nearest core"));
    assert!(!page.contains("every core") && !page.contains("dsp, mve"));
}

#[test]
fn what_was_not_measured_has_no_bar() {
    let mut document = facts();
    let cells = |document: &Document| page::page(document).unwrap().matches("data-label=\"instructions\"").count();
    // Modes, cores and layers.
    assert_eq!(cells(&document), 3 + 8 + 11);
    let plain = page::page(&document).unwrap();
    assert_eq!(plain.matches(">not measured<").count(), 2, "flash and instructions of size");
    assert!(!plain.contains("NPU") && !plain.contains("layers not counted"));
    document.layers[2].npu = true;
    document.cores.iter_mut().for_each(|core| core.layers[2] = None);
    let page = page::page(&document).unwrap();
    assert_eq!(page.matches(">not estimated<").count(), 8 + 1, "a layer on each core, and in the table of layers");
    assert!(page.contains("Cycles of the NPU are not estimated") && page.contains("layers not counted"));
    assert!(text::text(&document).contains("not estimated"));
    document.cores.clear();
    assert_eq!(cells(&document), 3);
    assert!(page::page(&document).unwrap().contains("The layers of this report have no estimate."));
    assert!(!text::text(&document).contains("with instructions estimated"));
}

#[test]
fn figures_without_some_layers_say_so() {
    let mut document = facts();
    let mode = &mut document.modes[0];
    (mode.instructions, mode.code, mode.layers_not_counted) = (Some(120_000), Some(5_000), 2);
    let plain = text::text(&document);
    let row = plain.lines().find(|line| line.trim_start().starts_with("size ")).unwrap();
    assert!(row.contains("at least 120 000") && row.contains("at least 11 852"), "{plain}");
    assert!(plain.contains("\n  size: without 2 layers, whose kernels were not measured\n"), "{plain}");
    let page = page::page(&document).unwrap();
    assert!(page.contains(">at least 120 000<") && page.contains(">at least 11 852<"), "{page}");
    assert!(page.contains("The figures of size are without 2 layers, whose kernels were not measured."));
    assert!(!page.contains(">not measured<"));
    // The code of what was not measured might not fit: only the constants are compared with the board's flash.
    document.modes.iter_mut().for_each(|mode| mode.layers_not_counted = 1);
    let fits = compare::fits("flash=64K,ram=1K".parse().unwrap(), &document);
    assert_eq!(fits[0].needed, document.totals.constants);
}
