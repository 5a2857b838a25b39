//! Checks on the tar file itself: complete, plain, without names or entries that are not allowed in an archive.

use crate::container::limits::Limits;
use crate::error::{Error, ErrorKind, Place, Result};

const BLOCK: u64 = 512;

pub(crate) fn check_container(bytes: &[u8], limits: Limits) -> Result<()> {
    if bytes.len() as u64 > limits.archive_bytes {
        let text = format!("larger than the limit of {} bytes for archives", limits.archive_bytes);
        return Err(Error::new(ErrorKind::TooLarge, text).advise("raise the limit if you trust it"));
    }
    let packed: [(&[u8], &str, &str); 4] = [
        (b"\x1f\x8b", "gzip", "gunzip"),
        (b"BZh", "bzip2", "bunzip2"),
        (b"\xfd7zXZ\0", "xz", "unxz"),
        (b"\x28\xb5\x2f\xfd", "zstd", "unzstd"),
    ];
    for (magic, what, tool) in packed {
        if bytes.starts_with(magic) {
            return Err(Error::new(
                ErrorKind::NotTar,
                format!("is compressed with {what}; a model archive is a plain tar file"),
            )
            .advise(format!("unpack it with `{tool}` first")));
        }
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Error::new(ErrorKind::NotTar, "is a zip file; a model archive is a plain tar file"));
    }
    if (bytes.len() as u64) < BLOCK {
        let text = format!("{} bytes are too few for a tar file", bytes.len());
        return Err(Error::new(ErrorKind::NotTar, text));
    }
    Ok(())
}

/// Offset after the data of an entry, with its padding; an error if the archive ends before.
pub(crate) fn data_end(entry: &tar::Entry<'_, &[u8]>, length: u64) -> Result<u64> {
    let start = entry.raw_file_position();
    let padded = entry.size().checked_next_multiple_of(BLOCK);
    match padded.and_then(|size| start.checked_add(size)) {
        Some(end) if start.saturating_add(entry.size()) <= length => Ok(end),
        _ => {
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let text = format!(
                "says it is {} bytes long, but the archive ends after {} of them: truncated or damaged",
                entry.size(),
                length.saturating_sub(start)
            );
            Err(Error::new(ErrorKind::NotTar, text).in_member(&name).at(Place::Offset(start)))
        }
    }
}

/// A complete tar file ends with a block of zeros; a copy that was truncated at a member's end does not.
pub(crate) fn check_end(bytes: &[u8], end: u64) -> Result<()> {
    let rest = usize::try_from(end).ok().and_then(|end| bytes.get(end..));
    let marker = rest.and_then(|rest| rest.get(..BLOCK as usize));
    if !marker.is_some_and(|block| block.iter().all(|&b| b == 0)) {
        return Err(truncated(end));
    }
    // Writers fill their last record with zeros. Anything else is a member that some readers would see and others not.
    match rest.and_then(|rest| rest.iter().position(|&b| b != 0)) {
        None => Ok(()),
        Some(at) => Err(Error::new(ErrorKind::NotTar, "goes on behind the end mark of a tar file")
            .advise("give the archive as it was written, with nothing appended")
            .at(Place::Offset(end.saturating_add(at as u64)))),
    }
}

pub(crate) fn truncated(offset: u64) -> Error {
    Error::new(ErrorKind::NotTar, "ends without the end mark of a tar file: truncated").at(Place::Offset(offset))
}

pub(crate) fn broken(error: std::io::Error) -> Error {
    // After this word is the name of the entry, which is meaningless if there is none.
    let text = error.to_string();
    let reason = text.split(" when getting ").next().unwrap_or_default().trim_end();
    Error::new(ErrorKind::NotTar, format!("not a valid tar file: {reason}"))
}

/// Path without `./`, or `None` if nothing is left (the archive's root).
pub(crate) fn normalise(raw: &[u8], longest: usize) -> Result<Option<String>> {
    let shown = || String::from_utf8_lossy(&raw[..raw.len().min(longest)]).into_owned();
    let bad = |text: String| Err(Error::new(ErrorKind::BadName, text).in_member(&shown()));
    if raw.len() > longest {
        return bad(format!("a name of {} bytes; {longest} is the limit", raw.len()));
    }
    let Ok(text) = std::str::from_utf8(raw) else {
        return bad("the name is not UTF-8".to_owned());
    };
    if let Some(c) = text.chars().find(|c| c.is_control() || *c == '\\') {
        return bad(format!("the name contains {c:?}"));
    }
    if text.starts_with('/') {
        return bad("the name is an absolute path".to_owned());
    }
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if let Some([drive, b':', ..]) = parts.first().map(|part| part.as_bytes())
        && drive.is_ascii_alphabetic()
    {
        return bad("the name begins with a drive".to_owned());
    }
    if parts.contains(&"..") {
        return bad("the name contains '..'".to_owned());
    }
    Ok((!parts.is_empty()).then(|| parts.join("/")))
}

pub(crate) fn unsafe_entry(kind: tar::EntryType) -> Error {
    use tar::EntryType as T;
    let what = match kind {
        T::Symlink => "a symbolic link",
        T::Link => "a hard link",
        T::Char => "a character device",
        T::Block => "a block device",
        T::Fifo => "a named pipe",
        T::GNUSparse => "a sparse file",
        T::Directory | T::Regular => "a directory with content",
        _ => "an entry of unknown type",
    };
    Error::new(ErrorKind::UnsafeEntry, format!("is {what}; a model archive holds regular files only"))
}

/// PAX writes sparse files as regular ones with extra keys. A global PAX header may hold comments (as `git archive`
/// writes them), but must not rename or resize members.
pub(crate) fn refuse_extensions(entry: &mut tar::Entry<'_, &[u8]>) -> Result<()> {
    let global = entry.header().entry_type() == tar::EntryType::XGlobalHeader;
    let Some(extensions) = entry.pax_extensions().map_err(broken)? else {
        return Ok(());
    };
    for extension in extensions {
        let extension = extension.map_err(broken)?;
        let key = extension.key_bytes();
        if key.starts_with(b"GNU.sparse.") {
            return Err(unsafe_entry(tar::EntryType::GNUSparse));
        }
        if global && matches!(key, b"path" | b"linkpath" | b"size") {
            let text = format!("a global PAX header sets '{}' for all members", String::from_utf8_lossy(key));
            return Err(Error::new(ErrorKind::UnsafeEntry, text));
        }
    }
    Ok(())
}
