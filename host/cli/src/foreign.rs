//! Files of other formats, which this program does not read: their names, and what to do next.

use std::path::Path;

use crate::failure::Failure;
use crate::terminal::shown;

/// How to convert other formats to one that is read here.
const TO_TFLITE: &str = "convert it with tf.lite.TFLiteConverter to an int8 .tflite file, and give that";

/// A file of another format, with a way to .tflite if there is one; `None` if it may be an archive.
pub fn refused(path: &Path, content: &[u8]) -> Option<Failure> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let (what, advice) = match extension.as_str() {
        "onnx" => (
            "is an ONNX model",
            "export it to an int8 .tflite file, with onnx2tf (from ONNX) or litert-torch (from PyTorch), and give that",
        ),
        "pt" | "pth" | "pt2" => {
            ("is a PyTorch model", "export it to an int8 .tflite file with litert-torch, and give that")
        }
        "keras" | "h5" | "hdf5" => ("is a Keras model", TO_TFLITE),
        "pb" => ("is a TensorFlow graph", TO_TFLITE),
        _ if content.starts_with(b"\x89HDF\r\n\x1a\n") => ("is an HDF5 file, as written by Keras", TO_TFLITE),
        _ if extension != "tar" && !may_be_archive(content) => (
            "is not a .tflite file or archive",
            "give a .tflite file, or an archive (.tar) written by TVM 0.8 to 0.18 or this tool",
        ),
        _ => return None,
    };
    Some(Failure::refused(format!("{}: {what}", shown(path))).advise(advice))
}

/// Whether a file is a tar file, or compressed in a format that the reader of archives reports.
fn may_be_archive(content: &[u8]) -> bool {
    let packed: [&[u8]; 5] = [b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"];
    content.get(257..262) == Some(b"ustar") || packed.iter().any(|magic| content.starts_with(magic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, content: &[u8]) -> Option<String> {
        let failure = refused(Path::new(name), content)?;
        Some(format!("{failure} -> {}", failure.advice()?))
    }

    #[test]
    fn other_formats_are_named_with_a_way_to_convert_them() {
        for (name, content, expected) in [
            (
                "README.md",
                b"# A network".as_slice(),
                "README.md: is not a .tflite file or archive -> give a .tflite file",
            ),
            ("net.onnx", b"\x08\x08\x12\x07pytorch", "net.onnx: is an ONNX model -> export it"),
            ("net.PTH", b"PK\x03\x04", "net.PTH: is a PyTorch model"),
            ("net.keras", b"PK\x03\x04", "net.keras: is a Keras model"),
            ("net", b"\x89HDF\r\n\x1a\n", "net: is an HDF5 file"),
        ] {
            let said = said(name, content).unwrap();
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn files_that_may_be_archives_go_to_the_archive_reader() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!((said("net", &tar), said("net.tgz", b"\x1f\x8b\x08"), said("cut.tar", b"")), (None, None, None));
    }
}
