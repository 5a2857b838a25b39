//! The runtime core of `tvm_embedded`: the checks before a model runs.
//!
//! ```text
//! descriptor   what the generated C of a model says about it (constant data in flash)
//! context      where one run finds its workspaces, parameters and devices (the user's)
//! pool         where a workspace or a parameter may lie: alignment, size
//! status       what every call answers
//! ```
//!
//! The core is pure: it takes numbers and references, dereferences no pointer, keeps nothing and cannot panic. The crate
//! `capi` turns what C hands over into these types, and is the only place with `unsafe`.
//!
//! What it deliberately does not have: a heap, static data that is written, threads, logging, a model loader. A model is
//! C code and constant data that the user links.

#![no_std]
#![forbid(unsafe_code)]

pub mod context;
pub mod descriptor;
pub mod pool;
pub mod status;
