//! The descriptor: the only interface between the generated C of a model and this library.
//!
//! All of it is constant data that the interface generator writes. The layout is the same in Rust, in the C header and
//! in each generated file, asserted in all three, for 32 and 64 bit pointers. Fields are only ever appended, with a new
//! [`TVM_EMBEDDED_ABI_VERSION`].

use crate::context::TVMContext;
use crate::status::{Fault, TVMStatus, fail};
use core::ffi::{c_char, c_void};

/// Version of the descriptor's and the context's layout and of the exported functions. Generated files and library must agree.
pub const TVM_EMBEDDED_ABI_VERSION: u8 = 1;
/// The first word of every descriptor: the bytes "TVMe" read as a little-endian number.
pub const TVM_MODEL_MAGIC: u32 = 0x654D_5654;
/// `TVMTensor.flags`: the shape is known; without it `rank` is 0 and `shape` NULL.
pub const TVM_TENSOR_SHAPED: u8 = 1;
/// `TVMTensor.flags`: `scale` and `zero_point` are known: real value = scale * (stored value - zero_point).
pub const TVM_TENSOR_QUANTIZED: u8 = 2;
/// `TVMTensor.flags`: the tensor is inside a workspace, at `workspace_offset` of workspace number `workspace`.
pub const TVM_TENSOR_IN_WORKSPACE: u8 = 4;
/// `TVMPool.flags`: the pool holds state that must survive from one call to the next (see `TVMReset`).
pub const TVM_POOL_STATE: u32 = 1;
/// `TVMModel.flags`: one input, one output, one workspace, no tensor inside the workspace, and an entry. Most models are
/// like this, and `TVMExecute` checks such a call with fewer instructions.
pub const TVM_MODEL_PLAIN: u8 = 1;
/// `TVMModel.tvm_version`: the archive did not record the version of the compiler.
pub const TVM_VERSION_UNKNOWN: u16 = 0xFFFF;

/// A model's entry, which is called after all arguments were checked: `inputs` and `outputs` are structs of pointers
/// (`TVMInputs_<model>`, `TVMOutputs_<model>`). Returns 0 or the model's own failure code.
pub type TVMEntry =
    Option<unsafe extern "C" fn(inputs: *const c_void, outputs: *const c_void, context: *const TVMContext) -> i32>;

/// Resets a model's state. Returns 0 or the model's own failure code.
pub type TVMResetEntry = Option<unsafe extern "C" fn(context: *const TVMContext) -> i32>;

/// One input or output of a model.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TVMTensor {
    /// The model's own name, UTF-8.
    pub name: *const c_char,
    /// The name as a C identifier: the member of `TVMInputs_<model>` or `TVMOutputs_<model>`.
    pub identifier: *const c_char,
    /// `rank` dimensions, outermost first; NULL when not known or when the tensor is a scalar.
    pub shape: *const i32,
    /// Bytes of the tensor.
    pub size: u32,
    /// What the tensor's address must be a multiple of: a power of two.
    pub alignment: u32,
    /// Scale of a quantised tensor (TFLite's per-tensor affine quantisation).
    pub scale: f32,
    /// Zero point of a quantised tensor.
    pub zero_point: i32,
    /// Where the tensor starts in its workspace, in bytes from the first aligned byte.
    pub workspace_offset: u32,
    /// Index of the workspace it is in.
    pub workspace: u16,
    /// DLPack: number of lanes, 1 for a scalar type.
    pub dtype_lanes: u16,
    /// DLPack: 0 signed integer, 1 unsigned integer, 2 floating point, 4 bfloat, 6 boolean.
    pub dtype_code: u8,
    /// DLPack: bits of one lane.
    pub dtype_bits: u8,
    /// Number of dimensions.
    pub rank: u8,
    /// `TVM_TENSOR_…` flags.
    pub flags: u8,
    /// 0.
    pub reserved: u32,
}

/// One thing a context binds a model to: a block of memory it works in (workspace), or reads its constants from
/// (parameter), or a device.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TVMPool {
    /// The pool's own name, UTF-8.
    pub name: *const c_char,
    /// The name as a C identifier: the member of `TVMWorkspaces_<model>`, `TVMParameters_<model>` or `TVMDevices_<model>`.
    pub identifier: *const c_char,
    /// Parameters: the data the model carries, or NULL when the user brings it. Workspaces: NULL.
    pub data: *const c_void,
    /// Bytes needed from the first aligned byte on.
    pub size: u32,
    /// What the first byte used must be a multiple of: a power of two.
    pub alignment: u32,
    /// Bytes that suffice wherever the buffer starts: `size + alignment - 1`.
    pub buffer_size: u32,
    /// `TVM_POOL_…` flags.
    pub flags: u32,
}

