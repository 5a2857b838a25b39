//! The only file that dereferences pointers: from the arguments of C to references, slices and stored results.
//!
//! All of it relies on the contract that the C header states: *a pointer that is neither NULL nor misaligned points at an
//! object of the parameter's type which exists until the call returns*. This crate is built as a C library only, so there is
//! no Rust caller that could break it, and functions that check for NULL and misalignment themselves are safe to call. Those
//! that rely on a check by their caller are `unsafe`: each call names that check.

use crate::kind::Kind;
use core::ffi::{c_char, c_void};
use core::mem::{align_of, offset_of, size_of};
use tvm_embedded_core::context::{Aspect, TVMBinding, TVMContext};
use tvm_embedded_core::descriptor::{TVMModel, TVMPool, TVMTensor};
use tvm_embedded_core::status::{Fault, TVMStatus, fail};

/// The descriptor that `model` points to, after the check that it has this library's ABI.
#[inline(never)]
pub fn model<'a>(model: *const TVMModel) -> Result<&'a TVMModel, Fault> {
    if model.is_null() {
        return fail(TVMStatus::NullModel);
    }
    if !model.is_aligned() {
        return fail(TVMStatus::MisalignedModel);
    }
    // SAFETY: neither NULL nor misaligned, so by the header's contract a TVMModel; descriptors are constant data.
    let model = unsafe { &*model };
    model.check()?;
    Ok(model)
}

/// The context that `context` points to.
pub fn context<'a>(context: *const TVMContext) -> Result<&'a TVMContext, Fault> {
    if context.is_null() {
        return fail(TVMStatus::NullContext);
    }
    if !context.is_aligned() {
        return fail(TVMStatus::MisalignedContext);
    }
    // SAFETY: neither NULL nor misaligned, so by the header's contract a TVMContext that is not written during the call.
    Ok(unsafe { &*context })
}

/// A model and a context. The beginning of the model is not checked yet.
///
/// # Safety
/// Neither is NULL or misaligned.
#[inline]
pub unsafe fn aligned<'a>(model: *const TVMModel, context: *const TVMContext) -> (&'a TVMModel, &'a TVMContext) {
    // SAFETY: as for `model` and `context` above; the caller has made the same two checks on both.
    unsafe { (&*model, &*context) }
}

/// The context that `context` points to, for writing. It may be uninitialised, so no reference to it is made.
pub fn context_mut(context: *mut TVMContext) -> Result<*mut TVMContext, Fault> {
    if context.is_null() {
        return fail(TVMStatus::NullContext);
    }
    if !context.is_aligned() {
        return fail(TVMStatus::MisalignedContext);
    }
    Ok(context)
}

/// Address of an aspect of a context: a context is three consecutive bindings.
pub fn binding_mut(context: *mut TVMContext, aspect: Aspect) -> *mut TVMBinding {
    context.cast::<TVMBinding>().wrapping_add(aspect as usize)
}

/// One aspect of a context.
pub fn binding(context: &TVMContext, aspect: Aspect) -> &TVMBinding {
    // SAFETY: a context is three consecutive bindings (its layout is asserted in the core), in the order of `Aspect`.
    unsafe { &*core::ptr::from_ref(context).cast::<TVMBinding>().add(aspect as usize) }
}

/// Number of the model's entries of one kind.
#[inline]
pub fn entry_count(model: &TVMModel, kind: Kind) -> usize {
    let first = field::<u16>(model, offset_of!(TVMModel, num_inputs));
    // SAFETY: a live descriptor; the five counts are consecutive, in the order of `Kind`, as the core asserts.
    (unsafe { first.add(kind as usize).read() }) as usize
}

/// One entry of a descriptor: a tensor or a pool. Both begin with the two names.
#[derive(Clone, Copy)]
pub struct Entry(*const c_void);

/// Entry number `index` of one kind.
///
/// # Safety
/// `index` is below the count of that kind.
#[inline]
pub unsafe fn entry_at(model: &TVMModel, kind: Kind, index: usize) -> Entry {
    let size = match kind {
        Kind::Input | Kind::Output => size_of::<TVMTensor>(),
        Kind::Workspace | Kind::Parameter | Kind::Device => size_of::<TVMPool>(),
    };
    let first = field::<*const c_void>(model, offset_of!(TVMModel, inputs));
    // SAFETY: a live descriptor; the five pointers are consecutive, in the order of `Kind`, as the core asserts.
    Entry((unsafe { first.add(kind as usize).read() }).wrapping_byte_add(index * size))
}

impl Entry {
    /// The entry of an input or output.
    ///
    /// # Safety
    /// It was made for one of these kinds.
    #[inline]
    pub unsafe fn tensor<'a>(self) -> &'a TVMTensor {
        // SAFETY: made by `entry_at` for a kind of tensor; the generator wrote as many entries as it counts, as constant
        // data.
        unsafe { &*self.0.cast() }
    }

    /// The entry of a workspace, parameter or device.
    ///
    /// # Safety
    /// It was made for one of these kinds.
    #[inline]
    pub unsafe fn pool<'a>(self) -> &'a TVMPool {
        // SAFETY: as for `tensor`, for a kind of pool.
        unsafe { &*self.0.cast() }
    }

