//! Writing files: each is replaced atomically, and none before the content of all is on the disk.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::{NamedTempFile, TempPath};
use tvm_embedded_interface::{Generated, OutputFile};

use crate::message;

use crate::failure::{Failure, Result};
use crate::system::{self, unwritable};

/// The prefix of temporary files and directories.
pub const PREFIX: &str = ".tvm-embedded-";
/// How long to wait for another run that writes into the same directory.
const PATIENCE: Duration = Duration::from_secs(10);

/// Replaces files, in this order. An existing file that is not a regular file (a device, a pipe) is written directly.
///
/// # Errors
/// When a file can't be written. No temporary file is left then, and no file is changed, unless renaming fails.
pub fn replace(files: &[(&Path, &[u8])]) -> Result<()> {
    let contents: Vec<(&Path, Content<'_>)> =
        files.iter().map(|&(path, content)| (path, Content::Bytes(content))).collect();
    replace_with(&contents)
}

/// The content of a file.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// The output of this function, for content that is too large for memory.
    Written(&'a dyn Fn(&mut dyn Write) -> io::Result<()>),
}

impl Content<'_> {
    fn write(&self, file: &mut File) -> io::Result<()> {
        match self {
            Content::Bytes(bytes) => file.write_all(bytes),
            Content::Written(write) => {
                let mut buffered = BufWriter::with_capacity(BUFFER, file);
                write(&mut buffered)?;
                buffered.flush()
            }
        }
    }
}

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 20;

/// [`replace`] for files that may be large.
///
/// # Errors
/// As [`replace`].
pub fn replace_with(files: &[(&Path, Content<'_>)]) -> Result<()> {
    let (mut staged, mut streams) = (Vec::new(), Vec::new());
    for &(path, content) in files {
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            streams.push((path, content));
            continue;
        }
        // A link is kept, and its target is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        staged.push(Staged::new(target, content)?);
    }
    for (path, content) in streams {
        let written = File::create(path).and_then(|mut file| content.write(&mut file));
        written.map_err(|error| unwritable(path, "written", &error))?;
    }
    staged.into_iter().try_for_each(Staged::put)?;
    files.iter().for_each(|(path, _)| message::file(path, false));
    Ok(())
}

/// Writes the generated files of a model into a directory, which is created if necessary. If all files already have the
/// content, nothing is written, so that nothing is rebuilt unnecessarily.
///
/// The other files can't be used without the model's header. It is removed first and written last, so that an interrupted run
/// leaves a directory that does not build, not one that builds with mixed files.
///
/// # Errors
/// When a file can't be written, or another run is still writing there.
pub fn generated(directory: &Path, model: &Generated) -> Result<()> {
    // Dropped last, when the files in the directories are removed.
    let mut folders = Folders::default();
    folders.make(directory)?;
    let _turn = turn(directory, PATIENCE)?;
    let header = directory.join(format!("{}.h", model.facts.symbol));
    let (mut staged, mut key) = (Vec::new(), None);
    let place = |file: &OutputFile| file.path.split('/').fold(directory.to_owned(), |path, part| path.join(part));
    for file in &model.files {
        let path = place(file);
        if path == header {
            key = Some(&file.contents);
        } else if !holds(&path, &file.contents) {
            folders.make(path.parent().unwrap_or(directory))?;
            staged.push(Staged::new(path, Content::Bytes(&file.contents))?);
        }
    }
    let key = key.filter(|contents| !staged.is_empty() || !holds(&header, contents));
    let key = key.map(|contents| Staged::new(header.clone(), Content::Bytes(contents))).transpose()?;
    if !staged.is_empty() {
        match fs::remove_file(&header) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(unwritable(&header, "replaced", &error));
            }
            _ => {}
        }
    }
    let changed: Vec<PathBuf> = staged.iter().chain(&key).map(|staged| staged.target.clone()).collect();
    staged.into_iter().chain(key).try_for_each(Staged::put)?;
    folders.0.clear();
    model.files.iter().map(place).for_each(|path| message::file(&path, !changed.contains(&path)));
    Ok(())
}

/// Whether a file holds these bytes; it is read in pieces.
fn holds(path: &Path, content: &[u8]) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    if file.metadata().map_or(true, |found| found.len() != content.len() as u64) {
        return false;
    }
    let mut piece = vec![0; BUFFER.min(content.len())];
    content.chunks(BUFFER).all(|expected| {
        let piece = &mut piece[..expected.len()];
        file.read_exact(piece).is_ok_and(|()| piece == expected)
    })
}

/// New content in a temporary file in the same directory; removed if it is dropped before it is renamed.
struct Staged {
    content: TempPath,
    target: PathBuf,
}

