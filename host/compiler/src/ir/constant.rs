//! Arrays in flash, and which builds of the generated C contain them.

use crate::ir::contents::Stored;
use crate::ir::options::Target;
use std::sync::Arc;

/// An array in flash.
#[derive(Debug, Clone, PartialEq)]
pub struct Constant {
    /// C identifier, unique in the model.
    pub name: String,
    /// Elements with their type.
    pub data: ConstantData,
    /// Alignment in bytes, a power of two; at least that of the element.
    pub align: usize,
    /// Elements on one line of the generated text; 0 lets `emit` choose.
    pub row: usize,
    /// What it holds and how it is packed, for the comment above it.
    pub comment: String,
    /// Which builds of the C code contain the array.
    pub core: Core,
}

/// Builds of the generated C that contain a [`Constant`]: weights are packed as the core's multiply-accumulate reads them,
/// the file contains several packings, and the preprocessor selects one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Core {
    /// All.
    #[default]
    Any,
    /// Those for Arm's DSP extension without MVE: `#if TVMK_DSP`, a macro of `base.h` that is 0 or 1.
    Dsp,
    /// All others: `#if !TVMK_DSP`.
    Plain,
    /// Those for MVE: `#if TVMK_MVE`.
    Mve,
    /// All others: `#if !TVMK_MVE`.
    NoMve,
}

impl Core {
    /// Whether builds for these cores contain the array; one for all of them contains some array for each.
    pub fn is_for(self, target: Target) -> bool {
        match target {
            Target::All => true,
            Target::Portable => matches!(self, Core::Any | Core::Plain | Core::NoMve),
            Target::Dsp => matches!(self, Core::Any | Core::Dsp | Core::NoMve),
            Target::Mve => matches!(self, Core::Any | Core::Plain | Core::Mve),
        }
    }

    /// The preprocessor's condition; empty for none.
    pub fn condition(self) -> &'static str {
        match self {
            Core::Any => "",
            Core::Dsp => "TVMK_DSP",
            Core::Plain => "!TVMK_DSP",
            Core::Mve => "TVMK_MVE",
            Core::NoMve => "!TVMK_MVE",
        }
    }
}

/// Elements of a [`Constant`].
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ConstantData {
    I8(Vec<i8>),
    U8(Vec<u8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    F32(Vec<f32>),
    /// float16 in the bits of int16, as in the file.
    Halves(Arc<[u8]>),
    /// int8, as in the file.
    Bytes(Arc<[u8]>),
    /// float32, made of a smaller form only when it is written.
    Widened(Arc<Stored>),
    /// Of int8; held once, also where several builds have forms of them.
    Shared(Arc<Vec<i8>>),
    /// The same in the form of the DSP extension, of int16.
    Packed(Packed),
}

/// Weights that are packed only when they are written, so that memory holds them once.
#[derive(Debug, Clone)]
pub struct Packed {
    /// As `[channel][run][element]`.
    pub weights: Arc<Vec<i8>>,
    /// Channels.
    pub channels: usize,
    /// Runs of each channel.
    pub runs: usize,
    /// Number of elements after which the kernel separates the sums.
    pub block: usize,
    /// How many elements `pack` returns.
    pub elements: usize,
    /// Packs them.
    pub pack: fn(&Packed) -> Option<Vec<i16>>,
}

impl PartialEq for Packed {
    fn eq(&self, other: &Self) -> bool {
        let same = Arc::ptr_eq(&self.weights, &other.weights) || self.weights == other.weights;
        same && (self.channels, self.runs, self.block) == (other.channels, other.runs, other.block)
    }
}

impl ConstantData {
    /// The C99 type of one element.
    pub fn c_type(&self) -> &'static str {
        match self {
            ConstantData::I8(_) | ConstantData::Shared(_) | ConstantData::Bytes(_) => "int8_t",
            ConstantData::U8(_) => "uint8_t",
            ConstantData::I16(_) | ConstantData::Packed(_) | ConstantData::Halves(_) => "int16_t",
            ConstantData::I32(_) => "int32_t",
            ConstantData::I64(_) => "int64_t",
            ConstantData::F32(_) | ConstantData::Widened(_) => "float",
        }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            ConstantData::I8(v) => v.len(),
            ConstantData::U8(v) => v.len(),
            ConstantData::I16(v) => v.len(),
            ConstantData::I32(v) => v.len(),
            ConstantData::I64(v) => v.len(),
            ConstantData::F32(v) => v.len(),
            ConstantData::Halves(bytes) => bytes.len() / 2,
            ConstantData::Bytes(bytes) => bytes.len(),
            ConstantData::Widened(stored) => stored.elements(),
            ConstantData::Shared(v) => v.len(),
            ConstantData::Packed(packed) => packed.elements,
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements as little-endian bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            ConstantData::I8(v) => v.iter().map(|&v| v as u8).collect(),
            ConstantData::Shared(v) => v.iter().map(|&v| v as u8).collect(),
            ConstantData::U8(v) => v.clone(),
            ConstantData::Halves(bytes) | ConstantData::Bytes(bytes) => bytes.to_vec(),
            ConstantData::Widened(stored) => stored.floats().flat_map(f32::to_le_bytes).collect(),
            ConstantData::I16(v) => v.iter().flat_map(|v| v.to_le_bytes()).collect(),
            ConstantData::Packed(packed) => {
                (packed.pack)(packed).unwrap_or_default().iter().flat_map(|v| v.to_le_bytes()).collect()
            }
            ConstantData::I32(v) => v.iter().flat_map(|v| v.to_le_bytes()).collect(),
            ConstantData::I64(v) => v.iter().flat_map(|v| v.to_le_bytes()).collect(),
            ConstantData::F32(v) => v.iter().flat_map(|v| v.to_le_bytes()).collect(),
        }
    }

    /// The elements of float32; `None` for other types.
    pub fn floats(&self) -> Option<Box<dyn Iterator<Item = f32> + '_>> {
        match self {
            ConstantData::F32(values) => Some(Box::new(values.iter().copied())),
            ConstantData::Widened(stored) => Some(Box::new(stored.floats())),
            _ => None,
        }
    }

    /// Size in bytes.
    pub fn bytes(&self) -> usize {
        let element = match self {
            ConstantData::I8(_) | ConstantData::U8(_) | ConstantData::Shared(_) | ConstantData::Bytes(_) => 1,
            ConstantData::I16(_) | ConstantData::Packed(_) | ConstantData::Halves(_) => 2,
            ConstantData::I32(_) | ConstantData::F32(_) | ConstantData::Widened(_) => 4,
            ConstantData::I64(_) => 8,
        };
        self.len() * element
    }
}
