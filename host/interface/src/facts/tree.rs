//! A document of facts: the JSON, and the macros that follow from it by one rule.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};
use std::io;

/// A value in the document.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A whole number.
    Integer(i64),
    /// A number of type `float`.
    Float(f32),
    /// True or false.
    Truth(bool),
    /// Text.
    Text(String),
    /// Whole numbers.
    List(Vec<i64>),
    /// Facts with keys, in order.
    Object(Vec<(String, Fact)>),
}

/// A macro: its name and its C text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    /// Name.
    pub name: String,
    /// Its C text.
    pub value: String,
}

impl Fact {
    /// The macros of this fact at a place: keys joined by `_` in upper case, a list as a whole and by element.
    pub fn macros(&self, place: &str) -> Vec<Macro> {
        let mut found = Vec::new();
        self.collect(place, &mut found);
        found
    }

    fn collect(&self, place: &str, found: &mut Vec<Macro>) {
        let mut add = |name: String, value: String| found.push(Macro { name, value });
        match self {
            Fact::Integer(value) => add(place.to_owned(), crate::text::integer(*value)),
            Fact::Float(value) => add(place.to_owned(), crate::text::float(*value)),
            Fact::Truth(value) => add(place.to_owned(), u8::from(*value).to_string()),
            Fact::Text(value) => add(place.to_owned(), crate::text::string(value)),
            Fact::List(values) => {
                let texts: Vec<String> = values.iter().map(|&value| crate::text::integer(value)).collect();
                // An empty initialiser is not valid C: a list without elements has no macro.
                if !texts.is_empty() {
                    add(place.to_owned(), format!("{{ {} }}", texts.join(", ")));
                }
                texts.into_iter().enumerate().for_each(|(i, text)| add(format!("{place}_{i}"), text));
            }
            Fact::Object(entries) => {
                for (key, fact) in entries {
                    fact.collect(&format!("{place}_{}", key.to_ascii_uppercase()), found);
                }
            }
        }
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Fact::Integer(value) => serializer.serialize_i64(*value),
            Fact::Float(value) => serializer.serialize_f32(*value),
            Fact::Truth(value) => serializer.serialize_bool(*value),
            Fact::Text(value) => serializer.serialize_str(value),
            Fact::List(values) => values.serialize(serializer),
            Fact::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, fact) in entries {
                    map.serialize_entry(key, fact)?;
                }
                map.end()
            }
        }
    }
}

/// The document as JSON text in ASCII, two spaces of indentation.
pub fn json(fact: &Fact) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Ascii(PrettyFormatter::new()));
    // Writing to memory can't fail, and every fact can be written as JSON.
    let written = fact.serialize(&mut serializer);
    debug_assert!(written.is_ok());
    bytes.push(b'\n');
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Escapes everything except ASCII, so that no text direction or similar letter misleads a reader of the file.
struct Ascii(PrettyFormatter<'static>);

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for c in fragment.chars() {
            if c.is_ascii() && c != '\u{7f}' {
                writer.write_all(&[c as u8])?;
            } else {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
