//! What users get: the demo, the release, and a new Debian in which both are tried.

pub mod crates;
pub mod debian;
pub mod demo;
pub mod dist;
pub mod ethos_u;
pub mod files;
pub mod fresh;
pub mod fresh_wheel;
pub mod micro_wake_word;
pub mod packages;
pub mod portable;
pub mod sbom;
pub mod tutorials;
pub mod wake_word;
pub mod wheel;
