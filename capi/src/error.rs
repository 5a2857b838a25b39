//! Statuses as text, and the last error that a model's code has set.

use crate::raw;
use core::ffi::c_char;
use core::sync::atomic::{AtomicU8, Ordering};
use tvm_embedded_core::status::text;

/// Bytes of the last error that are kept, NUL included.
pub const TVM_LAST_ERROR_SIZE: usize = 128;

/// The only data that the library writes. An image that calls neither function below does not contain it.
static LAST_ERROR: [AtomicU8; TVM_LAST_ERROR_SIZE] = [const { AtomicU8::new(0) }; TVM_LAST_ERROR_SIZE];

/// A status as a short English text.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] status the result of a call
/// @return the text, in constant memory, never NULL; "model's own code" for a code that is not the library's
#[unsafe(no_mangle)]
pub extern "C" fn TVMStatusString(status: i32) -> *const c_char {
    text(status).as_ptr().cast()
}

/// The message of the last `TVMAPISetLastError`, NUL-terminated; "" when there was none; never NULL.
///
/// Only code of a model calls `TVMAPISetLastError` (TVM's CMSIS-NN operators in debug mode do); the library's own checks
/// are reported only by their status. The memory belongs to the library and is overwritten by the next message.
///
/// Threads, interrupts, callbacks: yes, but while `TVMAPISetLastError` runs the text may be a mixture of two; it is always
/// terminated.
///
/// @return the message
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetLastError() -> *const c_char {
    LAST_ERROR.as_ptr().cast()
}

/// Keeps a message for `TVMGetLastError`: the first 127 bytes of it.
///
/// Threads, interrupts, callbacks: yes, but if two messages are set at the same time, a mixture may be kept.
///
/// @param\[in] message the message, copied; NULL clears the last one
#[unsafe(no_mangle)]
pub extern "C" fn TVMAPISetLastError(message: *const c_char) {
    let mut ended = message.is_null();
    for (at, kept) in LAST_ERROR.iter().enumerate().take(TVM_LAST_ERROR_SIZE - 1) {
        // SAFETY: `ended` is set for NULL and at the first 0.
        let byte = if ended { 0 } else { unsafe { raw::byte_at(message, at) } };
        ended |= byte == 0;
        kept.store(byte, Ordering::Relaxed);
        if ended {
            return;
        }
    }
}
