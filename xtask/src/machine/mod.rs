//! The machine and its programs: paths, running other programs, installed packages, emulated boards.

pub mod board;
pub mod emulator;
pub mod heartbeat;
pub mod image;
pub mod library;
pub mod paths;
pub mod process;
pub mod setup;
pub mod sysroot;
