//! NumPy's `.npy` files: one array, with its element type and shape.
//!
//! Format versions 1 to 3 are read, version 1 is written. The file is not trusted: of the header, a Python literal,
//! only the forms that `numpy.save` writes are accepted, and the shape must match the number of bytes.

mod header;

use std::fmt;

use thiserror::Error;

use header::{Header, HeaderError};

const MAGIC: &[u8] = b"\x93NUMPY";

/// Kind of a number, with NumPy's letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `b`
    Bool,
    /// `i`
    Signed,
    /// `u`
    Unsigned,
    /// `f`
    Float,
}

/// Element type of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElementType {
    /// Kind of number.
    pub kind: Kind,
    /// Bytes of one element: 1, 2, 4 or 8.
    pub bytes: usize,
}

/// An array: its bytes are little-endian and in C order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Array {
    /// Element type.
    pub element: ElementType,
    /// Dimensions, outermost first.
    pub shape: Vec<usize>,
    /// Elements.
    pub data: Vec<u8>,
}

/// Why a file is not an array that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NpyError {
    /// The first bytes are wrong.
    #[error("is not a .npy file: it does not begin with \\x93NUMPY")]
    Magic,
    /// An unknown, newer format version.
    #[error(".npy version {0}.{1} is not supported (expected 1.0, 2.0 or 3.0)")]
    Version(u8, u8),
    /// The file ends inside the header.
    #[error("the .npy header is truncated after {0} bytes")]
    Truncated(usize),
    /// The header is not a dictionary as `numpy.save` writes it.
    #[error("the .npy header, byte {at}: {what}")]
    Header {
        /// Offset in the header's text.
        at: usize,
        /// What was expected.
        what: &'static str,
    },
    /// An element type that no tensor has.
    #[error("element type '{0}' is not supported (expected booleans, integers or floats of 1 to 8 bytes)")]
    Type(String),
    /// Column-major order.
    #[error("the array is stored in Fortran order; save it with numpy.save(file, numpy.ascontiguousarray(array))")]
    FortranOrder,
    /// The number of bytes after the header does not match the shape.
    #[error("shape {} of {element} takes {expected} bytes, the file holds {found}", Shape(shape))]
    Size {
        /// From the header.
        shape: Vec<usize>,
        /// From the header.
        element: ElementType,
        /// Their size; "too many" if it does not fit in memory.
        expected: String,
        /// Bytes after the header.
        found: usize,
    },
}

/// Reads a file's content.
///
/// # Errors
/// See [`NpyError`].
pub fn read(file: &[u8]) -> Result<Array, NpyError> {
    let rest = file.strip_prefix(MAGIC).ok_or(NpyError::Magic)?;
    let truncated = || NpyError::Truncated(file.len());
    let (&[major, minor], rest) = rest.split_first_chunk::<2>().ok_or_else(truncated)?;
    let (length, rest) = match (major, minor) {
        (1, 0) => {
            let (bytes, rest) = rest.split_first_chunk::<2>().ok_or_else(truncated)?;
            (usize::from(u16::from_le_bytes(*bytes)), rest)
        }
        (2 | 3, 0) => {
            let (bytes, rest) = rest.split_first_chunk::<4>().ok_or_else(truncated)?;
            (u32::from_le_bytes(*bytes) as usize, rest)
        }
        _ => return Err(NpyError::Version(major, minor)),
    };
    let (header, data) = rest.split_at_checked(length).ok_or_else(truncated)?;
    let header = Header::parse(header).map_err(|HeaderError { at, what }| NpyError::Header { at, what })?;

    let (big_endian, element) = ElementType::parse(&header.descr)?;
    if header.fortran_order {
        return Err(NpyError::FortranOrder);
    }
    let expected = header.shape.iter().try_fold(element.bytes, |bytes, &dimension| bytes.checked_mul(dimension));
    if expected != Some(data.len()) {
        let expected = expected.map_or_else(|| "too many".to_owned(), |bytes| bytes.to_string());
        return Err(NpyError::Size { shape: header.shape, element, expected, found: data.len() });
    }
    let mut data = data.to_vec();
    if big_endian {
        data.chunks_exact_mut(element.bytes).for_each(<[u8]>::reverse);
    }
    Ok(Array { element, shape: header.shape, data })
}

/// Writes an array as a file of version 1.0, as `numpy.save` does.
pub fn write(array: &Array) -> Vec<u8> {
    let descr = array.element.descr();
    let shape = Shape(&array.shape);
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    // The data begins at a multiple of 64 bytes; the header ends with a newline.
    let unpadded = MAGIC.len() + 4 + header.len() + 1;
    header.extend(std::iter::repeat_n(' ', unpadded.next_multiple_of(64) - unpadded));
    header.push('\n');
    let length = u16::try_from(header.len()).expect("64 dimensions of 20 digits fit in 64 KiB");
    [MAGIC, &[1, 0], &length.to_le_bytes(), header.as_bytes(), &array.data].concat()
}

/// A shape as Python writes it: `()`, `(3,)`, `(1, 8)`.
struct Shape<'a>(&'a [usize]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dimensions: Vec<String> = self.0.iter().map(usize::to_string).collect();
        match dimensions.as_slice() {
            [one] => write!(f, "({one},)"),
            all => write!(f, "({})", all.join(", ")),
        }
    }
}

