//! Files of up to 64 MiB that are as bad as we know how to make them, for each way in which time or memory could grow faster
//! than the file. Made when they are needed: in the repository they would weigh a gigabyte.

mod archives;
mod flatbuffer;
pub mod models;

mod case;

pub use case::{Case, LARGEST};

/// All of them.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    archives::CASES.iter().chain(models::CASES)
}
