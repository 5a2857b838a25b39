//! From an int8 `.tflite` file to a model archive.
//!
//! [`compile()`] runs the passes in this order, one module each:
//!
//! | pass | from → to |
//! | --- | --- |
//! | [`import`] | bytes → [`ir::graph::Graph`], every index checked |
//! | [`passes::choose`] | inputs whose shape the file leaves open get the one that the user chose |
//! | [`passes::fold`] | operators on constants become constants |
//! | [`passes::check`] | whether every operator is supported; all problems at once |
//! | [`passes::advise`] | what the author of a refused model can do |
//! | [`passes::state`], [`passes::fuse`] | variables become tensors; operators that need no code disappear |
//! | [`passes::bands`], [`passes::share`] | with `Options::ram`: chains of operators in bands of rows |
//! | [`passes::lower`] | each operator, by its directory in [`ops`], → a [`ir::layer::Layer`] |
//! | [`passes::schedule`] | which tensors share bytes, when they are in use |
//! | [`math::plan`], [`passes::place`] | offsets in the workspace pools → [`ir::model::Model`] |
//! | [`passes::pools`] | with `Options::constants`: which constants are in which pool |
//! | [`passes::emit`], [`passes::metadata`], [`passes::report`] | C text, `metadata.json`, the report of the cost |
//!
//! [`cost`] estimates instructions and code on a core before any C is compiled.
//!
//! The C functions that the layers call are in `.h` files beside the operators; those a model needs are copied into the archive.

#![forbid(unsafe_op_in_unsafe_fn)]

mod budget;
mod compile;
pub mod cost;
pub mod format;
pub mod import;
pub mod ir;
pub mod math;
pub mod ops;
pub mod passes;
mod thrift;

pub use compile::{Compiled, DEFAULT_MODULE, Output, compile, plan_model, prepare};
pub use ir::options::{ConstantPool, InputShape, Optimize, Options, Pool, Scratch};
pub use ir::problem::{Errors, MAX_PROBLEMS, Problem};
pub use ir::report::Report;
