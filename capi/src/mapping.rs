//! Where the memory of a context begins for a model: workspaces, parameters, tensors inside a workspace.

use crate::raw;
use core::ffi::c_void;
use tvm_embedded_core::context::{Bound, TVMContext};
use tvm_embedded_core::descriptor::{TVMModel, TVMTensor};
use tvm_embedded_core::status::TVMStatus;

/// Fills the inputs struct of a model whose inputs live inside its workspace with their addresses there.
///
/// The addresses stay valid as long as the workspaces are not set anew. The model may overwrite inputs while it runs, so
/// write them again before each `TVMExecute`.
///
/// @param model [in] the model's descriptor
/// @param context [in] a context whose workspaces are set
/// @param inputs [out] the model's `TVMInputs_…` struct, or an array of as many pointers as it has inputs
/// @return `TVM_STATUS_OK`; `TVM_STATUS_NOT_AVAILABLE` when an input is the caller's to place;
///   `TVM_STATUS_NULL_INPUTS` or `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `inputs`; what `TVMExecute` answers for a
///   bad model, context or workspace. On failure nothing is written. Re-entrant
#[unsafe(no_mangle)]
pub extern "C" fn TVMMapInputs(model: *const TVMModel, context: *const TVMContext, inputs: *mut c_void) -> i32 {
    let mapped = raw::model(model).and_then(|model| {
        raw::check_table(inputs, TVMStatus::NullInputs)?;
        map(model, context, raw::inputs(model), inputs)
    });
    crate::answer(mapped)
}

/// Fills the outputs struct of a model whose outputs live inside its workspace with their addresses there.
///
/// The addresses stay valid as long as the workspaces are not set anew. Read outputs before the next `TVMExecute`, and
/// before any other model uses the same workspace.
///
/// @param model [in] the model's descriptor
/// @param context [in] a context whose workspaces are set
/// @param outputs [out] the model's `TVMOutputs_…` struct, or an array of as many pointers as it has outputs
/// @return as `TVMMapInputs`, with `TVM_STATUS_NULL_OUTPUTS`. On failure nothing is written. Re-entrant
#[unsafe(no_mangle)]
pub extern "C" fn TVMMapOutputs(model: *const TVMModel, context: *const TVMContext, outputs: *mut c_void) -> i32 {
    let mapped = raw::model(model).and_then(|model| {
        raw::check_table(outputs, TVMStatus::NullOutputs)?;
        map(model, context, raw::outputs(model), outputs)
    });
    crate::answer(mapped)
}

/// Tells where a workspace of a context begins: the first byte the model uses, aligned.
///
/// @param model [in] the model's descriptor
/// @param context [in] a context whose workspaces are set
/// @param index [in] which workspace, from 0
/// @param memory [out] the address
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NULL_ARGUMENT` or
///   `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `memory`; what `TVMExecute` answers for a bad model, context or
///   workspace. On failure nothing is written. Re-entrant
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetWorkspace(
    model: *const TVMModel,
    context: *const TVMContext,
    index: usize,
    memory: *mut *mut c_void,
) -> i32 {
    let found = raw::model(model).and_then(|model| {
        raw::check_place(memory)?;
        workspace(model, context, index)
    });
    crate::answer(found.map(|address| raw::store(memory, address.cast_mut())))
}

/// Tells where a parameter of a context begins: the user's memory if it was set, else the data the model carries.
///
/// @param model [in] the model's descriptor
/// @param context [in] a context; NULL is legal for a model that carries all its parameters
/// @param index [in] which parameter, from 0
/// @param memory [out] the address
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NULL_ARGUMENT` or
///   `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `memory`; what `TVMExecute` answers for a bad model, context or
///   parameter. On failure nothing is written. Re-entrant
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetParameter(
    model: *const TVMModel,
    context: *const TVMContext,
    index: usize,
    memory: *mut *const c_void,
) -> i32 {
    let found = raw::model(model).and_then(|model| {
        raw::check_place(memory)?;
        parameter(model, context, index)
    });
    crate::answer(found.map(|address| raw::store(memory, address)))
}

/// The first byte of the workspace that the tensor lives in, plus its offset.
#[inline(never)]
pub fn place(model: &TVMModel, context: *const TVMContext, tensor: &TVMTensor) -> Result<*const c_void, TVMStatus> {
    let base = workspace(model, context, tensor.workspace as usize)?;
    Ok(raw::offset(base, tensor.workspace_offset as usize))
}

fn workspace(model: &TVMModel, context: *const TVMContext, index: usize) -> Result<*const c_void, TVMStatus> {
    let pools = raw::workspaces(model);
    let pool = pools.get(index).ok_or(TVMStatus::IndexOutOfRange)?;
    let binding = &raw::context(context)?.workspaces;
    let (given, memory) = match binding.bound(pools.len(), TVMStatus::WorkspacesNotSet)? {
        Bound::Buffer(given) => (given, binding.memory),
        Bound::Table => {
            raw::check_table(binding.memory, TVMStatus::NullWorkspace)?;
            (usize::MAX, raw::pointer_at(binding.memory, index))
        }
    };
    let address = memory.addr();
    let start = pool.place_workspace(address, given)?;
    Ok(raw::offset(memory, start.wrapping_sub(address)))
}

fn parameter(model: &TVMModel, context: *const TVMContext, index: usize) -> Result<*const c_void, TVMStatus> {
    let pools = raw::parameters(model);
    let pool = pools.get(index).ok_or(TVMStatus::IndexOutOfRange)?;
    if context.is_null() && !pool.data.is_null() {
        return Ok(pool.data);
    }
    let binding = &raw::context(context)?.parameters;
    let (given, memory) = match binding.bound(pools.len(), TVMStatus::ParametersNotSet) {
        Ok(Bound::Buffer(given)) => (given, binding.memory),
        Ok(Bound::Table) => {
            raw::check_table(binding.memory, TVMStatus::NullParameter)?;
            (usize::MAX, raw::pointer_at(binding.memory, index))
        }
        Err(TVMStatus::ParametersNotSet) if !pool.data.is_null() => (usize::MAX, pool.data),
        Err(status) => return Err(status),
    };
    pool.check_parameter(memory.addr(), given)?;
    Ok(memory)
}

fn map(
    model: &TVMModel,
    context: *const TVMContext,
    tensors: &[TVMTensor],
    pointers: *mut c_void,
) -> Result<(), TVMStatus> {
    // Two rounds, so that a failure writes nothing.
    for tensor in tensors {
        if !tensor.in_workspace() {
            return Err(TVMStatus::NotAvailable);
        }
        place(model, context, tensor)?;
    }
    for (index, tensor) in tensors.iter().enumerate() {
        raw::set_pointer_at(pointers, index, place(model, context, tensor)?);
    }
    Ok(())
}
