//! Build files, and how all files reach the disk.

pub mod build;
pub mod write;
