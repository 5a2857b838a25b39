//! The runtime core of `tvm_embedded`: the checks before a model runs.
//!
//! ```text
//! descriptor   the facts about a model in its generated C (constant data in flash)
//! context      where one run finds its workspaces, parameters and devices (the user's)
//! pool         where a workspace or a parameter may be: alignment, size
//! status       what every call returns
//! ```
//!
//! The core is pure: it takes numbers and references, dereferences no pointer, stores nothing and cannot panic. The crate
//! `capi` converts the arguments from C into these types, and is the only place with `unsafe`.
//!
//! It intentionally does not have: a heap, static data that is written, threads, logging, a model loader. A model is
//! C code and constant data that the user links.

#![no_std]
#![forbid(unsafe_code)]

pub mod context;
pub mod descriptor;
pub mod pool;
pub mod status;
