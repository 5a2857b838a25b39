//! Contents of tensors: in files, as the model's bytes and in readable form.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use tvm_embedded_interface::{Named, TensorFacts};
use tvm_embedded_mlf::{DType, Quantization};

use crate::extension::has_extension;
use crate::failure::{Failure, Result};
use crate::load::read_at_most;
use crate::npy::{self, Array, ElementType, Kind, NpyError};
use crate::terminal::{printable, shown};

/// The facts that are needed to read or show the content of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// The model's own name for it.
    pub name: String,
    /// Its name in C.
    pub c_name: String,
    /// Element type, if known.
    pub dtype: Option<DType>,
    /// Dimensions, outermost first, if known.
    pub shape: Option<Vec<usize>>,
    /// Size in bytes.
    pub bytes: usize,
    /// Scale and zero point, if known.
    pub quantization: Option<Quantization>,
}

/// Much larger than any tensor on a microcontroller; limits how much of a wrong file is read.
const MAX_FILE: u64 = 1 << 30;

impl Spec {
    /// The facts of an input or output.
    pub fn new(tensor: &Named<TensorFacts>) -> Self {
        let facts = &tensor.facts;
        Spec {
            name: facts.name.clone(),
            c_name: tensor.c_name.clone(),
            dtype: facts.dtype,
            shape: facts.shape.as_ref().map(|shape| shape.iter().map(|&d| d.unsigned_abs() as usize).collect()),
            bytes: facts.bytes as usize,
            quantization: facts.quantization,
        }
    }

