//! Neural networks on microcontrollers: `.tflite` models, compiled ahead of time to C, called from Rust.
//!
//! The build script compiles the model; `tvm-embedded-build` is its only dependency:
//!
//! ```ignore
//! fn main() {
//!     tvm_embedded_build::model("models/digits.tflite").compile();
//! }
//! ```
//!
//! and the program includes it as a module with its name:
//!
//! ```ignore
//! tvm_embedded::include_model!(digits);
//!
//! let mut memory = digits::Memory::new();
//! let mut net = digits::Model::in_memory(&mut memory);
//! let input = digits::Input { image: [0; digits::INPUT_IMAGE_ELEMENTS] };
//! let mut output = digits::Output::new();
//! net.run(&input, &mut output)?;
//! # Ok::<(), tvm_embedded::Error>(())
//! ```
//!
//! Tensors are arrays, so that a wrong size or type does not compile. A model with state is first a `NotReset`, which can
//! only be reset. Nothing here allocates, and the user writes no `unsafe`. The full documentation is `docs/rust.md` of the project.

#![no_std]

mod aligned;
mod error;
#[doc(hidden)]
pub mod generated;
mod quantization;

pub use aligned::{Aligned2, Aligned4, Aligned8, Aligned16, Aligned32, Aligned64, Aligned128, Aligned256};
pub use error::{Error, Result};
pub use quantization::{Element, Quantization};
/// The errors of a call: the statuses of the C interface.
pub use tvm_embedded_core::status::TVMStatus as Status;

/// Declares the module of a model that the build script compiled: `include_model!(digits)`, or `include_model!(pub digits)`.
///
/// The name is the model's symbol: the name of its file, unless the build script sets another one.
#[macro_export]
macro_rules! include_model {
    ($visibility:vis $name:ident) => {
        #[doc = concat!("The model `", stringify!($name), "`.")]
        #[allow(
            dead_code,
            non_snake_case,
            clippy::all,
            clippy::pedantic,
            reason = "generated: a program uses a part of it, tensors keep their names, style is the generator's"
        )]
        $visibility mod $name {
            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), "/", stringify!($name), ".rs"));
        }
    };
}
