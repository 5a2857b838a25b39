//! Values of a JSON document that know their path, so that every error names it.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{Error, ErrorKind, Place, Result};

/// Parses a document; an object with the same key twice is an error, since readers would differ about it.
pub(crate) fn parse(text: &str) -> Result<Value> {
    check_counts(text)?;
    serde_json::from_str::<Strict>(text).map(|strict| strict.0).map_err(|e| {
        let line = u32::try_from(e.line()).unwrap_or(u32::MAX);
        Error::new(ErrorKind::Metadata, format!("is not valid JSON: {e}")).at_line(line.max(1))
    })
}

/// Limit for objects and lists of a document: one of them takes a hundred times its text in memory.
const MAX_OBJECTS: usize = 200_000;
/// Limit for entries of lists and objects: one takes twenty times its text.
const MAX_ENTRIES: usize = 1_000_000;

/// Refuses a document whose tree would take far more memory than its text, before there is a tree.
fn check_counts(text: &str) -> Result<()> {
    let (mut objects, mut entries, mut quoted, mut escaped) = (0, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => objects += 1,
            b',' => entries += 1,
            _ => {}
        }
    }
    for (found, limit, what) in [(objects, MAX_OBJECTS, "objects and lists"), (entries, MAX_ENTRIES, "entries")] {
        if found > limit {
            return Err(Error::new(ErrorKind::TooLarge, format!("{found} {what}; the limit for metadata is {limit}")));
        }
    }
    Ok(())
}

/// A value and its path.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub value: &'a Value,
    path: String,
}

impl<'a> Node<'a> {
    pub fn root(value: &'a Value) -> Self {
        Node { value, path: String::new() }
    }

    pub fn error(&self, text: impl Into<String>) -> Error {
        Error::new(ErrorKind::Metadata, text).at(Place::Json(self.path.clone()))
    }

    pub fn unsupported(&self, text: impl Into<String>) -> Error {
        Error::new(ErrorKind::Unsupported, text).at(Place::Json(self.path.clone()))
    }

    /// A member of an object, `None` when absent.
    pub fn find(&self, key: &str) -> Result<Option<Node<'a>>> {
        Ok(self.object()?.get(key).map(|value| self.child(key, value)))
    }

    /// A required member of an object.
    pub fn get(&self, key: &str) -> Result<Node<'a>> {
        self.find(key)?.ok_or_else(|| self.error(format!("'{key}' is missing")))
    }

    pub fn object(&self) -> Result<&'a Map<String, Value>> {
        self.value.as_object().ok_or_else(|| self.wrong("an object"))
    }

    /// Members of an object, in the order of their names.
    pub fn entries(&self) -> Result<Vec<(&'a str, Node<'a>)>> {
        let object = self.object()?;
        Ok(object.iter().map(|(key, value)| (key.as_str(), self.child(key, value))).collect())
    }

    pub fn items(&self) -> Result<Vec<Node<'a>>> {
        let array = self.value.as_array().ok_or_else(|| self.wrong("an array"))?;
        let item = |(i, value)| Node { value, path: format!("{}[{i}]", self.path) };
        Ok(array.iter().enumerate().map(item).collect())
    }

    pub fn text(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.wrong("a string"))
    }

    /// A size or count.
    pub fn size(&self) -> Result<u64> {
        self.value.as_u64().ok_or_else(|| self.wrong("a non-negative integer"))
    }

    fn child(&self, key: &str, value: &'a Value) -> Node<'a> {
        let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let path = match (plain, self.path.is_empty()) {
            (true, true) => key.to_owned(),
            (true, false) => format!("{}.{key}", self.path),
            (false, _) => format!("{}[{key:?}]", self.path),
        };
        Node { value, path }
    }

    fn wrong(&self, wanted: &str) -> Error {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "another number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.error(format!("expected {wanted}, found {found}"))
    }
}

/// A JSON value without repeated keys.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let Strict(value) = map.next_value()?;
            if object.contains_key(&key) {
                return Err(de::Error::custom(format!("the key {key:?} appears twice")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{BytesDeserializer, Error};

    use super::*;

    #[test]
    fn every_kind_of_value_is_kept() {
        let text = r#"{"a": [null, true, false, -1, 18446744073709551615, 1.5, "text", {}, []], "": {"b": 0}}"#;
        assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn values_that_json_can_not_express_are_refused() {
        let error = Strict::deserialize(BytesDeserializer::<Error>::new(b"x")).map(|strict| strict.0).unwrap_err();
        assert_eq!(error.to_string(), "invalid type: byte array, expected a JSON value");
    }
}
