//! The C ABI of `tvm_embedded`: `libtvm_embedded.a` and `libtvm_embedded.so`.
//!
//! Each exported function is a few lines: check the arguments from C (`raw`), decide in the core, store the result. The
//! header `include/tvm_embedded.h` is generated from this source and the core's by `cargo xtask header`.

#![no_std]
#![allow(non_snake_case, reason = "the names are C's")]
#![allow(clippy::not_unsafe_ptr_arg_deref, reason = "only C calls exported functions, under the header's contract")]

use tvm_embedded_core::status::{Fault, TVMStatus};

mod access;
pub mod context;
pub mod error;
pub mod execute;
mod kind;
pub mod mapping;
pub mod model;
#[cfg(not(test))]
mod panic;
pub mod pool;
mod raw;
pub mod tensor;

/// A result as the status that C gets.
#[inline]
fn answer(result: Result<(), Fault>) -> i32 {
    match result {
        Ok(()) => TVMStatus::Ok as i32,
        Err(fault) => fault.code(),
    }
}
