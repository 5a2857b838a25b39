//! The model between `read` and `lower`: tensors and operators, with indices already checked.
//!
//! Every [`TensorId`] of a [`Subgraph`] is a valid index into its tensors; operators stand in execution order.
//! Whether shapes, types and options fit together is the business of `check`.

use std::fmt;
use std::sync::Arc;

pub use crate::ir::kind::OpKind;
use crate::ir::kind::{activation_name, type_name};

/// A model as read from a file.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// Free text the file carries about itself.
    pub description: String,
    /// The subgraphs; the first one is the model, others are only reached through operators such as `CALL_ONCE`.
    pub subgraphs: Vec<Subgraph>,
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
    /// Quantisation, where the file gives any.
    pub quant: Option<Quantization>,
    /// Contents of a constant, little-endian as in the file, exactly [`Tensor::bytes`] long.
    pub data: Option<Arc<[u8]>>,
    /// Whether the tensor keeps its contents from run to run without an operator saying so; refused by `check`.
    pub variable: bool,
}

impl Tensor {
    /// Number of elements.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Size in bytes.
    pub fn bytes(&self) -> usize {
        self.elements() * self.dtype.size()
    }

    /// Whether the contents stand in the file.
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

    /// The contents of an `int8` constant.
    pub fn i8_data(&self) -> Option<Vec<i8>> {
        (self.dtype == DType::Int8).then_some(())?;
        Some(self.data.as_ref()?.iter().map(|&byte| byte as i8).collect())
    }

    /// The contents of an `int32` constant.
    pub fn i32_data(&self) -> Option<Vec<i32>> {
        (self.dtype == DType::Int32).then_some(())?;
        Some(self.words()?.map(i32::from_le_bytes).collect())
    }

    /// The contents of a `float32` constant.
    pub fn f32_data(&self) -> Option<Vec<f32>> {
        (self.dtype == DType::Float32).then_some(())?;
        Some(self.words()?.map(f32::from_le_bytes).collect())
    }

    fn words(&self) -> Option<impl Iterator<Item = [u8; 4]>> {
        Some(self.data.as_ref()?.chunks_exact(4).map(|word| [word[0], word[1], word[2], word[3]]))
    }
}

/// Element types of the file format that the compiler tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub enum DType {
    Float32,
    Int32,
    Uint8,
    Int64,
    Bool,
    Int16,
    #[default]
    Int8,
    /// Handle of a variable; has no contents of its own.
    Resource,
    /// Anything else, by its number in the file; never passes `check`.
    Other(i8),
}

impl DType {
    /// Bytes of one element; 0 where the type has no fixed size.
    pub fn size(self) -> usize {
        match self {
            DType::Int64 => 8,
            DType::Float32 | DType::Int32 => 4,
            DType::Int16 => 2,
            DType::Uint8 | DType::Int8 | DType::Bool => 1,
            DType::Resource | DType::Other(_) => 0,
        }
    }

    /// The C99 type of one element.
    pub fn c_type(self) -> &'static str {
        match self {
            DType::Float32 => "float",
            DType::Int64 => "int64_t",
            DType::Int32 => "int32_t",
            DType::Int16 => "int16_t",
            DType::Int8 => "int8_t",
            DType::Bool | DType::Uint8 | DType::Resource | DType::Other(_) => "uint8_t",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DType::Float32 => f.write_str("float32"),
            DType::Int64 => f.write_str("int64"),
            DType::Int32 => f.write_str("int32"),
            DType::Int16 => f.write_str("int16"),
            DType::Int8 => f.write_str("int8"),
            DType::Uint8 => f.write_str("uint8"),
            DType::Bool => f.write_str("bool"),
            DType::Resource => f.write_str("resource"),
            DType::Other(code) => f.write_str(&type_name(*code)),
        }
    }
}

/// Affine quantisation: real = scale · (stored − zero point).
#[derive(Debug, Clone, PartialEq)]
pub struct Quantization {
    /// One scale for the whole tensor, or one for each index of `axis`. Finite and positive after `check`.
    pub scales: Vec<f32>,
    /// As many as there are scales.
    pub zero_points: Vec<i64>,
    /// The dimension along which the scales change; meaningless for one scale.
    pub axis: usize,
}

/// One operator.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Position in the file's operator list.
    pub index: usize,
    /// What it computes.
    pub kind: OpKind,
    /// Version of the operator the file asks for.
    pub version: i32,
    /// Its parameters.
    pub options: OpOptions,
    /// Tensors it reads; `None` for one left out.
    pub inputs: Vec<Option<TensorId>>,
    /// Tensors it writes.
    pub outputs: Vec<TensorId>,
}

