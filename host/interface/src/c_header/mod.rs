//! The parts of `my_model.h`, and `my_model.hpp`.

pub mod cpp;
pub mod devices;
pub mod fragments;
pub mod header;
pub mod initialisers;
pub mod layers;
pub mod quantisation;
pub mod types;
pub mod usage;
