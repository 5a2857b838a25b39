//! Images computed in bands of rows: which operators, and what carries rows from one tensor to another.

use crate::ir::graph::OpOptions;
use serde::Serialize;

/// Neighbouring operators of a program that are computed band by band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Position of the first one.
    pub first: usize,
    /// Position of the last one.
    pub last: usize,
    /// How many rows of the last one's output make up a band.
    pub rows: usize,
}

/// The same for the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Banded {
    /// Index of the first operator in the file.
    pub first: usize,
    /// Index of the last one.
    pub last: usize,
    /// How many rows of the last one's output make up a band.
    pub rows: usize,
    /// How many bands there are.
    pub bands: usize,
}

/// Options of an operator that computes nothing: its output is rows of its input, or the reverse. Not in the file
/// format; the pass `bands` makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// The output is the bytes of the input from this position on.
    Read(usize),
    /// The input is the bytes of the output from this position on.
    Write(usize),
    /// The output is a copy of the input.
    Keep,
}

impl OpOptions for Rows {}
