//! `my_model_self_test.h` and `.c`: runs that were recorded on the host, and a function that repeats them on the device.

pub mod header;
pub mod layers;
pub mod random;
pub mod record;
pub mod source;
