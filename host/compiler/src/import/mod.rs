//! From files to the graph: a directory for each format.

pub mod tflite;
