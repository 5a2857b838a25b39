//! Writing generated files: whole or not at all, and only those that changed, so that nothing is rebuilt needlessly.

use crate::error::{Error, Result};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Path relative to the output directory, with `/` between its parts.
    pub path: String,
    /// Content.
    pub contents: Vec<u8>,
}

/// Writes files into a directory, which is made if need be. A file that has the content already is left alone, another
/// is replaced in one step. Returns the paths of the files that changed.
///
/// # Errors
/// [`Error::Io`] with the file at fault. Everything is written under temporary names first, so that on a failure, short
/// of one while the files get their names, none has changed; no temporary file remains.
pub fn write(directory: &Path, files: &[OutputFile]) -> Result<Vec<PathBuf>> {
    let mut ready = Vec::new();
    for file in files {
        let path = file.path.split('/').fold(directory.to_path_buf(), |path, part| path.join(part));
        if fs::read(&path).is_ok_and(|old| old == file.contents) {
            continue;
        }
        ready.push((prepare(&path, &file.contents)?, path));
    }
    let mut changed = Vec::new();
    for (temporary, path) in ready {
        temporary.persist(&path).map_err(|e| Error::Io { path: path.clone(), source: e.error })?;
        changed.push(path);
    }
    Ok(changed)
}

/// The content under a temporary name beside its final one; removed when dropped.
fn prepare(path: &Path, contents: &[u8]) -> Result<tempfile::NamedTempFile> {
    let failed = |path: &Path, source: std::io::Error| Error::Io { path: path.to_path_buf(), source };
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|e| failed(parent, e))?;
    if path.is_dir() {
        let source = std::io::Error::new(std::io::ErrorKind::IsADirectory, "a directory is in the way");
        return Err(failed(path, source));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tvm-embedded-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; these are for others to read, as far as the user's mask lets them.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(parent).map_err(|e| failed(parent, e))?;
    temporary.write_all(contents).and_then(|()| temporary.flush()).map_err(|e| failed(path, e))?;
    Ok(temporary)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, contents: &str) -> OutputFile {
        OutputFile { path: path.to_owned(), contents: contents.as_bytes().to_vec() }
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_changed_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let files = [file("a.h", "1"), file("sub/b.c", "2")];
        assert_eq!(write(directory.path(), &files).unwrap().len(), 2);
        let before = fs::metadata(directory.path().join("a.h")).unwrap().modified().unwrap();
        let changed = write(directory.path(), &[file("a.h", "1"), file("sub/b.c", "3")]).unwrap();
        assert_eq!(changed, [directory.path().join("sub").join("b.c")]);
        assert_eq!(fs::metadata(directory.path().join("a.h")).unwrap().modified().unwrap(), before);
        assert_eq!(names(directory.path()), ["a.h", "sub"]);
    }

    #[test]
    fn a_failure_changes_nothing_and_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), &[file("a.h", "1")]).unwrap();
        fs::create_dir(directory.path().join("b.c")).unwrap();
        let error = write(directory.path(), &[file("a.h", "2"), file("b.c", "3")]).unwrap_err();
        assert!(error.to_string().contains("b.c"), "{error}");
        assert_eq!(fs::read(directory.path().join("a.h")).unwrap(), b"1");
        assert_eq!(names(directory.path()), ["a.h", "b.c"]);
    }
}
