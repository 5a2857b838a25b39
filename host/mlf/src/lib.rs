//! Model Library Format: reading, validating and writing of model archives.
//!
//! An archive is a tar file that TVM 0.8 to 0.18, or this project's own compiler, makes of a neural network: C sources,
//! a C header and `metadata.json`. [`Archive`] reads the container, [`Library::parse`] all facts about its models.
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

mod c;
mod compiled;
mod container;
mod error;
pub mod foreign_text;
mod library;
mod metadata;
mod model;
pub mod names;
mod relay;
mod supply;
mod write;

pub use compiled::CompiledModel;
pub use container::archive::{Archive, Member};
pub use container::bytes::Bytes;
pub use container::limits::Limits;
pub use error::{Error, ErrorKind, Place, Result};
pub use metadata::extension::{
    EXTENSION_ABI, EXTENSION_KEY, Extension, ExtensionFinding, ExtensionPool, ExtensionTensor,
};
pub use model::compiled::CompiledLibrary;
pub use model::dtype::DType;
pub use model::finding::{Code, Finding, Severity};
pub use model::machine::Machine;
pub use model::pool::{InternalPool, Pool, PoolKind};
pub use model::{
    Interface, Library, MainParameter, Module, OperatorFunction, Operators, Placement, Quantization, Tensor,
    TvmVersion, WorkspaceMode,
};
pub use supply::ModelTensor;
pub use write::{
    ArchiveBuilder, ArchiveWriter, MetadataModule, MetadataTensor, WRITTEN_VERSION, check_names, metadata_json,
    write_tar,
};
