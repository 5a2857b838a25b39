//! What a model is, checked against what a descriptor holds, with names given.

pub mod arena;
pub mod check;
pub mod names;
pub mod plan;
pub mod symbols;
