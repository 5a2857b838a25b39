//! The one file with `unsafe`: from what C hands over to references, slices and stored results.
//!
//! The functions are safe to call although they dereference what they are given, because this crate is built as a C
//! library only: there is no Rust caller, and the contract that makes each dereference sound is the one the C header
//! states: *a pointer that is neither NULL nor misaligned points at an object of the parameter's type which lives
//! until the call returns*. NULL and misalignment are checked here, before anything is read.

use core::ffi::{c_char, c_void};
use core::mem::align_of;
use tvm_embedded_core::context::{TVMBinding, TVMContext};
use tvm_embedded_core::descriptor::{TVMModel, TVMPool, TVMTensor};
use tvm_embedded_core::status::TVMStatus;

/// The descriptor behind `model`, once it is proved to be one of this library's ABI.
pub fn model<'a>(model: *const TVMModel) -> Result<&'a TVMModel, TVMStatus> {
    if model.is_null() {
        return Err(TVMStatus::NullModel);
    }
    if !model.is_aligned() {
        return Err(TVMStatus::MisalignedModel);
    }
    // SAFETY: neither NULL nor misaligned, so by the header's contract a TVMModel; descriptors are constant data.
    let model = unsafe { &*model };
    model.check()?;
    Ok(model)
}

/// The context behind `context`.
pub fn context<'a>(context: *const TVMContext) -> Result<&'a TVMContext, TVMStatus> {
    if context.is_null() {
        return Err(TVMStatus::NullContext);
    }
    if !context.is_aligned() {
        return Err(TVMStatus::MisalignedContext);
    }
    // SAFETY: neither NULL nor misaligned, so by the header's contract a TVMContext that nobody writes during the call.
    Ok(unsafe { &*context })
}

/// A model and a context that were found to be neither NULL nor misaligned. The model's head is still to be checked.
#[inline]
pub fn aligned<'a>(model: *const TVMModel, context: *const TVMContext) -> (&'a TVMModel, &'a TVMContext) {
    // SAFETY: as for `model` and `context` above; the caller has made the same two checks on both.
    unsafe { (&*model, &*context) }
}

/// The one workspace of a model with the flag `TVM_MODEL_PLAIN`.
#[inline]
pub fn only_workspace(model: &TVMModel) -> &TVMPool {
    // SAFETY: part of a descriptor whose head is right and whose flag says that there is exactly one workspace.
    unsafe { &*model.workspaces }
}

/// The context behind `context`, to be written. It may be uninitialised, so no reference to it is made.
pub fn context_mut(context: *mut TVMContext) -> Result<*mut TVMContext, TVMStatus> {
    if context.is_null() {
        return Err(TVMStatus::NullContext);
    }
    if !context.is_aligned() {
        return Err(TVMStatus::MisalignedContext);
    }
    Ok(context)
}

/// Where aspect number `index` of a context lies: a context is three bindings in a row.
pub fn aspect(context: *mut TVMContext, index: usize) -> *mut TVMBinding {
    context.cast::<TVMBinding>().wrapping_add(index)
}

/// The model's inputs.
pub fn inputs(model: &TVMModel) -> &[TVMTensor] {
    slice(model.inputs, model.num_inputs)
}

/// The model's outputs.
pub fn outputs(model: &TVMModel) -> &[TVMTensor] {
    slice(model.outputs, model.num_outputs)
}

/// The workspaces the caller provides.
pub fn workspaces(model: &TVMModel) -> &[TVMPool] {
    slice(model.workspaces, model.num_workspaces)
}

/// The parameter pools outside the model's code.
pub fn parameters(model: &TVMModel) -> &[TVMPool] {
    slice(model.parameters, model.num_parameters)
}

/// The names of the model's devices.
pub fn devices(model: &TVMModel) -> &[*const c_char] {
    slice(model.devices, model.num_devices)
}

/// Pointer number `index` of a table of pointers, or of a struct whose members are all pointers.
pub fn pointer_at(table: *const c_void, index: usize) -> *const c_void {
    // SAFETY: callers have checked the table for NULL and alignment, and `index` is below the count that the descriptor
    // states and the header asks the table to have. All object pointers have one size and representation on every
    // supported target.
    unsafe { table.cast::<*const c_void>().add(index).read() }
}

