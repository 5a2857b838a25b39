//! The files of a directory with samples, and the classes that the names of its directories give.

use std::fs;
use std::path::{Path, PathBuf};

use crate::extension::has_extension;
use crate::failure::{Failure, Result};
use crate::system;
use crate::terminal::printable;

/// Files that hold samples, by the end of their names.
const KNOWN: [&str; 5] = ["npy", "csv", "bin", "wav", "png"];

/// A file with samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFile {
    /// Where it is.
    pub path: PathBuf,
    /// The class of its directory, if the directory's name gives one.
    pub class: Option<usize>,
}

/// The file itself, the files of a directory by name, or those of its directories, where each directory is a class. `names` are
/// the classes in order; without them, names that are numbers are the classes, and others are counted in their order.
/// Returns the names too, if there are any.
pub fn files(path: &Path, names: Option<&[String]>) -> Result<(Vec<SampleFile>, Vec<String>)> {
    if !path.is_dir() {
        return Ok((vec![SampleFile { path: path.to_owned(), class: None }], Vec::new()));
    }
    let (files, folders) = entries(path)?;
    if !files.is_empty() && !folders.is_empty() {
        return Err(Failure::file(path, "holds both samples and directories")
            .advise("give a directory of samples, or one that has only a directory for each class"));
    }
    if folders.is_empty() {
        let files = files.into_iter().map(|path| SampleFile { path, class: None }).collect();
        return Ok((files, Vec::new()));
    }
    let own: Vec<String> = folders.iter().map(|folder| name(folder)).collect();
    let numbers = own.iter().map(|name| name.parse::<usize>()).collect::<std::result::Result<Vec<_>, _>>();
    let mut all = Vec::new();
    for (at, folder) in folders.iter().enumerate() {
        let class = match (names, &numbers) {
            (Some(names), _) => names.iter().position(|name| *name == own[at]).ok_or_else(|| {
                Failure::file(folder, "its name is not among the classes of --classes")
                    .advise(format!("rename it to one of them: {}", printable(&names.join(", "))))
            })?,
            (None, Ok(numbers)) => numbers[at],
            (None, Err(_)) => at,
        };
        let (files, _) = entries(folder)?;
        all.extend(files.into_iter().map(|path| SampleFile { path, class: Some(class) }));
    }
    let named = match (names, numbers) {
        (Some(names), _) => names.to_vec(),
        (None, Ok(_)) => Vec::new(),
        (None, Err(_)) => own,
    };
    Ok((all, named))
}

/// The samples and the directories in a directory, each by name.
fn entries(path: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let failed = |error: std::io::Error| system::unreadable(path, &error);
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?.path();
        if entry.is_dir() && !name(&entry).starts_with('.') {
            folders.push(entry);
        } else if entry.is_file() && KNOWN.iter().any(|end| has_extension(&entry, end)) {
            files.push(entry);
        }
    }
    files.sort();
    folders.sort();
    if files.is_empty() && folders.is_empty() {
        return Err(Failure::file(path, "holds no .npy, .csv, .bin, .wav or .png files")
            .advise("name a file, or a directory that holds some"));
    }
    Ok((files, folders))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The names of classes in a text file, one in each line.
pub fn class_names(path: &Path) -> Result<Vec<String>> {
    let content = crate::tensor::read_file(path)?;
    let advice = "give the name of a class in each line, in the order of the model's output";
    let text = std::str::from_utf8(&content).map_err(|_| Failure::file(path, "is not text").advise(advice))?;
    let names: Vec<String> = text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    if names.is_empty() {
        return Err(Failure::file(path, "holds no names").advise(advice));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(folder: &Path, names: Option<&[String]>) -> (Vec<(String, Option<usize>)>, Vec<String>) {
        let (files, names) = files(folder, names).unwrap();
        (files.into_iter().map(|file| (name(&file.path), file.class)).collect(), names)
    }

    fn scene(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in names {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn directories_are_classes() {
        let words = scene(&["yes/b.wav", "yes/a.WAV", "no/c.png", "no/notes.txt", ".git/x.bin"]);
        let class = |name: &str, class| (name.to_owned(), class);
        let sorted = (
            vec![class("c.png", Some(0)), class("a.WAV", Some(1)), class("b.wav", Some(1))],
            vec!["no".into(), "yes".into()],
        );
        assert_eq!(found(words.path(), None), sorted);
        let names = ["silence", "yes", "no"].map(str::to_owned);
        assert_eq!(found(words.path(), Some(&names)).0[0], class("c.png", Some(2)));
        assert!(files(words.path(), Some(&names[..2])).is_err());
        let numbers = scene(&["10/a.npy", "9/b.npy"]);
        assert_eq!(found(numbers.path(), None), (vec![class("a.npy", Some(10)), class("b.npy", Some(9))], Vec::new()));
        let flat = scene(&["b.csv", "a.bin"]);
        assert_eq!(found(flat.path(), None).0, [class("a.bin", None), class("b.csv", None)]);
        assert!(files(scene(&["a.bin", "yes/b.bin"]).path(), None).is_err());
        assert!(files(scene(&["notes.txt"]).path(), None).is_err());
    }
}