    /// Reads a file that holds the tensor once, or several times one after the other.
    pub fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let content = read_file(path)?;
        if has_extension(path, "npy") {
            return self.array(path, read_array(path, &content)?);
        }
        self.whole(path, content)
    }

    /// Insists on the size of one tensor or several.
    fn whole(&self, path: &Path, data: Vec<u8>) -> Result<Vec<u8>> {
        let whole = data.len().checked_rem(self.bytes).map_or(data.is_empty(), |rest| rest == 0 && !data.is_empty());
        if !whole {
            let found = data.len();
            return Err(Failure::file(
                path,
                format!("{}, takes {} bytes, the file holds {found}", self.describe(), self.bytes),
            )
            .advise("give the complete tensor, or several of them one after the other"));
        }
        Ok(data)
    }

    /// The content of a file for the tensor's content, `steps` times one after the other.
    pub fn file<'a>(&self, path: &Path, data: &'a [u8], steps: usize) -> Result<Cow<'a, [u8]>> {
        Ok(if has_extension(path, "npy") {
            let element = self.dtype.and_then(element_type).ok_or_else(|| {
                Failure::usage(format!("{}: there is no .npy type for {}", shown(path), self.describe()))
                    .advise("write to a .bin file")
            })?;
            let shape = self.written_shape(data.len() / element.bytes, steps);
            npy::write(&Array { element, shape, data: data.to_vec() }).into()
        } else {
            data.into()
        })
    }

    /// How many numbers the tensor holds; `None` where its elements can't be read as numbers.
    pub fn elements(&self) -> Option<usize> {
        let dtype = self.dtype.filter(|&dtype| values(dtype, &[]).is_some())?;
        Some(self.bytes / element_type(dtype)?.bytes)
    }

    /// Type and shape, as in messages: `input audio, int8 [1, 49, 10]`.
    pub fn describe(&self) -> String {
        let dtype = self.dtype.map_or_else(|| "of unknown type".into(), |dtype| dtype.to_string());
        let mut text = format!("tensor {}, {dtype}", printable(&self.name));
        if let Some(shape) = &self.shape {
            let _ = write!(text, " {shape:?}");
        }
        text
    }

    /// The bytes of an array that holds the tensor once or several times.
    pub fn array(&self, path: &Path, array: Array) -> Result<Vec<u8>> {
        if self.dtype.and_then(element_type) != Some(array.element) {
            let mut failure =
                Failure::file(path, format!("the file holds {}, expected {}", array.element, self.describe()));
            failure = match (array.element.kind, self.dtype, self.quantization) {
                (Kind::Float, Some(dtype), Some(q)) => failure.advise(format!(
                    "quantise it first: numpy.clip(numpy.round(x / {}) + {}, …).astype(\"{dtype}\")",
                    q.scale, q.zero_point
                )),
                (_, None, _) => failure.advise("give raw bytes in a .bin file, or the original model with --tflite"),
                (_, Some(dtype), _) => failure.advise(format!("save the array as {dtype}")),
            };
            return Err(failure);
        }
        self.check_shape(path, &array.shape)?;
        self.whole(path, array.data)
    }

    /// Insists on an array's shape.
    pub fn check_shape(&self, path: &Path, found: &[usize]) -> Result<()> {
        match &self.shape {
            Some(shape) if !fits(found, shape) => Err(Failure::file(
                path,
                format!("the file holds an array of shape {found:?}, expected {}", self.describe()),
            )
            .advise(format!(
                "give shape {shape:?}, with or without its dimensions of 1, or several of them along a new first dimension"
            ))),
            _ => Ok(()),
        }
    }

    /// Shape of an output of `steps` runs: the batch dimension grows, or a new one is added in front.
    fn written_shape(&self, elements: usize, steps: usize) -> Vec<usize> {
        match (&self.shape, steps) {
            (None, _) => vec![elements],
            (Some(shape), 1) => shape.clone(),
            (Some(shape), _) if shape.first() == Some(&1) => {
                std::iter::once(steps).chain(shape[1..].iter().copied()).collect()
            }
            (Some(shape), _) => std::iter::once(steps).chain(shape.iter().copied()).collect(),
        }
    }

    /// A short view of one tensor's content, one fact per line.
    pub fn view(&self, data: &[u8]) -> Vec<String> {
        const SHOWN: usize = 12;
        let known = self.dtype.and_then(|dtype| Some((dtype, values(dtype, data)?)));
        let Some((dtype, values)) = known else {
            let bytes: Vec<String> = data.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
            return vec![format!("bytes    {}{}", bytes.join(" "), ellipsis(data.len(), SHOWN))];
        };
        let row = |value: &dyn Fn(f64) -> String| {
            let shown: Vec<String> = values.iter().take(SHOWN).map(|&v| value(v)).collect();
            format!("{}{}", shown.join(" "), ellipsis(values.len(), SHOWN))
        };
        let stored = |value: f64| if dtype.code == 2 { short(value) } else { format!("{value}") };
        let real = |value: f64, q: Quantization| (value - f64::from(q.zero_point)) * f64::from(q.scale);
        let mut lines = vec![format!("values   {}", row(&stored))];
        if let Some(q) = self.quantization {
            lines.push(format!("real     {}", row(&|v| short(real(v, q)))));
        }
        let is_vector = self.shape.as_ref().is_none_or(|shape| shape.iter().filter(|&&d| d != 1).count() == 1);
        let largest = values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        if let (true, 2.., Some((index, &value))) = (is_vector, values.len(), largest) {
            let real = self.quantization.map(|q| format!(", real {}", short(real(value, q)))).unwrap_or_default();
            lines.push(format!("largest  index {index}: {}{real}", stored(value)));
        }
        lines
    }
}

/// Whether an array of shape `found` holds tensors of shape `wanted`: dimensions of 1 are ignored, and one more
/// dimension may count tensors.
pub fn fits(found: &[usize], wanted: &[usize]) -> bool {
    let squeeze = |shape: &[usize]| shape.iter().copied().filter(|&d| d != 1).collect::<Vec<_>>();
    let wanted = squeeze(wanted);
    squeeze(found) == wanted || found.split_first().is_some_and(|(_, rest)| squeeze(rest) == wanted)
}

/// The content of a file of tensors.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    read_at_most(path, MAX_FILE)?.ok_or_else(|| Failure::file(path, "is larger than 1 GiB").advise("use it in parts"))
}

