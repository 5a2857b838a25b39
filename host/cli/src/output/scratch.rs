//! Folders for files on their way: beside the place where the files will go, so that one change of name brings them there.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

const PREFIX: &str = ".tvm-embedded-";
const SUFFIX: &str = ".tmp";
/// Hexadecimal digits between the two.
const RANDOM: usize = 12;
/// File in the folder that its owner keeps locked. The system drops the lock with the process, however that ends: a folder
/// whose mark can be locked has lost its owner.
const MARK: &str = "in-use";

/// A folder of its own, removed with all it holds when dropped.
pub struct Scratch {
    path: PathBuf,
    mark: Option<File>,
}

impl Scratch {
    /// Makes one in `parent`, and removes those there that runs left which were killed.
    pub fn new(parent: &Path) -> io::Result<Self> {
        const TRIES: u32 = 100;
        for _ in 0..TRIES {
            let path = parent.join(name());
            match private_folder(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                result => result?,
            }
            if let Some(mark) = claim(&path)? {
                let scratch = Scratch { path, mark: Some(mark) };
                scratch.sweep(parent);
                return Ok(scratch);
            }
        }
        Err(io::Error::other("folders for temporary files vanish as soon as they are made"))
    }

    /// Removes from `parent` what runs left which were killed.
    pub fn tidy(parent: &Path) {
        if leftovers(parent).next().is_some() {
            drop(Self::new(parent));
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Nothing here is worth a failure: the next run tries again.
    fn sweep(&self, parent: &Path) {
        for path in leftovers(parent).filter(|path| *path != self.path && same_owner(path, &self.path)) {
            let _ = remove_dead(&path);
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = remove(&self.path, self.mark.take());
    }
}

/// A name that no other run is likely to choose.
fn name() -> String {
    let random = RandomState::new().build_hasher().finish() & ((1 << (4 * RANDOM)) - 1);
    format!("{PREFIX}{random:0RANDOM$x}{SUFFIX}")
}

/// Makes a folder that nobody else can look into.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Marks a new folder as in use. `None` when another run took it for a dead one's before that, and removed it.
fn claim(path: &Path) -> io::Result<Option<File>> {
    let place = path.join(MARK);
    let mark = match File::create_new(&place) {
        Ok(mark) => mark,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let _ = fs::remove_dir(path);
            return Err(error);
        }
    };
    // A file system without locks lets nobody else lock the mark either, so that the folder is left alone.
    let _ = mark.lock();
    Ok(fs::exists(&place).unwrap_or(true).then_some(mark))
}

/// Entries of `parent` that go by the name of such folders.
fn leftovers(parent: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().map_while(Result::ok);
    entries.filter(|entry| is_name(&entry.file_name())).map(|entry| entry.path())
}

fn is_name(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    random.is_some_and(|random| random.len() == RANDOM && random.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether both belong to one user: nobody else can then exchange what is in a folder while it is removed.
fn same_owner(path: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let owner =
            |path: &Path| fs::symlink_metadata(path).ok().filter(|found| found.is_dir()).map(|found| found.uid());
        owner(path).is_some_and(|uid| Some(uid) == owner(other))
    }
    #[cfg(not(unix))]
    {
        path.is_dir() && other.is_dir()
    }
}

/// Removes a folder that nobody uses. One without a mark was left before it was marked, and is empty.
fn remove_dead(path: &Path) -> io::Result<()> {
    let place = path.join(MARK);
    match fs::symlink_metadata(&place) {
        Ok(found) if found.is_file() => {
            let mark = File::open(&place)?;
            mark.try_lock()?;
            remove(path, Some(mark))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::remove_dir(path),
        Err(error) => Err(error),
    }
}

/// The mark goes last, so that an end half-way leaves a folder that is still known as one of these.
fn remove(path: &Path, mark: Option<File>) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name() == MARK {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    drop(mark);
    fs::remove_file(path.join(MARK))?;
    fs::remove_dir(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_folder_goes_with_all_it_holds() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(parent.path()).unwrap();
        fs::create_dir_all(scratch.path().join("a/b")).unwrap();
        fs::write(scratch.path().join("a/b/c"), "content").unwrap();
        assert_eq!(entries(parent.path()), 1);
        assert!(is_name(scratch.path().file_name().unwrap()), "{}", scratch.path().display());
        drop(scratch);
        assert_eq!(entries(parent.path()), 0);
    }

    #[test]
    fn the_dead_are_removed_and_the_living_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let alive = Scratch::new(parent.path()).unwrap();
        fs::write(alive.path().join("file"), "content").unwrap();
        let dead = parent.path().join(".tvm-embedded-0123456789ab.tmp");
        fs::create_dir_all(dead.join("sub")).unwrap();
        fs::write(dead.join("sub/file"), "content").unwrap();
        fs::write(dead.join(MARK), "").unwrap();
        let unmarked = parent.path().join(".tvm-embedded-0123456789ac.tmp");
        fs::create_dir(&unmarked).unwrap();
        // Not ours, though some look like it.
        let foreign = [".tvm-embedded-mine", ".tvm-embedded-0123456789.tmp", "tvm-embedded-0123456789ab.tmp", "net.h"];
        foreign.iter().for_each(|name| fs::create_dir(parent.path().join(name)).unwrap());
        let full = parent.path().join(".tvm-embedded-0123456789ad.tmp");
        fs::create_dir(&full).unwrap();
        fs::write(full.join("precious"), "without a mark").unwrap();
        Scratch::tidy(parent.path());
        assert!(alive.path().join("file").exists() && full.join("precious").exists());
        assert!(!dead.exists() && !unmarked.exists());
        assert!(foreign.iter().all(|name| parent.path().join(name).exists()));
        assert_eq!(entries(parent.path()), 2 + foreign.len());
    }

    #[test]
    fn a_folder_that_is_taken_away_is_made_again() {
        let parent = tempfile::tempdir().unwrap();
        assert!(claim(&parent.path().join("gone")).unwrap().is_none());
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|threads| {
            let sweeper = threads.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    Scratch::tidy(parent.path());
                }
            });
            for content in 0..200u8 {
                let scratch = Scratch::new(parent.path()).unwrap();
                fs::write(scratch.path().join("file"), [content]).unwrap();
                assert_eq!(fs::read(scratch.path().join("file")).unwrap(), [content]);
            }
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            sweeper.join().unwrap();
        });
        assert_eq!(entries(parent.path()), 0);
    }
}
