//! Each file operation of the program disturbed in turn, killed runs, full disks and closed pipes: the right exit
//! code, a message that names the file, the old output intact or the new one complete, no temporary file left.
//!
//! `tests/c/failing.c`, loaded before the C library, disturbs the operations. Where there is no C compiler these tests are
//! skipped with a line that says so.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;
mod disturbed;
mod killed;
mod places;
mod scene;
mod shim;
mod streams;
mod together;
