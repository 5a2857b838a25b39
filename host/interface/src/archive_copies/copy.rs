//! C files of the archive that are copied into the output.

use crate::error::{Error, Result};
use crate::text::shown;
use tvm_embedded_mlf::Module;

/// One C file of the archive.
pub struct Source<'a> {
    /// File name without directory.
    pub name: &'a str,
    pub text: &'a str,
}

/// Longest name of a copy: a path component has at most 255 bytes on common systems, and compilers append to it.
const LONGEST_FILE_NAME: usize = 200;

/// The name of a copy is a file name, and is written to build files, where most characters have a meaning.
pub fn check_file_name(module: &Module, name: &str) -> Result<()> {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'+'));
    if !plain || name.starts_with(['-', '.']) {
        let what = format!(
            "a file of the model has the name '{}', which build files don't take (letters, digits, '_', '-', '.' \
             and '+'; no '-' or '.' first); rename the module or the file",
            shown(name)
        );
        return Err(Error::Unsupported { module: shown(&module.name), what });
    }
    if name.len() > LONGEST_FILE_NAME {
        let length = name.len();
        let what = format!(
            "a file of the model has a name of {length} characters, {LONGEST_FILE_NAME} are the limit; rename the module or the file"
        );
        return Err(Error::Limit { module: shown(&module.name), what });
    }
    Ok(())
}
