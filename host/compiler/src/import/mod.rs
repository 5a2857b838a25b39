//! From files to the graph: a folder for each format.

pub mod tflite;
