//! From a validated model to its C header, descriptor and JSON.
//!
//! [`generate`] turns one module of an archive into everything that firmware needs to build it: `my_model.h` with all facts
//! as macros, `my_model.c` with the descriptor, `my_model.json` with the same facts, copies of the archive's C in which
//! known defects are repaired, the headers of TVM's that those include, and a CMake file. [`write`] puts the files into a
//! directory. The output depends on nothing but the archive and the options.
//!
//! Names and text of an archive are untrusted: they reach the output as identifiers made fit for C, as escaped string
//! literals, or in comments from which nothing can escape.
//!
//! ```no_run
//! use tvm_embedded_interface::{Options, generate, write};
//! use tvm_embedded_mlf::{Archive, Library};
//!
//! let archive = Archive::read("net.tar")?;
//! let library = Library::parse(&archive)?;
//! for module in &library.modules {
//!     let generated = generate(&archive, &library, module, &Options::default())?;
//!     write(std::path::Path::new(&generated.facts.symbol), &generated.files)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod adapt;
mod arena;
mod build;
mod call;
mod check;
mod error;
mod facts;
mod header;
mod headers;
mod initialisers;
mod names;
mod options;
mod packed;
mod plan;
mod services;
mod source;
mod symbols;
mod text;
mod tree;
mod types;
mod words;
