//! Real archives, where they are, and what the tests need to look into them.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::path::PathBuf;

/// Archives made by TVM. `None`, with a loud line, where they are absent.
pub fn real_archives() -> Option<Vec<PathBuf>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/mlf");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no real archives: {} is absent", folder.display());
        return None;
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "tar"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no archives", folder.display());
    Some(paths)
}
