//! The options of the compiler.

use std::ops::RangeInclusive;

/// Settings of one compilation. The default suits most models.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Module name, a C identifier in lower case; the default is `model`.
    pub module_name: Option<String>,
    /// Memory pools in order of preference. Empty: one pool called `workspace`, as large as needed.
    pub pools: Vec<Pool>,
    /// Pools for constants, in order of preference. Empty: all constants are in the code.
    pub constants: Vec<ConstantPool>,
    /// Puts inputs and outputs into the workspace instead of the caller's memory.
    pub io_in_workspace: bool,
    /// Bytes that workspaces, inputs and outputs may take together, states included.
    pub ram: Option<usize>,
    /// What the generated code is optimised for.
    pub optimize: Optimize,
    /// Gives every tensor memory of its own, so that a test can read all of them after a run.
    pub keep_all_tensors: bool,
    /// The cores that the C is for.
    pub target: Target,
    /// How weights of int4 are kept in flash.
    pub int4: Int4,
    /// The most scratch memory that layers get. By default the compiler gives them less where scratch memory would make the workspace
    /// more than a tenth larger than the largest input and output of a layer.
    pub scratch: Scratch,
    /// Functions that compute custom operators.
    pub custom: Vec<CustomOperator>,
    /// The shapes of inputs whose shape the file leaves to the user.
    pub input_shapes: Vec<InputShape>,
}

/// The shape of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputShape {
    /// The name of the input in the file; `None` for the only one.
    pub input: Option<String>,
    /// Its dimensions, outermost first.
    pub shape: Vec<usize>,
}

/// The user's function that computes a custom operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomOperator {
    /// The operator, as files name it.
    pub name: String,
    /// The header that declares the function.
    pub header: String,
    /// The function, a `tvm_custom_function_t`.
    pub function: String,
    /// Bytes of scratch memory that it needs.
    pub scratch: usize,
}

/// How weights of int4 are kept in flash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Int4 {
    /// Two in a byte where this saves more bytes than its code takes.
    #[default]
    Auto,
    /// Two in a byte.
    Packed,
    /// A byte each: the fastest.
    Bytes,
}

/// The cores that the C is for: weights are packed as their instructions read them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Target {
    /// All, each with the best code available.
    #[default]
    All,
    /// All, with C that any compiler accepts.
    Portable,
    /// Those with Arm's DSP extension.
    Dsp,
    /// Those with MVE.
    Mve,
}

/// Names of cores, and the instructions that they have.
pub const CORES: &[(&str, Target)] = &[
    ("all", Target::All),
    ("portable", Target::Portable),
    ("cortex-m0", Target::Portable),
    ("cortex-m0plus", Target::Portable),
    ("cortex-m3", Target::Portable),
    ("cortex-m23", Target::Portable),
    ("riscv", Target::Portable),
    ("rv32imac", Target::Portable),
    ("cortex-m4", Target::Dsp),
    ("cortex-m4f", Target::Dsp),
    ("cortex-m7", Target::Dsp),
    ("cortex-m33", Target::Dsp),
    ("cortex-m35p", Target::Dsp),
    ("cortex-m52", Target::Mve),
    ("cortex-m55", Target::Mve),
    ("cortex-m85", Target::Mve),
];

/// The name in [`CORES`] that a text stands for: capitals, `-`, `_`, `.` and spaces do not count, `+` is `plus`, and `arm` and `cortex` may be
/// missing. `M0+` is `cortex-m0plus`.
pub fn core_named(text: &str) -> Option<&'static str> {
    let plain = |text: &str| text.to_lowercase().replace('+', "plus").replace(['-', '_', '.', ' '], "");
    let given = plain(text);
    let given = match given.strip_prefix("arm").unwrap_or(&given) {
        "m0p" | "cortexm0p" => "m0plus",
        given => given,
    };
    let is = |core: &str| core == given || core.strip_prefix("cortex") == Some(given);
    CORES.iter().map(|(core, _)| *core).find(|core| is(&plain(core)))
}

impl Target {
    /// The target for a core, by a name that [`core_named`] takes.
    pub fn of_core(name: &str) -> Option<Target> {
        let name = core_named(name)?;
        CORES.iter().find(|(core, _)| *core == name).map(|(_, target)| *target)
    }

    /// The word for the kind of cores in archives; nothing for all cores.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Target::All => None,
            Target::Portable => Some("portable"),
            Target::Dsp => Some("dsp"),
            Target::Mve => Some("mve"),
        }
    }

    /// The kind of cores of a word that [`Target::name`] gave.
    pub fn named(word: &str) -> Option<Target> {
        [Target::Portable, Target::Dsp, Target::Mve].into_iter().find(|target| target.name() == Some(word))
    }
}

/// How much scratch memory a layer gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scratch {
    /// As much as its fastest kernels use.
    #[default]
    Best,
    /// Less: fewer positions or rows in a pass.
    Less,
    /// None, where there is a kernel without scratch memory.
    None,
}

/// What generated code is optimised for. The bytes of the results are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Optimize {
    /// Small code: the shortest C loops on every core, one packing of the weights.
    Size,
    /// Few instructions: code and weights for the core's instruction set.
    #[default]
    Balanced,
    /// Fewer instructions for more flash: windows of 3 × 3 by Winograd's algorithm where that is faster.
    Speed,
}

impl Optimize {
    /// All of them, in the order of the flash they take.
    pub const ALL: [Optimize; 3] = [Optimize::Size, Optimize::Balanced, Optimize::Speed];

    /// Its name in the tool.
    pub fn name(self) -> &'static str {
        match self {
            Optimize::Size => "size",
            Optimize::Balanced => "balanced",
            Optimize::Speed => "speed",
        }
    }
}

/// A workspace pool that the user asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Name, a C identifier in lower case.
    pub name: String,
    /// Size in bytes; `None` for as many as needed.
    pub bytes: Option<usize>,
}

/// A pool for constants that the user asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstantPool {
    /// Name, a C identifier in lower case.
    pub name: String,
    /// Size in bytes; `None` for as many as needed.
    pub bytes: Option<usize>,
    /// The operators of the file whose constants it takes. Empty: those that no pool names, the most used first.
    pub operators: Vec<RangeInclusive<usize>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_of_cores() {
        for (given, core) in [
            ("m4", "cortex-m4"),
            ("Cortex-M4", "cortex-m4"),
            ("cortexm4f", "cortex-m4f"),
            ("cortex_m33", "cortex-m33"),
            ("ARM Cortex-M0+", "cortex-m0plus"),
            ("m0plus", "cortex-m0plus"),
            ("cortex-m0p", "cortex-m0plus"),
            ("M55", "cortex-m55"),
            ("RISC-V", "riscv"),
            ("RV32IMAC", "rv32imac"),
            ("All", "all"),
        ] {
            assert_eq!(core_named(given), Some(core), "{given}");
        }
        for unknown in ["", "cortex", "m", "4", "arm", "m4fp", "cortex-m4plus", "cortex-a53", "m44", "cortexcortexm4"] {
            assert_eq!(core_named(unknown), None, "{unknown}");
        }
        let plain: std::collections::BTreeSet<_> = CORES.iter().map(|(core, _)| core.replace('-', "")).collect();
        assert_eq!(plain.len(), CORES.len(), "two cores are one when spelled so");
        assert!(
            CORES.iter().all(|(core, target)| core_named(core) == Some(core) && Target::of_core(core) == Some(*target))
        );
    }
}
