//! What `cargo xtask` is made of, as a library, so that tests of other crates can run programs on the emulated boards too.

pub mod abi;
pub mod bench;
pub mod board;
pub mod calls;
pub mod coverage;
pub mod demo;
pub mod deny;
pub mod dist;
pub mod emulator;
pub mod exact;
pub mod firmware;
pub mod fuzz;
pub mod gates;
pub mod header;
pub mod image;
pub mod library;
pub mod misra;
pub mod models;
pub mod paths;
pub mod process;
pub mod proof;
pub mod sanitize;
pub mod setup;
pub mod size;
pub mod sysroot;
pub mod test;
