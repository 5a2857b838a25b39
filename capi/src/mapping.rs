//! Where the memory of a context begins for a model: workspaces, parameters, tensors inside a workspace.

use crate::access;
use crate::kind::Kind;
use crate::raw;
use core::ffi::c_void;
use tvm_embedded_core::context::{Aspect, Bound, TVMContext};
use tvm_embedded_core::descriptor::{TVMModel, TVMTensor};
use tvm_embedded_core::status::{Fault, TVMStatus, fail};

/// Fills the inputs struct of a model whose inputs are inside its workspace with their addresses there.
///
/// The addresses stay valid until the workspaces are set again. The model may overwrite inputs while it runs, so
/// write them again before each `TVMExecute`.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] context a context whose workspaces are set
/// @param\[out] inputs the model's `TVMInputs_…` struct, or an array of as many pointers as it has inputs
/// @return `TVM_STATUS_OK`; `TVM_STATUS_NOT_AVAILABLE` when the caller provides an input;
///   `TVM_STATUS_NULL_INPUTS` or `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `inputs`; what `TVMExecute` returns for a
///   bad model, context or workspace. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMMapInputs(model: *const TVMModel, context: *const TVMContext, inputs: *mut c_void) -> i32 {
    crate::answer(map(model, context, Kind::Input, inputs))
}

/// Fills the outputs struct of a model whose outputs are inside its workspace with their addresses there.
///
/// The addresses stay valid until the workspaces are set again. Read outputs before the next `TVMExecute`, and
/// before any other model uses the same workspace.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] context a context whose workspaces are set
/// @param\[out] outputs the model's `TVMOutputs_…` struct, or an array of as many pointers as it has outputs
/// @return `TVM_STATUS_OK`; `TVM_STATUS_NOT_AVAILABLE` when the caller provides an output;
///   `TVM_STATUS_NULL_OUTPUTS` or `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `outputs`; what `TVMExecute` returns for a
///   bad model, context or workspace. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMMapOutputs(model: *const TVMModel, context: *const TVMContext, outputs: *mut c_void) -> i32 {
    crate::answer(map(model, context, Kind::Output, outputs))
}

/// Reports where a workspace of a context begins: the first byte the model uses, aligned.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] context a context whose workspaces are set
/// @param\[in] index which workspace, from 0
/// @param\[out] memory the address
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NULL_ARGUMENT` or
///   `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `memory`; what `TVMExecute` returns for a bad model, context or
///   workspace. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetWorkspace(
    model: *const TVMModel,
    context: *const TVMContext,
    index: usize,
    memory: *mut *mut c_void,
) -> i32 {
    report(model, context, Aspect::Workspaces, index, memory.cast())
}

/// Reports where a parameter of a context begins: the user's memory if it was set, else the data in the model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] context a context; NULL is legal for a model that contains all its parameters
/// @param\[in] index which parameter, from 0
/// @param\[out] memory the address
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NULL_ARGUMENT` or
///   `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `memory`; what `TVMExecute` returns for a bad model, context or
///   parameter. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetParameter(
    model: *const TVMModel,
    context: *const TVMContext,
    index: usize,
    memory: *mut *const c_void,
) -> i32 {
    report(model, context, Aspect::Parameters, index, memory)
}

/// Reports the handle of a device of a context, as set with `TVMSetDevices`.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] context a context whose devices are set
/// @param\[in] index which device, from 0
/// @param\[out] device the handle
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NULL_ARGUMENT` or
///   `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `device`; what `TVMExecute` returns for a bad model, context or device. On
///   failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetDevice(
    model: *const TVMModel,
    context: *const TVMContext,
    index: usize,
    device: *mut *mut c_void,
) -> i32 {
    report(model, context, Aspect::Devices, index, device.cast())
}

/// For generated code: whether the pointers to tensors that are inside a workspace are the addresses that `TVMMapInputs`
/// and `TVMMapOutputs` report. Entries of models with such tensors call it; `TVMExecute` has checked everything else.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] context a context whose workspaces are set
/// @param\[in] inputs the model's inputs; NULL is accepted
/// @param\[in] outputs the model's outputs; NULL is accepted
/// @return `TVM_STATUS_OK`; `TVM_STATUS_TENSOR_NOT_IN_WORKSPACE`; `TVM_STATUS_MISALIGNED_ARGUMENT`; what `TVMExecute`
///   returns for a bad model, context or workspace
#[unsafe(no_mangle)]
pub extern "C" fn TVMCheckMapped(
    model: *const TVMModel,
    context: *const TVMContext,
    inputs: *const c_void,
    outputs: *const c_void,
) -> i32 {
    let checked = raw::model(model).and_then(|model| {
        check_mapped(model, context, Kind::Input, inputs)?;
        check_mapped(model, context, Kind::Output, outputs)
    });
    crate::answer(checked)
}

