//! The code that generated modules use. Not for users: it may change together with the generator.

use crate::error::{Error, Result};
pub use tvm_embedded_core::context::TVMContext as Context;
use tvm_embedded_core::context::{TVM_BINDING_BUFFER, TVM_BINDING_TABLE, TVMBinding};
use tvm_embedded_core::status::TVMStatus as Status;

/// The memory of one model: `W` workspaces and `P` constants of the user.
#[derive(Debug)]
pub struct Memory<'a, const W: usize, const P: usize> {
    workspaces: [&'a mut [u8]; W],
    parameters: [&'a [u8]; P],
}

impl<'a, const W: usize> Memory<'a, W, 0> {
    /// Memory with the sizes and alignments of the model.
    #[must_use]
    pub fn fitting(workspaces: [&'a mut [u8]; W]) -> Self {
        Memory { workspaces, parameters: [] }
    }
}

impl<'a, const W: usize, const P: usize> Memory<'a, W, P> {
    /// Memory, with the model's requirement for each: bytes from an aligned address on, and the alignment.
    ///
    /// # Errors
    /// If one is too small or misaligned.
    pub fn new(
        workspaces: [(&'a mut [u8], usize, usize); W],
        parameters: [(&'a [u8], usize, usize); P],
    ) -> Result<Self> {
        for (memory, bytes, alignment) in &workspaces {
            if memory.len() < skipped(memory.as_ptr(), *alignment) + bytes {
                return Err(Error::Status(Status::WorkspaceTooSmall));
            }
        }
        for (memory, bytes, alignment) in &parameters {
            if skipped(memory.as_ptr(), *alignment) != 0 {
                return Err(Error::Status(Status::MisalignedParameter));
            }
            if memory.len() < *bytes {
                return Err(Error::Status(Status::ParameterTooSmall));
            }
        }
        Ok(Memory {
            workspaces: workspaces.map(|(memory, ..)| memory),
            parameters: parameters.map(|(memory, ..)| memory),
        })
    }

    /// Calls the model with a context for this memory and where the workspaces are.
    ///
    /// # Errors
    /// The error that the model returns.
    pub fn call(&mut self, model: impl FnOnce(&Context, &[*mut u8; W]) -> i32) -> Result<()> {
        let size = self.workspaces.first().map_or(0, |memory| memory.len());
        let constants = self.parameters.first().map_or(0, |memory| memory.len());
        let workspaces = self.workspaces.each_mut().map(|memory| memory.as_mut_ptr());
        let parameters = self.parameters.map(<[u8]>::as_ptr);
        // The context points to both tables.
        let table = workspaces.map(<*mut u8>::cast_const);
        let context =
            Context { workspaces: binding(&table, size), parameters: binding(&parameters, constants), devices: UNSET };
        Error::check(model(&context, &workspaces))
    }

    /// A tensor inside a workspace.
    ///
    /// # Panics
    /// If the generator's offset is outside the workspace.
    #[must_use]
    pub fn tensor<T: Plain, const N: usize>(&self, workspace: usize, alignment: usize, offset: usize) -> &[T; N] {
        let memory = &*self.workspaces[workspace];
        let start = skipped(memory.as_ptr(), alignment) + offset;
        let bytes = &memory[start..start + size_of::<[T; N]>()];
        let tensor = bytes.as_ptr().cast::<[T; N]>();
        assert!(tensor.is_aligned());
        // SAFETY: the bytes are this slice's, as many as the array has, aligned for it, and any value is one of `T`.
        unsafe { &*tensor }
    }

    /// The same for writing.
    ///
    /// # Panics
    /// As [`Memory::tensor`].
    #[must_use]
    pub fn tensor_mut<T: Plain, const N: usize>(
        &mut self,
        workspace: usize,
        alignment: usize,
        offset: usize,
    ) -> &mut [T; N] {
        let memory = &mut *self.workspaces[workspace];
        let start = skipped(memory.as_ptr(), alignment) + offset;
        let bytes = &mut memory[start..start + size_of::<[T; N]>()];
        let tensor = bytes.as_mut_ptr().cast::<[T; N]>();
        assert!(tensor.is_aligned());
        // SAFETY: as in `tensor`, and the slice is borrowed exclusively.
        unsafe { &mut *tensor }
    }
}

/// Types of elements: every bit pattern is a valid value.
///
/// # Safety
/// Every bit pattern must be a valid value.
pub unsafe trait Plain: Copy {}

macro_rules! plain {
    ($($name:ident)*) => {$(
        // SAFETY: numbers have no padding and no invalid values.
        unsafe impl Plain for $name {}
    )*};
}

plain!(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);

const UNSET: TVMBinding = TVMBinding { memory: core::ptr::null(), size: 0, kind: 0 };

/// One buffer, or a table of several.
fn binding<const N: usize>(table: &[*const u8; N], size: usize) -> TVMBinding {
    match &table[..] {
        [] => UNSET,
        [one] => TVMBinding { memory: one.cast(), size, kind: TVM_BINDING_BUFFER },
        _ => TVMBinding { memory: table.as_ptr().cast(), size: size_of_val(table), kind: TVM_BINDING_TABLE },
    }
}

/// Bytes before the first aligned one.
fn skipped(memory: *const u8, alignment: usize) -> usize {
    memory.addr().wrapping_neg() & alignment.wrapping_sub(1)
}

/// The address of a tensor inside a workspace.
#[must_use]
pub fn place(workspace: *mut u8, alignment: usize, offset: usize) -> *const () {
    workspace.wrapping_add(skipped(workspace, alignment)).wrapping_add(offset).cast_const().cast()
}

/// The address of a tensor that the model reads.
#[must_use]
pub fn pointer<T>(tensor: &T) -> *const () {
    core::ptr::from_ref(tensor).cast()
}

/// The address of a tensor that the model writes.
#[must_use]
pub fn pointer_mut<T>(tensor: &mut T) -> *const () {
    core::ptr::from_mut(tensor).cast_const().cast()
}

/// Defines a function of a generated module: the entry of its C code.
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($name:ident, $symbol:literal) => {
        fn $name<const I: usize, const O: usize>(
            inputs: &[*const (); I],
            outputs: &[*const (); O],
            context: &$crate::generated::Context,
        ) -> i32 {
            unsafe extern "C" {
                #[link_name = $symbol]
                fn entry(inputs: *const (), outputs: *const (), context: *const $crate::generated::Context) -> i32;
            }
            // SAFETY: generated with the C of this name, whose structs are as many pointers; all point to data borrowed
            // during the call, with the sizes, types and alignments of the model.
            unsafe { entry(inputs.as_ptr().cast(), outputs.as_ptr().cast(), context) }
        }
    };
}

/// Defines a function of a generated module: the reset of its C code.
#[doc(hidden)]
#[macro_export]
macro_rules! __reset {
    ($name:ident, $symbol:literal) => {
        fn $name(context: &$crate::generated::Context) -> i32 {
            unsafe extern "C" {
                #[link_name = $symbol]
                fn reset_entry(context: *const $crate::generated::Context) -> i32;
            }
            // SAFETY: as for the entry.
            unsafe { reset_entry(context) }
        }
    };
}
