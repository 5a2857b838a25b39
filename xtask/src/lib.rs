//! What `cargo xtask` is made of, as a library, so that tests of other crates can run programs on the emulated boards too.

pub mod board;
pub mod emulator;
pub mod paths;
pub mod process;
pub mod setup;
pub mod sysroot;
