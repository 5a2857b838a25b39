//! The model between `import` and `lower`: tensors and operators, with indices already checked.
//!
//! Every [`TensorId`] of a [`Subgraph`] is a valid index into its tensors; operators are in execution order.
//! Whether shapes, types and options fit together is decided by `check`.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use crate::ir::contents::{Contents, Stored};
pub use crate::ir::element::{DType, Quantization};
pub use crate::ir::kind::OpKind;
pub use crate::ir::sliding::{Activation, Around, Padding, Sliding};

/// A model as read from a file.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The description in the file, free text.
    pub description: String,
    /// The subgraphs; the first one is the model, others are only reached through operators such as `CALL_ONCE`.
    pub subgraphs: Vec<Subgraph>,
    /// The file's metadata `OfflineMemoryAllocation`, where an operator for an NPU needs it: where tensors are in its memory.
    pub offline: Option<Arc<[u8]>>,
    /// Inputs whose shape the user chose: it may not be that of the file.
    pub resized: Vec<TensorId>,
}

/// One graph of operators.
#[derive(Debug, Clone, Default)]
pub struct Subgraph {
    /// Name in the file, may be empty.
    pub name: String,
    /// All tensors, in the order of the file.
    pub tensors: Vec<Tensor>,
    /// Tensors the caller fills.
    pub inputs: Vec<TensorId>,
    /// Tensors the caller reads.
    pub outputs: Vec<TensorId>,
    /// Operators in execution order.
    pub operators: Vec<Operator>,
}

impl Subgraph {
    /// The tensor with this id. Ids come from the same subgraph and are valid by construction.
    pub fn tensor(&self, id: TensorId) -> &Tensor {
        &self.tensors[id.0]
    }
}

/// Index of a tensor within its subgraph, as in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TensorId(pub usize);

/// One tensor.
#[derive(Debug, Clone, Default)]
pub struct Tensor {
    /// Name in the file, may be empty and need not be unique.
    pub name: String,
    /// Dimensions, outermost first; a scalar has none. The product times the element size fits in an `i32`.
    pub shape: Vec<usize>,
    /// Element type.
    pub dtype: DType,
    /// Quantisation, if the file has any.
    pub quant: Option<Quantization>,
    /// Contents of a constant, exactly [`Tensor::bytes`] long.
    pub data: Option<Contents>,
    /// The shape as the file allows it, -1 for each dimension that it leaves open; empty if the file does not say. `shape` has the sizes
    /// that are compiled for.
    pub signature: Vec<i32>,
    /// Whether the file has no size at all for an open dimension; `shape` then has 1.
    pub unknown: bool,
    /// Whether the file has uint8 here: each element of this int8 tensor, and its zero point, is 128 less.
    pub unsigned: bool,
    /// Whether the tensor keeps its contents from run to run although no operator says so; refused by `check`.
    pub variable: bool,
}

impl Tensor {
    /// The dimensions that the file leaves open.
    pub fn open(&self) -> impl Iterator<Item = usize> {
        self.signature.iter().enumerate().filter(|(_, size)| **size < 0).map(|(i, _)| i)
    }

    /// Number of elements.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Size in bytes.
    pub fn bytes(&self) -> usize {
        self.dtype.bytes(self.elements()).unwrap_or(0)
    }

    /// Whether the file holds the contents.
    pub fn is_constant(&self) -> bool {
        self.data.is_some()
    }

    /// Scale and zero point of a tensor quantised as a whole.
    pub fn per_tensor(&self) -> Option<(f32, i32)> {
        match self.quant.as_ref()? {
            Quantization { scales, zero_points, .. } if scales.len() == 1 && zero_points.len() == 1 => {
                Some((scales[0], zero_points[0] as i32))
            }
            _ => None,
        }
    }

