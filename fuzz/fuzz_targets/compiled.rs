//! libFuzzer's way into [`tvm_embedded_fuzz::compiled`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tvm_embedded_fuzz::run(tvm_embedded_fuzz::compiled, bytes));
