//! `my_model.rs`: the model for Rust, which uses the crate `tvm-embedded` and the entry in `my_model.c`.

mod constants;
mod model;
mod module;
mod names;
mod tensors;

pub use module::module;
