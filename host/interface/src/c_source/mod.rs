//! `my_model.c`: the descriptor, the entry and its services.

pub mod arguments;
pub mod bound;
pub mod call;
mod compiled;
pub mod layers;
pub mod packed;
pub mod services;
pub mod source;
