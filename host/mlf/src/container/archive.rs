//! The tar container: ordered members in memory. Nothing is unpacked to disk, every size field is checked.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::container::bytes::Bytes;
use crate::container::checks::{
    broken, check_container, check_end, data_end, normalise, refuse_extensions, truncated, unsafe_entry,
};
use crate::container::limits::Limits;
use crate::error::{Error, ErrorKind, Result};

/// One regular file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Path with `/` between parts and no leading `./`.
    pub path: String,
    /// Content.
    pub data: Bytes,
}

/// A model archive in memory: its regular files in their order.
#[derive(Debug, Clone)]
pub struct Archive {
    name: String,
    limits: Limits,
    members: Vec<Member>,
    index: HashMap<String, usize>,
}

impl Archive {
    /// Reads an archive from disk with the default limits.
    ///
    /// # Errors
    /// As [`Archive::read_with`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_with(path, Limits::default())
    }

    /// Reads an archive from disk. At most `limits.archive_bytes + 1` bytes of it are read.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the file can't be read; otherwise as [`Archive::from_bytes`].
    pub fn read_with(path: impl AsRef<Path>, limits: Limits) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let failed = |what: &str, e: std::io::Error| Error::new(ErrorKind::Io, format!("{what}: {e}")).in_file(&name);
        let file = File::open(path).map_err(|e| failed("can't open the archive", e))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            return Err(Error::new(ErrorKind::Io, "is a directory, not an archive")
                .advise("give the .tar file itself")
                .in_file(&name));
        }
        let known = file.metadata().map_or(0, |found| found.len()).min(limits.archive_bytes);
        let mut bytes = Vec::with_capacity(usize::try_from(known).unwrap_or(0) + 1);
        file.take(limits.archive_bytes.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|e| failed("can't read the archive", e))?;
        Self::from_vec(&name, bytes, limits)
    }

    /// Reads an archive from memory; `name` is its name in errors.
    ///
    /// Accepts ustar, GNU long names and PAX extended headers, members with or without a leading `./`, in any order.
    /// Directories are skipped.
    ///
    /// # Errors
    /// Anything except a complete plain tar file of regular files with valid, distinct names; see [`ErrorKind`].
    pub fn from_bytes(name: &str, bytes: &[u8], limits: Limits) -> Result<Self> {
        // Before anything is copied: an archive that is too large is refused at once.
        check_container(bytes, limits).map_err(|e| e.in_file(name))?;
        Self::from_vec(name, bytes.to_vec(), limits)
    }

    /// Reads an archive from memory and keeps it: its members are parts of these bytes.
    ///
    /// # Errors
    /// As [`Archive::from_bytes`].
    pub fn from_vec(name: &str, bytes: Vec<u8>, limits: Limits) -> Result<Self> {
        let mut archive = Archive { name: name.to_owned(), limits, members: Vec::new(), index: HashMap::new() };
        archive.fill(&Arc::new(bytes)).map_err(|e| e.in_file(name))?;
        Ok(archive)
    }

    /// An archive without members, for a model that arrived without one.
    pub(crate) fn empty(name: &str) -> Self {
        Archive { name: name.to_owned(), limits: Limits::default(), members: Vec::new(), index: HashMap::new() }
    }

    /// Name given when the archive was opened.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bounds the archive was read with.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// All regular files, in archive order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The member with this path (without `./`).
    pub fn get(&self, path: &str) -> Option<&Member> {
        self.index.get(path).map(|&i| &self.members[i])
    }

    /// Content of a member as text.
    ///
    /// # Errors
    /// [`ErrorKind::MissingMember`] when there is none, [`ErrorKind::Source`] when it is not UTF-8.
    pub fn text(&self, path: &str) -> Result<&str> {
        let missing = || Error::new(ErrorKind::MissingMember, "the archive has no such member");
        self.get(path).ok_or_else(missing).and_then(Member::text).map_err(|e| e.in_member(path).in_file(&self.name))
    }

    fn fill(&mut self, bytes: &Arc<Vec<u8>>) -> Result<()> {
        check_container(bytes, self.limits)?;
        let mut tar = tar::Archive::new(bytes.as_slice());
        let mut end = 0;
        let mut count = 0;
        for entry in tar.entries().map_err(broken)? {
            let entry = entry.map_err(broken)?;
            count += 1;
            if count > self.limits.entries {
                let text = format!("more than {} entries", self.limits.entries);
                return Err(Error::new(ErrorKind::TooLarge, text));
            }
            if let Some(member) = self.take(entry, bytes, &mut end)? {
                let known = self.index.insert(member.path.clone(), self.members.len());
                if known.is_some() {
                    return Err(appears_twice(&member.path).in_member(&member.path));
                }
                self.members.push(member);
            }
        }
        check_end(bytes, end)?;
        if count == 0 {
            return Err(Error::new(ErrorKind::NotTar, "the archive is empty"));
        }
        Ok(())
    }

    /// Content of one entry; `None` for directories and headers that carry no file.
    /// Sets `end` to the offset after it in `bytes`, the whole archive.
    fn take(&self, mut entry: tar::Entry<'_, &[u8]>, bytes: &Arc<Vec<u8>>, end: &mut u64) -> Result<Option<Member>> {
        let raw = entry.path_bytes().into_owned();
        let path = normalise(&raw, self.limits.name_bytes)?;
        let shown = path.clone().unwrap_or_else(|| "./".to_owned());
        refuse_extensions(&mut entry).map_err(|e| e.in_member(&shown))?;
        let kind = entry.header().entry_type();
        let size = entry.size();
        use tar::EntryType as T;
        let directory = raw.ends_with(b"/") || kind == T::Directory;
        let file = matches!(kind, T::Regular | T::Continuous) && !directory;
        let empty = directory && matches!(kind, T::Directory | T::Regular) && size == 0;
        if !file && !empty && kind != T::XGlobalHeader {
            return Err(unsafe_entry(kind).in_member(&shown));
        }
        *end = data_end(&entry, bytes.len() as u64)?;
        if empty || kind == T::XGlobalHeader {
            return Ok(None);
        }
        let Some(path) = path else {
            return Err(Error::new(ErrorKind::BadName, "a file without a name").in_member(&shown));
        };
        // `data_end` has shown that the archive holds this many bytes.
        let start = entry.raw_file_position();
        let range = usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(start + size).unwrap_or(usize::MAX);
        let data = Bytes::part(bytes, range).ok_or_else(|| truncated(start).in_member(&path))?;
        Ok(Some(Member { path, data }))
    }
}

impl Member {
    /// Content as text.
    ///
    /// # Errors
    /// [`ErrorKind::Source`] with the line of the first byte that is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.data).map_err(|e| {
            let before = &self.data[..e.valid_up_to()];
            let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
            Error::new(ErrorKind::Source, "is not UTF-8 text")
                .at_line(u32::try_from(line).unwrap_or(u32::MAX))
                .in_member(&self.path)
        })
    }
}

/// TVM writes the header of each model under its name in lower case.
fn appears_twice(path: &str) -> Error {
    let error = Error::new(ErrorKind::BadName, "appears twice in the archive");
    match path.starts_with("codegen/host/include/tvmgen_") {
        true => error
            .advise("TVM gives models whose names differ in case only one header: rename one of them and export again"),
        false => error,
    }
}
