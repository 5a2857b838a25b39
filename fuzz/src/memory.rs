//! The heap memory that a target may use.

use std::alloc::System;

use cap::Cap;

/// Counts every allocation of Rust code; beyond the limit an allocation fails and the process ends.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that any input may use: the generated files are larger than a short input.
const FIXED: usize = 32 << 20;

/// Bytes that it may use for each byte of the input. A JSON tree takes eighty; layers and tensors are larger in memory than in a
/// file.
const PER_BYTE: usize = 1024;

/// The most it may use, however long the input is (`docs/security.md`).
const MOST: usize = 256 << 20;

/// Runs `answer` for an input of this length within its memory limit.
///
/// libFuzzer's own limit checks the process once a second, and without AddressSanitizer no single allocation. This one
/// stops at the first byte beyond the limit, so that the input that caused it is kept.
pub fn bounded(length: usize, answer: impl FnOnce()) {
    let share = length.saturating_mul(PER_BYTE).saturating_add(FIXED).min(MOST);
    // Fails only if the limit were below what is already in use.
    let _ = HEAP.set_limit(HEAP.allocated().saturating_add(share));
    answer();
    let _ = HEAP.set_limit(usize::MAX);
}
