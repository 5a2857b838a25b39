//! Windows that slide over images, and activations: parameters that several operators have.

use crate::ir::kind::activation_name;
use std::fmt;

/// A window that slides over the two middle dimensions of a tensor, as the options of an operator have it: not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sliding {
    /// Rows and columns of the window.
    pub size: (usize, usize),
    /// Step of the window, in rows and columns.
    pub stride: (i32, i32),
    /// How far its rows and columns are apart.
    pub dilation: (i32, i32),
    /// How it behaves at the border.
    pub padding: Padding,
}

/// How a window behaves at the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Output size = ⌈input / stride⌉; the odd element goes to the end.
    Same,
    /// Windows lie inside the input.
    Valid,
    /// This many elements around the input, fewer on each side than the window has. Not in the file format: a fused PAD.
    Explicit(Around),
    /// An unknown number; never passes `check`.
    Other(i8),
}

impl From<i8> for Padding {
    fn from(code: i8) -> Self {
        match code {
            0 => Padding::Same,
            1 => Padding::Valid,
            other => Padding::Other(other),
        }
    }
}

/// Elements around an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Around {
    /// Rows above it.
    pub top: usize,
    /// Rows below it.
    pub bottom: usize,
    /// Columns before it.
    pub left: usize,
    /// Columns after it.
    pub right: usize,
}

/// Activation fused into an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "named as in the file format")]
pub enum Activation {
    #[default]
    None,
    Relu,
    ReluN1To1,
    Relu6,
    /// Tanh, sign bit or an unknown number; never passes `check`.
    Other(i8),
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&activation_name(match *self {
            Activation::None => 0,
            Activation::Relu => 1,
            Activation::ReluN1To1 => 2,
            Activation::Relu6 => 3,
            Activation::Other(code) => code,
        }))
    }
}

impl From<i8> for Activation {
    fn from(code: i8) -> Self {
        match code {
            0 => Activation::None,
            1 => Activation::Relu,
            2 => Activation::ReluN1To1,
            3 => Activation::Relu6,
            other => Activation::Other(other),
        }
    }
}
