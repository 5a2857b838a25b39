//! The runtime library, carried inside the tool: built for the machine the tool runs on by `build.rs`.

/// `libtvm_embedded.a` without its copies of compiler built-ins.
pub const LIBRARY: &[u8] = include_bytes!(env!("TVM_EMBEDDED_LIBRARY"));

/// `tvm_embedded.h`.
pub const HEADER: &str = include_str!(env!("TVM_EMBEDDED_HEADER"));

/// `TVM_EMBEDDED_ABI_VERSION` as that header has it.
pub fn abi_version() -> &'static str {
    HEADER.lines().find_map(|line| line.strip_prefix("#define TVM_EMBEDDED_ABI_VERSION ")).map_or("unknown", str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_an_archive_and_the_header_tells_its_version() {
        assert!(LIBRARY.starts_with(b"!<arch>\n"));
        assert!(abi_version().parse::<u16>().is_ok(), "{}", abi_version());
    }
}