/// Parameters of an operator. [`OpOptions::None`] where the file has none or the compiler has no use for them.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the file format")]
pub enum OpOptions {
    None,
    Conv2D(Conv2DOptions),
    DepthwiseConv2D(DepthwiseConv2DOptions),
    FullyConnected(FullyConnectedOptions),
    Pool2D(Pool2DOptions),
    Softmax {
        beta: f32,
    },
    /// ADD, SUB and MUL.
    Arithmetic {
        activation: Activation,
    },
    Concatenation {
        axis: i32,
        activation: Activation,
    },
    StridedSlice(StridedSliceOptions),
    LeakyRelu {
        alpha: f32,
    },
    /// MEAN and its kin.
    Reducer {
        keep_dims: bool,
    },
    /// SPLIT and SPLIT_V.
    Split {
        num_splits: i32,
    },
    CallOnce {
        init_subgraph: i32,
    },
    /// Options that belong to another operator; refused by `check`.
    Foreign {
        /// That operator, where it is known.
        of: Option<OpKind>,
    },
    /// CUSTOM: the name under which an interpreter registers it.
    Custom {
        name: String,
    },
    VarHandle {
        container: String,
        shared_name: String,
    },
}

impl OpOptions {
    /// The fused activation, where the operator has one.
    pub fn activation_mut(&mut self) -> Option<&mut Activation> {
        match self {
            OpOptions::Conv2D(options) => Some(&mut options.activation),
            OpOptions::DepthwiseConv2D(options) => Some(&mut options.activation),
            OpOptions::FullyConnected(options) => Some(&mut options.activation),
            OpOptions::Pool2D(options) => Some(&mut options.activation),
            OpOptions::Arithmetic { activation } => Some(activation),
            _ => None,
        }
    }
}

impl OpOptions {
    /// Padding of a convolution, and the height and width that its window covers, given its weights' shape.
    pub fn window_mut(&mut self, weights: &[usize]) -> Option<(&mut Padding, (usize, usize))> {
        let &[_, height, width, _] = weights else { return None };
        let covers = |size: usize, dilation: i32| size.saturating_sub(1) * usize::try_from(dilation).unwrap_or(0) + 1;
        match self {
            OpOptions::Conv2D(o) => Some((&mut o.padding, (covers(height, o.dilation_h), covers(width, o.dilation_w)))),
            OpOptions::DepthwiseConv2D(o) => {
                Some((&mut o.padding, (covers(height, o.dilation_h), covers(width, o.dilation_w))))
            }
            _ => None,
        }
    }
}

/// Options of `CONV_2D`. Strides and dilations are as in the file: `check` demands positive ones.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the file format")]
pub struct Conv2DOptions {
    pub padding: Padding,
    pub stride_w: i32,
    pub stride_h: i32,
    pub activation: Activation,
    pub dilation_w: i32,
    pub dilation_h: i32,
}

/// Options of `DEPTHWISE_CONV_2D`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the file format")]
pub struct DepthwiseConv2DOptions {
    pub padding: Padding,
    pub stride_w: i32,
    pub stride_h: i32,
    /// As in the file; the interpreter derives it from the shapes and so should we.
    pub depth_multiplier: i32,
    pub activation: Activation,
    pub dilation_w: i32,
    pub dilation_h: i32,
}

/// Options of `FULLY_CONNECTED`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the file format")]
pub struct FullyConnectedOptions {
    pub activation: Activation,
    /// Whether weights are stored in the shuffled format, which the compiler refuses.
    pub shuffled_weights: bool,
    pub keep_num_dims: bool,
}

/// Options of `AVERAGE_POOL_2D` and `MAX_POOL_2D`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the file format")]
pub struct Pool2DOptions {
    pub padding: Padding,
    pub stride_w: i32,
    pub stride_h: i32,
    pub filter_width: i32,
    pub filter_height: i32,
    pub activation: Activation,
}

/// Options of `STRIDED_SLICE`: one bit for each dimension in every mask.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the file format")]
pub struct StridedSliceOptions {
    pub begin_mask: i32,
    pub end_mask: i32,
    pub ellipsis_mask: i32,
    pub new_axis_mask: i32,
    pub shrink_axis_mask: i32,
    pub offset: bool,
}

/// How a window behaves at the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Output size = ⌈input / stride⌉; the odd element goes to the end.
    Same,
    /// Windows lie inside the input.
    Valid,
    /// So many elements around the input, each fewer than the window has. Not in the file format: a fused PAD.
    Explicit {
        /// Rows above the input.
        top: usize,
        /// Rows below it.
        bottom: usize,
        /// Columns before it.
        left: usize,
        /// Columns after it.
        right: usize,
    },
    /// A number nobody knows; never passes `check`.
    Other(i8),
}

/// Activation fused into an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the file format")]
pub enum Activation {
    None,
    Relu,
    ReluN1To1,
    Relu6,
    /// Tanh, sign bit or a number nobody knows; never passes `check`.
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