impl Staged {
    fn new(target: PathBuf, content: Content<'_>) -> Result<Self> {
        if target.is_dir() {
            return Err(Failure::file(&target, "can't be replaced: is a directory")
                .advise("remove it, or name another path for the output"));
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = temporary(folder).map_err(|error| {
            Failure::file(folder, format!("no file can be created there: {}", system::words(&error)))
                .advise(system::elsewhere(&target, &error))
        })?;
        // Some file systems only say here that they are full.
        let synced = content.write(file.as_file_mut()).and_then(|()| match file.as_file().sync_all() {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
            result => result,
        });
        synced.map_err(|error| unwritable(&target, "written", &error))?;
        Ok(Staged { content: file.into_temp_path(), target })
    }

    fn put(self) -> Result<()> {
        self.content.persist(&self.target).map_err(|error| unwritable(&self.target, "replaced", &error.error))
    }
}

/// A new temporary file in a directory, with the rights of any new file.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Directories that were created; removed again after an error.
#[derive(Default)]
struct Folders(Vec<PathBuf>);

impl Folders {
    fn make(&mut self, folder: &Path) -> Result<()> {
        let missing: Vec<&Path> =
            folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
        for path in missing.into_iter().rev() {
            match fs::create_dir(path) {
                Ok(()) => self.0.push(path.to_owned()),
                // Another run has just created it.
                Err(_) if path.is_dir() => {}
                Err(error) => return Err(unwritable(path, "created", &error)),
            }
        }
        match fs::metadata(folder) {
            Ok(found) if found.is_dir() => Ok(()),
            Ok(_) => {
                Err(Failure::file(folder, "is not a directory").advise("name a directory, or a path for a new one"))
            }
            Err(error) => Err(unwritable(folder, "read", &error)),
        }
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        // A directory that holds files of others is kept.
        self.0.iter().rev().for_each(|path| _ = fs::remove_dir(path));
    }
}

/// A lock of a directory, for writing, until the handle is dropped. `None` if directories can't be locked.
fn turn(folder: &Path, patience: Duration) -> Result<Option<File>> {
    let Ok(handle) = File::open(folder) else { return Ok(None) };
    let end = Instant::now() + patience;
    loop {
        match handle.try_lock() {
            Ok(()) => return Ok(Some(handle)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::WouldBlock) => {
                let seconds = patience.as_secs();
                return Err(Failure::file(folder, format!("another run has been writing there for {seconds} s"))
                    .advise("wait for it, end it, or name another directory"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_wait_for_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let first = turn(folder.path(), Duration::ZERO).unwrap();
        assert!(first.is_some());
        let failure = turn(folder.path(), Duration::from_millis(30)).unwrap_err();
        assert!(failure.to_string().contains("another run") && failure.advice().is_some(), "{failure}");
        drop(first);
        assert!(turn(folder.path(), Duration::ZERO).unwrap().is_some());
        assert!(turn(&folder.path().join("missing"), Duration::ZERO).unwrap().is_none());
    }

    #[test]
    fn created_directories_are_removed_after_an_error() {
        let parent = tempfile::tempdir().unwrap();
        let mut folders = Folders::default();
        folders.make(&parent.path().join("a/b")).unwrap();
        folders.make(&parent.path().join("a/c")).unwrap();
        fs::write(parent.path().join("a/c/file"), "of another").unwrap();
        assert!(folders.make(&parent.path().join("a/c/file/d")).is_err());
        drop(folders);
        assert!(!parent.path().join("a/b").exists() && parent.path().join("a/c/file").exists());
    }

    #[test]
    fn files_are_replaced_together() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        fs::write(&a, "old").unwrap();
        assert!(replace(&[(&a, b"new"), (&folder.path().join("no/b"), b"new")]).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!((fs::read(&a).unwrap(), b.exists()), (b"old".to_vec(), false));
        replace(&[(&a, b"new"), (&b, b"new")]).unwrap();
        assert_eq!((fs::read(&a).unwrap(), fs::read(&b).unwrap()), (b"new".to_vec(), b"new".to_vec()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        assert!(replace(&[(folder.path(), b"new")]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn new_files_have_the_rights_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let [plain, ours] = ["plain", "ours"].map(|name| folder.path().join(name));
        fs::write(&plain, "").unwrap();
        replace(&[(&ours, b"new")]).unwrap();
        let [plain, ours] = [plain, ours].map(|path| fs::metadata(path).unwrap().permissions().mode());
        assert_eq!(plain, ours);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        replace(&[(&link, b"new"), (Path::new("/dev/null"), b"new")]).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }
}
