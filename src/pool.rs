//! Where a pool's memory starts: alignment and size, decided from numbers alone.

use crate::context::Aspect;
use crate::descriptor::TVMPool;
use crate::status::{Fault, TVMStatus, fail};

impl TVMPool {
    /// Whether a workspace at `address` with `given` bytes is sufficient without looking at its alignment: large enough for any.
    /// A quick test; if it fails, [`Self::place`] decides.
    #[inline]
    #[must_use]
    pub const fn holds_at_any_address(&self, address: usize, given: usize) -> bool {
        let needed = self.buffer_size as usize;
        given >= needed && address.wrapping_sub(1) < usize::MAX - needed
    }

    /// Whether the pool's memory may be at `address` with `given` bytes (`usize::MAX`: not known). Returns the first byte
    /// the model uses: a workspace is aligned inside its buffer, a parameter must already be aligned.
    ///
    /// # Errors
    /// [`TVMStatus::NullWorkspace`] or [`TVMStatus::NullParameter`]; [`TVMStatus::MisalignedParameter`];
    /// [`TVMStatus::WorkspaceTooSmall`] or [`TVMStatus::ParameterTooSmall`]; [`TVMStatus::AddressOverflow`].
    #[inline(always)]
    pub fn place(&self, aspect: Aspect, address: usize, given: usize) -> Result<usize, Fault> {
        if address == 0 {
            return fail(aspect.null());
        }
        let workspace = aspect == Aspect::Workspaces;
        let slack = address.wrapping_neg() & (self.alignment as usize).wrapping_sub(1);
        if slack != 0 && !workspace {
            return fail(TVMStatus::MisalignedParameter);
        }
        let needed = (self.size as usize).wrapping_add(slack);
        if given < needed {
            return fail(if workspace { TVMStatus::WorkspaceTooSmall } else { TVMStatus::ParameterTooSmall });
        }
        if address.wrapping_neg() < needed {
            return fail(TVMStatus::AddressOverflow);
        }
        Ok(address.wrapping_add(slack))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ptr::null;

    fn pool(size: u32, alignment: u32) -> TVMPool {
        TVMPool {
            name: null(),
            identifier: null(),
            data: null(),
            size,
            alignment,
            buffer_size: size + alignment - 1,
            flags: 0,
        }
    }

    #[test]
    fn a_buffer_of_the_reported_size_is_sufficient_at_every_address() {
        for alignment in [1u32, 2, 4, 8, 16, 32] {
            for size in [1u32, 15, 16, 17, 788] {
                let pool = pool(size, alignment);
                for address in 1..200 {
                    let start = pool.place(Aspect::Workspaces, address, pool.buffer_size as usize).unwrap();
                    assert!(start >= address && start % alignment as usize == 0);
                    assert!(start + size as usize <= address + pool.buffer_size as usize);
                    let exact = start - address + size as usize;
                    assert_eq!(pool.place(Aspect::Workspaces, address, exact), Ok(start));
                    if exact > 1 {
                        assert_eq!(
                            pool.place(Aspect::Workspaces, address, exact - 1),
                            fail(TVMStatus::WorkspaceTooSmall)
                        );
                    }
                    assert_eq!(pool.place(Aspect::Workspaces, address, usize::MAX), Ok(start));
                    assert!(pool.holds_at_any_address(address, pool.buffer_size as usize));
                    assert!(!pool.holds_at_any_address(address, pool.buffer_size as usize - 1));
                }
            }
        }
    }

    #[test]
    fn a_workspace_past_the_end_of_the_address_space_is_refused() {
        let pool = pool(64, 16);
        assert_eq!(pool.place(Aspect::Workspaces, 0, 64), fail(TVMStatus::NullWorkspace));
        assert_eq!(pool.place(Aspect::Workspaces, usize::MAX - 15, usize::MAX), fail(TVMStatus::AddressOverflow));
        assert_eq!(pool.place(Aspect::Workspaces, usize::MAX, usize::MAX), fail(TVMStatus::AddressOverflow));
        assert_eq!(pool.place(Aspect::Workspaces, usize::MAX - 63, 64), Ok(usize::MAX - 63));
        assert!(!pool.holds_at_any_address(0, usize::MAX));
        assert!(!pool.holds_at_any_address(usize::MAX - 78, usize::MAX));
        assert!(pool.holds_at_any_address(usize::MAX - 79, usize::MAX));
    }

    #[test]
    fn parameters_are_not_moved() {
        let pool = pool(64, 16);
        assert_eq!(pool.place(Aspect::Parameters, 0, 64), fail(TVMStatus::NullParameter));
        assert_eq!(pool.place(Aspect::Parameters, 17, 64), fail(TVMStatus::MisalignedParameter));
        assert_eq!(pool.place(Aspect::Parameters, 32, 63), fail(TVMStatus::ParameterTooSmall));
        assert_eq!(pool.place(Aspect::Parameters, 32, 64), Ok(32));
        assert_eq!(pool.place(Aspect::Parameters, 32, usize::MAX), Ok(32));
    }
}
