//! All facts of a model: the same in the macros, the descriptor and the JSON.

pub mod tree;

use self::tree::{Fact, Macro};
use serde::ser::{Serialize, Serializer};
use tvm_embedded_mlf::{DType, Quantization};

/// Version of the library's ABI that generated files are made for: `TVM_EMBEDDED_ABI_VERSION`.
pub const ABI_VERSION: u16 = 1;

/// Facts about one model.
///
/// Serialises to the JSON document, in which each key path is a macro; see `docs/interface.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Name of the descriptor in C, and the stem of all other names.
    pub symbol: String,
    /// The model's own name.
    pub name: String,
    /// Version of the library's ABI that the files are made for.
    pub abi_version: u16,
    /// Major, minor and patch version of the TVM that made the archive, if recorded.
    pub tvm_version: Option<[u16; 3]>,
    /// The most bytes of stack that a run takes, if known.
    pub stack_bytes: Option<u32>,
    /// Number of layers, if they can be run one by one.
    pub layer_count: Option<u32>,
    /// Inputs in the order of `TVMInputs_…`.
    pub inputs: Vec<Named<TensorFacts>>,
    /// Outputs in the order of `TVMOutputs_…`.
    pub outputs: Vec<Named<TensorFacts>>,
    /// Workspaces in the order of `TVMWorkspaces_…`.
    pub workspaces: Vec<Named<WorkspaceFacts>>,
    /// Parameters in the order of `TVMParameters_…`.
    pub parameters: Vec<Named<ParameterFacts>>,
    /// Devices in the order of `TVMDevices_…`.
    pub devices: Vec<Named<DeviceFacts>>,
}

/// Something with a name in C.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T> {
    /// Name of the member of its struct; in upper case, part of its macros' names.
    pub c_name: String,
    /// The facts.
    pub facts: T,
}

/// An input or output.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorFacts {
    /// The model's own name for it.
    pub name: String,
    /// Position in its struct.
    pub index: u16,
    /// Size in bytes.
    pub bytes: u32,
    /// Number of elements; of bytes, when the element type is not known.
    pub elements: u32,
    /// Alignment of its address.
    pub alignment: u32,
    /// Element type, if known.
    pub dtype: Option<DType>,
    /// Dimensions, outermost first, if known.
    pub shape: Option<Vec<i32>>,
    /// Scale and zero point, if known.
    pub quantization: Option<Quantization>,
    /// Where it begins, if it is inside a workspace.
    pub placement: Option<PlacementFacts>,
}

/// Place of a tensor inside a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacementFacts {
    /// Position of the workspace in its struct.
    pub workspace: u16,
    /// Bytes from the first aligned byte of the workspace.
    pub offset: u32,
}

/// Writable memory that the user provides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceFacts {
    /// The pool's own name.
    pub name: String,
    /// Position in its struct.
    pub index: u16,
    /// Bytes needed from an aligned address on.
    pub aligned_bytes: u32,
    /// The alignment, a power of two.
    pub alignment: u32,
    /// True when its content must last from one run to the next.
    pub state: bool,
}

/// Constants outside the model's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterFacts {
    /// The pool's own name.
    pub name: String,
    /// Position in its struct.
    pub index: u16,
    /// Size in bytes.
    pub bytes: u32,
    /// Alignment of its address.
    pub alignment: u32,
    /// True when the generated files hold the data.
    pub carried: bool,
}

/// A device that operators run on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceFacts {
    /// The device's own name.
    pub name: String,
    /// Position in its struct.
    pub index: u16,
}

/// Keys beside the entries of a group.
pub(crate) const GROUP_KEYS: &[&str] = &["count"];
/// The same in the group of workspaces.
pub(crate) const WORKSPACE_KEYS: &[&str] = &["count", "bytes", "aligned_bytes", "alignment"];

impl WorkspaceFacts {
    /// Bytes needed at an address of any alignment.
    pub fn bytes(&self) -> u32 {
        // The plan has checked that the sum fits.
        self.aligned_bytes.saturating_add(self.alignment - 1)
    }
}

impl Facts {
    /// The JSON document, ASCII, with a line break at its end.
    pub fn json(&self) -> String {
        crate::facts::tree::json(&self.tree())
    }

    /// The macros that the header defines for these facts, in its order.
    pub fn macros(&self) -> Vec<Macro> {
        self.tree().macros(&macro_prefix(&self.symbol))
    }

    pub(crate) fn tree(&self) -> Fact {
        let mut entries = self.head();
        entries.push(("input".into(), group(&self.inputs, TensorFacts::tree)));
        entries.push(("output".into(), group(&self.outputs, TensorFacts::tree)));
        entries.push(("workspace".into(), self.workspace_tree()));
        entries.push(("parameter".into(), group(&self.parameters, ParameterFacts::tree)));
        entries.push(("device".into(), group(&self.devices, DeviceFacts::tree)));
        Fact::Object(entries)
    }

