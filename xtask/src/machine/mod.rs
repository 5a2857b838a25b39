//! The machine and its programs: where things are, how other programs are run, what is installed, emulated boards.

pub mod board;
pub mod emulator;
pub mod heartbeat;
pub mod image;
pub mod library;
pub mod paths;
pub mod process;
pub mod setup;
pub mod sysroot;