impl ElementType {
    /// Reads `<f4`; the first result says whether the bytes are big-endian.
    fn parse(descr: &str) -> Result<(bool, Self), NpyError> {
        let refused = || NpyError::Type(descr.chars().take(32).flat_map(char::escape_default).collect());
        let &[order, kind, digit] = descr.as_bytes() else { return Err(refused()) };
        let kind = match kind {
            b'b' => Kind::Bool,
            b'i' => Kind::Signed,
            b'u' => Kind::Unsigned,
            b'f' => Kind::Float,
            _ => return Err(refused()),
        };
        let bytes = usize::from(digit.wrapping_sub(b'0'));
        let exists = match kind {
            Kind::Bool => bytes == 1,
            Kind::Signed | Kind::Unsigned => matches!(bytes, 1 | 2 | 4 | 8),
            Kind::Float => matches!(bytes, 2 | 4 | 8),
        };
        if !exists || !matches!(order, b'<' | b'>' | b'|' | b'=') || (order == b'|' && bytes != 1) {
            return Err(refused());
        }
        Ok((order == b'>' && bytes > 1, ElementType { kind, bytes }))
    }

    fn descr(self) -> String {
        let order = if self.bytes == 1 { '|' } else { '<' };
        let kind = match self.kind {
            Kind::Bool => 'b',
            Kind::Signed => 'i',
            Kind::Unsigned => 'u',
            Kind::Float => 'f',
        };
        format!("{order}{kind}{}", self.bytes)
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.bytes * 8;
        match self.kind {
            Kind::Bool => f.write_str("bool"),
            Kind::Signed => write!(f, "int{bits}"),
            Kind::Unsigned => write!(f, "uint{bits}"),
            Kind::Float => write!(f, "float{bits}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOAT32: ElementType = ElementType { kind: Kind::Float, bytes: 4 };
    const INT8: ElementType = ElementType { kind: Kind::Signed, bytes: 1 };

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let length = header.len();
        let length =
            if version == 1 { (length as u16).to_le_bytes().to_vec() } else { (length as u32).to_le_bytes().to_vec() };
        [MAGIC, &[version, 0], &length, header.as_bytes(), data].concat()
    }

    #[test]
    fn written_arrays_are_read_back() {
        for (element, shape) in [
            (INT8, vec![]),
            (INT8, vec![3]),
            (FLOAT32, vec![1, 2, 3]),
            (FLOAT32, vec![0, 7]),
            (ElementType { kind: Kind::Unsigned, bytes: 2 }, vec![5]),
            (ElementType { kind: Kind::Bool, bytes: 1 }, vec![2]),
            (ElementType { kind: Kind::Float, bytes: 8 }, vec![1; 32]),
        ] {
            let bytes = shape.iter().product::<usize>() * element.bytes;
            let array = Array { element, shape, data: (0..bytes).map(|i| i as u8).collect() };
            let file = write(&array);
            assert_eq!((file.len() - bytes) % 64, 0);
            assert_eq!(read(&file), Ok(array));
        }
    }

    #[test]
    fn headers_of_all_versions_and_spellings() {
        let expected = Array { element: INT8, shape: vec![2, 1], data: vec![1, 2] };
        for (version, header) in [
            (1, "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 1), }   \n"),
            (2, "{\"shape\":(2L,1),\"fortran_order\":False,\"descr\":\"<i1\"}"),
            (3, "{'descr': '=i1', 'fortran_order': False, 'shape': (2, 1,)}\n"),
        ] {
            assert_eq!(read(&file(version, header, &[1, 2])), Ok(expected.clone()), "{header}");
        }
    }

    #[test]
    fn big_endian_is_converted() {
        let header = "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}";
        assert_eq!(read(&file(1, header, &1.5f32.to_be_bytes())).unwrap().data, 1.5f32.to_le_bytes());
    }

    #[test]
    fn errors_name_what_was_found() {
        let good = "{'descr': '|i1', 'fortran_order': False, 'shape': (2,)}";
        assert_eq!(read(b"PK\x03\x04"), Err(NpyError::Magic));
        assert_eq!(read(&file(4, good, &[])), Err(NpyError::Version(4, 0)));
        let type_of = |descr: &str| read(&file(1, &good.replace("|i1", descr), &[0; 2])).unwrap_err().to_string();
        for descr in ["<c8", "|O", "<M8[ns]", "|S3", "<f1", "<i3", "|i2", "", "\u{1b}[2J", "<U4"] {
            assert!(type_of(descr).starts_with("element type"), "{descr}: {}", type_of(descr));
            assert!(!type_of(descr).contains('\u{1b}'));
        }
        let fortran = good.replace("False", "True");
        assert_eq!(read(&file(1, &fortran, &[1, 2])), Err(NpyError::FortranOrder));
        let message = read(&file(1, good, &[1, 2, 3])).unwrap_err().to_string();
        assert_eq!(message, "shape (2,) of int8 takes 2 bytes, the file holds 3");
        let huge = good.replace("(2,)", "(18446744073709551615, 2)");
        assert!(read(&file(1, &huge, &[])).unwrap_err().to_string().contains("takes too many bytes"));
    }

    #[test]
    fn no_damaged_file_panics() {
        let array = Array { element: FLOAT32, shape: vec![2, 3], data: vec![7; 24] };
        let whole = write(&array);
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "cut to {length}");
        }
        for at in 0..whole.len() - array.data.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                // Some changes are harmless, for example in the padding; none may panic.
                let _ = read(&damaged);
            }
        }
        let nested = file(1, &format!("{{'shape': {}", "(".repeat(10_000)), &[]);
        assert!(read(&nested).is_err());
        let many = "{'descr': '|i1', 'fortran_order': False, 'shape': (".to_owned() + &"1,".repeat(1000) + ")}";
        assert!(read(&file(1, &many, &[1])).unwrap_err().to_string().contains("more than 64"));
    }
}
