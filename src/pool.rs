//! Where a pool's memory starts: alignment and size, decided from numbers alone.

use crate::descriptor::TVMPool;
use crate::status::TVMStatus;

impl TVMPool {
    /// Whether a workspace at `address` with `given` bytes surely suffices: large enough for any alignment. A quick test;
    /// where it says no, [`Self::place_workspace`] decides.
    #[inline]
    #[must_use]
    pub const fn surely_holds(&self, address: usize, given: usize) -> bool {
        let needed = self.buffer_size as usize;
        given >= needed && address.wrapping_sub(1) < usize::MAX - needed
    }

    /// First byte the model uses of a workspace at `address` with `given` bytes (`usize::MAX`: not known).
    ///
    /// # Errors
    /// [`TVMStatus::NullWorkspace`], [`TVMStatus::AddressOverflow`], [`TVMStatus::WorkspaceTooSmall`].
    pub const fn place_workspace(&self, address: usize, given: usize) -> Result<usize, TVMStatus> {
        if address == 0 {
            return Err(TVMStatus::NullWorkspace);
        }
        let slack = address.wrapping_neg() & self.mask();
        let needed = (self.size as usize).wrapping_add(slack);
        if given < needed {
            return Err(TVMStatus::WorkspaceTooSmall);
        }
        if address.wrapping_neg() < needed {
            return Err(TVMStatus::AddressOverflow);
        }
        Ok(address.wrapping_add(slack))
    }

    /// Whether the parameter's constants may lie at `address` with `given` bytes (`usize::MAX`: not known).
    ///
    /// # Errors
    /// [`TVMStatus::NullParameter`], [`TVMStatus::MisalignedParameter`], [`TVMStatus::ParameterTooSmall`].
    pub const fn check_parameter(&self, address: usize, given: usize) -> Result<(), TVMStatus> {
        if address == 0 {
            return Err(TVMStatus::NullParameter);
        }
        if address & self.mask() != 0 {
            return Err(TVMStatus::MisalignedParameter);
        }
        if given < self.size as usize {
            return Err(TVMStatus::ParameterTooSmall);
        }
        Ok(())
    }

    const fn mask(&self) -> usize {
        (self.alignment as usize).wrapping_sub(1)
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
    fn a_buffer_of_the_told_size_suffices_at_every_address() {
        for alignment in [1u32, 2, 4, 8, 16, 32] {
            for size in [1u32, 15, 16, 17, 788] {
                let pool = pool(size, alignment);
                for address in 1..200 {
                    let start = pool.place_workspace(address, pool.buffer_size as usize).unwrap();
                    assert!(start >= address && start % alignment as usize == 0);
                    assert!(start + size as usize <= address + pool.buffer_size as usize);
                    let exact = start - address + size as usize;
                    assert_eq!(pool.place_workspace(address, exact), Ok(start));
                    if exact > 1 {
                        assert_eq!(pool.place_workspace(address, exact - 1), Err(TVMStatus::WorkspaceTooSmall));
                    }
                    assert_eq!(pool.place_workspace(address, usize::MAX), Ok(start));
                    assert!(pool.surely_holds(address, pool.buffer_size as usize));
                    assert!(!pool.surely_holds(address, pool.buffer_size as usize - 1));
                }
            }
        }
    }

    #[test]
    fn the_end_of_the_address_space_is_an_end() {
        let pool = pool(64, 16);
        assert_eq!(pool.place_workspace(0, 64), Err(TVMStatus::NullWorkspace));
        assert_eq!(pool.place_workspace(usize::MAX - 15, usize::MAX), Err(TVMStatus::AddressOverflow));
        assert_eq!(pool.place_workspace(usize::MAX, usize::MAX), Err(TVMStatus::AddressOverflow));
        assert_eq!(pool.place_workspace(usize::MAX - 63, 64), Ok(usize::MAX - 63));
        assert!(!pool.surely_holds(0, usize::MAX));
        assert!(!pool.surely_holds(usize::MAX - 78, usize::MAX));
        assert!(pool.surely_holds(usize::MAX - 79, usize::MAX));
    }

    #[test]
    fn parameters_are_not_moved() {
        let pool = pool(64, 16);
        assert_eq!(pool.check_parameter(0, 64), Err(TVMStatus::NullParameter));
        assert_eq!(pool.check_parameter(17, 64), Err(TVMStatus::MisalignedParameter));
        assert_eq!(pool.check_parameter(32, 63), Err(TVMStatus::ParameterTooSmall));
        assert_eq!(pool.check_parameter(32, 64), Ok(()));
        assert_eq!(pool.check_parameter(32, usize::MAX), Ok(()));
    }
}
