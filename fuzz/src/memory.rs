//! The heap that an answer may take.

use std::alloc::System;

use cap::Cap;

/// Counts every allocation of Rust code; beyond the limit, one fails, and with it the process.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// What any answer may take, in bytes: the files that are generated are larger than a short input.
const FIXED: usize = 32 << 20;

/// What it may take for each byte of the input. A tree of JSON takes eighty; layers and tensors are larger in memory than in a
/// file.
const PER_BYTE: usize = 1024;

/// What it may take however long the input is (`docs/security.md`).
const MOST: usize = 256 << 20;

/// Runs `answer` to an input of this length within its share of memory.
///
/// libFuzzer's own limit sees the process once a second, and without AddressSanitizer no single allocation at all. This one
/// stops at the first byte too many, so that the input at fault is the one that is kept.
pub fn bounded(length: usize, answer: impl FnOnce()) {
    let share = length.saturating_mul(PER_BYTE).saturating_add(FIXED).min(MOST);
    // Fails only if less than what is taken already were asked for.
    let _ = HEAP.set_limit(HEAP.allocated().saturating_add(share));
    answer();
    let _ = HEAP.set_limit(usize::MAX);
}