    /// The model's own name (0) or the C identifier (1).
    #[inline]
    pub fn name(self, which: usize) -> *const c_char {
        // SAFETY: as for `tensor`; both kinds of entries begin with two pointers to text, as the core asserts.
        unsafe { self.0.cast::<*const c_char>().add(which).read() }
    }
}

/// Input or output number `index`.
///
/// # Safety
/// `kind` is one of these two, and `index` below its count.
#[inline]
pub unsafe fn tensor_at<'a>(model: &TVMModel, kind: Kind, index: usize) -> &'a TVMTensor {
    // SAFETY: the caller's promise.
    unsafe { entry_at(model, kind, index).tensor() }
}

/// Workspace, parameter or device number `index`.
///
/// # Safety
/// `kind` is one of these three, and `index` below its count.
#[inline]
pub unsafe fn pool_at<'a>(model: &TVMModel, kind: Kind, index: usize) -> &'a TVMPool {
    // SAFETY: the caller's promise.
    unsafe { entry_at(model, kind, index).pool() }
}

/// Pointer number `index` of a table of pointers, or of a struct whose members are all pointers.
///
/// # Safety
/// The table is neither NULL nor misaligned, and `index` is below the count that the descriptor states for it.
pub unsafe fn pointer_at(table: *const c_void, index: usize) -> *const c_void {
    // SAFETY: callers have checked the table for NULL and alignment, and `index` is below the count that the descriptor
    // states and the header requires the table to have. All object pointers have one size and representation on every
    // supported target.
    unsafe { table.cast::<*const c_void>().add(index).read() }
}

/// Stores pointer number `index` of a table of pointers.
///
/// # Safety
/// As for [`pointer_at`].
pub unsafe fn set_pointer_at(table: *mut c_void, index: usize, pointer: *const c_void) {
    // SAFETY: as for `pointer_at`; the header requires a table that may be written.
    unsafe { table.cast::<*const c_void>().add(index).write(pointer) }
}

/// `base` moved by `bytes`, for addresses inside one workspace.
pub fn offset(base: *const c_void, bytes: usize) -> *const c_void {
    base.wrapping_byte_add(bytes)
}

/// Checks a pointer for a result.
pub fn check_place<T>(place: *mut T) -> Result<(), Fault> {
    if place.is_null() {
        return fail(TVMStatus::NullArgument);
    }
    if place.addr() % align_of::<T>() != 0 {
        return fail(TVMStatus::MisalignedArgument);
    }
    Ok(())
}

/// Stores a result.
///
/// # Safety
/// `check_place` or `context_mut` has accepted the pointer.
pub unsafe fn store<T>(place: *mut T, value: T) {
    // SAFETY: `check_place` or `context_mut` accepted the pointer: neither NULL nor misaligned, so by the header's
    // contract memory of that type which may be written. The old value needs no drop.
    unsafe { place.write(value) }
}

/// Whether a name of a descriptor, which may be NULL for "none", equals a C string.
///
/// # Safety
/// `text` is not NULL.
pub unsafe fn same_text(name: *const c_char, text: *const c_char) -> bool {
    if name.is_null() {
        return false;
    }
    let mut at = 0;
    loop {
        // SAFETY: both are NUL-terminated by the header's contract, and the loop ends at the first NUL of either.
        let (a, b) = unsafe { (name.add(at).read(), text.add(at).read()) };
        if a != b {
            return false;
        }
        if a == 0 {
            return true;
        }
        at += 1;
    }
}

/// Byte number `at` of a C string.
///
/// # Safety
/// `text` is not NULL, and no byte before `at` is 0.
pub unsafe fn byte_at(text: *const c_char, at: usize) -> u8 {
    // SAFETY: NUL-terminated by the header's contract, and no byte before `at` is NUL, so byte `at` exists.
    unsafe { text.cast::<u8>().add(at).read() }
}

/// Runs a model.
///
/// # Safety
/// It has an entry, and every argument was checked against it.
#[inline]
pub unsafe fn run(model: &TVMModel, inputs: *const c_void, outputs: *const c_void, context: *const TVMContext) -> i32 {
    // SAFETY: the caller has seen the entry, or the flag `TVM_MODEL_PLAIN` that says there is one. Generated code, called
    // as its descriptor says: pointers for every input and output, memory for every workspace, all checked. The header
    // names what the caller is responsible for: sizes of plain pointers, lifetimes.
    unsafe { model.entry.unwrap_unchecked()(inputs, outputs, context) }
}

/// Initialises the model's state.
///
/// # Safety
/// The context was checked against the model.
pub unsafe fn reset(model: &TVMModel, context: *const TVMContext) -> i32 {
    match model.reset {
        // SAFETY: as for `run`.
        Some(reset) => unsafe { reset(context) },
        None => TVMStatus::Ok as i32,
    }
}

/// A field of the descriptor by its offset, with the right to read the fields after it.
fn field<T>(model: &TVMModel, offset: usize) -> *const T {
    core::ptr::from_ref(model).cast::<T>().wrapping_byte_add(offset)
}
