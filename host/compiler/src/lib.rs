//! From an int8 `.tflite` file to a model archive.
//!
//! Passes in a row, each a module: [`read`] → [`graph`] → `check` → `fuse` → [`lower`] → `plan` → `emit`. Operators live in
//! [`op`], the C kernels they call in `kernels/`.

pub mod check;
pub mod fuse;
pub mod gemmlowp;
pub mod graph;
pub mod kernels;
pub mod lower;
pub mod names;
pub mod op;
pub mod options;
pub mod pack;
pub mod plan;
pub mod problem;
pub mod quantize;
pub mod read;
pub mod requantize;
pub mod state;
pub mod storage;
pub mod text;
pub mod window;