    /// The bytes of a constant, little-endian.
    pub fn contents(&self) -> Option<Cow<'_, [u8]>> {
        self.data.as_ref().map(Contents::bytes)
    }

    /// A float32 constant as the file has it before a DEQUANTIZE, if kernels can read that: one scale, or those of one of its dimensions.
    pub fn stored(&self) -> Option<&Arc<Stored>> {
        let Some(Contents::Stored(stored)) = &self.data else { return None };
        let one = stored.quant.as_ref().is_none_or(|quant| quant.scales.len() == 1);
        let known = matches!(stored.dtype, DType::Float16 | DType::Int8 | DType::Int4);
        (known && (one || stored.shape == self.shape)).then_some(stored)
    }

    /// The contents of an `int8` constant, or of an `int4` one, each element as a byte.
    pub fn i8_data(&self) -> Option<Vec<i8>> {
        let bytes = self.contents()?;
        let bytes = bytes.iter();
        match self.dtype {
            DType::Int8 => Some(bytes.map(|&byte| byte as i8).collect()),
            DType::Int4 => {
                let halves = bytes.flat_map(|&byte| [(byte << 4) as i8 >> 4, byte as i8 >> 4]);
                Some(halves.take(self.elements()).collect())
            }
            _ => None,
        }
    }

    /// The contents of an `int32` constant.
    pub fn i32_data(&self) -> Option<Vec<i32>> {
        (self.dtype == DType::Int32).then_some(())?;
        Some(words(&self.contents()?).map(i32::from_le_bytes).collect())
    }

    /// The contents of an `int16` constant.
    pub fn i16_data(&self) -> Option<Vec<i16>> {
        (self.dtype == DType::Int16).then_some(())?;
        Some(self.contents()?.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect())
    }

    /// The contents of an `int32` or `int64` constant.
    pub fn i64_data(&self) -> Option<Vec<i64>> {
        if self.dtype == DType::Int16 {
            return Some(self.i16_data()?.into_iter().map(i64::from).collect());
        }
        if self.dtype != DType::Int64 {
            return Some(self.i32_data()?.into_iter().map(i64::from).collect());
        }
        let data = self.contents()?;
        let words = data.chunks_exact(8);
        Some(words.filter_map(|word| word.try_into().ok()).map(i64::from_le_bytes).collect())
    }

    /// The contents of a `float32` constant.
    pub fn f32_data(&self) -> Option<Vec<f32>> {
        (self.dtype == DType::Float32).then_some(())?;
        match self.data.as_ref()? {
            Contents::Plain(data) => Some(words(data).map(f32::from_le_bytes).collect()),
            Contents::Stored(stored) => Some(stored.floats().collect()),
        }
    }
}

fn words(data: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    data.chunks_exact(4).map(|word| [word[0], word[1], word[2], word[3]])
}

/// One operator.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Position in the file's operator list.
    pub index: usize,
    /// What it computes.
    pub kind: OpKind,
    /// Version of the operator in the file.
    pub version: i32,
    /// Its parameters.
    pub options: Arc<dyn OpOptions>,
    /// Tensors it reads; `None` for one left out.
    pub inputs: Vec<Option<TensorId>>,
    /// Tensors it writes.
    pub outputs: Vec<TensorId>,
}

impl Operator {
    /// An operator without options that a pass adds, from one tensor to another; it counts as a part of the one at position `index` of the file.
    pub fn added(index: usize, kind: OpKind, from: TensorId, to: TensorId) -> Operator {
        Operator { index, kind, version: 1, options: Arc::new(()), inputs: vec![Some(from)], outputs: vec![to] }
    }

    /// Its parameters, if they are of this type.
    pub fn options<T: OpOptions>(&self) -> Option<&T> {
        (self.options.as_ref() as &dyn Any).downcast_ref()
    }
}

/// Parameters of an operator: what its directory in [`crate::ops`] reads from the file; `()` for those without any.
pub trait OpOptions: Any + fmt::Debug + Send + Sync {
    /// The same with `activation` fused, where the operator computes one and has none yet.
    fn with_activation(&self, _activation: Activation) -> Option<Arc<dyn OpOptions>> {
        None
    }

    /// The fused activation, and the same without it.
    fn without_activation(&self) -> Option<(Activation, Arc<dyn OpOptions>)> {
        None
    }

    /// The same with this many elements around the input, where the operator has a window over it and no padding yet.
    /// `weights` is the shape of its second input.
    fn with_padding(&self, _weights: &[usize], _around: Around) -> Option<Arc<dyn OpOptions>> {
        None
    }

    /// The window that slides over the first input, where there is one. `weights` is the shape of the second input, if any.
    fn sliding(&self, _weights: &[usize]) -> Option<Sliding> {
        None
    }

    /// The same with this many elements around the input instead of its own padding, where there is a window.
    fn with_around(&self, _around: Around) -> Option<Arc<dyn OpOptions>> {
        None
    }
}

impl OpOptions for () {}

/// Options that belong to another operator; refused by `check`.
#[derive(Debug)]
pub struct Foreign {
    /// That operator, where it is known.
    pub of: Option<OpKind>,
}

impl OpOptions for Foreign {}

/// A custom operator: the name under which an interpreter registers it, and its options as the file has them.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the comment above says it")]
pub struct Custom {
    pub name: String,
    pub options: Vec<u8>,
}

impl OpOptions for Custom {}
