//! Arrays with a larger alignment than their elements need.

use core::ops::{Deref, DerefMut};

macro_rules! aligned {
    ($($name:ident $bytes:literal)*) => {$(
        #[doc = concat!("A value at a multiple of ", stringify!($bytes), " bytes.")]
        #[repr(C, align($bytes))]
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name<T>(pub T);

        impl<T> From<T> for $name<T> {
            fn from(value: T) -> Self {
                $name(value)
            }
        }

        impl<T> Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<T> DerefMut for $name<T> {
            fn deref_mut(&mut self) -> &mut T {
                &mut self.0
            }
        }
    )*};
}

aligned!(Aligned2 2 Aligned4 4 Aligned8 8 Aligned16 16 Aligned32 32 Aligned64 64 Aligned128 128 Aligned256 256);
