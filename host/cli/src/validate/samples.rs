//! Samples and labels from files: real values are converted to stored values.

use std::fs;
use std::path::{Path, PathBuf};

use tvm_embedded_mlf::{DType, Quantization};

use crate::failure::{Failure, Result};
use crate::load::read_at_most;
use crate::npy::{self, Kind};
use crate::tensor::{MAX_FILE, Spec, fits, is_npy, values};

/// The content of an input for all samples, from a file or a directory of files.
pub fn read(input: &Spec, path: &Path) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    for file in files(path)? {
        content.extend(read_file(input, &file)?);
    }
    Ok(content)
}

/// The files of a directory by name, or the file itself.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error: std::io::Error| Failure::file(path, format!("can't be read: {error}"));
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        let known = ["npy", "csv", "bin"].iter().any(|end| has_extension(&file, end));
        if file.is_file() && known {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::file(path, "holds no .npy, .csv or .bin files"));
    }
    Ok(files)
}

fn read_file(input: &Spec, path: &Path) -> Result<Vec<u8>> {
    if has_extension(path, "csv") {
        return stored(input, path, &numbers(path)?);
    }
    if is_npy(path) {
        let array = npy::read(&whole(path)?).map_err(|error| Failure::file(path, error))?;
        let is_float = array.element.kind == Kind::Float && input.dtype.is_some_and(|dtype| dtype.code != 2);
        let real = is_float.then(|| values(float(array.element.bytes), &array.data)).flatten();
        if let (Some(real), Some(_)) = (real, input.quantization) {
            if let Some(shape) = input.shape.as_ref().filter(|shape| !fits(&array.shape, shape)) {
                let found = array.shape;
                return Err(Failure::file(
                    path,
                    format!("the file holds an array of shape {found:?}, expected {}", input.describe()),
                )
                .advise(format!("give shape {shape:?}, or several of them along a new first dimension")));
            }
            return stored(input, path, &real);
        }
    }
    input.read(path)
}

fn float(bytes: usize) -> DType {
    DType { code: 2, bits: (bytes * 8) as u8, lanes: 1 }
}

fn whole(path: &Path) -> Result<Vec<u8>> {
    read_at_most(path, MAX_FILE)?.ok_or_else(|| Failure::file(path, "is larger than 1 GiB").advise("use it in parts"))
}

/// Real values as a tensor stores them.
fn stored(input: &Spec, path: &Path, real: &[f64]) -> Result<Vec<u8>> {
    let bytes = quantised(input, real).ok_or_else(|| {
        let advice = "give raw bytes, or a .npy file with the tensor's own type";
        Failure::file(path, format!("real values can't be stored as {}", input.describe())).advise(advice)
    })?;
    if bytes.is_empty() || !bytes.len().is_multiple_of(input.bytes.max(1)) {
        let each = input.bytes * real.len() / bytes.len().max(1);
        return Err(Failure::file(
            path,
            format!("{} takes {each} numbers, the file holds {}", input.describe(), real.len()),
        ));
    }
    Ok(bytes)
}

/// Bytes of real values: `round(x / scale) + zero point`, halves away from zero, within the type's range, as the reference's own
/// helper computes it in float32. Types without quantisation hold the numbers themselves.
pub fn quantised(spec: &Spec, real: &[f64]) -> Option<Vec<u8>> {
    let dtype = spec.dtype?;
    let step = |x: f64| match spec.quantization {
        Some(Quantization { scale, zero_point }) => f64::from((x as f32 / scale).round()) + f64::from(zero_point),
        None => x.round(),
    };
    let all = |bytes: &dyn Fn(f64) -> Vec<u8>| Some(real.iter().flat_map(|&x| bytes(x)).collect());
    // `as` saturates to the range of the type.
    match (dtype.code, dtype.bits, dtype.lanes) {
        (0, 8, 1) => all(&|x| (step(x) as i8).to_le_bytes().into()),
        (0, 16, 1) => all(&|x| (step(x) as i16).to_le_bytes().into()),
        (0, 32, 1) => all(&|x| (step(x) as i32).to_le_bytes().into()),
        (1, 8, 1) => all(&|x| (step(x) as u8).to_le_bytes().into()),
        (2, 32, 1) => all(&|x| (x as f32).to_le_bytes().into()),
        _ => None,
    }
}

/// The real values of stored ones.
pub fn real(spec: &Spec, data: &[u8]) -> Option<Vec<f64>> {
    let stored = values(spec.dtype?, data)?;
    Some(match spec.quantization {
        Some(q) => stored.iter().map(|x| (x - f64::from(q.zero_point)) * f64::from(q.scale)).collect(),
        None => stored,
    })
}

/// Labels, and whether all are integers: of an integer type, or text without a decimal point.
pub fn labels(path: &Path) -> Result<(Vec<f64>, bool)> {
    if has_extension(path, "csv") {
        let numbers = numbers(path)?;
        let whole = numbers.iter().all(|number| number.fract() == 0.0);
        return Ok((numbers, whole));
    }
    let content = whole(path)?;
    if !is_npy(path) {
        return Ok((content.iter().map(|&class| f64::from(class)).collect(), true));
    }
    let array = npy::read(&content).map_err(|error| Failure::file(path, error))?;
    let code = match array.element.kind {
        Kind::Signed => 0,
        Kind::Unsigned | Kind::Bool => 1,
        Kind::Float => 2,
    };
    let dtype = DType { code, bits: (array.element.bytes * 8) as u8, lanes: 1 };
    let numbers = values(dtype, &array.data)
        .ok_or_else(|| Failure::file(path, format!("labels of type {} can't be read", array.element)))?;
    Ok((numbers, code != 2))
}

/// The numbers of a text file, separated by commas, semicolons, tabs or spaces. A first line without numbers is a header.
fn numbers(path: &Path) -> Result<Vec<f64>> {
    let content = whole(path)?;
    let text = std::str::from_utf8(&content).map_err(|_| Failure::file(path, "is not text"))?;
    let mut numbers = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let words = line.split([',', ';', '\t', ' ']).map(str::trim).filter(|word| !word.is_empty());
        let row: std::result::Result<Vec<f64>, _> = words.map(str::parse).collect();
        match row {
            Ok(row) => numbers.extend(row),
            Err(_) if at == 0 => {}
            Err(_) => return Err(Failure::file(path, format!("line {} holds something that is not a number", at + 1))),
        }
    }
    if numbers.is_empty() {
        return Err(Failure::file(path, "holds no numbers"));
    }
    Ok(numbers)
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_values_are_quantised_as_the_reference_does() {
        let quantization = Some(Quantization { scale: 0.5, zero_point: -3 });
        let spec = |dtype| Spec {
            name: "t".into(),
            c_name: "t".into(),
            dtype: Some(dtype),
            shape: None,
            bytes: 1,
            quantization,
        };
        let bytes = quantised(&spec(DType::INT8), &[0.0, 0.25, -0.25, 1e9, -1e9, 10.0]).unwrap();
        assert_eq!(bytes.iter().map(|&b| b as i8).collect::<Vec<_>>(), [-3, -2, -4, 127, -128, 17]);
        assert_eq!(real(&spec(DType::INT8), &[0xfd, 0x7f]).unwrap(), [0.0, 65.0]);
        assert_eq!(quantised(&spec(DType::FLOAT32), &[0.25]).unwrap(), 0.25f32.to_le_bytes());
        assert_eq!(quantised(&spec(DType { code: 2, bits: 16, lanes: 1 }), &[0.25]), None);
    }
}
