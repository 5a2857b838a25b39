//! The `.tflite` format: accessors made from its schema, and how much of a file may be read.

pub mod flexbuffer;
pub mod reading;
#[allow(missing_docs, dead_code, clippy::all, rustdoc::all, reason = "generated, and for tables we read in part")]
#[rustfmt::skip]
pub mod schema;
