//! Several files that are replaced together or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::scratch::Scratch;
use crate::failure::{Failure, Result};
use crate::terminal::shown;

/// New content beside its place. Until [`Transaction::commit`] nothing has changed; dropped before, it leaves nothing.
#[derive(Default)]
pub struct Transaction {
    scratches: Vec<(PathBuf, Scratch)>,
    staged: Vec<Staged>,
}

struct Staged {
    /// The new content.
    new: PathBuf,
    /// Where the old content is kept until all is done.
    old: PathBuf,
    /// Where the new content goes.
    target: PathBuf,
}

/// What brings a file back: its old content, or nothing when there was none.
type Undo = (PathBuf, Option<PathBuf>);

impl Transaction {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.staged.is_empty()
    }

    /// Writes the new content of `target` to the disk, below `folder`, which must be on the same file system.
    ///
    /// # Errors
    /// When `folder` takes no files, or the disk is full.
    pub fn stage(&mut self, folder: &Path, target: PathBuf, content: &[u8]) -> Result<()> {
        let number = self.staged.len();
        let scratch = self.scratch(folder)?;
        let (new, old) = (scratch.join(format!("new-{number}")), scratch.join(format!("old-{number}")));
        write(&new, content).map_err(|error| Failure::file(&target, format!("can't be written: {error}")))?;
        self.staged.push(Staged { new, old, target });
        Ok(())
    }

    /// Brings all files to their places, in the order in which they were staged. When one can't be replaced, those before
    /// it get their old content back.
    ///
    /// `key` is a file that nobody can use the others without. It is away as long as old and new files are mixed, so that
    /// an end half-way leaves a folder that does not build, not one that builds wrongly.
    ///
    /// # Errors
    /// When a file can't be replaced.
    pub fn commit(self, key: Option<&Path>) -> Result<()> {
        if let [only] = self.staged.as_slice() {
            return fs::rename(&only.new, &only.target).map_err(|error| cannot(&only.target, "replaced", &error));
        }
        let mut undo = Vec::new();
        let Err(failure) = self.replace(key, &mut undo) else { return Ok(()) };
        // The key comes last: it stays away when others can't be brought back.
        for (target, old) in undo.iter().rev() {
            let back = old.as_ref().map_or_else(|| fs::remove_file(target), |old| fs::rename(old, target));
            if let Err(error) = back {
                let advice = "the files there are of two runs now: repair what is wrong there and run this again";
                let target = shown(target);
                return Err(Failure::new(failure.kind(), format!("{failure}\n{target}: can't be put back: {error}"))
                    .advise(advice));
            }
        }
        Err(failure)
    }

    fn replace(&self, key: Option<&Path>, undo: &mut Vec<Undo>) -> Result<()> {
        let mut backups = Vec::new();
        for Staged { old, target, .. } in self.staged.iter().filter(|staged| Some(staged.target.as_path()) != key) {
            backups.push(keep(target, old).map_err(|error| cannot(target, "kept aside", &error))?);
        }
        let mut away = None;
        if let (Some(key), Some((_, scratch))) = (key, self.scratches.first()) {
            let aside = scratch.path().join("key");
            match fs::rename(key, &aside) {
                Ok(()) => undo.push((key.to_owned(), Some(aside.clone()))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(cannot(key, "replaced", &error)),
            }
            let staged = self.staged.iter().find(|staged| staged.target == key);
            away = Some((staged.map_or(aside, |staged| staged.new.clone()), key));
        }
        let others = self.staged.iter().filter(|staged| Some(staged.target.as_path()) != key);
        for (Staged { new, old, target }, kept) in others.zip(backups) {
            fs::rename(new, target).map_err(|error| cannot(target, "replaced", &error))?;
            undo.push((target.clone(), kept.then(|| old.clone())));
        }
        match away {
            Some((new, key)) => fs::rename(new, key).map_err(|error| cannot(key, "replaced", &error)),
            None => Ok(()),
        }
    }

    fn scratch(&mut self, folder: &Path) -> Result<&Path> {
        let index = match self.scratches.iter().position(|(known, _)| known == folder) {
            Some(index) => index,
            None => {
                let scratch = Scratch::new(folder).map_err(|error| {
                    let failure = Failure::file(folder, format!("no file can be made there: {error}"));
                    let missing = error.kind() == io::ErrorKind::NotFound;
                    if missing { failure.advise("make the folder first, or name another one") } else { failure }
                })?;
                self.scratches.push((folder.to_owned(), scratch));
                self.scratches.len() - 1
            }
        };
        Ok(self.scratches[index].1.path())
    }
}

fn cannot(path: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::file(path, format!("can't be {what}: {error}"))
}

/// A new file whose content has reached the disk: some file systems tell only then that they are full.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    match file.sync_all() {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        result => result,
    }
}

/// Keeps what is at `path` under a second name; false when nothing is there.
fn keep(path: &Path, aside: &Path) -> io::Result<bool> {
    // Not every file system knows second names.
    match fs::hard_link(path, aside).or_else(|_| fs::copy(path, aside).map(|_| ())) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        result => result.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn files(folder: &Path) -> BTreeMap<String, String> {
        let read = |entry: io::Result<fs::DirEntry>| {
            let path = entry.unwrap().path();
            let content = if path.is_dir() { "a folder".to_owned() } else { fs::read_to_string(&path).unwrap() };
            (path.file_name().unwrap().to_string_lossy().into_owned(), content)
        };
        fs::read_dir(folder).unwrap().map(read).collect()
    }

    fn transaction(folder: &Path, targets: &[&str]) -> Transaction {
        let mut transaction = Transaction::default();
        targets.iter().for_each(|target| transaction.stage(folder, folder.join(target), b"new").unwrap());
        transaction
    }

    fn expected(content: &[(&str, &str)]) -> BTreeMap<String, String> {
        content.iter().map(|&(name, content)| (name.to_owned(), content.to_owned())).collect()
    }

    #[test]
    fn all_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "old").unwrap();
        fs::write(folder.path().join("key"), "old").unwrap();
        let open = transaction(folder.path(), &["a", "b", "key"]);
        assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "old");
        open.commit(Some(&folder.path().join("key"))).unwrap();
        assert_eq!(files(folder.path()), expected(&[("a", "new"), ("b", "new"), ("key", "new")]));
    }

    #[test]
    fn a_key_that_stays_as_it_is_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        fs::write(&key, "old").unwrap();
        let before = fs::metadata(&key).unwrap().modified().unwrap();
        transaction(folder.path(), &["a", "b"]).commit(Some(&key)).unwrap();
        assert_eq!(files(folder.path()), expected(&[("a", "new"), ("b", "new"), ("key", "old")]));
        assert_eq!(fs::metadata(&key).unwrap().modified().unwrap(), before);
    }

    #[test]
    fn a_failure_brings_everything_back() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "old").unwrap();
        fs::write(folder.path().join("key"), "old").unwrap();
        for last in [&["a", "b", "gone/c"][..], &["a", "b", "key", "gone/c"], &["gone/c"]] {
            let open = transaction(folder.path(), last);
            let failure = open.commit(Some(&folder.path().join("key"))).unwrap_err();
            assert!(failure.to_string().contains("gone/c: can't be replaced: "), "{failure}");
            assert_eq!(files(folder.path()), expected(&[("a", "old"), ("key", "old")]));
        }
    }

    #[test]
    fn what_was_never_committed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(transaction(folder.path(), &["a", "b"]));
        assert_eq!(files(folder.path()), BTreeMap::new());
    }
}
