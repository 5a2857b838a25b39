//! What the descriptor says about the model as a whole, and the versions of the library.

use crate::raw;
use core::ffi::c_char;
use core::ptr::null;
use tvm_embedded_core::descriptor::{TVM_EMBEDDED_ABI_VERSION, TVM_VERSION_UNKNOWN, TVMModel};
use tvm_embedded_core::status::TVMStatus;

/// Whether `model` is a descriptor that this library can run.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model a pointer to check
/// @return `TVM_STATUS_OK`, `TVM_STATUS_NULL_MODEL`, `TVM_STATUS_MISALIGNED_MODEL`, `TVM_STATUS_NOT_A_MODEL`,
///   `TVM_STATUS_ABI_MISMATCH`, `TVM_STATUS_CORRUPT_MODEL`; the first that holds, in this order
#[unsafe(no_mangle)]
pub extern "C" fn TVMCheckModel(model: *const TVMModel) -> i32 {
    crate::answer(raw::model(model).map(|_| ()))
}

/// The model's own name.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @return the name, UTF-8, in constant memory; NULL for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetModelName(model: *const TVMModel) -> *const c_char {
    raw::model(model).map_or(null(), |model| model.name)
}

/// Major version of the TVM that made the model's archive, or whose format the archive follows.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @return the version; `TVM_STATUS_NOT_AVAILABLE` when the archive does not record it; what `TVMCheckModel` returns
///   for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetTVMVersionMajor(model: *const TVMModel) -> i32 {
    tvm_version(model, 0)
}

/// Minor version of the TVM that made the model's archive.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @return as `TVMGetTVMVersionMajor`
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetTVMVersionMinor(model: *const TVMModel) -> i32 {
    tvm_version(model, 1)
}

/// Patch version of the TVM that made the model's archive.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @return as `TVMGetTVMVersionMajor`
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetTVMVersionPatch(model: *const TVMModel) -> i32 {
    tvm_version(model, 2)
}

/// Version of the ABI that this library implements. Models and headers of another version do not work with it.
///
/// Threads, interrupts, callbacks: yes.
///
/// @return the version, `TVM_EMBEDDED_ABI_VERSION` of the library's own header
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetABIVersion() -> u32 {
    u32::from(TVM_EMBEDDED_ABI_VERSION)
}

/// Version of this library.
///
/// Threads, interrupts, callbacks: yes.
///
/// @return "major.minor.patch", in constant memory
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetLibraryVersion() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

fn tvm_version(model: *const TVMModel, part: usize) -> i32 {
    match raw::model(model) {
        Ok(model) => match model.tvm_version.get(part) {
            Some(number) if *number != TVM_VERSION_UNKNOWN => i32::from(*number),
            _ => TVMStatus::NotAvailable as i32,
        },
        Err(fault) => fault.code(),
    }
}
