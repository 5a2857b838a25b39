//! The cost of models and the runtime: instructions, flash, RAM, on this computer and on the emulated boards.

pub mod bench;
pub mod bench_image;
pub mod bench_main;
pub mod calls;
pub mod costs;
pub mod cycles;
pub mod firmware;
pub mod kinds;
pub mod layers;
pub mod models;
pub mod modes;
pub mod options;
pub mod peer;
pub mod performance;
pub mod profiles;
pub mod share;
pub mod size;
pub mod stack;
pub mod unused;
pub mod variants;
