//! `my_model.h`, part by part.

pub mod fragments;
pub mod header;
pub mod initialisers;
pub mod quantisation;
pub mod types;
pub mod usage;
