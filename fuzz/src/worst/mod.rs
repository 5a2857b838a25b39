//! The worst known files of up to 64 MiB, for each way in which time or memory could grow faster
//! than the file. Generated when needed: in the repository they would take a gigabyte.

mod archives;
mod flatbuffer;
mod libraries;
pub mod models;
pub mod stored;

mod case;

pub use case::{Case, LARGEST};

/// All of them.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    archives::CASES.iter().chain(models::CASES).chain(libraries::CASES)
}