    /// Facts of the model as a whole.
    pub(crate) fn head(&self) -> Vec<(String, Fact)> {
        let mut entries =
            vec![("name".into(), Fact::Text(self.name.clone())), ("abi_version".into(), number(self.abi_version))];
        if let Some(version) = self.tvm_version {
            let keys = ["major", "minor", "patch"];
            let parts = keys.iter().zip(version).map(|(key, part)| ((*key).to_owned(), number(part)));
            entries.push(("tvm_version".into(), Fact::Object(parts.collect())));
        }
        if let Some(bytes) = self.stack_bytes {
            entries.push(("stack".into(), Fact::Object(vec![("bytes".into(), number(bytes))])));
        }
        if let Some(count) = self.layer_count {
            entries.push(("layer".into(), Fact::Object(vec![("count".into(), number(count))])));
        }
        entries
    }

    pub(crate) fn workspace_tree(&self) -> Fact {
        let mut entries = entries(&self.workspaces, WorkspaceFacts::tree);
        let whole = match self.workspaces.as_slice() {
            // One byte, so that an array of this size is C.
            [] => vec![("bytes".into(), Fact::Integer(1))],
            [only] => vec![
                ("bytes".into(), number(only.facts.bytes())),
                ("aligned_bytes".into(), number(only.facts.aligned_bytes)),
                ("alignment".into(), number(only.facts.alignment)),
            ],
            _ => Vec::new(),
        };
        entries.splice(1..1, whole);
        Fact::Object(entries)
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.tree().serialize(serializer)
    }
}

/// The prefix of all macros of a model, without the `_` after it.
pub(crate) fn macro_prefix(symbol: &str) -> String {
    format!("TVM_{}", symbol.to_ascii_uppercase())
}

pub(crate) fn group<T>(items: &[Named<T>], tree: impl Fn(&T) -> Fact) -> Fact {
    Fact::Object(entries(items, tree))
}

fn entries<T>(items: &[Named<T>], tree: impl Fn(&T) -> Fact) -> Vec<(String, Fact)> {
    let mut entries = vec![("count".to_owned(), Fact::Integer(items.len() as i64))];
    entries.extend(items.iter().map(|item| (item.c_name.clone(), tree(&item.facts))));
    entries
}

fn number(value: impl Into<i64>) -> Fact {
    Fact::Integer(value.into())
}

impl TensorFacts {
    pub(crate) fn tree(&self) -> Fact {
        let mut entries = vec![
            ("name".to_owned(), Fact::Text(self.name.clone())),
            ("index".into(), number(self.index)),
            ("bytes".into(), number(self.bytes)),
            ("elements".into(), number(self.elements)),
            ("alignment".into(), number(self.alignment)),
        ];
        if let Some(dtype) = self.dtype {
            let parts = [("code", i64::from(dtype.code)), ("bits", dtype.bits.into()), ("lanes", dtype.lanes.into())];
            let parts = parts.map(|(key, value)| (key.to_owned(), Fact::Integer(value)));
            entries.push(("dtype".into(), Fact::Object(parts.into())));
        }
        if let Some(shape) = &self.shape {
            entries.push(("rank".into(), Fact::Integer(shape.len() as i64)));
            entries.push(("shape".into(), Fact::List(shape.iter().map(|&d| d.into()).collect())));
        }
        if let Some(quantization) = self.quantization {
            entries.push(("scale".into(), Fact::Float(quantization.scale)));
            entries.push(("zero_point".into(), number(quantization.zero_point)));
        }
        if let Some(placement) = self.placement {
            entries.push(("workspace".into(), number(placement.workspace)));
            entries.push(("offset".into(), number(placement.offset)));
        }
        Fact::Object(entries)
    }
}

impl WorkspaceFacts {
    pub(crate) fn tree(&self) -> Fact {
        Fact::Object(vec![
            ("name".into(), Fact::Text(self.name.clone())),
            ("index".into(), number(self.index)),
            ("bytes".into(), number(self.bytes())),
            ("aligned_bytes".into(), number(self.aligned_bytes)),
            ("alignment".into(), number(self.alignment)),
            ("state".into(), Fact::Truth(self.state)),
        ])
    }
}

impl ParameterFacts {
    pub(crate) fn tree(&self) -> Fact {
        Fact::Object(vec![
            ("name".into(), Fact::Text(self.name.clone())),
            ("index".into(), number(self.index)),
            ("bytes".into(), number(self.bytes)),
            ("alignment".into(), number(self.alignment)),
            ("carried".into(), Fact::Truth(self.carried)),
        ])
    }
}

impl DeviceFacts {
    pub(crate) fn tree(&self) -> Fact {
        Fact::Object(vec![("name".into(), Fact::Text(self.name.clone())), ("index".into(), number(self.index))])
    }
}
