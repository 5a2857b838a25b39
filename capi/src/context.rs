//! Setting the three aspects of a context: workspaces, parameters, devices.

use crate::kind::Kind;
use crate::raw;
use core::ffi::c_void;
use tvm_embedded_core::context::{
    Aspect, TVM_BINDING_AUTO, TVM_BINDING_BUFFER, TVM_BINDING_TABLE, TVMBinding, TVMContext,
};
use tvm_embedded_core::descriptor::TVMModel;
use tvm_embedded_core::status::{TVMStatus, fail};

/// Sets the workspaces of a context.
///
/// In C11, in C++ and with GCC or Clang in C99 the header defines a macro or overloads of this name, which
/// select `TVMSetWorkspaceBuffer` for a byte array (with its size), a byte pointer or a `void` pointer, and
/// `TVMSetWorkspaceTable` for the generated `TVMWorkspaces_…` struct or an array of pointers; pointers of other kinds do
/// not compile. The function itself takes one buffer for a model with one workspace and a table of pointers for a
/// model with several; the size is not known, and so not checked.
///
/// Threads, interrupts, callbacks: yes, for different contexts.
///
/// @param\[out] context its workspaces are set, nothing else in it is read or written, so it need not be initialised
/// @param\[in] memory the buffer, or the table of pointers. Must outlive the context's use
/// @return `TVM_STATUS_OK`, `TVM_STATUS_NULL_CONTEXT`, `TVM_STATUS_MISALIGNED_CONTEXT`, `TVM_STATUS_NULL_WORKSPACE`. On
///   failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMSetWorkspaces(context: *mut TVMContext, memory: *mut c_void) -> i32 {
    set(context, memory, UNKNOWN, TVM_BINDING_AUTO | Aspect::Workspaces as u32)
}

/// Sets the one workspace of a context to a buffer.
///
/// Threads, interrupts, callbacks: yes, for different contexts.
///
/// @param\[out] context as for `TVMSetWorkspaces`
/// @param\[in] buffer the memory. Need not be aligned when it is as large as `TVMGetWorkspaceSize` says. Must outlive the
///   context's use
/// @param\[in] size bytes at `buffer`, checked by `TVMExecute`; 0 when not known
/// @return as `TVMSetWorkspaces`
#[unsafe(no_mangle)]
pub extern "C" fn TVMSetWorkspaceBuffer(context: *mut TVMContext, buffer: *mut c_void, size: usize) -> i32 {
    set(context, buffer, size, TVM_BINDING_BUFFER | Aspect::Workspaces as u32)
}

/// Sets the workspaces of a context to a table of pointers, one for each workspace of the model.
///
/// Threads, interrupts, callbacks: yes, for different contexts.
///
/// @param\[out] context as for `TVMSetWorkspaces`
/// @param\[in] pointers the model's `TVMWorkspaces_…` struct, or an array of pointers in its order; it may be in
///   read-only memory. It is not copied, so it must outlive the context's use
/// @param\[in] size bytes at `pointers`, checked by `TVMExecute`; 0 when not known
/// @return as `TVMSetWorkspaces`, and `TVM_STATUS_MISALIGNED_ARGUMENT`
#[unsafe(no_mangle)]
pub extern "C" fn TVMSetWorkspaceTable(context: *mut TVMContext, pointers: *const c_void, size: usize) -> i32 {
    set(context, pointers, size, TVM_BINDING_TABLE | Aspect::Workspaces as u32)
}

/// Sets the parameters (constant pools) of a context: one buffer for a model with one, a table of pointers for a model
/// with several. A macro or overloads of this name select `TVMSetParameterBuffer` or `TVMSetParameterTable`, as
/// for `TVMSetWorkspaces`. Not needed for models that contain their parameters.
///
/// Threads, interrupts, callbacks: yes, for different contexts.
///
/// @param\[out] context its parameters are set, nothing else in it is read or written
/// @param\[in] memory the constants or the table of pointers; may be in read-only memory. Must outlive the context's use
/// @return `TVM_STATUS_OK`, `TVM_STATUS_NULL_CONTEXT`, `TVM_STATUS_MISALIGNED_CONTEXT`, `TVM_STATUS_NULL_PARAMETER`. On
///   failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMSetParameters(context: *mut TVMContext, memory: *const c_void) -> i32 {
    set(context, memory, UNKNOWN, TVM_BINDING_AUTO | Aspect::Parameters as u32)
}

/// Sets the one parameter of a context to a buffer.
///
/// Threads, interrupts, callbacks: yes, for different contexts.
///
/// @param\[out] context as for `TVMSetParameters`
/// @param\[in] buffer the constants, aligned as `TVMGetParameterAlignment` says. Must outlive the context's use
/// @param\[in] size bytes at `buffer`, checked by `TVMExecute`; 0 when not known
/// @return as `TVMSetParameters`
#[unsafe(no_mangle)]
pub extern "C" fn TVMSetParameterBuffer(context: *mut TVMContext, buffer: *const c_void, size: usize) -> i32 {
    set(context, buffer, size, TVM_BINDING_BUFFER | Aspect::Parameters as u32)
}

/// Sets the parameters of a context to a table of pointers, one for each parameter of the model.
///
/// Threads, interrupts, callbacks: yes, for different contexts.
///
/// @param\[out] context as for `TVMSetParameters`
/// @param\[in] pointers the model's `TVMParameters_…` struct, or an array of pointers in its order; not copied, so it
///   must outlive the context's use
/// @param\[in] size bytes at `pointers`, checked by `TVMExecute`; 0 when not known
/// @return as `TVMSetParameters`, and `TVM_STATUS_MISALIGNED_ARGUMENT`
#[unsafe(no_mangle)]
pub extern "C" fn TVMSetParameterTable(context: *mut TVMContext, pointers: *const c_void, size: usize) -> i32 {
    set(context, pointers, size, TVM_BINDING_TABLE | Aspect::Parameters as u32)
}

