//! Finding one entry of a descriptor by index or by name.

use crate::raw;
use core::ffi::c_char;
use tvm_embedded_core::descriptor::{TVMModel, TVMPool, TVMTensor};
use tvm_embedded_core::status::TVMStatus;

/// A tensor or a pool: it has the model's own name and a C identifier.
pub trait Named {
    /// Both names.
    fn names(&self) -> [*const c_char; 2];
}

impl Named for TVMTensor {
    fn names(&self) -> [*const c_char; 2] {
        [self.name, self.identifier]
    }
}

impl Named for TVMPool {
    fn names(&self) -> [*const c_char; 2] {
        [self.name, self.identifier]
    }
}

/// Entries of one kind; 0 for a bad model.
pub fn count<T: 'static>(model: *const TVMModel, entries: fn(&TVMModel) -> &[T]) -> usize {
    raw::model(model).map_or(0, |model| entries(model).len())
}

/// Entry number `index` of one kind.
pub fn one<'a, T: 'static>(
    model: *const TVMModel,
    entries: fn(&TVMModel) -> &[T],
    index: usize,
) -> Result<&'a T, TVMStatus> {
    let model: &'a TVMModel = raw::model(model)?;
    entries(model).get(index).ok_or(TVMStatus::IndexOutOfRange)
}

/// Index of the entry with this name, or a negative status. The model's own names come before the C identifiers.
pub fn find<T: Named + 'static>(model: *const TVMModel, entries: fn(&TVMModel) -> &[T], name: *const c_char) -> i32 {
    let entries = match raw::model(model) {
        Ok(model) => entries(model),
        Err(status) => return status as i32,
    };
    if name.is_null() {
        return TVMStatus::NullArgument as i32;
    }
    for kind in 0..2 {
        for (index, entry) in (0..).zip(entries) {
            let own = entry.names();
            if own.get(kind).is_some_and(|own| !own.is_null() && raw::same_text(*own, name)) {
                return index;
            }
        }
    }
    TVMStatus::NameUnknown as i32
}
