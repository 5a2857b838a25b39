//! Arithmetic of the reference kernels and of the packing: pure functions, each with its source.

pub mod broadcast;
pub mod erfc;
pub mod gemmlowp;
pub mod pack;
pub mod plan;
pub mod quantize;
pub mod requantize;
pub mod rounded;
pub mod stored;
pub mod window;
pub mod winograd;
