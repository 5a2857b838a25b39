//! Copies of the archive's C, repaired, and the headers that they include.

pub mod adapt;
pub mod copy;
pub mod headers;
pub mod words;
