//! Running a model: every check, then one call.

use crate::kind::Kind;
use crate::mapping::workspace;
use crate::raw;
use core::ffi::c_void;
use tvm_embedded_core::context::{TVM_BINDING_BUFFER, TVMContext};
use tvm_embedded_core::descriptor::TVMModel;
use tvm_embedded_core::status::{Fault, TVMStatus, fail};

/// Runs a model once.
///
/// The checks run in this order; the status of the first that fails is returned, and then nothing was written and nothing ran:
/// the model (`TVM_STATUS_NULL_MODEL`, `TVM_STATUS_MISALIGNED_MODEL`, `TVM_STATUS_NOT_A_MODEL`,
/// `TVM_STATUS_ABI_MISMATCH`, `TVM_STATUS_CORRUPT_MODEL`);
/// each workspace (`TVM_STATUS_NULL_CONTEXT`, `TVM_STATUS_MISALIGNED_CONTEXT`, `TVM_STATUS_WORKSPACES_NOT_SET`,
/// `TVM_STATUS_WRONG_COUNT`, `TVM_STATUS_MISALIGNED_ARGUMENT`, `TVM_STATUS_NULL_WORKSPACE`,
/// `TVM_STATUS_WORKSPACE_TOO_SMALL`, `TVM_STATUS_ADDRESS_OVERFLOW`);
/// the inputs, then the outputs (`TVM_STATUS_MISALIGNED_ARGUMENT`, `TVM_STATUS_NULL_INPUTS` or
/// `TVM_STATUS_NULL_OUTPUTS`, and for each tensor `TVM_STATUS_NULL_TENSOR`, `TVM_STATUS_MISALIGNED_TENSOR`);
/// then, if the model has them, in its own generated entry: each parameter (`TVM_STATUS_NULL_CONTEXT`,
/// `TVM_STATUS_MISALIGNED_CONTEXT`, `TVM_STATUS_PARAMETERS_NOT_SET`, `TVM_STATUS_WRONG_COUNT`,
/// `TVM_STATUS_MISALIGNED_ARGUMENT`, `TVM_STATUS_NULL_PARAMETER`, `TVM_STATUS_MISALIGNED_PARAMETER`,
/// `TVM_STATUS_PARAMETER_TOO_SMALL`, `TVM_STATUS_ADDRESS_OVERFLOW`); each device (`TVM_STATUS_NULL_CONTEXT`,
/// `TVM_STATUS_MISALIGNED_CONTEXT`, `TVM_STATUS_DEVICES_NOT_SET`, `TVM_STATUS_WRONG_COUNT`,
/// `TVM_STATUS_MISALIGNED_ARGUMENT`, `TVM_STATUS_NULL_DEVICE`); the tensors inside a workspace
/// (`TVM_STATUS_TENSOR_NOT_IN_WORKSPACE`); and whether the state was reset (`TVM_STATUS_STATE_NOT_RESET`).
///
/// It can't check how many bytes a tensor pointer points to, of which type they are, and whether the memory still
/// exists. `inputs` and `outputs` are `void` pointers here, so a struct of another model compiles and is read as this model's.
/// If the model is known at compile time, call the generated `TVMExecute_<model>`, which takes only its own types; this
/// function is for tables of models, and for a call with all checks.
///
/// Then the model runs. Its own failure code is returned unchanged: TVM's generated code returns -1, a compiled model returns
/// `TVM_STATUS_VALUE_OUT_OF_RANGE` for a value that has no result. After a failure of the model the contents of
/// outputs and workspaces are undefined; the next call is not affected. A model with static
/// memory returns `TVM_STATUS_BUSY` when it is already running.
///
/// The library keeps nothing, allocates nothing and writes only to its stack.
///
/// Threads, interrupts, callbacks: yes, when no two calls at the same time share a workspace or an output. A model with
/// static memory returns `TVM_STATUS_BUSY` to interrupts and callbacks, and is for one thread at a time: the
/// caller must lock out other threads.
///
/// @param\[in] model the model's descriptor, as the generated header declares it
/// @param\[in] inputs the model's `TVMInputs_…` struct, or an array of pointers in its order: one pointer for each
///   input, to at least its size in bytes, aligned to its alignment. NULL is legal when the model has no inputs, or has
///   them all inside its workspace. The pointers and the memory they point at must stay valid during the call. The tensors
///   are only read
/// @param\[in] outputs the model's `TVMOutputs_…` struct or an array of pointers, as for inputs. The tensors they point
///   at are written
/// @param\[in] context where the run finds its memory. NULL is legal for a model that contains all its memory. May be in
///   read-only memory
/// @return `TVM_STATUS_OK`, one of the statuses above, or the model's own failure code
#[unsafe(no_mangle)]
pub extern "C" fn TVMExecute(
    model: *const TVMModel,
    inputs: *const c_void,
    outputs: *const c_void,
    context: *const TVMContext,
) -> i32 {
    match usual_case(model, inputs, outputs, context) {
        // SAFETY: a plain model has an entry; `usual_case` has checked the rest.
        Some(model) => unsafe { raw::run(model, inputs, outputs, context) },
        None => check_and_run(model, inputs, outputs, context),
    }
}

