//! Errors of the operating system: what is wrong with a path, and the way out.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::failure::Failure;
use crate::foreign_text::shown;

/// A file that can't be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let advice = match kind(path, error) {
        ErrorKind::NotFound => match missing(path) {
            Some(folder) => format!("there is no directory {}: check the path", shown(folder)),
            None => "check the name; a relative path begins in the directory where the command runs".to_owned(),
        },
        ErrorKind::IsADirectory => "give a file in it".to_owned(),
        ErrorKind::NotADirectory => format!("{}: check the path", no_directory(path)),
        ErrorKind::PermissionDenied => "change its permissions, or give a copy that you can read".to_owned(),
        _ => "give a copy on another disk".to_owned(),
    };
    Failure::file(path, format!("can't be read: {}", words(error))).advise(advice)
}

/// A file or directory that can't be `what`: written, replaced, created.
pub fn unwritable(path: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::file(path, format!("can't be {what}: {}", words(error))).advise(elsewhere(path, error))
}

/// What to do when `path` can't be written.
pub fn elsewhere(path: &Path, error: &io::Error) -> String {
    match kind(path, error) {
        ErrorKind::NotFound if missing(path).is_some() => "create the directory first, or name another one".to_owned(),
        ErrorKind::NotFound => "name another place: this one takes no new files".to_owned(),
        ErrorKind::IsADirectory => format!("name a file in it, such as {}", shown(&path.join("NAME"))),
        ErrorKind::NotADirectory => format!("{}: name another path", no_directory(path)),
        ErrorKind::PermissionDenied => "name a path where you can write, or change the permissions".to_owned(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => full().to_owned(),
        ErrorKind::InvalidFilename => "name a shorter path".to_owned(),
        _ => "name a path on another disk".to_owned(),
    }
}

/// What to do when a disk is full.
pub fn full() -> &'static str {
    "free some space, or name a path on another disk"
}

/// An error as a part of a sentence: without its number, and without the name of a temporary file.
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at path ").next().unwrap_or_default();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}

/// Systems differ in what they say of directories.
fn kind(path: &Path, error: &io::Error) -> ErrorKind {
    if path.is_dir() && matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Other) && cfg!(windows) {
        ErrorKind::IsADirectory
    } else {
        error.kind()
    }
}

/// The first directory of a path that does not exist, if one of its directories does not.
fn missing(path: &Path) -> Option<&Path> {
    let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.take_while(|folder| !folder.exists()).last()
}

/// The part of a path that is a file where a directory is expected.
fn no_directory(path: &Path) -> String {
    let part = path.ancestors().find(|part| part.is_file());
    part.map_or_else(
        || "a part of it is no directory".to_owned(),
        |part| format!("{} is a file, not a directory", shown(part)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let advice = |failure: Failure| failure.advice().unwrap_or_default().to_owned();
        for (kind, reading, writing) in [
            (ErrorKind::NotFound, "check the name", "name another place"),
            (ErrorKind::IsADirectory, "a file in it", "name a file"),
            (ErrorKind::PermissionDenied, "change its permissions", "where you can write"),
            (ErrorKind::StorageFull, "another disk", "free some space"),
            (ErrorKind::QuotaExceeded, "another disk", "free some space"),
            (ErrorKind::ReadOnlyFilesystem, "another disk", "another disk"),
            (ErrorKind::InvalidFilename, "another disk", "shorter"),
        ] {
            let error = io::Error::from(kind);
            assert!(advice(unreadable(&file, &error)).contains(reading), "{kind}");
            assert!(advice(unwritable(&file, "written", &error)).contains(writing), "{kind}");
        }
        let below = unreadable(&file.join("x"), &io::Error::from(ErrorKind::NotADirectory));
        assert!(advice(below).contains("file is a file, not a directory"));
        let missing = unreadable(&folder.path().join("no/such/x"), &io::Error::from(ErrorKind::NotFound));
        assert!(advice(missing).ends_with("no: check the path"));
        let missing = elsewhere(&folder.path().join("no/x"), &io::Error::from(ErrorKind::NotFound));
        assert!(missing.starts_with("create the directory first"));
    }

    #[test]
    fn errors_have_no_numbers() {
        assert_eq!(words(&io::Error::other("Lowered at path /tmp/x (os error 7)")), "lowered");
        assert!(!words(&io::Error::from_raw_os_error(2)).contains("os error"));
        assert_eq!(words(&io::Error::other("")), "");
    }
}
