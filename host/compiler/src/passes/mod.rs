//! The passes, in the order in which they run; none imports another.

pub mod advise;
pub mod bands;
pub mod bind;
pub mod check;
pub mod choose;
pub mod detections;
pub mod doubts;
pub mod emit;
pub mod fold;
pub mod fuse;
pub mod inline;
pub mod lower;
pub mod metadata;
pub mod narrow;
pub mod npu;
pub mod place;
pub mod pools;
pub mod report;
pub mod requantise;
pub mod schedule;
pub mod share;
pub mod state;
pub mod through_float;
pub mod uint8;
