//! What the descriptor says about workspaces, parameters and devices: count, name, size, alignment, data.

use crate::access::{count, find, pool};
use crate::kind::Kind;
use core::ffi::{c_char, c_void};
use core::ptr::null;
use tvm_embedded_core::descriptor::{TVM_POOL_STATE, TVMModel};

/// Number of workspaces of a model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @return the number; 0 for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetWorkspaceCount(model: *const TVMModel) -> usize {
    count(model, Kind::Workspace)
}

/// Index of the workspace with this name.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] name the model's own name, or the name of the member in the generated struct
/// @return the index, from 0; `TVM_STATUS_NAME_UNKNOWN`, `TVM_STATUS_NULL_ARGUMENT`, or what `TVMCheckModel` returns
///   for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMFindWorkspace(model: *const TVMModel, name: *const c_char) -> i32 {
    find(model, Kind::Workspace, name)
}

/// Name of a workspace as in the model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which workspace, from 0
/// @return the name, UTF-8, in constant memory; NULL for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetWorkspaceName(model: *const TVMModel, index: usize) -> *const c_char {
    pool(model, Kind::Workspace, index).map_or(null(), |pool| pool.name)
}

/// Bytes that a buffer for a workspace must have at any address: the bytes that the model needs and the slack for
/// alignment.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which workspace, from 0
/// @return the bytes; 0 for a bad model or index, and for models that contain their memory
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetWorkspaceSize(model: *const TVMModel, index: usize) -> usize {
    pool(model, Kind::Workspace, index).map_or(0, |pool| pool.buffer_size as usize)
}

/// Bytes that a buffer for a workspace must have when it is aligned to `TVMGetWorkspaceAlignment`.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which workspace, from 0
/// @return the bytes; 0 for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetWorkspaceAlignedSize(model: *const TVMModel, index: usize) -> usize {
    pool(model, Kind::Workspace, index).map_or(0, |pool| pool.size as usize)
}

/// Alignment of the first byte used in a workspace.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which workspace, from 0
/// @return the alignment in bytes, a power of two; 0 for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetWorkspaceAlignment(model: *const TVMModel, index: usize) -> usize {
    pool(model, Kind::Workspace, index).map_or(0, |pool| pool.alignment as usize)
}

/// Whether a workspace holds state that must survive from one call to the next, and so can't be shared.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which workspace, from 0
/// @return 1 or 0; `TVM_STATUS_INDEX_OUT_OF_RANGE`, or what `TVMCheckModel` returns for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMIsWorkspaceState(model: *const TVMModel, index: usize) -> i32 {
    match pool(model, Kind::Workspace, index) {
        Ok(pool) => i32::from(pool.flags & TVM_POOL_STATE != 0),
        Err(fault) => fault.code(),
    }
}

/// Number of parameters of a model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @return the number; 0 for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetParameterCount(model: *const TVMModel) -> usize {
    count(model, Kind::Parameter)
}

/// Index of the parameter with this name.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] name the model's own name, or the name of the member in the generated struct
/// @return the index, from 0; `TVM_STATUS_NAME_UNKNOWN`, `TVM_STATUS_NULL_ARGUMENT`, or what `TVMCheckModel` returns
///   for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMFindParameter(model: *const TVMModel, name: *const c_char) -> i32 {
    find(model, Kind::Parameter, name)
}

/// Name of a parameter as in the model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which parameter, from 0
/// @return the name, UTF-8, in constant memory; NULL for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetParameterName(model: *const TVMModel, index: usize) -> *const c_char {
    pool(model, Kind::Parameter, index).map_or(null(), |pool| pool.name)
}

/// Bytes of a parameter.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which parameter, from 0
/// @return the bytes; 0 for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetParameterSize(model: *const TVMModel, index: usize) -> usize {
    pool(model, Kind::Parameter, index).map_or(0, |pool| pool.size as usize)
}

/// Alignment that the address of a parameter must have.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which parameter, from 0
/// @return the alignment in bytes, a power of two; 0 for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetParameterAlignment(model: *const TVMModel, index: usize) -> usize {
    pool(model, Kind::Parameter, index).map_or(0, |pool| pool.alignment as usize)
}

/// The data of a parameter that is part of the model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which parameter, from 0
/// @return the data, in constant memory; NULL when the user provides it, or for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetParameterData(model: *const TVMModel, index: usize) -> *const c_void {
    pool(model, Kind::Parameter, index).map_or(null(), |pool| pool.data)
}

/// Number of devices of a model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @return the number; 0 for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetDeviceCount(model: *const TVMModel) -> usize {
    count(model, Kind::Device)
}

/// Index of the device with this name.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] name the model's own name, or the name of the member in the generated struct
/// @return the index, from 0; `TVM_STATUS_NAME_UNKNOWN`, `TVM_STATUS_NULL_ARGUMENT`, or what `TVMCheckModel` returns
///   for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMFindDevice(model: *const TVMModel, name: *const c_char) -> i32 {
    find(model, Kind::Device, name)
}

/// Name of a device as in the model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which device, from 0
/// @return the name, UTF-8, in constant memory; NULL for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetDeviceName(model: *const TVMModel, index: usize) -> *const c_char {
    pool(model, Kind::Device, index).map_or(null(), |pool| pool.name)
}
