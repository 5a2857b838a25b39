//! Writing one file: whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::failure::{Failure, Result};

/// Replaces a file in one step, so that a failure half-way leaves the old one. What is there and no plain file (a device,
/// a pipe) is written to as it is.
///
/// # Errors
/// When the file can't be written. No temporary file is left then.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    replace(path, content).map_err(|error| Failure::file(path, format!("can't be written: {error}")))
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return fs::write(path, content);
    }
    // A link stays, and what it leads to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tvm-embedded-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; this one is for others to read, as far as the user's mask lets them.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder)?;
    temporary.write_all(content)?;
    temporary.persist(&target).map_err(|error| error.error)?;
    Ok(())
}
