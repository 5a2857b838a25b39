//! Sounds: `.wav` files of 16 bits.

use std::path::Path;

use hound::{SampleFormat, WavReader};

use super::numbers::{Kind, Numbers};
use crate::failure::{Failure, Result};
use crate::message;
use crate::tensor::Spec;

/// The samples of a sound, with the channels of a moment one after the other.
pub fn read(input: &Spec, path: &Path, content: &[u8], rate: &mut Option<u32>) -> Result<Numbers> {
    let broken = |error: hound::Error| {
        Failure::file(path, format!("is not a complete .wav file: {error}")).advise("write it again")
    };
    let mut reader = WavReader::new(content).map_err(broken)?;
    let spec = reader.spec();
    if (spec.sample_format, spec.bits_per_sample) != (SampleFormat::Int, 16) {
        let kind = if spec.sample_format == SampleFormat::Int { "integers" } else { "floating-point numbers" };
        return Err(Failure::file(
            path,
            format!("has samples of {} bits ({kind}), expected integers of 16 bits", spec.bits_per_sample),
        )
        .advise("convert it, for example with SoX: sox IN.wav -b 16 -e signed-integer OUT.wav"));
    }
    let expected = *rate.get_or_insert_with(|| {
        let rate = spec.sample_rate;
        message::note(&format!(
            "the sounds have {rate} samples for each second, which the model does not state: --rate {rate} checks it"
        ));
        rate
    });
    if expected != spec.sample_rate {
        return Err(Failure::file(
            path,
            format!("has {} samples for each second, expected {expected}", spec.sample_rate),
        )
        .advise(format!("convert it as in training, for example with SoX: sox IN.wav -r {expected} OUT.wav")));
    }
    let (channels, frames) = (usize::from(spec.channels), reader.duration() as usize);
    if !input.shape.as_deref().is_some_and(|wanted| holds(wanted, frames, channels)) {
        return Err(unfit(input, path, frames, channels));
    }
    let samples: Vec<i16> = reader.samples::<i16>().collect::<hound::Result<_>>().map_err(broken)?;
    let parts = samples.iter().map(|&sample| (f64::from(sample) + 32768.0) / 65536.0).collect();
    Ok(Numbers { parts, kind: Kind::Sound })
}

/// Whether so many moments of so many channels are one tensor of this shape, or several one after the other.
fn holds(wanted: &[usize], frames: usize, channels: usize) -> bool {
    let wanted: Vec<usize> = wanted.iter().copied().filter(|&d| d != 1).collect();
    let each = match (wanted.as_slice(), channels) {
        ([], 1) => 1,
        (&[each], 1) => each,
        (&[each, c], _) if c == channels => each,
        _ => return false,
    };
    frames > 0 && frames.checked_rem(each) == Some(0)
}

fn unfit(input: &Spec, path: &Path, frames: usize, channels: usize) -> Failure {
    let several = if channels == 1 { "1 channel".to_owned() } else { format!("{channels} channels") };
    let failure =
        Failure::file(path, format!("the sound has {frames} samples of {several}; expected {}", input.describe()));
    match input.shape.as_deref().map(|shape| shape.iter().copied().filter(|&d| d != 1).collect::<Vec<_>>()).as_deref() {
        None => failure.advise("the input's shape is not known: give the original model with --tflite, or .npy files"),
        Some(&[each]) => failure.advise(format!(
            "cut or pad it as in training, for example with SoX: sox IN.wav OUT.wav remix - pad 0 {each}s trim 0 {each}s; \
             or give several tensors in a row"
        )),
        Some(_) => failure.advise("the input may hold features of a sound: compute them as in training, and give .npy files"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_that_fit() {
        for (wanted, frames, channels) in
            [(&[1, 8][..], 8, 1), (&[1, 8, 1], 24, 1), (&[8], 8, 1), (&[1, 4, 2], 8, 2), (&[1, 1], 5, 1)]
        {
            assert!(holds(wanted, frames, channels), "{wanted:?} {frames} {channels}");
        }
        for (wanted, frames, channels) in [
            (&[1, 8][..], 9, 1),
            (&[1, 8], 0, 1),
            (&[1, 8], 4, 2),
            (&[1, 4, 2], 8, 1),
            (&[1, 4, 4, 4], 64, 1),
            (&[0], 8, 1),
        ] {
            assert!(!holds(wanted, frames, channels), "{wanted:?} {frames} {channels}");
        }
    }
}