/// The array in a `.npy` file.
pub fn read_array(path: &Path, content: &[u8]) -> Result<Array> {
    npy::read(content).map_err(|error| match error {
        // The message already says what to do.
        NpyError::FortranOrder => Failure::file(path, error),
        _ => Failure::file(path, error).advise("write it with numpy.save, or give raw bytes under another name"),
    })
}

/// NumPy's type for a tensor's type; `None` if it has none.
fn element_type(dtype: DType) -> Option<ElementType> {
    let kind = match dtype.code {
        0 => Kind::Signed,
        1 if dtype.bits == 1 => Kind::Bool,
        1 => Kind::Unsigned,
        2 => Kind::Float,
        6 => Kind::Bool,
        _ => return None,
    };
    let bytes = if kind == Kind::Bool { 1 } else { usize::from(dtype.bits / 8) };
    let whole = kind == Kind::Bool || matches!(dtype.bits, 8 | 16 | 32 | 64) && (kind != Kind::Float || bytes > 1);
    (dtype.lanes == 1 && whole).then_some(ElementType { kind, bytes })
}

/// The elements of a tensor as numbers.
pub fn values(dtype: DType, data: &[u8]) -> Option<Vec<f64>> {
    numbers(element_type(dtype)?, data)
}

/// The elements of an array as numbers; 64-bit integers are rounded to doubles, which is enough for a short view.
pub fn numbers(element: ElementType, data: &[u8]) -> Option<Vec<f64>> {
    fn all<const N: usize>(data: &[u8], value: impl Fn([u8; N]) -> f64) -> Vec<f64> {
        data.as_chunks::<N>().0.iter().map(|bytes| value(*bytes)).collect()
    }
    Some(match (element.kind, element.bytes) {
        (Kind::Signed, 1) => all(data, |b| f64::from(i8::from_le_bytes(b))),
        (Kind::Signed, 2) => all(data, |b| f64::from(i16::from_le_bytes(b))),
        (Kind::Signed, 4) => all(data, |b| f64::from(i32::from_le_bytes(b))),
        (Kind::Signed, 8) => all(data, |b| i64::from_le_bytes(b) as f64),
        (Kind::Unsigned | Kind::Bool, 1) => all(data, |b| f64::from(u8::from_le_bytes(b))),
        (Kind::Unsigned, 2) => all(data, |b| f64::from(u16::from_le_bytes(b))),
        (Kind::Unsigned, 4) => all(data, |b| f64::from(u32::from_le_bytes(b))),
        (Kind::Unsigned, 8) => all(data, |b| u64::from_le_bytes(b) as f64),
        (Kind::Float, 4) => all(data, |b| f64::from(f32::from_le_bytes(b))),
        (Kind::Float, 8) => all(data, f64::from_le_bytes),
        _ => return None,
    })
}

