//! Findings about an archive that can still be used.

use serde::Serialize;

/// Severity of a [`Finding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Information.
    Note,
    /// Something is missing or may cause problems; the model runs.
    Warning,
    /// The archive's own C, unchanged, does not compile or gives wrong results.
    Defect,
}

/// Kind of a finding. `D1` to `D11` are known defects of TVM's own output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Code {
    /// D1: a function registry whose prototypes contradict the functions.
    FunctionRegistry,
    /// D2: a pool's address is passed with the wrong pointer type.
    PoolPointerType,
    /// D3: a constant pool is not `const` and takes RAM or a writable section.
    WritableConstants,
    /// D4: errors of CMSIS-NN kernels are ignored.
    IgnoredKernelErrors,
    /// D5: header and sources spell the module's name differently, or it is not a C identifier.
    ModuleName,
    /// D6: header and sources disagree on a tensor's member name.
    MemberName,
    /// D7: a map function uses a name that the header does not have.
    MapName,
    /// D8: a size macro of the header contradicts the metadata.
    SizeMacro,
    /// D9: two things of the header share one macro.
    MacroClash,
    /// D10: a tensor's member name is a keyword of C or C++, a macro of C's headers, or begins with a digit.
    TensorName,
    /// D11: the same for a pool, or the sources use its name where it is not valid C.
    PoolName,
    /// A tensor's shape is not in the archive.
    ShapeUnknown,
    /// A tensor's element type or size is not in the archive.
    TypeUnknown,
    /// Scale and zero point are not in the archive.
    QuantizationUnknown,
    /// Which TVM made the archive is not recorded.
    TvmVersionUnknown,
    /// Pool alignments are not recorded; TVM's default is assumed.
    AlignmentAssumed,
    /// A symbol without the model's prefix, which clashes with another model's.
    UnprefixedSymbol,
    /// The code calls a library that the user provides.
    ExternalLibrary,
    /// A finding of our own compiler about the model.
    CompilerFinding,
    /// A C file that belongs to no module.
    StrayFile,
    /// Scales of a .tflite file that don't match; the model runs as its reference does.
    ScalesDisagree,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// Its severity.
    pub severity: Severity,
    /// The tensor, pool, symbol, macro or member concerned.
    pub subject: String,
    /// What was found, in a sentence.
    pub text: String,
    /// What to do about it; empty if there is nothing to do.
    pub advice: String,
}

impl Finding {
    pub(crate) fn new(
        code: Code,
        severity: Severity,
        subject: impl Into<String>,
        text: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Finding { code, severity, subject: subject.into(), text: text.into(), advice: advice.into() }
    }
}
