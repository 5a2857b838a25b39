//! Build files, and writing all files to disk.

pub mod build;
pub mod linker;
pub mod write;
