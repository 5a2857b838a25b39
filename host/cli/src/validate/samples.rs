//! Samples and labels from files.

use std::path::Path;

use super::folder;
use crate::extension::has_extension;
use crate::failure::{Failure, Result};
use crate::media;
use crate::npy::Kind;
use crate::real;
use crate::tensor::{self, Spec, read_array};
use crate::terminal::shown;
use crate::units::Units;

/// The samples of an input.
#[derive(Debug, Default)]
pub struct Samples {
    /// The content of the input for all of them.
    pub content: Vec<u8>,
    /// Where they are from, if that is a directory: each file, how many tensors it holds, and its class.
    pub files: Vec<(String, usize, Option<usize>)>,
    /// The names of classes, if directories have them.
    pub names: Vec<String>,
}

/// The samples in a file or a directory; `names` are the classes in order, if they are known.
pub fn read(input: &Spec, path: &Path, names: Option<&[String]>, units: &mut Units) -> Result<Samples> {
    let (files, names) = folder::files(path, names)?;
    let mut samples = Samples { names, ..Samples::default() };
    for file in files {
        let content = read_file(input, &file.path, units)?;
        if path.is_dir() {
            let tensors = content.len().checked_div(input.bytes).unwrap_or(0);
            samples.files.push((shown(&file.path), tensors, file.class));
        }
        samples.content.extend(content);
    }
    Ok(samples)
}

fn read_file(input: &Spec, path: &Path, units: &mut Units) -> Result<Vec<u8>> {
    if media::is_media(path) {
        return media::read(input, path, units);
    }
    if has_extension(path, "csv") {
        return real::stored(input, path, &numbers(path)?);
    }
    real::read(input, path)
}

/// Labels, and whether all are integers: of an integer type, or text without a decimal point.
pub fn labels(path: &Path) -> Result<(Vec<f64>, bool)> {
    if has_extension(path, "csv") {
        let numbers = numbers(path)?;
        let whole = numbers.iter().all(|number| number.fract() == 0.0);
        return Ok((numbers, whole));
    }
    let content = tensor::read_file(path)?;
    if !has_extension(path, "npy") {
        return Ok((content.iter().map(|&class| f64::from(class)).collect(), true));
    }
    let array = read_array(path, &content)?;
    let numbers = tensor::numbers(array.element, &array.data).ok_or_else(|| {
        Failure::file(path, format!("labels of type {} can't be read", array.element))
            .advise("save them as int64 or float32")
    })?;
    Ok((numbers, array.element.kind != Kind::Float))
}

const NUMBERS: &str = "give numbers separated by commas, semicolons, tabs or spaces, after at most one header line";

/// The numbers of a text file, separated by commas, semicolons, tabs or spaces. A first line that holds
/// anything else is a header.
fn numbers(path: &Path) -> Result<Vec<f64>> {
    let content = tensor::read_file(path)?;
    let text = std::str::from_utf8(&content).map_err(|_| Failure::file(path, "is not text").advise(NUMBERS))?;
    let mut numbers = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let words = line.split([',', ';', '\t', ' ']).map(str::trim).filter(|word| !word.is_empty());
        let row: std::result::Result<Vec<f64>, _> = words.map(str::parse).collect();
        match row {
            Ok(row) => numbers.extend(row),
            Err(_) if at == 0 => {}
            Err(_) => {
                let line = at + 1;
                return Err(
                    Failure::file(path, format!("line {line} holds something that is not a number")).advise(NUMBERS)
                );
            }
        }
    }
    if numbers.is_empty() {
        return Err(Failure::file(path, "holds no numbers").advise(NUMBERS));
    }
    Ok(numbers)
}
