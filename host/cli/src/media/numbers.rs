//! The numbers of a sound or a picture.

use crate::units::Range;

/// Numbers of a file, of 0 to 1, in the order in which a tensor holds them.
pub struct Numbers {
    /// Each.
    pub parts: Vec<f64>,
    /// What they are.
    pub kind: Kind,
}

/// What the numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pixels of 0 to 255.
    Picture,
    /// Samples of -32768 to 32767; 1 would be 32768.
    Sound,
}

impl Kind {
    /// Ranges in use, by which an input's own range is recognised.
    pub fn usual(self) -> &'static [Range] {
        const PIXELS: [Range; 4] =
            [Range::new(0.0, 1.0), Range::new(-1.0, 1.0), Range::new(0.0, 255.0), Range::new(-128.0, 127.0)];
        const SAMPLES: [Range; 2] = [Range::new(-1.0, 1.0), Range::new(-32768.0, 32768.0)];
        match self {
            Kind::Picture => &PIXELS,
            Kind::Sound => &SAMPLES,
        }
    }

    /// In messages.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Picture => "pixels of 0 to 255",
            Kind::Sound => "samples of 16 bits",
        }
    }
}