/// Sets the devices of a context: the handles that the model's device hooks get.
///
/// Threads, interrupts, callbacks: yes, for different contexts.
///
/// @param\[out] context its devices are set, nothing else in it is read or written
/// @param\[in] devices the model's `TVMDevices_…` struct, or an array of pointers in its order; not copied, so it must
///   outlive the context's use
/// @return `TVM_STATUS_OK`, `TVM_STATUS_NULL_CONTEXT`, `TVM_STATUS_MISALIGNED_CONTEXT`, `TVM_STATUS_NULL_DEVICE`,
///   `TVM_STATUS_MISALIGNED_ARGUMENT`. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMSetDevices(context: *mut TVMContext, devices: *const c_void) -> i32 {
    set(context, devices, UNKNOWN, TVM_BINDING_TABLE | Aspect::Devices as u32)
}

/// Sets one workspace in a table of pointers, with its size checked against the model.
///
/// Threads, interrupts, callbacks: yes, for different tables.
///
/// @param\[in] model the model's descriptor
/// @param\[in,out] workspaces the model's `TVMWorkspaces_…` struct, or an array of as many pointers as it has workspaces.
///   Pass it to `TVMSetWorkspaces` when all are set
/// @param\[in] index which workspace, from 0 (`TVMFindWorkspace` finds it by name)
/// @param\[in] memory the memory; need not be aligned when it is as large as `TVMGetWorkspaceSize` says
/// @param\[in] size bytes at `memory`
/// @return `TVM_STATUS_OK`; `TVM_STATUS_NULL_ARGUMENT` or `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `workspaces`;
///   `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NULL_WORKSPACE`, `TVM_STATUS_WORKSPACE_TOO_SMALL`,
///   `TVM_STATUS_ADDRESS_OVERFLOW`; what `TVMCheckModel` returns for a bad model. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMSetWorkspace(
    model: *const TVMModel,
    workspaces: *mut c_void,
    index: usize,
    memory: *mut c_void,
    size: usize,
) -> i32 {
    set_one(model, Aspect::Workspaces, workspaces, index, memory, size)
}

/// Sets one parameter in a table of pointers, with its size and alignment checked against the model.
///
/// Threads, interrupts, callbacks: yes, for different tables.
///
/// @param\[in] model the model's descriptor
/// @param\[in,out] parameters the model's `TVMParameters_…` struct, or an array of as many pointers as it has parameters.
///   Pass it to `TVMSetParameters` when all are set
/// @param\[in] index which parameter, from 0 (`TVMFindParameter` finds it by name)
/// @param\[in] memory the constants
/// @param\[in] size bytes at `memory`
/// @return `TVM_STATUS_OK`; `TVM_STATUS_NULL_ARGUMENT` or `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `parameters`;
///   `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NULL_PARAMETER`, `TVM_STATUS_MISALIGNED_PARAMETER`,
///   `TVM_STATUS_PARAMETER_TOO_SMALL`, `TVM_STATUS_ADDRESS_OVERFLOW`; what `TVMCheckModel` returns for a bad model. On
///   failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMSetParameter(
    model: *const TVMModel,
    parameters: *mut c_void,
    index: usize,
    memory: *const c_void,
    size: usize,
) -> i32 {
    set_one(model, Aspect::Parameters, parameters, index, memory, size)
}

/// An unknown size.
const UNKNOWN: usize = usize::MAX;

#[inline(never)]
fn set_one(
    model: *const TVMModel,
    aspect: Aspect,
    table: *mut c_void,
    index: usize,
    memory: *const c_void,
    size: usize,
) -> i32 {
    let checked = raw::model(model).and_then(|model| {
        raw::check_place(table.cast::<*const c_void>())?;
        let kind = Kind::of(aspect);
        if index >= raw::entry_count(model, kind) {
            return fail(TVMStatus::IndexOutOfRange);
        }
        // SAFETY: the kind of an aspect is one of pools; below the count.
        crate::access::place(unsafe { raw::pool_at(model, kind, index) }, aspect, memory.addr(), size)
    });
    // SAFETY: `check_place` accepted the table, and the index is below the count.
    crate::answer(checked.map(|_| unsafe { raw::set_pointer_at(table, index, memory) }))
}

/// Sets one aspect. `what` is the kind of the binding and the aspect in one number: with four arguments, each exported
/// function above is a jump.
#[inline(never)]
fn set(context: *mut TVMContext, memory: *const c_void, size: usize, what: u32) -> i32 {
    let kind = what & !3;
    let aspect = match what & 3 {
        0 => Aspect::Workspaces,
        1 => Aspect::Parameters,
        _ => Aspect::Devices,
    };
    let checked = raw::context_mut(context).and_then(|context| {
        if memory.is_null() {
            return fail(aspect.null());
        }
        if kind == TVM_BINDING_TABLE && memory.addr() % align_of::<usize>() != 0 {
            return fail(TVMStatus::MisalignedArgument);
        }
        Ok(context)
    });
    crate::answer(checked.map(|context| {
        let size = if size == 0 { UNKNOWN } else { size };
        // SAFETY: a binding of a context that `context_mut` accepted.
        unsafe { raw::store(raw::binding_mut(context, aspect), TVMBinding { memory, size, kind }) };
    }))
}