/// A number with about five digits.
pub fn short(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-3..1e6).contains(&magnitude) {
        return format!("{value:.4e}");
    }
    let text = format!("{value:.5}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn ellipsis(found: usize, shown: usize) -> String {
    if found > shown { format!(" … ({found} in total)") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(dtype: DType, shape: &[usize]) -> Spec {
        let bytes = dtype.size_of(shape.iter().product::<usize>() as u64).unwrap() as usize;
        Spec {
            name: "t".into(),
            c_name: "t".into(),
            dtype: Some(dtype),
            shape: Some(shape.into()),
            bytes,
            quantization: None,
        }
    }

    #[test]
    fn npy_and_raw_files_round_trip() {
        let folder = tempfile::tempdir().unwrap();
        for (dtype, shape) in [(DType::INT8, vec![1, 5]), (DType::FLOAT32, vec![2, 2]), (DType::INT8, vec![])] {
            let spec = spec(dtype, &shape);
            for steps in [1, 3] {
                let data: Vec<u8> = (0..spec.bytes * steps).map(|i| i as u8).collect();
                for name in ["t.npy", "t.bin"] {
                    let path = folder.path().join(name);
                    std::fs::write(&path, spec.file(&path, &data, steps).unwrap()).unwrap();
                    assert_eq!(spec.read(&path).unwrap(), data, "{dtype} {shape:?} {steps} {name}");
                }
            }
        }
    }

    #[test]
    fn shapes_that_fit() {
        let wanted = [1, 49, 10, 1];
        for found in [&[1, 49, 10, 1][..], &[49, 10], &[7, 49, 10], &[7, 1, 49, 10, 1], &[1, 1, 49, 10]] {
            assert!(fits(found, &wanted), "{found:?}");
        }
        for found in [&[490][..], &[10, 49], &[2, 7, 49, 10], &[], &[49]] {
            assert!(!fits(found, &wanted), "{found:?}");
        }
        assert!(fits(&[], &[1]) && fits(&[1], &[]) && fits(&[5], &[1, 1]) && !fits(&[5, 2], &[1]));
    }

    #[test]
    fn wrong_files_are_reported_with_expected_and_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.npy");
        let mut tensor = spec(DType::INT8, &[1, 4]);
        let write = |tensor: Spec, data: &[u8]| std::fs::write(&path, tensor.file(&path, data, 1).unwrap()).unwrap();
        tensor.quantization = Some(Quantization { scale: 0.5, zero_point: -3 });
        write(spec(DType::FLOAT32, &[1, 4]), &[0; 16]);
        let failure = tensor.read(&path).unwrap_err();
        assert!(failure.to_string().contains("holds float32, expected tensor t, int8 [1, 4]"), "{failure}");
        assert!(failure.advice().unwrap().contains("x / 0.5) + -3"), "{failure:?}");
        write(spec(DType::INT8, &[4, 2]), &[0; 8]);
        assert!(tensor.read(&path).unwrap_err().to_string().contains("shape [4, 2]"));
        let raw = folder.path().join("t.bin");
        std::fs::write(&raw, [0; 7]).unwrap();
        assert!(tensor.read(&raw).unwrap_err().to_string().contains("takes 4 bytes, the file holds 7"));
        std::fs::write(&raw, []).unwrap();
        assert!(tensor.read(&raw).unwrap_err().to_string().contains("the file holds 0"));
    }

    #[test]
    fn types_that_numpy_lacks_are_reported() {
        let bfloat16 = spec(DType { code: 4, bits: 16, lanes: 1 }, &[2]);
        let failure = bfloat16.file(Path::new("t.npy"), &[0; 4], 1).unwrap_err();
        assert_eq!((i32::from(failure.exit_code()), failure.advice()), (2, Some("write to a .bin file")));
        assert!(failure.to_string().starts_with("t.npy: there is no .npy type for tensor t, "), "{failure}");
        assert!(bfloat16.file(Path::new("t.bin"), &[0; 4], 1).is_ok());
    }

    #[test]
    fn a_view_shows_values_and_the_largest() {
        let mut tensor = spec(DType::INT8, &[1, 4]);
        assert_eq!(tensor.view(&[1, 255, 3, 3]), ["values   1 -1 3 3", "largest  index 2: 3"]);
        tensor.quantization = Some(Quantization { scale: 0.25, zero_point: -1 });
        assert_eq!(tensor.view(&[1, 255, 3, 3])[1], "real     0.5 0 1 1");
        let matrix = spec(DType::FLOAT32, &[2, 20]);
        let lines = matrix.view(&[0; 160]);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with("… (40 in total)"));
        assert_eq!(spec(DType { code: 4, bits: 16, lanes: 1 }, &[1]).view(&[1, 0xff]), ["bytes    01 ff"]);
        for (value, text) in [(0.1f32.into(), "0.1"), (-0.0, "0"), (1e-9, "1.0000e-9"), (f64::NAN, "NaN"), (3.0, "3")] {
            assert_eq!(short(value), text);
        }
    }
}
