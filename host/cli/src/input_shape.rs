//! `--input-shape`: the shape of an input whose size a .tflite file leaves open.

use std::fmt;
use std::str::FromStr;

use tvm_embedded_compiler::InputShape;

/// `INPUT=1x16000`, or the shape alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenShape(pub InputShape);

impl FromStr for ChosenShape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected INPUT=SHAPE, for example audio=1x16000".to_owned();
        // Names of inputs may contain `=`, shapes can't.
        let (input, shape) = match text.rsplit_once('=') {
            Some((input, shape)) => (Some(input.to_owned()), shape),
            None => (None, text),
        };
        let size = |size: &str| match size.is_empty() || !size.bytes().all(|b| b.is_ascii_digit()) {
            true => Err(wrong()),
            false => size.parse().map_err(|_| format!("dimension {size} is out of range")),
        };
        if input.as_deref() == Some("") {
            return Err(wrong());
        }
        let shape = shape.split(['x', 'X', ',']).map(size).collect::<Result<_, String>>()?;
        Ok(ChosenShape(InputShape { input, shape }))
    }
}

impl fmt::Display for ChosenShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ChosenShape(InputShape { input, shape }) = self;
        let shape = shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x");
        match input {
            Some(input) => write!(f, "{input}={shape}"),
            None => f.write_str(&shape),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_inputs() {
        let parsed = |text: &str| text.parse::<ChosenShape>().map(|ChosenShape(s)| (s.input, s.shape));
        assert_eq!(parsed("x=1x16000"), Ok((Some("x".into()), vec![1, 16000])));
        assert_eq!(
            parsed("serving_default_a=b:0=1,96,96,3"),
            Ok((Some("serving_default_a=b:0".into()), vec![1, 96, 96, 3]))
        );
        assert_eq!(parsed("16000"), Ok((None, vec![16000])));
        assert_eq!(parsed("x=0x4"), Ok((Some("x".into()), vec![0, 4])));
        for wrong in
            ["", "x=", "=1x2", "x", "x=1x", "x=-1x2", "x=1*2", "x=1.5", "x=1 x2", "x=+1", "x=1x99999999999999999999999"]
        {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        for text in ["x=1x16000", "5x6"] {
            assert_eq!(text.parse::<ChosenShape>().unwrap().to_string(), text);
        }
    }
}
