//! Running a model: every check, then one call.

use crate::raw;
use core::ffi::c_void;
use tvm_embedded_core::context::{Bound, TVM_BINDING_BUFFER, TVMContext};
use tvm_embedded_core::descriptor::{TVMModel, TVMTensor};
use tvm_embedded_core::status::TVMStatus;

/// Runs a model once.
///
/// The checks run in this order, the first that fails is answered, and then nothing was written and nothing ran:
/// the model (`TVM_STATUS_NULL_MODEL`, `TVM_STATUS_MISALIGNED_MODEL`, `TVM_STATUS_NOT_A_MODEL`,
/// `TVM_STATUS_ABI_MISMATCH`, `TVM_STATUS_CORRUPT_MODEL`);
/// the context, if the model needs anything from it (`TVM_STATUS_NULL_CONTEXT`, `TVM_STATUS_MISALIGNED_CONTEXT`);
/// its workspaces (`TVM_STATUS_WORKSPACES_NOT_SET`, `TVM_STATUS_WRONG_COUNT`, `TVM_STATUS_MISALIGNED_ARGUMENT`,
/// `TVM_STATUS_NULL_WORKSPACE`, `TVM_STATUS_WORKSPACE_TOO_SMALL`, `TVM_STATUS_ADDRESS_OVERFLOW`);
/// its parameters (`TVM_STATUS_PARAMETERS_NOT_SET`, `TVM_STATUS_WRONG_COUNT`, `TVM_STATUS_MISALIGNED_ARGUMENT`,
/// `TVM_STATUS_NULL_PARAMETER`, `TVM_STATUS_MISALIGNED_PARAMETER`, `TVM_STATUS_PARAMETER_TOO_SMALL`);
/// its devices (`TVM_STATUS_DEVICES_NOT_SET`, `TVM_STATUS_WRONG_COUNT`, `TVM_STATUS_MISALIGNED_ARGUMENT`,
/// `TVM_STATUS_NULL_DEVICE`);
/// the inputs, then the outputs (`TVM_STATUS_NULL_INPUTS` or `TVM_STATUS_NULL_OUTPUTS`,
/// `TVM_STATUS_MISALIGNED_ARGUMENT`, `TVM_STATUS_NULL_TENSOR`, `TVM_STATUS_MISALIGNED_TENSOR`,
/// `TVM_STATUS_TENSOR_NOT_IN_WORKSPACE`).
///
/// Then the model runs. Its own failure code comes back unchanged (generated code returns -1). After a failure of the
/// model the contents of outputs and workspaces are undefined; the next call is not affected. A model that keeps its
/// memory to itself answers `TVM_STATUS_BUSY` when it is running already.
///
/// The library keeps nothing, allocates nothing and writes nothing but its stack. Calls may run at the same time, from
/// threads or interrupts, when they share no workspace, no output and no state.
///
/// @param model [in] the model's descriptor, as the generated header declares it
/// @param inputs [in] the model's `TVMInputs_…` struct, or an array of pointers in its order: one pointer for each
///   input, to at least its size in bytes, aligned to its alignment. NULL is legal when the model has no inputs, or has
///   them all inside its workspace. The pointers and what they point at must stay valid during the call. The tensors are
///   read only
/// @param outputs [in] the model's `TVMOutputs_…` struct or an array of pointers, as for inputs. The tensors they point
///   at are written
/// @param context [in] where the run finds its memory. NULL is legal for a model that brings all of it. May lie in
///   read-only memory
/// @return `TVM_STATUS_OK`, one of the statuses above, or the model's own failure code
#[unsafe(no_mangle)]
pub extern "C" fn TVMExecute(
    model: *const TVMModel,
    inputs: *const c_void,
    outputs: *const c_void,
    context: *const TVMContext,
) -> i32 {
    match surely_right(model, inputs, outputs, context) {
        Some(model) => raw::run_plain(model, inputs, outputs, context),
        None => check_and_run(model, inputs, outputs, context),
    }
}

/// Puts the state of a model that remembers earlier calls (a streaming model) back to its beginning. Call it once before
/// the first `TVMExecute`, and whenever a new stream begins.
///
/// A model without state needs no reset, and answers success.
///
/// @param model [in] the model's descriptor
/// @param context [in] the context that `TVMExecute` is called with; its state workspace is written
/// @return `TVM_STATUS_OK`; what `TVMExecute` answers for a bad model, context, workspace, parameter or device; or the
///   model's own failure code. Re-entrancy: as `TVMExecute`
#[unsafe(no_mangle)]
pub extern "C" fn TVMReset(model: *const TVMModel, context: *const TVMContext) -> i32 {
    match raw::model(model).and_then(|model| check_context(model, context).map(|()| model)) {
        Ok(model) => raw::reset(model, context),
        Err(status) => status as i32,
    }
}

/// The usual case with few instructions: a plain model, one buffer as its workspace, everything aligned for the
/// strictest tensor. `None` means "look closely", not "wrong": every rule is in `check` below, which also says what failed.
#[inline]
fn surely_right<'a>(
    model: *const TVMModel,
    inputs: *const c_void,
    outputs: *const c_void,
    context: *const TVMContext,
) -> Option<&'a TVMModel> {
    let all = model.addr() | inputs.addr() | outputs.addr() | context.addr();
    if all % align_of::<usize>() != 0 || model.is_null() || inputs.is_null() || outputs.is_null() || context.is_null() {
        return None;
    }
    let (model, context) = raw::aligned(model, context);
    if !model.is_plain() {
        return None;
    }
    let binding = &context.workspaces;
    let pool = raw::only_workspace(model);
    if binding.kind != TVM_BINDING_BUFFER || !pool.surely_holds(binding.memory.addr(), binding.size) {
        return None;
    }
    let tensors = all_bits(inputs, model.num_inputs)? | all_bits(outputs, model.num_outputs)?;
    if tensors & model.tensor_alignment_mask as usize != 0 {
        return None;
    }
    Some(model)
}