/// Everything about a model: constant data in flash, one for each model, made by the interface generator.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TVMModel {
    /// `TVM_MODEL_MAGIC`.
    pub magic: u32,
    /// `TVM_EMBEDDED_ABI_VERSION` of the header it was compiled with.
    pub abi_version: u8,
    /// `TVM_MODEL_…` flags.
    pub flags: u8,
    /// `sizeof(TVMModel)` where it was compiled.
    pub struct_size: u16,
    /// The model's own name, UTF-8.
    pub name: *const c_char,
    /// `num_inputs` tensors in the order of `TVMInputs_<model>`.
    pub inputs: *const TVMTensor,
    /// `num_outputs` tensors in the order of `TVMOutputs_<model>`.
    pub outputs: *const TVMTensor,
    /// `num_workspaces` pools in the order of `TVMWorkspaces_<model>`.
    pub workspaces: *const TVMPool,
    /// `num_parameters` pools in the order of `TVMParameters_<model>`.
    pub parameters: *const TVMPool,
    /// `num_devices` entries in the order of `TVMDevices_<model>`: names, size 0, alignment 1.
    pub devices: *const TVMPool,
    /// Runs the model.
    pub entry: TVMEntry,
    /// Resets the model's state; NULL if it has none.
    pub reset: TVMResetEntry,
    /// Number of inputs.
    pub num_inputs: u16,
    /// Number of outputs.
    pub num_outputs: u16,
    /// Number of workspaces the caller provides.
    pub num_workspaces: u16,
    /// Number of parameter pools outside the model's code.
    pub num_parameters: u16,
    /// Number of devices.
    pub num_devices: u16,
    /// The largest alignment of any input and output, less 1: addresses with none of these bits set suit every tensor.
    pub tensor_alignment_mask: u16,
    /// Version of TVM that made the archive, or of the TVM whose format it follows; `TVM_VERSION_UNKNOWN` when not recorded.
    pub tvm_version: [u16; 3],
    /// 0.
    pub reserved: [u16; 3],
}

const _: () = {
    use core::mem::{align_of, offset_of, size_of};
    const P: usize = size_of::<usize>();
    assert!(P == 4 || P == 8);
    assert!(size_of::<TVMTensor>() == 3 * P + 32);
    assert!(offset_of!(TVMTensor, size) == 3 * P);
    assert!(offset_of!(TVMTensor, scale) == 3 * P + 8);
    assert!(offset_of!(TVMTensor, workspace_offset) == 3 * P + 16);
    assert!(offset_of!(TVMTensor, workspace) == 3 * P + 20);
    assert!(offset_of!(TVMTensor, dtype_code) == 3 * P + 24);
    assert!(offset_of!(TVMTensor, flags) == 3 * P + 27);
    assert!(offset_of!(TVMTensor, name) == 0 && offset_of!(TVMTensor, identifier) == P);
    assert!(offset_of!(TVMPool, name) == 0 && offset_of!(TVMPool, identifier) == P);
    assert!(size_of::<TVMPool>() == 3 * P + 16);
    assert!(offset_of!(TVMPool, size) == 3 * P);
    assert!(offset_of!(TVMPool, flags) == 3 * P + 12);
    assert!(size_of::<TVMModel>() == 8 * P + 32);
    assert!(offset_of!(TVMModel, flags) == 5 && offset_of!(TVMModel, struct_size) == 6);
    assert!(offset_of!(TVMModel, name) == 8);
    assert!(offset_of!(TVMModel, inputs) == 8 + P && offset_of!(TVMModel, outputs) == 8 + 2 * P);
    assert!(offset_of!(TVMModel, workspaces) == 8 + 3 * P);
    assert!(offset_of!(TVMModel, parameters) == 8 + 4 * P && offset_of!(TVMModel, devices) == 8 + 5 * P);
    assert!(offset_of!(TVMModel, entry) == 8 + 6 * P);
    assert!(offset_of!(TVMModel, num_inputs) == 8 + 8 * P);
    assert!(offset_of!(TVMModel, num_outputs) == 10 + 8 * P && offset_of!(TVMModel, num_parameters) == 14 + 8 * P);
    assert!(offset_of!(TVMModel, num_workspaces) == 12 + 8 * P && offset_of!(TVMModel, num_devices) == 16 + 8 * P);
    assert!(offset_of!(TVMModel, tvm_version) == 20 + 8 * P);
    assert!(align_of::<TVMModel>() == P && align_of::<TVMTensor>() == P && align_of::<TVMPool>() == P);
};

