//! What this project's own compiler adds to `metadata.json`, under the key `tvm_embedded` of a module:
//! everything that TVM's metadata leaves out.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::pool::PoolKind;

/// Version of the layout of [`Extension`].
pub const EXTENSION_ABI: u32 = 1;

/// Key of the extension in a module's object.
pub const EXTENSION_KEY: &str = "tvm_embedded";

/// The extension of one module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    /// [`EXTENSION_ABI`] of the writer.
    pub abi: u32,
    /// Name and version of the compiler.
    pub compiler: String,
    /// The kind of cores that the C is for, as the compiler names it; nothing if it is for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<String>,
    /// What the C is optimised for, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optimize: Option<String>,
    /// Inputs in ABI order.
    pub inputs: Vec<ExtensionTensor>,
    /// Outputs in ABI order.
    pub outputs: Vec<ExtensionTensor>,
    /// Pools in the order of the header's struct.
    #[serde(default)]
    pub pools: Vec<ExtensionPool>,
    /// The most bytes of stack that a run takes, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<u64>,
    /// The compiler's facts of each layer; free form, for reports.
    #[serde(default)]
    pub layers: Vec<Value>,
    /// What the compiler left out of operators because no result depends on it; free form, for reports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Value>,
    /// Findings about the model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ExtensionFinding>,
}

/// A finding about the model in the [`Extension`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionFinding {
    /// The tensor concerned.
    pub subject: String,
    /// What was found.
    pub text: String,
    /// What to do about it.
    #[serde(default)]
    pub advice: String,
}

/// A tensor in the [`Extension`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtensionTensor {
    /// The model's own name.
    pub name: String,
    /// Member name in the header.
    pub c_name: String,
    /// Element type in TVM's spelling, for example `int8`.
    pub dtype: String,
    /// Dimensions, outermost first.
    pub shape: Vec<i64>,
    /// Size of one quantisation step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f32>,
    /// Stored value that means 0; present if `scale` is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zero_point: Option<i32>,
    /// Alignment in bytes that the code needs.
    pub alignment: u64,
    /// Name of the pool that holds the tensor, when it is not a parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// Offset in bytes in that pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

/// A pool in the [`Extension`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionPool {
    /// Member name in the header.
    pub name: String,
    /// Kind.
    pub kind: PoolKind,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub alignment: u64,
    /// True when the content must last from one run to the next.
    #[serde(default)]
    pub state: bool,
}
