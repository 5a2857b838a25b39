//! Model Library Format: reading, validating and writing of model archives.
//!
//! An archive is a tar file that TVM 0.8 to 0.18, or this project's own compiler, makes of a neural network: C sources,
//! a C header and `metadata.json`. [`Archive`] reads the container, [`Library::parse`] everything it says about its models.
//! Archives are untrusted: sizes are bounded, nothing is unpacked to disk, no input makes this crate panic.
//!
//! ```no_run
//! use tvm_embedded_mlf::{Archive, Library};
//!
//! let archive = Archive::read("net.tar")?;
//! let library = Library::parse(&archive)?;
//! for module in &library.modules {
//!     println!("{}: {} inputs", module.name, module.inputs.len());
//! }
//! # Ok::<(), tvm_embedded_mlf::Error>(())
//! ```

#![forbid(unsafe_code)]

mod archive;
mod c;
mod container;
mod dtype;
mod error;
mod extension;
mod finding;
mod json;
mod limits;
mod metadata;
mod model;
pub mod names;
mod parse;
mod pool;
mod relay;
mod supply;
mod write;

pub use archive::{Archive, Member};
pub use dtype::DType;
pub use error::{Error, ErrorKind, Place, Result};
pub use extension::{EXTENSION_ABI, EXTENSION_KEY, Extension, ExtensionFinding, ExtensionPool, ExtensionTensor};
pub use finding::{Code, Finding, Severity};
pub use limits::Limits;
pub use model::{
    Interface, Library, MainParameter, Module, OperatorFunction, Operators, Placement, Quantization, Tensor,
    TvmVersion, WorkspaceMode,
};
pub use pool::{InternalPool, Pool, PoolKind};
pub use supply::ModelTensor;
pub use write::{ArchiveBuilder, MetadataModule, MetadataTensor, WRITTEN_VERSION, metadata_json, write_tar};