impl TVMModel {
    /// Whether this is a descriptor of this library's ABI.
    ///
    /// # Errors
    /// [`TVMStatus::NotAModel`], [`TVMStatus::AbiMismatch`], [`TVMStatus::CorruptModel`], in this order.
    pub fn check(&self) -> Result<(), Fault> {
        if self.magic != TVM_MODEL_MAGIC {
            return fail(TVMStatus::NotAModel);
        }
        if self.abi_version != TVM_EMBEDDED_ABI_VERSION {
            return fail(TVMStatus::AbiMismatch);
        }
        if self.struct_size as usize != size_of::<Self>() {
            return fail(TVMStatus::CorruptModel);
        }
        Ok(())
    }

    /// Whether this is a descriptor of this library's ABI and the model is plain (`TVM_MODEL_PLAIN`): all in the first
    /// eight bytes, which compilers compare at once.
    #[inline]
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        const fn head(magic: u32, abi_version: u8, flags: u8, struct_size: u16) -> u64 {
            magic as u64 | (abi_version as u64) << 32 | (flags as u64) << 40 | (struct_size as u64) << 48
        }
        head(self.magic, self.abi_version, self.flags, self.struct_size)
            == head(TVM_MODEL_MAGIC, TVM_EMBEDDED_ABI_VERSION, TVM_MODEL_PLAIN, size_of::<Self>() as u16)
    }
}

impl TVMTensor {
    /// Whether the tensor is inside a workspace instead of the caller's memory.
    #[must_use]
    pub const fn in_workspace(&self) -> bool {
        self.flags & TVM_TENSOR_IN_WORKSPACE != 0
    }

    /// Whether the tensor may be at `address`.
    ///
    /// # Errors
    /// [`TVMStatus::NullTensor`], [`TVMStatus::MisalignedTensor`].
    pub fn check(&self, address: usize) -> Result<(), Fault> {
        if address == 0 {
            return fail(TVMStatus::NullTensor);
        }
        if address & (self.alignment as usize).wrapping_sub(1) != 0 {
            return fail(TVMStatus::MisalignedTensor);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ptr::null;

    const MODEL: TVMModel = TVMModel {
        magic: TVM_MODEL_MAGIC,
        abi_version: TVM_EMBEDDED_ABI_VERSION,
        flags: TVM_MODEL_PLAIN,
        struct_size: size_of::<TVMModel>() as u16,
        name: null(),
        inputs: null(),
        outputs: null(),
        workspaces: null(),
        parameters: null(),
        devices: null(),
        entry: None,
        reset: None,
        num_inputs: 1,
        num_outputs: 1,
        num_workspaces: 1,
        num_parameters: 0,
        num_devices: 0,
        tensor_alignment_mask: 0,
        tvm_version: [0, 12, 0],
        reserved: [0; 3],
    };

    #[test]
    fn the_first_wrong_word_decides() {
        assert_eq!(MODEL.check(), Ok(()));
        assert_eq!(TVMModel { magic: 0, abi_version: 0, ..MODEL }.check(), fail(TVMStatus::NotAModel));
        assert_eq!(TVMModel { abi_version: 0, struct_size: 0, ..MODEL }.check(), fail(TVMStatus::AbiMismatch));
        assert_eq!(TVMModel { struct_size: MODEL.struct_size + 1, ..MODEL }.check(), fail(TVMStatus::CorruptModel));
    }

    #[test]
    fn plain_means_valid_and_flagged() {
        assert!(MODEL.is_plain());
        for other in [
            TVMModel { magic: !TVM_MODEL_MAGIC, ..MODEL },
            TVMModel { abi_version: TVM_EMBEDDED_ABI_VERSION + 1, ..MODEL },
            TVMModel { flags: 0, ..MODEL },
            TVMModel { struct_size: 0, ..MODEL },
        ] {
            assert!(!other.is_plain(), "{other:?}");
        }
    }

    #[test]
    fn tensors_are_at_multiples_of_their_alignment() {
        let tensor = |alignment, flags| TVMTensor {
            name: null(),
            identifier: null(),
            shape: null(),
            size: 4,
            alignment,
            scale: 1.0,
            zero_point: 0,
            workspace_offset: 0,
            workspace: 0,
            dtype_lanes: 1,
            dtype_code: 0,
            dtype_bits: 8,
            rank: 0,
            flags,
            reserved: 0,
        };
        assert!(tensor(1, TVM_TENSOR_IN_WORKSPACE).in_workspace());
        assert!(!tensor(1, TVM_TENSOR_SHAPED | TVM_TENSOR_QUANTIZED).in_workspace());
        for alignment in [1u32, 2, 4, 16] {
            assert_eq!(tensor(alignment, 0).check(0), fail(TVMStatus::NullTensor));
            for address in 1..64usize {
                let expected =
                    if address % alignment as usize == 0 { Ok(()) } else { fail(TVMStatus::MisalignedTensor) };
                assert_eq!(tensor(alignment, 0).check(address), expected);
            }
        }
    }
}