/// Initialises the state of a model that remembers earlier calls (a streaming model). Call it once before
/// the first `TVMExecute`, which is refused until then ("state not reset"), and whenever a new stream begins.
///
/// The reset writes a mark that is specific to the model to the state workspace, and each run checks it. Memory that was never
/// reset, was reset for another model, or was used for something else since, does not hold this mark.
///
/// A model without state needs no reset; the function then returns success.
///
/// Threads, interrupts, callbacks: yes, when no two calls at the same time share a workspace.
///
/// @param\[in] model the model's descriptor
/// @param\[in] context the context that `TVMExecute` is called with; its state workspace is written
/// @return `TVM_STATUS_OK`; what `TVMExecute` returns for a bad model, context, workspace or parameter; or the model's own
///   failure code
#[unsafe(no_mangle)]
pub extern "C" fn TVMReset(model: *const TVMModel, context: *const TVMContext) -> i32 {
    let checked = raw::model(model).and_then(|model| check_workspaces(model, context).map(|()| model));
    match checked {
        // SAFETY: `check_workspaces` has checked the context.
        Ok(model) => unsafe { raw::reset(model, context) },
        Err(fault) => fault.code(),
    }
}

/// The usual case with few instructions: a plain model, one buffer as its workspace, both tensors aligned for the stricter
/// one. `None` does not mean an error: `check` below then applies every rule, and reports which one failed.
#[inline]
fn usual_case<'a>(
    model: *const TVMModel,
    inputs: *const c_void,
    outputs: *const c_void,
    context: *const TVMContext,
) -> Option<&'a TVMModel> {
    let all = model.addr() | inputs.addr() | outputs.addr() | context.addr();
    if all % align_of::<usize>() != 0 || model.is_null() || inputs.is_null() || outputs.is_null() || context.is_null() {
        return None;
    }
    // SAFETY: neither is NULL or misaligned, see above.
    let (model, context) = unsafe { raw::aligned(model, context) };
    if !model.is_plain() {
        return None;
    }
    let binding = &context.workspaces;
    // SAFETY: a plain model has a workspace.
    let pool = unsafe { raw::pool_at(model, Kind::Workspace, 0) };
    if binding.kind != TVM_BINDING_BUFFER || !pool.holds_at_any_address(binding.memory.addr(), binding.size) {
        return None;
    }
    // SAFETY: neither is NULL or misaligned, see above; a plain model has one input and one output.
    let (input, output) = unsafe { (raw::pointer_at(inputs, 0).addr(), raw::pointer_at(outputs, 0).addr()) };
    if input == 0 || output == 0 || (input | output) & model.tensor_alignment_mask as usize != 0 {
        return None;
    }
    Some(model)
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
        // SAFETY: `check` has checked all of it.
        Ok(model) => unsafe { raw::run(model, inputs, outputs, context) },
        Err(fault) => fault.code(),
    }
}

#[inline]
fn check<'a>(
    model: *const TVMModel,
    inputs: *const c_void,
    outputs: *const c_void,
    context: *const TVMContext,
) -> Result<&'a TVMModel, Fault> {
    let model = raw::model(model)?;
    if model.entry.is_none() {
        return fail(TVMStatus::CorruptModel);
    }
    check_workspaces(model, context)?;
    check_tensors(model, inputs, Kind::Input)?;
    check_tensors(model, outputs, Kind::Output)?;
    Ok(model)
}

#[inline(always)]
fn check_workspaces(model: &TVMModel, context: *const TVMContext) -> Result<(), Fault> {
    for index in 0..model.num_workspaces as usize {
        workspace(model, context, index)?;
    }
    Ok(())
}

#[inline(never)]
fn check_tensors(model: &TVMModel, pointers: *const c_void, kind: Kind) -> Result<(), Fault> {
    if pointers.addr() % align_of::<usize>() != 0 {
        return fail(TVMStatus::MisalignedArgument);
    }
    for index in 0..raw::entry_count(model, kind) {
        // SAFETY: callers name inputs or outputs; below the count.
        let tensor = unsafe { raw::tensor_at(model, kind, index) };
        // Tensors inside a workspace are checked by the model's entry (`TVMCheckMapped`).
        if tensor.in_workspace() {
            continue;
        }
        if pointers.is_null() {
            return fail(kind.null());
        }
        // SAFETY: neither NULL nor misaligned, see above; below the count.
        tensor.check(unsafe { raw::pointer_at(pointers, index) }.addr())?;
    }
    Ok(())
}
