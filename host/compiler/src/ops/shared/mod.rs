//! What operators share: layers of a kind with their kernels, and the kernel files that others include.

pub mod binary;
pub mod float;
pub mod float_unary;
pub mod moves;
pub mod pool_2d;
pub mod table;
pub mod text;
pub mod weighted;
