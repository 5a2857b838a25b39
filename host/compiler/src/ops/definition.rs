//! The contents of an operator's directory: how to recognise, check and lower it, its kernels, its line of documentation.

use crate::format::reading::{Broken, Budget};
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Contents, OpKind, OpOptions};
use crate::ir::layer::{Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::flow::Flow;
use crate::ops::kernels::Kernel;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What the compiler knows about an operator.
pub struct Definition {
    /// Which operator of the file format.
    pub kind: OpKind,
    /// Versions accepted.
    pub versions: RangeInclusive<i32>,
    /// How many inputs it takes, counting optional ones left out.
    pub inputs: RangeInclusive<usize>,
    /// How many outputs it has.
    pub outputs: RangeInclusive<usize>,
    /// Reads its parameters from its table in the file; `None` for an operator without any, whose table does not matter.
    pub options: Option<OptionsReader>,
    /// Checks types, quantisation and shapes against options, reports every problem to the [`Checker`], and returns what the
    /// lowering needs. `None` only after a problem; a value after a problem is not used.
    ///
    /// Numbers of inputs and outputs, bounds of shapes, lengths of constants, scales and zero points have been checked before.
    pub check: for<'a> fn(&mut Checker<'a>) -> Option<Box<dyn Checked + 'a>>,
    /// The kernel files in the operator's directory; those that several operators include are in `shared/`.
    pub kernels: &'static [Kernel],
    /// Where the reference computes it: a file of TensorFlow Lite Micro in `tensorflow/lite/micro/kernels`.
    pub reference: &'static str,
    /// What it supports, for the documentation: a row for each group of element types.
    pub support: &'static [Support],
}

/// What an operator's directory defines.
pub trait Definitions: Sync {
    /// One definition, or several.
    fn definitions(&self) -> &[Definition];

    /// How the options of custom operators are read; `None` for builtin ones, whose definitions contain it.
    fn custom(&self) -> Option<CustomReader> {
        None
    }
}

impl Definitions for Definition {
    fn definitions(&self) -> &[Definition] {
        std::slice::from_ref(self)
    }
}

impl<const COUNT: usize> Definitions for [Definition; COUNT] {
    fn definitions(&self) -> &[Definition] {
        self
    }
}

/// One custom operator, or several with the same options: files name them instead of giving their number. The name is that of the
/// kind.
pub struct Custom<D> {
    /// Reads the parameters of each.
    pub options: CustomReader,
    /// The operators, whose own `options` are `None`.
    pub definitions: D,
}

impl<D: Definitions> Definitions for Custom<D> {
    fn definitions(&self) -> &[Definition] {
        self.definitions.definitions()
    }

    fn custom(&self) -> Option<CustomReader> {
        Some(self.options)
    }
}

/// Reads the options of a custom operator from the bytes that the file has for them, often a map in FlexBuffers
/// ([`crate::format::flexbuffer`]). `Ok(None)` if the bytes do not contain what the operator needs.
pub type CustomReader = fn(&[u8], &mut Budget) -> ReadOptions;

/// Reads the options of an operator; the table is `None` if the file leaves it out.
pub type OptionsReader = fn(Option<&BuiltinOptionsRef<'_>>, &mut Budget) -> ReadOptions;

/// The result of [`Definition::options`]: nothing for the table of another operator, and if a table is left out that has no sensible
/// defaults.
pub type ReadOptions = Result<Option<Arc<dyn OpOptions>>, Broken>;

/// A checked operator: everything its lowering needs, already taken from the graph.
pub trait Checked {
    /// What the generated code does for it.
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered;

    /// The contents of each output, for operators that can be computed at compile time; called only if every input that is
    /// read is a constant.
    fn evaluate(&self) -> Option<Evaluated> {
        None
    }

    /// What the outputs can hold and which parts of the inputs they need. If not given, nothing around the operator is left out.
    fn flow(&self) -> Flow<'_> {
        Flow::Opaque
    }
}

/// The result of [`Checked::evaluate`]: the bytes of each output as they would be in the file.
pub type Evaluated = Result<Vec<Contents>, Refusal>;

/// Constants for which an operator has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was found.
    pub found: String,
    /// What would be accepted.
    pub supported: String,
}

impl Refusal {
    /// Records what was found and what would be accepted.
    pub fn new(found: impl Into<String>, supported: impl Into<String>) -> Self {
        Refusal { found: found.into(), supported: supported.into() }
    }
}

/// Options that were read.
pub fn read(options: impl OpOptions) -> ReadOptions {
    Ok(Some(Arc::new(options)))
}

/// The defaults of the file format if the table is left out; nothing for the table of another operator.
pub fn or_default<T: OpOptions + Default>(other: Option<&BuiltinOptionsRef<'_>>) -> ReadOptions {
    if other.is_none() { read(T::default()) } else { Ok(None) }
}

/// A row of the documentation.
pub struct Support {
    /// Element types, such as `int8`; with what depends on them: `int8, weights of int8, bias of int32`.
    pub types: &'static str,
    /// Which cores have special code.
    pub cores: Cores,
    /// How the result compares with the reference's.
    pub result: Exactness,
}

impl Support {
    /// A row whose results are the reference's bytes.
    pub const fn bytes(types: &'static str, cores: Cores) -> Support {
        Support { types, cores, result: Exactness::Bytes }
    }

    /// A row whose results use functions such as exp, which are as accurate as `docs/kernels.md` states.
    pub const fn near(types: &'static str, cores: Cores) -> Support {
        Support { types, cores, result: Exactness::Near }
    }
}

/// Instruction sets with special code for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cores {
    /// The same code for all.
    Portable,
    /// Also Arm's DSP extension.
    Dsp,
    /// Also MVE.
    Mve,
    /// Also both.
    DspMve,
    /// None: names for bytes, nothing to compute.
    NoCode,
}

/// How a result compares with the reference's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exactness {
    /// The same bytes.
    Bytes,
    /// The same bytes on every core, as close to the reference's as its functions are.
    Near,
    /// That of hardware outside of the core.
    Device,
}
