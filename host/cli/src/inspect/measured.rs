//! A table of what each layer took on a board, merged into the report.

use std::path::Path;

use serde_json::Value;

use super::report::Report;
use crate::failure::{Failure, Kind, Result};
use crate::load;
use crate::terminal::{printable, shown};

/// The longest file that is read.
const LARGEST: u64 = 1 << 24;

/// Measured values, and their unit.
pub struct Measured {
    unit: String,
    layers: Vec<(usize, String, u64)>,
}

impl Measured {
    /// Reads a table as `examples/layers` prints it: `layer,name,kind,macs,UNIT`, then a line for each layer. Lines before the
    /// first are skipped, so that the log of a board can be used.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = load::read_at_most(path, LARGEST)?.ok_or_else(|| {
            Failure::file(path, format!("is too large for a table of layers: more than {LARGEST} bytes"))
        })?;
        let text = String::from_utf8_lossy(&bytes);
        Self::parse(&text).map_err(|why| {
            Failure::new(Kind::Refused, format!("{}: {why}", shown(path))).advise(
                "give the table that examples/layers prints: layer,name,kind,macs,cycles and a line for each layer",
            )
        })
    }

    fn parse(text: &str) -> std::result::Result<Self, String> {
        let mut lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with("layer,name,kind,macs,"));
        let head = lines.next().ok_or("there is no line that begins with layer,name,kind,macs,")?;
        let unit = head.rsplit(',').next().unwrap_or_default().to_owned();
        let mut layers = Vec::new();
        for line in lines.take_while(|line| !line.is_empty()) {
            let cells: Vec<&str> = line.split(',').collect();
            let parsed = match cells.as_slice() {
                [index, name, _, _, value] => {
                    index.parse().ok().zip(value.parse().ok()).map(|(i, v)| (i, (*name).to_owned(), v))
                }
                _ => None,
            };
            layers.push(parsed.ok_or_else(|| format!("line {} is not a line for a layer", printable(line)))?);
        }
        Ok(Measured { unit, layers })
    }

    /// Adds the figures to the layers of the only model.
    pub fn merge(self, report: &mut Report) -> Result<()> {
        let refused = |what: String| Err(Failure::new(Kind::Refused, what));
        let [model] = &mut report.models[..] else {
            return refused("the table is for one model, the archive holds several: choose one with --module".into());
        };
        if model.layers.len() != self.layers.len() {
            let (found, table) = (model.layers.len(), self.layers.len());
            return refused(format!(
                "the model has {found} layers, the table {table}: the table is for another model or release"
            ));
        }
        for (at, (index, name, value)) in self.layers.iter().enumerate() {
            let Some(Value::Object(layer)) = model.layers.get_mut(*index).filter(|_| *index == at) else {
                return refused(format!("line {at} of the table is for layer {index}"));
            };
            let function = layer.get("function").and_then(Value::as_str).unwrap_or_default();
            if function != name && !function.ends_with(&format!("_{name}")) {
                let (function, name) = (printable(function), printable(name));
                return refused(format!(
                    "layer {index} is {function}, in the table it is {name}: the table is for another model"
                ));
            }
            layer.insert("measured".into(), serde_json::json!({ "unit": self.unit, "value": value }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_from_logs_and_others_refused() {
        let text = "boot\r\nlayer,name,kind,macs,cycles\r\n0,conv_0,CONV_2D,9,70\r\n1,softmax_1,SOFTMAX,0,5\r\n\r\nend";
        let measured = Measured::parse(text).map_err(drop).unwrap();
        assert_eq!(measured.unit, "cycles");
        assert_eq!(measured.layers, [(0, "conv_0".to_owned(), 70), (1, "softmax_1".to_owned(), 5)]);
        for wrong in ["", "layer,name", "layer,name,kind,macs,c\n0,a,b,1", "layer,name,kind,macs,c\n0,a,b,1,-3"] {
            assert!(Measured::parse(wrong).is_err(), "{wrong}");
        }
    }
}