/// All bits that are set in any of `count` > 0 pointers; `None` when one of them is NULL.
#[inline(always)]
fn all_bits(pointers: *const c_void, count: u16) -> Option<usize> {
    let mut bits = raw::pointer_at(pointers, 0).addr();
    if bits == 0 {
        return None;
    }
    if count != 1 {
        for index in 1..count as usize {
            let address = raw::pointer_at(pointers, index).addr();
            if address == 0 {
                return None;
            }
            bits |= address;
        }
    }
    Some(bits)
}

#[inline(never)]
#[cold]
fn check_and_run(
    model: *const TVMModel,
    inputs: *const c_void,
    outputs: *const c_void,
    context: *const TVMContext,
) -> i32 {
    match check(model, inputs, outputs, context) {
        Ok(model) => raw::run(model, inputs, outputs, context),
        Err(status) => status as i32,
    }
}

fn check<'a>(
    model: *const TVMModel,
    inputs: *const c_void,
    outputs: *const c_void,
    context: *const TVMContext,
) -> Result<&'a TVMModel, TVMStatus> {
    let model = raw::model(model)?;
    check_context(model, context)?;
    check_tensors(model, context, raw::inputs(model), inputs, TVMStatus::NullInputs)?;
    check_tensors(model, context, raw::outputs(model), outputs, TVMStatus::NullOutputs)?;
    Ok(model)
}

#[inline]
fn check_context(model: &TVMModel, context: *const TVMContext) -> Result<(), TVMStatus> {
    if model.num_workspaces | model.num_parameters | model.num_devices == 0 {
        return Ok(());
    }
    let context = raw::context(context)?;
    if model.num_workspaces != 0 {
        let pools = raw::workspaces(model);
        let binding = &context.workspaces;
        match binding.bound(pools.len(), TVMStatus::WorkspacesNotSet)? {
            Bound::Buffer(given) => {
                pools.first().map_or(Ok(0), |pool| pool.place_workspace(binding.memory.addr(), given))?;
            }
            Bound::Table => {
                raw::check_table(binding.memory, TVMStatus::NullWorkspace)?;
                for (index, pool) in pools.iter().enumerate() {
                    pool.place_workspace(raw::pointer_at(binding.memory, index).addr(), usize::MAX)?;
                }
            }
        }
    }
    if model.num_parameters != 0 {
        check_parameters(model, context)?;
    }
    if model.num_devices != 0 {
        check_devices(model, context)?;
    }
    Ok(())
}

#[inline(never)]
fn check_parameters(model: &TVMModel, context: &TVMContext) -> Result<(), TVMStatus> {
    let pools = raw::parameters(model);
    let binding = &context.parameters;
    match binding.bound(pools.len(), TVMStatus::ParametersNotSet) {
        Ok(Bound::Buffer(given)) => {
            pools.first().map_or(Ok(()), |pool| pool.check_parameter(binding.memory.addr(), given))
        }
        Ok(Bound::Table) => {
            raw::check_table(binding.memory, TVMStatus::NullParameter)?;
            for (index, pool) in pools.iter().enumerate() {
                pool.check_parameter(raw::pointer_at(binding.memory, index).addr(), usize::MAX)?;
            }
            Ok(())
        }
        // A model that carries all its constants runs with them.
        Err(TVMStatus::ParametersNotSet) if pools.iter().all(|pool| !pool.data.is_null()) => Ok(()),
        Err(status) => Err(status),
    }
}

#[inline(never)]
fn check_devices(model: &TVMModel, context: &TVMContext) -> Result<(), TVMStatus> {
    let binding = &context.devices;
    match binding.bound(model.num_devices as usize, TVMStatus::DevicesNotSet)? {
        Bound::Buffer(_) if binding.memory.is_null() => Err(TVMStatus::NullDevice),
        Bound::Buffer(_) => Ok(()),
        Bound::Table => {
            raw::check_table(binding.memory, TVMStatus::NullDevice)?;
            for index in 0..model.num_devices as usize {
                if raw::pointer_at(binding.memory, index).is_null() {
                    return Err(TVMStatus::NullDevice);
                }
            }
            Ok(())
        }
    }
}

#[inline]
fn check_tensors(
    model: &TVMModel,
    context: *const TVMContext,
    tensors: &[TVMTensor],
    pointers: *const c_void,
    null: TVMStatus,
) -> Result<(), TVMStatus> {
    if pointers.is_null() {
        return if tensors.iter().all(TVMTensor::in_workspace) { Ok(()) } else { Err(null) };
    }
    raw::check_table(pointers, null)?;
    for (index, tensor) in tensors.iter().enumerate() {
        let address = raw::pointer_at(pointers, index).addr();
        tensor.check(address)?;
        if tensor.in_workspace() && crate::mapping::place(model, context, tensor)?.addr() != address {
            return Err(TVMStatus::TensorNotInWorkspace);
        }
    }
    Ok(())
}
