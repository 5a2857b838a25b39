use super::*;

/// Two models on two cores; the second model does not fit one of them.
fn table(instructions: u64) -> Table {
    let place = |model: &str, core: &str| (model.to_owned(), core.to_owned());
    Table {
        models: [("hello_world_int8", 288), ("other", 100)]
            .map(|(name, macs)| (name.to_owned(), Model { macs, workspace: 32 }))
            .into(),
        dates: ["cortex-m4f", "cortex-m0"].map(|core| (core.to_owned(), "2026-01-02".to_owned())).into(),
        cells: [
            (place("hello_world_int8", "cortex-m4f"), Some([instructions, 3_000, 64, 400])),
            (place("hello_world_int8", "cortex-m0"), Some([9_000, 3_000, 64, 700])),
            (place("other", "cortex-m4f"), Some([5, 6, 7, 8])),
            (place("other", "cortex-m0"), None),
        ]
        .into(),
    }
}

#[test]
fn a_written_table_is_read_back() {
    let text = table(7_140).text();
    assert_eq!(Table::parse(&text), table(7_140), "{text}");
    assert!(
        text.contains("| hello_world_int8 | cortex-m4f | 7140 | 3570 | 2.00 |\n"),
        "a slower model is left out:\n{text}"
    );
    assert!(text.contains("| other | too large | 5 |\n"), "{text}");
    let readme = table(7_140).readme();
    assert!(readme.contains("| hello_world_int8 | 288 | 7 140 | 2.00 |  | not measured | 3 000 | 64 |\n"), "{readme}");
}

#[test]
fn two_percent_more_is_found_and_less_is_reported() {
    let none: [Vec<String>; 2] = Default::default();
    assert_eq!(<[_; 2]>::from(table(1_020).compare(&table(1_000))), none);
    let (worse, better) = table(1_021).compare(&table(1_000));
    assert_eq!(
        (&worse[..], &better[..]),
        (&["hello_world_int8 on cortex-m4f: Instructions 1021, was 1000".to_owned()][..], &[][..])
    );
    let (worse, better) = table(1_000).compare(&table(1_021));
    assert_eq!((worse.len(), better.len()), (0, 1));
    let (worse, _) = table(1).compare(&Table::default());
    assert_eq!(worse.len(), 4, "{worse:?}");
    let mut larger = table(1_000);
    larger.cells.insert(("other".into(), "cortex-m4f".into()), None);
    let (worse, _) = larger.compare(&table(1_000));
    assert_eq!(worse, ["other on cortex-m4f: no longer fits the board"]);
    assert_eq!(table(1).deep(), ["hello_world_int8 on cortex-m0: 700 bytes of stack, more than 512"]);
}

#[test]
fn the_readme_has_the_committed_figures() {
    let table = Table::committed().unwrap();
    assert!(
        table.models.len() > 20 && table.dates.contains_key("cortex-m4f") && table.dates.contains_key("cortex-m55")
    );
    let file = fs::read_to_string(paths::root().join(NAME)).unwrap();
    assert!(table.text() == file, "{NAME} was changed by hand, or its format has changed");
    let readme = fs::read_to_string(paths::root().join("README.md")).unwrap();
    assert_eq!(parts(&readme).unwrap()[1], table.readme(), "`cargo xtask bench --write` was not run");
    let models = table.names();
    let missing: Vec<&str> = peer::names().filter(|name| !models.contains(name)).collect();
    assert!(missing.is_empty(), "measured with the peer, but not with this project: {missing:?}");
    assert!(table.deep().is_empty(), "{:?}", table.deep());
}
