//! From the members of an archive to a checked [`Library`].

mod defects;
mod member_owners;
mod module;
mod module_files;
mod pools;
mod tensors;

use crate::container::archive::Archive;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::json;
use crate::metadata::{self, Metadata};
use crate::model::Library;
use crate::model::finding::{Code, Finding, Severity};

use member_owners::Layout;

impl Library {
    /// Reads and checks all facts of an archive about its models.
    ///
    /// # Errors
    /// [`ErrorKind::Metadata`], [`ErrorKind::MissingMember`] or [`ErrorKind::Source`] for an archive that is broken or
    /// contradicts itself; [`ErrorKind::Unsupported`] for a valid archive of a kind that can't be used, with what to do.
    /// Every error names the archive and, where it applies, member, JSON path or line.
    pub fn parse(archive: &Archive) -> Result<Self> {
        parse(archive).map_err(|e| e.in_file(archive.name()))
    }
}

fn parse(archive: &Archive) -> Result<Library> {
    let Some(member) = archive.get(metadata::MEMBER) else {
        return Err(Error::new(
            ErrorKind::MissingMember,
            "the archive has no metadata.json: it is not a Model Library Format archive",
        )
        .advise("give the .tar file that tvm.micro.export_model_library_format or this tool's compiler wrote"));
    };
    let limit = archive.limits().metadata_bytes;
    let metadata = metadata::check_size(member.data.len() as u64, limit)
        .and_then(|()| member.text())
        .and_then(json::parse)
        .and_then(|document| Metadata::parse(&document))
        .map_err(|e| e.in_member(metadata::MEMBER))?;
    let layout = Layout::of(archive, &metadata)?;
    let mut modules = Vec::new();
    for module in &metadata.modules {
        modules.push(module::parse(archive, metadata.version, module, &layout)?);
    }
    Ok(Library {
        archive: archive.name().to_owned(),
        metadata_version: metadata.version,
        tvm_version: metadata.modules.iter().find_map(|m| m.tvm_version.clone()),
        findings: stray_files(&layout),
        modules,
    })
}

fn stray_files(layout: &Layout<'_>) -> Vec<Finding> {
    let finding = |path: &&str| {
        Finding::new(
            Code::StrayFile,
            Severity::Warning,
            *path,
            "this C file belongs to no module of the archive and is left out",
            "remove it from the archive, or name it <module>_lib<N>.c",
        )
    };
    layout.stray.iter().map(finding).collect()
}
