//! The `tvm-embedded` program.

fn main() {}
