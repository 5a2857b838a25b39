//! Writing of archives: a deterministic tar file and the `metadata.json` of format version 7.

use serde_json::{Value, json};

use crate::container::archive::Archive;
use crate::container::limits::Limits;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::extension::{EXTENSION_KEY, Extension};
use crate::model::dtype::DType;

/// Version of `metadata.json` that this crate writes: what TVM 0.9 to 0.18 write.
pub const WRITTEN_VERSION: u32 = 7;

/// Collects members and writes them as one tar file.
///
/// The bytes depend on nothing but the members and their order: no times, no owners, mode 0644,
/// names with `./` in front as TVM writes them.
#[derive(Debug, Default)]
pub struct ArchiveBuilder {
    members: Vec<(String, Vec<u8>)>,
}

impl ArchiveBuilder {
    /// An archive without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member; `path` goes without `./`.
    pub fn add(&mut self, path: impl Into<String>, data: impl Into<Vec<u8>>) -> &mut Self {
        self.members.push((path.into(), data.into()));
        self
    }

    /// The tar file.
    ///
    /// # Errors
    /// As [`write_tar`].
    pub fn finish(self) -> Result<Vec<u8>> {
        write_tar(self.members)
    }
}

/// Writes members as one tar file; see [`ArchiveBuilder`] for what is written.
///
/// # Errors
/// [`ErrorKind::BadName`] for a name that [`Archive::from_bytes`] would not give back as it is: absolute, with `..`,
/// twice, empty, unprintable.
pub fn write_tar(members: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Vec<u8>> {
    let members: Vec<(String, Vec<u8>)> = members.into_iter().collect();
    // Large archives: no copy on the way. Two headers and two ends of blocks for each, and the end mark.
    let size = members.iter().map(|(path, data)| data.len() + path.len() + 2048).sum::<usize>() + 1024;
    let mut tar = tar::Builder::new(Vec::with_capacity(size));
    let mut paths = Vec::new();
    for (path, data) in members {
        append(&mut tar, &format!("./{path}"), &data)
            .map_err(|e| Error::new(ErrorKind::Io, e.to_string()).in_member(&path))?;
        paths.push(path);
    }
    let bytes = tar.into_inner().map_err(|e| Error::new(ErrorKind::Io, e.to_string()))?;
    let limits = Limits { archive_bytes: u64::MAX, entries: usize::MAX, ..Limits::default() };
    let archive = Archive::from_bytes("archive to be written", &bytes, limits)?;
    for (path, member) in paths.iter().zip(archive.members()) {
        if *path != member.path {
            let text = format!("the name would be read back as '{}'", member.path);
            return Err(Error::new(ErrorKind::BadName, text).in_member(path));
        }
    }
    Ok(bytes)
}

/// Adds a file. `tar`'s own functions would drop the `./`.
fn append(tar: &mut tar::Builder<Vec<u8>>, name: &str, data: &[u8]) -> std::io::Result<()> {
    const FIELD: usize = 100;
    let mut entry = |kind, name: &[u8], data: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(data.len() as u64);
        header.set_cksum();
        tar.append(&header, data)
    };
    let short = &name.as_bytes()[..name.len().min(FIELD)];
    if name.len() > FIELD {
        let whole = [name.as_bytes(), b"\0"].concat();
        entry(tar::EntryType::GNULongName, b"././@LongLink", &whole)?;
    }
    entry(tar::EntryType::Regular, short, data)
}

/// A tensor as `metadata.json` has it.
#[derive(Debug, Clone)]
pub struct MetadataTensor {
    /// The model's own name.
    pub name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Element type.
    pub dtype: DType,
}

/// Facts that [`metadata_json`] writes for one module.
#[derive(Debug, Clone)]
pub struct MetadataModule {
    /// Module name.
    pub name: String,
    /// Target strings.
    pub targets: Vec<String>,
    /// Date of export in TVM's form, `2024-01-31 12:00:00Z`. A fixed one keeps the archive reproducible.
    pub export_datetime: String,
    /// Sum of the workspace pools in bytes.
    pub workspace_size_bytes: u64,
    /// Size of the constants in bytes.
    pub constants_size_bytes: u64,
    /// Sum of inputs and outputs in bytes.
    pub io_size_bytes: u64,
    /// Inputs, any order.
    pub inputs: Vec<MetadataTensor>,
    /// Outputs, any order.
    pub outputs: Vec<MetadataTensor>,
    /// Operators and their own workspace in bytes.
    pub operator_functions: Vec<(String, u64)>,
    /// What TVM leaves out.
    pub extension: Option<Extension>,
}

/// Writes `metadata.json` of version 7, sorted keys, two spaces of indentation, as TVM does.
///
/// # Errors
/// A value that JSON can't hold, for example a scale that is not finite.
pub fn metadata_json(modules: &[MetadataModule]) -> Result<Vec<u8>> {
    // `serde_json::Map` without its `preserve_order` feature is sorted by key.
    let mut all = serde_json::Map::new();
    for module in modules {
        all.insert(module.name.clone(), module_json(module)?);
    }
    let document = json!({ "version": WRITTEN_VERSION, "modules": all });
    let mut text = serde_json::to_vec_pretty(&document).map_err(|e| Error::new(ErrorKind::Metadata, e.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

fn module_json(module: &MetadataModule) -> Result<Value> {
    let tensors = |list: &[MetadataTensor]| -> Value {
        let entry = |t: &MetadataTensor| {
            let value = json!({ "size": t.size_bytes, "dtype": t.dtype.to_string() });
            (t.name.clone(), value)
        };
        Value::Object(list.iter().map(entry).collect())
    };
    let operators: Vec<Value> = module
        .operator_functions
        .iter()
        .map(|(name, bytes)| {
            json!({ "function_name": name, "workspace": [{ "device": 1, "workspace_size_bytes": bytes }] })
        })
        .collect();
    let mut value = json!({
        "model_name": module.name,
        "export_datetime": module.export_datetime,
        "style": "full-model",
        "executors": ["aot"],
        "target": module.targets,
        "memory": { "functions": {
            "operator_functions": operators,
            "main": [{
                "device": 1,
                "workspace_size_bytes": module.workspace_size_bytes,
                "constants_size_bytes": module.constants_size_bytes,
                "io_size_bytes": module.io_size_bytes,
                "inputs": tensors(&module.inputs),
                "outputs": tensors(&module.outputs),
            }],
        }},
    });
    if let Some(extension) = &module.extension {
        for tensor in extension.inputs.iter().chain(&extension.outputs) {
            if tensor.scale.is_some_and(|s| !s.is_finite()) {
                let text = format!("the scale of tensor '{}' is not finite", tensor.name);
                return Err(Error::new(ErrorKind::Metadata, text));
            }
        }
        value[EXTENSION_KEY] =
            serde_json::to_value(extension).map_err(|e| Error::new(ErrorKind::Metadata, e.to_string()))?;
    }
    Ok(value)
}
