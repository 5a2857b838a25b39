//! The device runtime, built for the host: what the tool links models with when it runs them here, and what the
//! benchmarks measure. It is the very library that `capi` makes, compiled by this crate's build script.

/// `libtvm_embedded.a` for the host, optimised, without the compiler's own helper functions.
pub const LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/libtvm_embedded.a"));

/// `tvm_embedded.h`.
pub const HEADER: &str = include_str!("../../../capi/include/tvm_embedded.h");

/// `tvm_embedded.hpp`.
pub const CPP_HEADER: &str = include_str!("../../../capi/include/tvm_embedded.hpp");
