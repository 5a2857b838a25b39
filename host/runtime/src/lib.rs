//! The device runtime, built for the host: what the tool links models with when it runs them here, and what the
//! benchmarks measure. It is the very library that `capi` makes, compiled by this crate's build script.

/// `libtvm_embedded.a` for the host, optimised, without the compiler's own helper functions.
pub const LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/libtvm_embedded.a"));

/// `tvm_embedded.h`.
pub const HEADER: &str = include_str!("../../../capi/include/tvm_embedded.h");

#[cfg(test)]
mod tests {
    #[test]
    fn the_library_is_an_archive_with_the_runtime_in_it() {
        assert!(super::LIBRARY.starts_with(b"!<arch>\n"));
        let name = b"TVMExecute";
        assert!(super::LIBRARY.windows(name.len()).any(|bytes| bytes == name));
        assert!(super::LIBRARY.len() < 1 << 20, "{} bytes: link-time optimisation is off", super::LIBRARY.len());
    }
}
