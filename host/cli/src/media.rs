//! Sounds (`.wav`) and pictures (`.png`) as the content of an input. Nothing is resampled, scaled or cut: what does not fit the
//! input is an error.

mod numbers;
mod picture;
mod sound;

use std::path::Path;

use tvm_embedded_mlf::DType;

use crate::extension::has_extension;
use crate::failure::{Failure, Result};
use crate::real::{self, stored};
use crate::tensor::{Spec, read_file};
use crate::units::{Range, Units};
use numbers::Kind;

/// The content of an input from a file of any kind: a sound or a picture, or as [`real::read`].
pub fn content(input: &Spec, path: &Path, units: &mut Units) -> Result<Vec<u8>> {
    if is_media(path) { read(input, path, units) } else { real::read(input, path) }
}

/// Whether a file is a sound or a picture, by its name.
pub fn is_media(path: &Path) -> bool {
    ["wav", "png"].iter().any(|end| has_extension(path, end))
}

/// The content of an input from a sound or a picture: one tensor, or several one after the other.
pub fn read(input: &Spec, path: &Path, units: &mut Units) -> Result<Vec<u8>> {
    let content = read_file(path)?;
    let numbers = match has_extension(path, "wav") {
        true => sound::read(input, path, &content, &mut units.rate)?,
        false => picture::read(input, path, &content)?,
    };
    let range = units.range.map_or_else(|| own_range(input, path, numbers.kind), Ok)?;
    stored(input, path, &numbers.parts.iter().map(|&part| range.at(part)).collect::<Vec<_>>())
}

/// The usual range that the input can hold, and no more than it.
fn own_range(input: &Spec, path: &Path, kind: Kind) -> Result<Range> {
    let held = input.dtype.zip(input.quantization).and_then(|(dtype, q)| {
        let (least, most) = limits(dtype)?;
        let value = |stored: f64| (stored - f64::from(q.zero_point)) * f64::from(q.scale);
        Some(Range::new(value(least), value(most)))
    });
    if let Some(range) = held.and_then(|held| kind.usual().iter().find(|usual| usual.is_near(held))) {
        return Ok(*range);
    }
    let usual: Vec<String> = kind.usual().iter().map(ToString::to_string).collect();
    let holds = held.map_or_else(|| "has no known range".to_owned(), |held| format!("holds {held}"));
    Err(Failure::file(
        path,
        format!("which real values its {} stand for is not known: {} {holds}", kind.name(), input.describe()),
    )
    .advise(format!(
        "say which values the least and the greatest stand for, as in training: --range {}",
        usual.join(" or ")
    )))
}

/// The numbers that an integer type can hold.
fn limits(dtype: DType) -> Option<(f64, f64)> {
    match (dtype.code, dtype.bits, dtype.lanes) {
        (0, bits @ (8 | 16 | 32), 1) => Some((-(2f64.powi(i32::from(bits) - 1)), 2f64.powi(i32::from(bits) - 1) - 1.0)),
        (1, bits @ (8 | 16 | 32), 1) => Some((0.0, 2f64.powi(i32::from(bits)) - 1.0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tvm_embedded_mlf::Quantization;

    fn input(dtype: DType, quantization: Option<(f32, i32)>) -> Spec {
        let quantization = quantization.map(|(scale, zero_point)| Quantization { scale, zero_point });
        Spec {
            name: "x".into(),
            c_name: "x".into(),
            dtype: Some(dtype),
            shape: Some(vec![1, 2]),
            bytes: 2,
            quantization,
        }
    }

    #[test]
    fn the_range_follows_from_the_input() {
        let own = |kind, dtype, q| own_range(&input(dtype, q), Path::new("a"), kind).map(|range| range.to_string());
        assert_eq!(own(Kind::Picture, DType::INT8, Some((1.0 / 255.0, -128))).unwrap(), "0..1");
        assert_eq!(
            own(Kind::Picture, DType { code: 1, bits: 8, lanes: 1 }, Some((1.0 / 127.5, 128))).unwrap(),
            "-1..1"
        );
        assert_eq!(own(Kind::Picture, DType::INT8, Some((1.0, -128))).unwrap(), "0..255");
        assert_eq!(own(Kind::Picture, DType::INT8, Some((1.0, 0))).unwrap(), "-128..127");
        assert_eq!(own(Kind::Sound, DType::INT8, Some((1.0 / 128.0, 0))).unwrap(), "-1..1");
        assert_eq!(own(Kind::Sound, DType { code: 0, bits: 16, lanes: 1 }, Some((1.0, 0))).unwrap(), "-32768..32768");
        for (dtype, q) in [(DType::INT8, Some((0.02, 3))), (DType::INT8, None), (DType::FLOAT32, None)] {
            let failure = own(Kind::Sound, dtype, q).unwrap_err();
            assert!(failure.advice().unwrap().contains("--range -1..1 or -32768..32768"), "{failure:?}");
        }
    }
}
