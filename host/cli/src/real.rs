//! Real values of tensors: what stored numbers mean, and how real values are stored.

use std::path::Path;

use tvm_embedded::Quantization;

use crate::extension::has_extension;
use crate::failure::{Failure, Result};
use crate::npy::Kind;
use crate::tensor::{Spec, numbers, read_array, read_file, values};

/// The content of an input from a file: an array of floating-point numbers holds real values, which are quantised as the model's
/// header does it; everything else must have the input's own type, as in [`Spec::read`].
pub fn read(input: &Spec, path: &Path) -> Result<Vec<u8>> {
    if !has_extension(path, "npy") {
        return input.read(path);
    }
    let array = read_array(path, &read_file(path)?)?;
    let is_real = array.element.kind == Kind::Float && input.dtype.is_some_and(|dtype| dtype.code != 2);
    let quantise = is_real && input.quantization.is_some();
    match quantise.then(|| numbers(array.element, &array.data)).flatten() {
        Some(real) => {
            input.check_shape(path, &array.shape)?;
            stored(input, path, &real)
        }
        None => input.array(path, array),
    }
}

/// Real values as a tensor stores them; `path` is the file that they are from.
pub fn stored(input: &Spec, path: &Path, real: &[f64]) -> Result<Vec<u8>> {
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
