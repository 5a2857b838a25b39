//! Before a verb writes: no file that it has read is replaced, and none is written twice.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Kind, Result};
use crate::foreign_text::shown;

/// Refuses outputs that are inputs, also by a link or another spelling of the path, and outputs that are one file. Devices and pipes may
/// be anything.
///
/// # Errors
/// The first such output.
pub fn check(inputs: &[&Path], outputs: &[&Path]) -> Result<()> {
    let mut taken: Vec<(PathBuf, &str)> = inputs.iter().filter_map(|path| Some((place(path)?, "the input"))).collect();
    for path in outputs {
        let Some(place) = place(path) else { continue };
        if let Some((_, what)) = taken.iter().find(|(other, _)| *other == place) {
            let message = format!("{}: is {what}, and would be overwritten", shown(path));
            return Err(Failure::new(Kind::Usage, message).advise("give another file for the output"));
        }
        taken.push((place, "another output"));
    }
    Ok(())
}

/// The file that a path leads to, which need not exist; `None` if it is no regular file.
fn place(path: &Path) -> Option<PathBuf> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => None,
        Ok(_) => fs::canonicalize(path).ok(),
        Err(_) => {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(fs::canonicalize(parent).ok()?.join(path.file_name()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_compared_not_names() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| folder.path().join(name);
        let (model, link) = (of("model"), of("link"));
        fs::write(&model, "m").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&model, &link).unwrap();
        #[cfg(not(unix))]
        fs::hard_link(&model, &link).unwrap();
        let refused = |outputs: &[&Path]| check(&[&model], outputs).err().map(|failure| failure.to_string());
        assert!(refused(&[&model]).unwrap().ends_with("is the input, and would be overwritten"));
        assert!(refused(&[&of("./model")]).is_some());
        assert_eq!(refused(&[&link]).is_some(), cfg!(unix));
        assert!(refused(&[&of("new"), &of("./new")]).unwrap().ends_with("is another output, and would be overwritten"));
        assert_eq!(refused(&[&of("new"), &of("newer"), folder.path()]), None);
    }
}
