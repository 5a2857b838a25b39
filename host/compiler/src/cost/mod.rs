//! What a layer costs on a core, before any C is compiled: the amounts of its work, and the instructions for each of them as
//! measured in an emulator.

mod fields;
mod lines;
pub mod table;
mod window;
pub mod work;

pub use fields::Fields;