/// Stores pointer number `index` of a table of pointers.
pub fn set_pointer_at(table: *mut c_void, index: usize, pointer: *const c_void) {
    // SAFETY: as for `pointer_at`; the header asks for a table that may be written.
    unsafe { table.cast::<*const c_void>().add(index).write(pointer) }
}

/// `base` moved by `bytes`, for addresses inside one workspace.
pub fn offset(base: *const c_void, bytes: usize) -> *const c_void {
    base.wrapping_byte_add(bytes)
}

/// Checks a table of pointers: a struct of pointers or an array, of the caller's.
pub fn check_table(table: *const c_void, null: TVMStatus) -> Result<(), TVMStatus> {
    if table.is_null() {
        return Err(null);
    }
    if !table.cast::<*const c_void>().is_aligned() {
        return Err(TVMStatus::MisalignedArgument);
    }
    Ok(())
}

/// Checks the place for a result.
pub fn check_place<T>(place: *mut T) -> Result<(), TVMStatus> {
    if place.is_null() {
        return Err(TVMStatus::NullArgument);
    }
    if place.addr() % align_of::<T>() != 0 {
        return Err(TVMStatus::MisalignedArgument);
    }
    Ok(())
}

/// Stores a result at a place that `check_place` has accepted.
pub fn store<T>(place: *mut T, value: T) {
    // SAFETY: `check_place` or `context_mut` accepted the place: neither NULL nor misaligned, so by the header's
    // contract memory of that type which may be written. The old value needs no drop.
    unsafe { place.write(value) }
}

/// Whether two C strings are equal. Neither is NULL.
pub fn same_text(one: *const c_char, other: *const c_char) -> bool {
    let mut at = 0;
    loop {
        // SAFETY: both are NUL-terminated by the header's contract, and the loop ends at the first NUL of either.
        let (a, b) = unsafe { (one.add(at).read(), other.add(at).read()) };
        if a != b {
            return false;
        }
        if a == 0 {
            return true;
        }
        at += 1;
    }
}

/// Byte number `at` of a C string. The caller stops at the first NUL.
pub fn byte_at(text: *const c_char, at: usize) -> u8 {
    // SAFETY: NUL-terminated by the header's contract, and no byte before `at` is NUL, so byte `at` exists.
    unsafe { text.cast::<u8>().add(at).read() }
}

/// Runs the model with arguments that are proved.
pub fn run(model: &TVMModel, inputs: *const c_void, outputs: *const c_void, context: *const TVMContext) -> i32 {
    match model.entry {
        // SAFETY: generated code, called as its descriptor says: pointers for every input and output, memory for every
        // pool, all checked. The header names what the caller still answers for: sizes of bare pointers, lifetimes.
        Some(entry) => unsafe { entry(inputs, outputs, context) },
        None => TVMStatus::CorruptModel as i32,
    }
}

/// Runs a model with the flag `TVM_MODEL_PLAIN` with arguments that are proved.
#[inline]
pub fn run_plain(model: &TVMModel, inputs: *const c_void, outputs: *const c_void, context: *const TVMContext) -> i32 {
    // SAFETY: the flag says that there is an entry; the call itself as for `run`.
    unsafe { model.entry.unwrap_unchecked()(inputs, outputs, context) }
}

/// Puts the model's state back to its beginning, with a context that is proved.
pub fn reset(model: &TVMModel, context: *const TVMContext) -> i32 {
    match model.reset {
        // SAFETY: as for `run`.
        Some(reset) => unsafe { reset(context) },
        None => TVMStatus::Ok as i32,
    }
}

fn slice<'a, T>(first: *const T, count: u16) -> &'a [T] {
    if count == 0 || first.is_null() {
        return &[];
    }
    // SAFETY: part of a descriptor whose magic, version and size are right: the generator wrote `count` entries at
    // `first`, as constant data. 65535 entries are far below isize::MAX bytes.
    unsafe { core::slice::from_raw_parts(first, count as usize) }
}
