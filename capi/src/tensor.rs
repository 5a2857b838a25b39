//! What the descriptor says about inputs and outputs: count, name, size, alignment, type, shape, quantisation.

use crate::access::{count, find, tensor};
use crate::kind::Kind;
use crate::raw;
use core::ffi::c_char;
use core::ptr::null;
use tvm_embedded_core::descriptor::{TVM_TENSOR_QUANTIZED, TVM_TENSOR_SHAPED, TVMModel, TVMTensor};
use tvm_embedded_core::status::{Fault, TVMStatus, fail};

/// Element type, with the codes of DLPack.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TVMDataType {
    /// 0 signed integer, 1 unsigned integer, 2 floating point, 4 bfloat, 6 boolean.
    pub code: u8,
    /// Bits of one lane.
    pub bits: u8,
    /// Number of lanes, 1 for a scalar type.
    pub lanes: u16,
}

/// Number of inputs of a model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @return the number; 0 for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetInputCount(model: *const TVMModel) -> usize {
    count(model, Kind::Input)
}

/// Index of the input with this name.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] name the model's own name, or the name of the member in the generated struct
/// @return the index, from 0; `TVM_STATUS_NAME_UNKNOWN`, `TVM_STATUS_NULL_ARGUMENT`, or what `TVMCheckModel` returns
///   for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMFindInput(model: *const TVMModel, name: *const c_char) -> i32 {
    find(model, Kind::Input, name)
}

/// Name of an input as in the model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which input, from 0
/// @return the name, UTF-8, in constant memory; NULL for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetInputName(model: *const TVMModel, index: usize) -> *const c_char {
    tensor(model, Kind::Input, index).map_or(null(), |tensor| tensor.name)
}

/// Bytes of an input.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which input, from 0
/// @return the bytes; 0 for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetInputSize(model: *const TVMModel, index: usize) -> usize {
    tensor(model, Kind::Input, index).map_or(0, |tensor| tensor.size as usize)
}

/// Alignment that the address of an input must have.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which input, from 0
/// @return the alignment in bytes, a power of two; 0 for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetInputAlignment(model: *const TVMModel, index: usize) -> usize {
    tensor(model, Kind::Input, index).map_or(0, |tensor| tensor.alignment as usize)
}

/// Element type of an input, with the codes of DLPack.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which input, from 0
/// @param\[out] data_type code, bits and lanes
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NULL_ARGUMENT` or
///   `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `data_type`; what `TVMCheckModel` returns for a bad model. On failure
///   nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetInputDataType(model: *const TVMModel, index: usize, data_type: *mut TVMDataType) -> i32 {
    data_type_of(model, Kind::Input, index, data_type)
}

/// Shape of an input.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which input, from 0
/// @param\[out] shape `rank` dimensions in constant memory, outermost first; NULL for a scalar
/// @param\[out] rank number of dimensions, 0 for a scalar
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NOT_AVAILABLE` when the archive did not record
///   the shape; `TVM_STATUS_NULL_ARGUMENT` or `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `shape` or `rank`; what
///   `TVMCheckModel` returns for a bad model. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetInputShape(
    model: *const TVMModel,
    index: usize,
    shape: *mut *const i32,
    rank: *mut usize,
) -> i32 {
    shape_of(model, Kind::Input, index, shape, rank)
}

/// Quantisation of an input: real value = `scale` * (stored value - `zero_point`), as in TFLite's specification.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which input, from 0
/// @param\[out] scale the scale
/// @param\[out] zero_point the zero point
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NOT_AVAILABLE` when the tensor is not quantised
///   or the archive did not record it; `TVM_STATUS_NULL_ARGUMENT` or `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `scale`
///   or `zero_point`; what `TVMCheckModel` returns for a bad model. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetInputQuantization(
    model: *const TVMModel,
    index: usize,
    scale: *mut f32,
    zero_point: *mut i32,
) -> i32 {
    quantization_of(model, Kind::Input, index, scale, zero_point)
}

/// Number of outputs of a model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @return the number; 0 for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetOutputCount(model: *const TVMModel) -> usize {
    count(model, Kind::Output)
}

/// Index of the output with this name.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] name the model's own name, or the name of the member in the generated struct
/// @return the index, from 0; `TVM_STATUS_NAME_UNKNOWN`, `TVM_STATUS_NULL_ARGUMENT`, or what `TVMCheckModel` returns
///   for a bad model
#[unsafe(no_mangle)]
pub extern "C" fn TVMFindOutput(model: *const TVMModel, name: *const c_char) -> i32 {
    find(model, Kind::Output, name)
}

/// Name of an output as in the model.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which output, from 0
/// @return the name, UTF-8, in constant memory; NULL for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetOutputName(model: *const TVMModel, index: usize) -> *const c_char {
    tensor(model, Kind::Output, index).map_or(null(), |tensor| tensor.name)
}

