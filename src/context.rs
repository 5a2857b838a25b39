//! The context: where one run finds its workspaces, its parameters and its devices.

use crate::status::{Fault, TVMStatus, fail};
use core::ffi::c_void;

/// `TVMBinding.kind`: `memory` is one buffer if the model has one pool, otherwise a table of pointers.
pub const TVM_BINDING_AUTO: u32 = 0x4100_4100;
/// `TVMBinding.kind`: `memory` is one buffer.
pub const TVM_BINDING_BUFFER: u32 = 0x4200_4200;
/// `TVMBinding.kind`: `memory` is a table of pointers, one for each pool, in the order of the generated struct.
pub const TVM_BINDING_TABLE: u32 = 0x5400_5400;

/// One aspect of a context. The odd numbers of `kind` distinguish a binding that was set from memory that was never
/// initialised (and are such that a Cortex-M compares with them in one instruction).
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

/// The three things a context binds a model to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// Memory to work in.
    Workspaces,
    /// Constants outside the model's code.
    Parameters,
    /// Handles for device hooks.
    Devices,
}

impl Aspect {
    const fn not_set(self) -> TVMStatus {
        match self {
            Self::Workspaces => TVMStatus::WorkspacesNotSet,
            Self::Parameters => TVMStatus::ParametersNotSet,
            Self::Devices => TVMStatus::DevicesNotSet,
        }
    }

    /// The status for a pointer of this aspect that is NULL.
    #[must_use]
    pub const fn null(self) -> TVMStatus {
        match self {
            Self::Workspaces => TVMStatus::NullWorkspace,
            Self::Parameters => TVMStatus::NullParameter,
            Self::Devices => TVMStatus::NullDevice,
        }
    }
}

/// The meaning of a binding for a model with a given number of pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// One buffer.
    Buffer,
    /// A table of pointers.
    Table,
}

impl TVMBinding {
    /// Reads the binding for a model with `count` > 0 pools or devices.
    ///
    /// # Errors
    /// The aspect's "not set" if it was never set, and its "null" for a NULL table; [`TVMStatus::WrongCount`] if there are more
    /// pools than the buffer or the table is for; [`TVMStatus::MisalignedArgument`] for a misaligned table.
    #[inline(always)]
    pub fn bound(&self, aspect: Aspect, count: usize) -> Result<Bound, Fault> {
        let kind = match (self.kind, count) {
            (TVM_BINDING_AUTO, 1) => TVM_BINDING_BUFFER,
            (TVM_BINDING_AUTO, _) => TVM_BINDING_TABLE,
            (kind, _) => kind,
        };
        if kind == TVM_BINDING_BUFFER {
            return if count == 1 { Ok(Bound::Buffer) } else { fail(TVMStatus::WrongCount) };
        }
        if kind != TVM_BINDING_TABLE {
            return fail(aspect.not_set());
        }
        if self.size / size_of::<usize>() < count {
            return fail(TVMStatus::WrongCount);
        }
        if self.memory.is_null() {
            return fail(aspect.null());
        }
        if self.memory.addr() % size_of::<usize>() != 0 {
            return fail(TVMStatus::MisalignedArgument);
        }
        Ok(Bound::Table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const W: Aspect = Aspect::Workspaces;

    fn binding(kind: u32, size: usize, address: usize) -> TVMBinding {
        TVMBinding { memory: core::ptr::without_provenance(address), size, kind }
    }

    #[test]
    fn a_binding_never_set_is_distinguished_from_a_set_one() {
        for kind in [0, 1, u32::MAX, 0xAAAA_AAAA] {
            for (aspect, status) in [
                (W, TVMStatus::WorkspacesNotSet),
                (Aspect::Parameters, TVMStatus::ParametersNotSet),
                (Aspect::Devices, TVMStatus::DevicesNotSet),
            ] {
                assert_eq!(binding(kind, 0, 64).bound(aspect, 1), fail(status));
            }
        }
    }

    #[test]
    fn auto_is_a_buffer_for_one_pool_and_a_table_for_more() {
        let auto = binding(TVM_BINDING_AUTO, usize::MAX, 64);
        assert_eq!(auto.bound(W, 1), Ok(Bound::Buffer));
        assert_eq!(auto.bound(W, 2), Ok(Bound::Table));
    }

    #[test]
    fn a_buffer_is_for_one_pool_only() {
        let buffer = binding(TVM_BINDING_BUFFER, 10, 63);
        assert_eq!(buffer.bound(W, 1), Ok(Bound::Buffer));
        assert_eq!(buffer.bound(W, 2), fail(TVMStatus::WrongCount));
    }

    #[test]
    fn a_table_is_for_as_many_pools_as_it_has_pointers() {
        let pointer = size_of::<usize>();
        let table = binding(TVM_BINDING_TABLE, 2 * pointer, 64);
        assert_eq!(table.bound(W, 1), Ok(Bound::Table));
        assert_eq!(table.bound(W, 2), Ok(Bound::Table));
        assert_eq!(table.bound(W, 3), fail(TVMStatus::WrongCount));
        assert_eq!(binding(TVM_BINDING_TABLE, usize::MAX, 64).bound(W, 9), Ok(Bound::Table));
        let crooked = binding(TVM_BINDING_TABLE, 2 * pointer - 1, 64);
        assert_eq!(crooked.bound(W, 2), fail(TVMStatus::WrongCount));
        assert_eq!(binding(TVM_BINDING_TABLE, usize::MAX, 65).bound(W, 1), fail(TVMStatus::MisalignedArgument));
        for (aspect, status) in [
            (W, TVMStatus::NullWorkspace),
            (Aspect::Parameters, TVMStatus::NullParameter),
            (Aspect::Devices, TVMStatus::NullDevice),
        ] {
            assert_eq!(binding(TVM_BINDING_TABLE, usize::MAX, 0).bound(aspect, 1), fail(status));
        }
    }
}
