//! A model, checked against the limits of a descriptor, with names assigned.

pub mod arena;
pub mod check;
pub mod missing;
pub mod names;
pub mod plan;
pub mod symbols;
