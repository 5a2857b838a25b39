//! From an int8 `.tflite` file to a model archive.
