//! Pictures: `.png` files of 8 bits for each channel.

use std::io::Cursor;
use std::path::Path;

use png::{BitDepth, ColorType, Decoder, Limits, Transformations};

use super::numbers::{Kind, Numbers};
use crate::failure::{Failure, Result};
use crate::tensor::{Spec, fits};

/// Most bytes of a picture, and of memory for its decoder. A few bytes of a file can claim any size.
const MOST: usize = 64 << 20;

/// The pixels of a picture, row by row, with the channels of a pixel one after the other.
pub fn read(input: &Spec, path: &Path, content: &[u8]) -> Result<Numbers> {
    let broken = |error: png::DecodingError| {
        Failure::file(path, format!("is not a complete .png file: {error}")).advise("write it again")
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(content), Limits { bytes: MOST });
    // Palettes become colours, and 1, 2 and 4 bits of gray become 8: the same picture.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(broken)?;
    let (color, depth) = reader.output_color_type();
    if depth != BitDepth::Eight {
        return Err(Failure::file(path, "has 16 bits for each channel, expected 8")
            .advise("convert it, for example with ImageMagick: convert IN.png -depth 8 OUT.png"));
    }
    let (height, width) = (reader.info().height as usize, reader.info().width as usize);
    let shape = [height, width, color.samples()];
    if !input.shape.as_deref().is_some_and(|wanted| fits(&shape, wanted)) {
        return Err(unfit(input, path, shape, name(color)));
    }
    let size = shape.iter().try_fold(1_usize, |size, &d| size.checked_mul(d)).filter(|&size| size <= MOST);
    let Some(size) = size else {
        return Err(
            Failure::file(path, format!("has more than {} MiB of pixels", MOST >> 20)).advise("use it in parts")
        );
    };
    let mut pixels = vec![0; size];
    reader.next_frame(&mut pixels).map_err(broken)?;
    Ok(Numbers { parts: pixels.iter().map(|&pixel| f64::from(pixel) / 255.0).collect(), kind: Kind::Picture })
}

fn unfit(input: &Spec, path: &Path, [height, width, _]: [usize; 3], color: &str) -> Failure {
    let found = format!("the picture has {height} rows of {width} pixels, {color}; expected {}", input.describe());
    let failure = Failure::file(path, found);
    match input.shape.as_deref().map(|shape| shape.iter().copied().filter(|&d| d != 1).collect::<Vec<_>>()).as_deref() {
        None => failure.advise("the input's shape is not known: give the original model with --tflite, or .npy files"),
        Some([h, w] | [h, w, 3 | 4]) => failure.advise(format!(
            "convert it as in training, for example with ImageMagick: convert IN.png -resize '{w}x{h}!' -colorspace {} OUT.png",
            if input.shape.as_deref().is_some_and(|shape| shape.last() == Some(&3)) { "sRGB -type TrueColor" } else { "Gray" }
        )),
        Some(_) => failure.advise("the input is not a picture: compute it as in training, and give .npy files"),
    }
}

fn name(color: ColorType) -> &'static str {
    match color {
        ColorType::Grayscale => "gray (1 channel)",
        ColorType::GrayscaleAlpha => "gray with transparency (2 channels)",
        ColorType::Rgb | ColorType::Indexed => "RGB (3 channels)",
        ColorType::Rgba => "RGB with transparency (4 channels)",
    }
}
