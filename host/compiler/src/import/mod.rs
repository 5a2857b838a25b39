//! From files to the graph: a directory for each format.

mod sparse;
pub mod tflite;
