//! Constants that are updated without relinking: the blob, and `my_model_update.h`, which checks one on the device.

pub mod blob;
pub mod header;
