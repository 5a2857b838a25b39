//! The context: where one run finds its workspaces, its parameters and its devices.

use crate::status::TVMStatus;
use core::ffi::c_void;

/// `TVMBinding.kind`: `memory` is one buffer when the model has one pool, else a table of pointers.
pub const TVM_BINDING_AUTO: u32 = 0x5456_4D41;
/// `TVMBinding.kind`: `memory` is one buffer.
pub const TVM_BINDING_BUFFER: u32 = 0x5456_4D42;
/// `TVMBinding.kind`: `memory` is a table of pointers, one for each pool, in the order of the generated struct.
pub const TVM_BINDING_TABLE: u32 = 0x5456_4D54;

/// One aspect of a context. The odd numbers of `kind` tell a binding that was set from memory that was never initialised.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TVMBinding {
    /// The buffer or the table of pointers.
    pub memory: *const c_void,
    /// Bytes at `memory`; `SIZE_MAX` when not known, and then not checked.
    pub size: usize,
    /// `TVM_BINDING_…`; any other value means "never set".
    pub kind: u32,
}

/// Where one run finds its memory and devices. The user owns it; it may be constant data in flash
/// (`TVM_<MODEL>_CONTEXT`). A model reads only the aspects it has, so the others need not be set.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TVMContext {
    /// Set by `TVMSetWorkspaces`.
    pub workspaces: TVMBinding,
    /// Set by `TVMSetParameters`.
    pub parameters: TVMBinding,
    /// Set by `TVMSetDevices`.
    pub devices: TVMBinding,
}

const _: () = {
    use core::mem::{offset_of, size_of};
    const P: usize = size_of::<usize>();
    assert!(size_of::<TVMBinding>() == 3 * P);
    assert!(offset_of!(TVMBinding, size) == P && offset_of!(TVMBinding, kind) == 2 * P);
    assert!(size_of::<TVMContext>() == 9 * P);
    assert!(offset_of!(TVMContext, parameters) == 3 * P && offset_of!(TVMContext, devices) == 6 * P);
};

/// What a binding means for a model with a given number of pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// One buffer; its bytes, `usize::MAX` when not known.
    Buffer(usize),
    /// A table of `count` pointers.
    Table,
}

impl TVMBinding {
    /// Reads the binding for a model with `count` pools, `count` > 0; `unset` is the answer when it was never set.
    ///
    /// # Errors
    /// `unset`; [`TVMStatus::WrongCount`] when the pools are more than the buffer or the table serves;
    /// [`TVMStatus::MisalignedArgument`] when a table is not aligned to a pointer.
    pub fn bound(&self, count: usize, unset: TVMStatus) -> Result<Bound, TVMStatus> {
        let buffer = match self.kind {
            TVM_BINDING_BUFFER => true,
            TVM_BINDING_AUTO => count == 1,
            TVM_BINDING_TABLE => false,
            _ => return Err(unset),
        };
        if buffer {
            return if count == 1 { Ok(Bound::Buffer(self.size)) } else { Err(TVMStatus::WrongCount) };
        }
        if self.size / size_of::<usize>() < count {
            return Err(TVMStatus::WrongCount);
        }
        if self.memory.addr() % size_of::<usize>() != 0 {
            return Err(TVMStatus::MisalignedArgument);
        }
        Ok(Bound::Table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(kind: u32, size: usize, address: usize) -> TVMBinding {
        TVMBinding { memory: core::ptr::without_provenance(address), size, kind }
    }

    #[test]
    fn a_binding_never_set_is_told_from_a_set_one() {
        for kind in [0, 1, u32::MAX, 0xAAAA_AAAA] {
            let found = binding(kind, 0, 64).bound(1, TVMStatus::WorkspacesNotSet);
            assert_eq!(found, Err(TVMStatus::WorkspacesNotSet));
        }
    }

    #[test]
    fn auto_is_a_buffer_for_one_pool_and_a_table_for_more() {
        let auto = binding(TVM_BINDING_AUTO, usize::MAX, 64);
        assert_eq!(auto.bound(1, TVMStatus::Ok), Ok(Bound::Buffer(usize::MAX)));
        assert_eq!(auto.bound(2, TVMStatus::Ok), Ok(Bound::Table));
    }

    #[test]
    fn a_buffer_serves_one_pool_only() {
        let buffer = binding(TVM_BINDING_BUFFER, 10, 63);
        assert_eq!(buffer.bound(1, TVMStatus::Ok), Ok(Bound::Buffer(10)));
        assert_eq!(buffer.bound(2, TVMStatus::Ok), Err(TVMStatus::WrongCount));
    }

    #[test]
    fn a_table_serves_as_many_pools_as_it_has_pointers() {
        let pointer = size_of::<usize>();
        let table = binding(TVM_BINDING_TABLE, 2 * pointer, 64);
        assert_eq!(table.bound(1, TVMStatus::Ok), Ok(Bound::Table));
        assert_eq!(table.bound(2, TVMStatus::Ok), Ok(Bound::Table));
        assert_eq!(table.bound(3, TVMStatus::Ok), Err(TVMStatus::WrongCount));
        assert_eq!(binding(TVM_BINDING_TABLE, usize::MAX, 64).bound(9, TVMStatus::Ok), Ok(Bound::Table));
        let crooked = binding(TVM_BINDING_TABLE, 2 * pointer - 1, 64);
        assert_eq!(crooked.bound(2, TVMStatus::Ok), Err(TVMStatus::WrongCount));
        assert_eq!(
            binding(TVM_BINDING_TABLE, usize::MAX, 65).bound(1, TVMStatus::Ok),
            Err(TVMStatus::MisalignedArgument)
        );
    }
}
