//! Samples and labels from files: real values are converted to stored values.

use std::fs;
use std::path::{Path, PathBuf};

use tvm_embedded::Quantization;

use crate::extension::has_extension;
use crate::failure::{Failure, Result};
use crate::npy::Kind;
use crate::tensor::{self, Spec, read_array, values};

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
        return Err(Failure::file(path, "holds no .npy, .csv or .bin files")
            .advise("name a file, or a directory that holds some"));
    }
    Ok(files)
}

fn read_file(input: &Spec, path: &Path) -> Result<Vec<u8>> {
    if has_extension(path, "csv") {
        return stored(input, path, &numbers(path)?);
    }
    if !has_extension(path, "npy") {
        return input.read(path);
    }
    let array = read_array(path, &tensor::read_file(path)?)?;
    let is_real = array.element.kind == Kind::Float && input.dtype.is_some_and(|dtype| dtype.code != 2);
    let quantise = is_real && input.quantization.is_some();
    match quantise.then(|| tensor::numbers(array.element, &array.data)).flatten() {
        Some(real) => {
            input.check_shape(path, &array.shape)?;
            stored(input, path, &real)
        }
        None => input.array(path, array),
    }
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
        )
        .advise("give the whole tensor, or several of them in a row"));
    }
    Ok(bytes)
}

/// Bytes of real values: quantised as the functions of the model's header do it, in float32. Types without quantisation hold
/// the numbers themselves.
pub fn quantised(spec: &Spec, real: &[f64]) -> Option<Vec<u8>> {
    fn all<const N: usize>(real: &[f64], stored: impl Fn(f64) -> [u8; N]) -> Option<Vec<u8>> {
        Some(real.iter().flat_map(|&x| stored(x)).collect())
    }
    let dtype = spec.dtype?;
    let quantization = spec.quantization.map(|q| Quantization::new(q.scale, q.zero_point));
    // `as` saturates to the range of the type.
    match (dtype.code, dtype.bits, dtype.lanes, quantization) {
        (0, 8, 1, Some(q)) => all(real, |x| q.quantize::<i8>(x as f32).to_le_bytes()),
        (0, 16, 1, Some(q)) => all(real, |x| q.quantize::<i16>(x as f32).to_le_bytes()),
        (1, 8, 1, Some(q)) => all(real, |x| q.quantize::<u8>(x as f32).to_le_bytes()),
        (0, 8, 1, None) => all(real, |x| (x.round() as i8).to_le_bytes()),
        (0, 16, 1, None) => all(real, |x| (x.round() as i16).to_le_bytes()),
        (0, 32, 1, None) => all(real, |x| (x.round() as i32).to_le_bytes()),
        (1, 8, 1, None) => all(real, |x| (x.round() as u8).to_le_bytes()),
        (2, 32, 1, _) => all(real, |x| (x as f32).to_le_bytes()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use tvm_embedded_mlf::DType;

    #[test]
    fn real_values_are_quantised_as_the_reference_does() {
        let quantization = Some(tvm_embedded_mlf::Quantization { scale: 0.5, zero_point: -3 });
        let spec = |dtype| Spec {
            name: "t".into(),
            c_name: "t".into(),
            dtype: Some(dtype),
            shape: None,
            bytes: 1,
            quantization,
        };
        let bytes = quantised(&spec(DType::INT8), &[0.0, 0.25, -0.25, 1e9, -1e9, 10.0, f64::NAN]).unwrap();
        assert_eq!(bytes.iter().map(|&b| b as i8).collect::<Vec<_>>(), [-3, -2, -4, 127, -128, 17, -128]);
        assert_eq!(real(&spec(DType::INT8), &[0xfd, 0x7f]).unwrap(), [0.0, 65.0]);
        assert_eq!(quantised(&spec(DType::FLOAT32), &[0.25]).unwrap(), 0.25f32.to_le_bytes());
        assert_eq!(quantised(&spec(DType { code: 2, bits: 16, lanes: 1 }), &[0.25]), None);
    }
}
