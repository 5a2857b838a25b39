//! From an int8 `.tflite` file to a model archive.
//!
//! [`compile`] runs the passes in a row, each a module that never reaches back:
//!
//! | pass | from → to |
//! | --- | --- |
//! | [`read`] | bytes → [`graph::Graph`], every index checked |
//! | [`check`] | is everything in there supported? All problems at once |
//! | [`state`], [`fuse`] | variables become tensors; operators that need no code disappear |
//! | [`lower`] | each operator, by its file in [`op`], → a [`lower::Layer`] |
//! | [`storage`] | which tensors share bytes, when they are alive |
//! | [`plan`], [`place`] | offsets in the workspace pools → [`model::Model`] |
//! | [`emit`], [`metadata`], [`report`] | C text, `metadata.json`, what it all costs |
//!
//! The C that the layers call is real C in `kernels/`, copied into the archive as far as a model needs it.

#![forbid(unsafe_op_in_unsafe_fn)]

pub mod broadcast;
pub mod check;
mod compile;
pub mod emit;
pub mod fuse;
pub mod gemmlowp;
pub mod graph;
pub mod kernels;
pub mod lower;
pub mod metadata;
pub mod model;
pub mod moves;
pub mod names;
pub mod op;
pub mod options;
pub mod pack;
pub mod place;
pub mod plan;
pub mod problem;
pub mod quantize;
pub mod read;
pub mod report;
pub mod requantize;
pub mod state;
pub mod storage;
pub mod text;
pub mod window;

pub use compile::{DEFAULT_MODULE, Output, compile, plan_model};
pub use options::{Options, Pool};
pub use problem::{Errors, Problem};
pub use report::Report;
