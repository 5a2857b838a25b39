//! Finding one entry of a descriptor by index or by name.

use crate::kind::Kind;
use crate::raw;
use core::ffi::c_char;
use tvm_embedded_core::context::Aspect;
use tvm_embedded_core::descriptor::{TVMModel, TVMPool, TVMTensor};
use tvm_embedded_core::status::{Fault, TVMStatus, fail};

/// Entries of one kind; 0 for a bad model.
#[inline(never)]
pub fn count(model: *const TVMModel, kind: Kind) -> usize {
    raw::model(model).map_or(0, |model| raw::entry_count(model, kind))
}

/// Input or output number `index`.
pub fn tensor<'a>(model: *const TVMModel, kind: Kind, index: usize) -> Result<&'a TVMTensor, Fault> {
    // SAFETY: callers name inputs or outputs.
    entry(model, kind, index).map(|entry| unsafe { entry.tensor() })
}

/// Workspace, parameter or device number `index`.
pub fn pool<'a>(model: *const TVMModel, kind: Kind, index: usize) -> Result<&'a TVMPool, Fault> {
    // SAFETY: callers name workspaces, parameters or devices.
    entry(model, kind, index).map(|entry| unsafe { entry.pool() })
}

/// The core's check of a pool's address, for rare calls: one copy of its code.
#[inline(never)]
pub fn place(pool: &TVMPool, aspect: Aspect, address: usize, given: usize) -> Result<usize, Fault> {
    pool.place(aspect, address, given)
}

/// Index of the entry with this name, or a negative status. The model's own names come before the C identifiers.
#[inline(never)]
pub fn find(model: *const TVMModel, kind: Kind, name: *const c_char) -> i32 {
    if let Err(fault) = raw::model(model) {
        return fault.code();
    }
    if name.is_null() {
        return TVMStatus::NullArgument as i32;
    }
    for identifier in [0, 1] {
        let mut index = 0;
        while let Ok(entry) = entry(model, kind, index as usize) {
            // SAFETY: `name` is not NULL, see above.
            if unsafe { raw::same_text(entry.name(identifier), name) } {
                return index;
            }
            index += 1;
        }
    }
    TVMStatus::NameUnknown as i32
}

#[inline(never)]
fn entry(model: *const TVMModel, kind: Kind, index: usize) -> Result<raw::Entry, Fault> {
    let model = raw::model(model)?;
    if index >= raw::entry_count(model, kind) {
        return fail(TVMStatus::IndexOutOfRange);
    }
    // SAFETY: below the count.
    Ok(unsafe { raw::entry_at(model, kind, index) })
}
