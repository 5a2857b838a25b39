//! Writing generated files to disk.

use crate::error::{Error, Result};
use std::fs;
use std::path::Path;
use tvm_embedded_mlf::Bytes;

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Path relative to the output directory, with `/` between its parts.
    pub path: String,
    /// Content.
    pub contents: Bytes,
}

/// Writes files to a directory, which is created if necessary. Files that already have the content are not written, so that
/// nothing is rebuilt unnecessarily.
///
/// A failure after the first file leaves some files new and others old. The tool `tvm-embedded` guarantees more.
///
/// # Errors
/// [`Error::Io`] with the file concerned.
pub fn write(directory: &Path, files: &[OutputFile]) -> Result<()> {
    for file in files {
        let path = file.path.split('/').fold(directory.to_path_buf(), |path, part| path.join(part));
        if fs::read(&path).is_ok_and(|old| old[..] == file.contents[..]) {
            continue;
        }
        let parent = path.parent().unwrap_or(directory);
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, &file.contents));
        written.map_err(|source| Error::Io { path, source })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, contents: &str) -> OutputFile {
        OutputFile { path: path.to_owned(), contents: contents.to_owned().into() }
    }

    #[test]
    fn only_what_changed_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let place = |path: &str| directory.path().join(path);
        write(directory.path(), &[file("a.h", "1"), file("sub/b.c", "2")]).unwrap();
        let before = fs::metadata(place("a.h")).unwrap().modified().unwrap();
        write(directory.path(), &[file("a.h", "1"), file("sub/b.c", "3")]).unwrap();
        assert_eq!(fs::metadata(place("a.h")).unwrap().modified().unwrap(), before);
        assert_eq!(fs::read(place("sub/b.c")).unwrap(), b"3");
    }

    #[test]
    fn a_failure_names_the_file() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("b.c")).unwrap();
        let error = write(directory.path(), &[file("a.h", "2"), file("b.c", "3")]).unwrap_err();
        assert!(error.to_string().contains("b.c: "), "{error}");
    }
}