/// Bytes of an output.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which output, from 0
/// @return the bytes; 0 for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetOutputSize(model: *const TVMModel, index: usize) -> usize {
    tensor(model, Kind::Output, index).map_or(0, |tensor| tensor.size as usize)
}

/// Alignment that the address of an output must have.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which output, from 0
/// @return the alignment in bytes, a power of two; 0 for a bad model or index
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetOutputAlignment(model: *const TVMModel, index: usize) -> usize {
    tensor(model, Kind::Output, index).map_or(0, |tensor| tensor.alignment as usize)
}

/// Element type of an output, with the codes of DLPack.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which output, from 0
/// @param\[out] data_type code, bits and lanes
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NULL_ARGUMENT` or
///   `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `data_type`; what `TVMCheckModel` returns for a bad model. On failure
///   nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetOutputDataType(model: *const TVMModel, index: usize, data_type: *mut TVMDataType) -> i32 {
    data_type_of(model, Kind::Output, index, data_type)
}

/// Shape of an output.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which output, from 0
/// @param\[out] shape `rank` dimensions in constant memory, outermost first; NULL for a scalar
/// @param\[out] rank number of dimensions, 0 for a scalar
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NOT_AVAILABLE` when the archive did not record
///   the shape; `TVM_STATUS_NULL_ARGUMENT` or `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `shape` or `rank`; what
///   `TVMCheckModel` returns for a bad model. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetOutputShape(
    model: *const TVMModel,
    index: usize,
    shape: *mut *const i32,
    rank: *mut usize,
) -> i32 {
    shape_of(model, Kind::Output, index, shape, rank)
}

/// Quantisation of an output: real value = `scale` * (stored value - `zero_point`), as in TFLite's specification.
///
/// Threads, interrupts, callbacks: yes.
///
/// @param\[in] model the model's descriptor
/// @param\[in] index which output, from 0
/// @param\[out] scale the scale
/// @param\[out] zero_point the zero point
/// @return `TVM_STATUS_OK`; `TVM_STATUS_INDEX_OUT_OF_RANGE`; `TVM_STATUS_NOT_AVAILABLE` when the tensor is not quantised
///   or the archive did not record it; `TVM_STATUS_NULL_ARGUMENT` or `TVM_STATUS_MISALIGNED_ARGUMENT` for a bad `scale`
///   or `zero_point`; what `TVMCheckModel` returns for a bad model. On failure nothing is written
#[unsafe(no_mangle)]
pub extern "C" fn TVMGetOutputQuantization(
    model: *const TVMModel,
    index: usize,
    scale: *mut f32,
    zero_point: *mut i32,
) -> i32 {
    quantization_of(model, Kind::Output, index, scale, zero_point)
}

#[inline(never)]
fn data_type_of(model: *const TVMModel, kind: Kind, index: usize, data_type: *mut TVMDataType) -> i32 {
    let found = tensor(model, kind, index).and_then(|tensor| raw::check_place(data_type).map(|()| tensor));
    crate::answer(found.map(|tensor| {
        let value = TVMDataType { code: tensor.dtype_code, bits: tensor.dtype_bits, lanes: tensor.dtype_lanes };
        // SAFETY: `check_place` accepted it.
        unsafe { raw::store(data_type, value) };
    }))
}

#[inline(never)]
fn shape_of(model: *const TVMModel, kind: Kind, index: usize, shape: *mut *const i32, rank: *mut usize) -> i32 {
    let found = known(model, kind, index, TVM_TENSOR_SHAPED, shape, rank);
    crate::answer(found.map(|tensor| {
        // SAFETY: `known` has checked both pointers.
        unsafe {
            raw::store(shape, tensor.shape);
            raw::store(rank, tensor.rank as usize);
        }
    }))
}

#[inline(never)]
fn quantization_of(model: *const TVMModel, kind: Kind, index: usize, scale: *mut f32, zero_point: *mut i32) -> i32 {
    let found = known(model, kind, index, TVM_TENSOR_QUANTIZED, scale, zero_point);
    crate::answer(found.map(|tensor| {
        // SAFETY: `known` has checked both pointers.
        unsafe {
            raw::store(scale, tensor.scale);
            raw::store(zero_point, tensor.zero_point);
        }
    }))
}

/// The tensor, if the fact with this flag is known and both pointers for the result are valid.
#[inline]
fn known<'a, A, B>(
    model: *const TVMModel,
    kind: Kind,
    index: usize,
    flag: u8,
    first: *mut A,
    second: *mut B,
) -> Result<&'a TVMTensor, Fault> {
    let tensor = tensor(model, kind, index)?;
    raw::check_place(first)?;
    raw::check_place(second)?;
    if tensor.flags & flag == 0 { fail(TVMStatus::NotAvailable) } else { Ok(tensor) }
}
