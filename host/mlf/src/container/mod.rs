//! The tar file: its members, and how much of it is read.

pub(crate) mod archive;
pub(crate) mod bytes;
mod checks;
pub(crate) mod limits;
