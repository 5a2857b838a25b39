//! Writing of archives: a deterministic tar file and the `metadata.json` of format version 7.

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Value, json};
use std::io::{self, Write};

use crate::container::archive::Archive;
use crate::container::limits::Limits;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::extension::{EXTENSION_KEY, Extension};
use crate::model::dtype::DType;

/// Version of `metadata.json` that this crate writes: what TVM 0.9 to 0.18 write.
pub const WRITTEN_VERSION: u32 = 7;

/// Collects members and writes them as one tar file.
///
/// The bytes depend only on the members and their order: no times, no owners, mode 0644,
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

    /// Adds a member; `path` is without `./`.
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
/// [`ErrorKind::BadName`] for a name that [`Archive::from_bytes`] would not return unchanged: absolute, with `..`,
/// twice, empty, unprintable.
pub fn write_tar(members: impl IntoIterator<Item = (String, impl AsRef<[u8]>)>) -> Result<Vec<u8>> {
    let members: Vec<_> = members.into_iter().collect();
    check_names(members.iter().map(|(path, _)| path.as_str()))?;
    // For large archives: no reallocation. Two headers and two ends of blocks for each, and the end mark.
    let size = members.iter().map(|(path, data)| data.as_ref().len() + path.len() + 2048).sum::<usize>() + 1024;
    let mut archive = ArchiveWriter::new(Vec::with_capacity(size));
    let failed = |e: io::Error| Error::new(ErrorKind::Io, e.to_string());
    for (path, data) in members {
        let data = data.as_ref();
        let added = archive.add(&path, data.len() as u64, |out| out.write_all(data));
        added.map_err(|e| failed(e).in_member(&path))?;
    }
    archive.finish().map_err(failed)
}

/// Whether [`Archive::from_bytes`] returns these names of members unchanged.
///
/// # Errors
/// [`ErrorKind::BadName`] with the first name that it does not.
pub fn check_names<'a>(paths: impl Iterator<Item = &'a str>) -> Result<()> {
    let failed = |e: io::Error| Error::new(ErrorKind::Io, e.to_string());
    let paths: Vec<&str> = paths.collect();
    let mut archive = ArchiveWriter::new(Vec::new());
    for path in &paths {
        // One byte each: a name without contents may be that of a directory.
        archive.add(path, 1, |out| out.write_all(&[0])).map_err(|e| failed(e).in_member(path))?;
    }
    let bytes = archive.finish().map_err(failed)?;
    let limits = Limits { archive_bytes: u64::MAX, entries: usize::MAX, ..Limits::default() };
    let archive = Archive::from_bytes("archive to be written", &bytes, limits)?;
    for (path, member) in paths.iter().zip(archive.members()) {
        if *path != member.path {
            let text = format!("the name would be read back as '{}'", member.path);
            return Err(Error::new(ErrorKind::BadName, text).in_member(path));
        }
    }
    Ok(())
}

/// Bytes of a block of a tar file.
const BLOCK: u64 = 512;

/// Writes an archive to a stream, one member after another; see [`ArchiveBuilder`] for what is written. Call [`check_names`] first.
#[derive(Debug)]
pub struct ArchiveWriter<W: Write> {
    out: W,
}

impl<W: Write> ArchiveWriter<W> {
    /// An archive without members.
    pub fn new(out: W) -> Self {
        ArchiveWriter { out }
    }

    /// Adds a member of `size` bytes, which `content` writes; `path` is without `./`.
    ///
    /// # Errors
    /// Those of the stream, and when `content` writes more or less than `size`.
    pub fn add(
        &mut self,
        path: &str,
        size: u64,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        const FIELD: usize = 100;
        let name = format!("./{path}");
        if name.len() > FIELD {
            let whole = [name.as_bytes(), b"\0"].concat();
            self.header(tar::EntryType::GNULongName, b"././@LongLink", whole.len() as u64)?;
            self.out.write_all(&whole)?;
            self.fill(whole.len() as u64)?;
        }
        self.header(tar::EntryType::Regular, &name.as_bytes()[..name.len().min(FIELD)], size)?;
        let mut exact = Exact { out: &mut self.out, left: size };
        content(&mut exact)?;
        if exact.left > 0 {
            return Err(io::Error::other(format!("{path}: {} bytes are missing", exact.left)));
        }
        self.fill(size)
    }

    /// Writes the end mark and returns the stream.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&[0; 2 * BLOCK as usize])?;
        Ok(self.out)
    }

    /// Bytes of an archive with members of these names and sizes.
    pub fn bytes<'a>(members: impl Iterator<Item = (&'a str, u64)>) -> u64 {
        let padded = |size: u64| BLOCK + size.next_multiple_of(BLOCK);
        let long = |path: &str| if path.len() + 2 > 100 { padded(path.len() as u64 + 3) } else { 0 };
        members.map(|(path, size)| padded(size) + long(path)).sum::<u64>() + 2 * BLOCK
    }

    fn header(&mut self, kind: tar::EntryType, name: &[u8], size: u64) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(size);
        header.set_cksum();
        self.out.write_all(header.as_bytes())
    }

    /// Zeros up to the end of a block.
    fn fill(&mut self, size: u64) -> io::Result<()> {
        let rest = size.next_multiple_of(BLOCK) - size;
        self.out.write_all(&[0; BLOCK as usize][..rest as usize])
    }
}

/// A stream that accepts a given number of bytes.
struct Exact<'a> {
    out: &'a mut dyn Write,
    left: u64,
}

impl Write for Exact<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            return Err(io::Error::other("a member is longer than its size"));
        }
        let written = self.out.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A tensor as in `metadata.json`.
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
    /// Facts that TVM leaves out.
    pub extension: Option<Extension>,
}

/// Writes `metadata.json` of version 7, with sorted keys and two spaces of indentation, as TVM does; but values deeper than
/// `PRETTY` are on one line, since they exist for each layer.
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
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, Shallow::default());
    document.serialize(&mut serializer).map_err(|e| Error::new(ErrorKind::Metadata, e.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

/// Levels of objects and lists with a line for each entry.
const PRETTY: usize = 6;

/// Pretty down to a given level, compact below.
#[derive(Default)]
struct Shallow {
    pretty: PrettyFormatter<'static>,
    level: usize,
}

impl Shallow {
    /// Whether entries of the innermost object or list are on separate lines.
    fn is_pretty(&self) -> bool {
        self.level <= PRETTY
    }
}

impl Formatter for Shallow {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.level += 1;
        if self.is_pretty() { self.pretty.begin_array(out) } else { CompactFormatter.begin_array(out) }
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.level -= 1;
        if self.level < PRETTY { self.pretty.end_array(out) } else { CompactFormatter.end_array(out) }
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if self.is_pretty() {
            self.pretty.begin_array_value(out, first)
        } else {
            CompactFormatter.begin_array_value(out, first)
        }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.is_pretty() { self.pretty.end_array_value(out) } else { Ok(()) }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.level += 1;
        if self.is_pretty() { self.pretty.begin_object(out) } else { CompactFormatter.begin_object(out) }
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.level -= 1;
        if self.level < PRETTY { self.pretty.end_object(out) } else { CompactFormatter.end_object(out) }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if self.is_pretty() {
            self.pretty.begin_object_key(out, first)
        } else {
            CompactFormatter.begin_object_key(out, first)
        }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.is_pretty() { self.pretty.end_object_value(out) } else { Ok(()) }
    }
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
