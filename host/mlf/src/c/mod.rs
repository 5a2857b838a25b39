//! Reads the facts that only generated C holds: the order of tensors, the memory pools,
//! the entry point and its parameters.
//!
//! A tokenizer and a parser for only the forms of C that TVM writes; text of any other form is skipped
//! or is an error with its line, never a guess.

pub(crate) mod byte_list;
mod cursor;
mod declare;
mod entry;
mod initializer;
pub(crate) mod lexer;
mod scan;
mod touched;

pub(crate) use entry::{Argument, EntryPoint, Mapping};
pub(crate) use initializer::Info;
pub(crate) use scan::{Facts, scan};
