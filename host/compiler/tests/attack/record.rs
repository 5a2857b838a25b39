//! The record that `attack.py` writes for one model.

use serde_json::Value;
use std::io::{self, Read};

/// A model, and the interpreter's results.
pub struct Record {
    /// Its number within the seed.
    pub number: u64,
    /// The `.tflite` file.
    pub tflite: Vec<u8>,
    /// Why the interpreter does not run it.
    pub refused: Option<String>,
    /// It is refused because no reference has all its operators.
    pub divided: bool,
    /// The rule by which the model was rewritten for the interpreter.
    pub extension: Option<String>,
    /// The kind under which its output bytes are counted; may be empty.
    pub kind: String,
    /// The state is reset after this many samples; 0: never.
    pub sequence: usize,
    /// For each sample: whether the reference is defined for it.
    pub defined: Vec<bool>,
    /// All samples of each input, one after the other.
    pub inputs: Vec<Vec<u8>>,
    /// The outputs.
    pub outputs: Vec<Output>,
}

/// One output of the interpreter.
pub struct Output {
    /// All samples, one after the other.
    pub bytes: Vec<u8>,
    /// It holds float32.
    pub float: bool,
    /// It holds int16.
    pub wide: bool,
    /// The last bits are approximate.
    pub inexact: bool,
    /// Its description; may be empty.
    pub label: String,
}

impl Record {
    /// The next record of a stream, or `None` at its end.
    pub fn read(stream: &mut impl Read) -> io::Result<Option<Self>> {
        let mut length = [0; 4];
        match stream.read(&mut length)? {
            0 => return Ok(None),
            n => stream.read_exact(&mut length[n..])?,
        }
        let facts: Value = serde_json::from_slice(&exactly(stream, u32::from_le_bytes(length) as usize)?)?;
        let number = |value: &Value| value.as_u64().unwrap_or(0);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut blobs = Vec::new();
        for size in list(&facts["blobs"]) {
            blobs.push(exactly(stream, number(size) as usize)?);
        }
        let mut blobs = blobs.into_iter();
        let tflite = blobs.next().unwrap_or_default();
        let inputs = blobs.by_ref().take(number(&facts["inputs"]) as usize).collect();
        let floats: Vec<bool> = list(&facts["floats"]).iter().map(|value| value == &Value::Bool(true)).collect();
        let wide = |i: usize| facts["wide"][i] == Value::Bool(true);
        let inexact: Vec<u64> = list(&facts["inexact"]).iter().map(number).collect();
        let outputs = blobs.zip(floats).enumerate().map(|(i, (bytes, float))| Output {
            bytes,
            float,
            wide: wide(i),
            inexact: inexact.contains(&(i as u64)),
            label: text(&facts["labels"][i]).unwrap_or_default(),
        });
        Ok(Some(Record {
            number: number(&facts["number"]),
            tflite,
            refused: text(&facts["refused"]),
            divided: facts["divided"] == Value::Bool(true),
            extension: text(&facts["extension"]),
            kind: text(&facts["kind"]).unwrap_or_default(),
            sequence: number(&facts["sequence"]) as usize,
            defined: list(&facts["defined"]).iter().map(|value| value == &Value::Bool(true)).collect(),
            inputs,
            outputs: outputs.collect(),
        }))
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.defined.len()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn exactly(stream: &mut impl Read, size: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; size];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}
