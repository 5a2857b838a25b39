//! Pictures of pages, and how they are compared: in blocks, so that the edges of letters do not count, but a moved line does.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Pixels that become one in a stored picture, in each direction.
const REDUCED: usize = 4;
/// Pixels of a reduced picture in a block, in each direction: a block is 16 × 16 pixels of the page.
const BLOCK: usize = 4;
/// How far the mean of a block may be from the stored one, of 255, in any colour. A bar of the report differs by 60 and more.
const LIMIT: u32 = 20;

/// Red, green and blue of each pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

/// The picture in a PNG file that is written as base64.
///
/// # Errors
/// Other content.
pub fn decoded(base64: &str) -> Result<Picture> {
    let mut bytes = Vec::with_capacity(base64.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for byte in base64.bytes().take_while(|&byte| byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => bail!("not base64: {}", char::from(byte)),
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    from_png(&bytes)
}

fn from_png(bytes: &[u8]) -> Result<Picture> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    let mut data = vec![0; reader.output_buffer_size().context("a large picture")?];
    let info = reader.next_frame(&mut data)?;
    let samples = info.color_type.samples();
    if samples < 3 {
        bail!("a picture without colours");
    }
    let pixels = data[..info.buffer_size()].chunks_exact(samples).map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    Ok(Picture { width: info.width as usize, height: info.height as usize, pixels: pixels.collect() })
}

impl Picture {
    /// The picture in a file.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
        from_png(&bytes).with_context(|| format!("{} is not a picture", path.display()))
    }

    /// Writes it as PNG.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(self.pixels.as_flattened())?;
        fs::write(path, bytes).with_context(|| format!("{} is not written", path.display()))
    }

    /// A smaller picture: each pixel is the mean of several.
    pub fn reduced(&self) -> Self {
        self.means(REDUCED)
    }

    fn means(&self, size: usize) -> Self {
        let (width, height) = (self.width.div_ceil(size), self.height.div_ceil(size));
        let mean = |at: usize| {
            let (left, top) = (at % width * size, at / width * size);
            let mut sum = [0; 3];
            let mut count = 0;
            for y in top..(top + size).min(self.height) {
                for x in left..(left + size).min(self.width) {
                    let pixel = self.pixels[y * self.width + x];
                    (0..3).for_each(|colour| sum[colour] += u32::from(pixel[colour]));
                    count += 1;
                }
            }
            sum.map(|sum| (sum / count) as u8)
        };
        Self { width, height, pixels: (0..width * height).map(mean).collect() }
    }

    /// How this reduced picture differs from a stored one; `None` if it does not. Says where, in pixels of the page.
    pub fn difference(&self, stored: &Self) -> Option<String> {
        let size = |picture: &Self| (picture.width * REDUCED, picture.height * REDUCED);
        if self.width != stored.width || self.height.abs_diff(stored.height) > 1 {
            return Some(format!("{:?} pixels, stored are {:?}", size(self), size(stored)));
        }
        let (found, stored) = (self.means(BLOCK), stored.means(BLOCK));
        let apart =
            |(a, b): (&[u8; 3], &[u8; 3])| (0..3).map(|c| u32::from(a[c].abs_diff(b[c]))).max().unwrap_or_default();
        // The last row of blocks may be incomplete, and there may be one more.
        let rows = self.height.min(stored.height * BLOCK) / BLOCK;
        let blocks: Vec<u32> = found.pixels.iter().zip(&stored.pixels).map(apart).take(rows * found.width).collect();
        let wrong = blocks.iter().filter(|&&block| block > LIMIT).count();
        let (at, worst) = blocks.iter().enumerate().max_by_key(|(_, block)| **block)?;
        let side = BLOCK * REDUCED;
        (wrong > 0).then(|| {
            let (x, y) = (at % found.width * side, at / found.width * side);
            format!("{wrong} blocks differ, most at {x}, {y} of the page: by {worst} of 255")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page with lines of dark and light pixels, and a bar.
    fn page(shift: usize, bar: bool) -> Picture {
        let (width, height) = (380, 640);
        let pixel = |at: usize| {
            let (x, y) = (at % width, at / width);
            let is_text = y >= 40 + shift && ((y - shift) / 12).is_multiple_of(2) && x % 5 < 2;
            let is_bar = bar && (20..27).contains(&y) && (100..160).contains(&x);
            if is_bar { [90, 155, 220] } else { [if is_text { 20 } else { 255 }; 3] }
        };
        Picture { width, height, pixels: (0..width * height).map(pixel).collect() }
    }

    #[test]
    fn moved_and_missing_elements_differ() {
        let stored = page(0, true).reduced();
        assert_eq!((stored.width, stored.height), (95, 160));
        assert_eq!(page(0, true).reduced().difference(&stored), None);
        // Half a pixel of the reduced picture.
        assert_eq!(page(1, true).reduced().difference(&stored), None);
        let moved = page(8, true).reduced().difference(&stored).unwrap();
        assert!(moved.contains("blocks differ"), "{moved}");
        let missing = page(0, false).reduced().difference(&stored).unwrap();
        assert!(missing.starts_with("4 blocks differ, most at 144, 16"), "{missing}");
        let small = Picture { width: 94, height: 160, pixels: vec![[0; 3]; 94 * 160] };
        assert_eq!(small.difference(&stored).unwrap(), "(376, 640) pixels, stored are (380, 640)");
    }

    #[test]
    fn pictures_are_written_and_read() {
        let folder = tempfile::tempdir().unwrap();
        let (path, picture) = (folder.path().join("a.png"), page(0, true).reduced());
        picture.write(&path).unwrap();
        assert_eq!(Picture::read(&path).unwrap(), picture);
        // One red pixel.
        let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
        assert_eq!(decoded(png).unwrap(), Picture { width: 1, height: 1, pixels: vec![[255, 0, 0]] });
        assert!(decoded("*").is_err() && decoded("AAAA").is_err());
    }
}