/// Checks one workspace of a context against the model, and reports the first byte the model uses of it.
#[inline(never)]
pub fn workspace(model: &TVMModel, context: *const TVMContext, index: usize) -> Result<*const c_void, Fault> {
    locate(model, context, Aspect::Workspaces, index)
}

/// The same for any aspect. Two copies of the code: every program has the one above and few have this.
#[inline(never)]
fn any(model: &TVMModel, context: *const TVMContext, aspect: Aspect, index: usize) -> Result<*const c_void, Fault> {
    locate(model, context, aspect, index)
}

#[inline(always)]
fn locate(model: &TVMModel, context: *const TVMContext, aspect: Aspect, index: usize) -> Result<*const c_void, Fault> {
    let kind = Kind::of(aspect);
    let count = raw::entry_count(model, kind);
    if index >= count {
        return fail(TVMStatus::IndexOutOfRange);
    }
    // SAFETY: the kind of an aspect is one of pools; below the count.
    let pool = unsafe { raw::pool_at(model, kind, index) };
    // A model that contains its constants runs with them.
    let carried = aspect != Aspect::Workspaces && !pool.data.is_null();
    if carried && context.is_null() {
        return Ok(pool.data);
    }
    let binding = raw::binding(raw::context(context)?, aspect);
    let (memory, given) = match binding.bound(aspect, count) {
        Ok(Bound::Buffer) => (binding.memory, binding.size),
        // SAFETY: bound tables are neither NULL nor misaligned, and their length is the count.
        Ok(Bound::Table) => (unsafe { raw::pointer_at(binding.memory, index) }, usize::MAX),
        Err(fault) if carried && fault == TVMStatus::ParametersNotSet.into() => return Ok(pool.data),
        Err(fault) => return Err(fault),
    };
    let address = memory.addr();
    let start = match aspect {
        Aspect::Workspaces => pool.place(aspect, address, given)?,
        _ => access::place(pool, aspect, address, given)?,
    };
    Ok(raw::offset(memory, start.wrapping_sub(address)))
}

/// Where a tensor inside a workspace begins.
fn place(model: &TVMModel, context: *const TVMContext, tensor: &TVMTensor) -> Result<*const c_void, Fault> {
    let base = workspace(model, context, tensor.workspace as usize)?;
    Ok(raw::offset(base, tensor.workspace_offset as usize))
}

#[inline]
fn report(
    model: *const TVMModel,
    context: *const TVMContext,
    aspect: Aspect,
    index: usize,
    memory: *mut *const c_void,
) -> i32 {
    let found = raw::model(model).and_then(|model| {
        raw::check_place(memory)?;
        any(model, context, aspect, index)
    });
    // SAFETY: `check_place` accepted it.
    crate::answer(found.map(|address| unsafe { raw::store(memory, address) }))
}

#[inline(never)]
fn map(model: *const TVMModel, context: *const TVMContext, kind: Kind, pointers: *mut c_void) -> Result<(), Fault> {
    let model = raw::model(model)?;
    if pointers.is_null() {
        return fail(kind.null());
    }
    raw::check_place(pointers.cast::<*const c_void>())?;
    // Two rounds, so that a failure writes nothing.
    for store in [false, true] {
        for index in 0..raw::entry_count(model, kind) {
            // SAFETY: callers name inputs or outputs; below the count.
            let tensor = unsafe { raw::tensor_at(model, kind, index) };
            if !tensor.in_workspace() {
                return fail(TVMStatus::NotAvailable);
            }
            let address = place(model, context, tensor)?;
            if store {
                // SAFETY: `check_place` accepted the table; below the count.
                unsafe { raw::set_pointer_at(pointers, index, address) };
            }
        }
    }
    Ok(())
}

/// Whether the pointers to tensors that are inside a workspace, if given, are the addresses that `map` gives.
fn check_mapped(
    model: &TVMModel,
    context: *const TVMContext,
    kind: Kind,
    pointers: *const c_void,
) -> Result<(), Fault> {
    if pointers.is_null() {
        return Ok(());
    }
    raw::check_place(pointers.cast_mut().cast::<*const c_void>())?;
    for index in 0..raw::entry_count(model, kind) {
        // SAFETY: callers name inputs or outputs; below the count.
        let tensor = unsafe { raw::tensor_at(model, kind, index) };
        // SAFETY: `check_place` accepted the table; below the count.
        if tensor.in_workspace() && place(model, context, tensor)? != unsafe { raw::pointer_at(pointers, index) } {
            return fail(TVMStatus::TensorNotInWorkspace);
        }
    }
    Ok(())
}
