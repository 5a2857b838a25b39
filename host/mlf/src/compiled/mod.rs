//! Models that arrive compiled: TVM's C header and a static library, without an archive, as a silicon vendor's compiler
//! that is built on TVM writes them.

mod arm;
mod elf;
mod facts;
mod header;
mod members;
mod pools;
mod static_library;
mod tensors;

use crate::container::archive::Archive;
use crate::container::bytes::Bytes;
use crate::error::{Error, ErrorKind, Result};
use crate::model::compiled::CompiledLibrary;
use crate::model::finding::{Code, Finding, Severity};
use crate::model::pool::Pool;
use crate::model::{Interface, Library, MainParameter, Module, Operators, WorkspaceMode};
use crate::names;

use facts::FactsFile;
use header::Header;
use static_library::StaticLibrary;

/// A model that arrived compiled; names are those of the files, for errors.
#[derive(Debug, Clone, Copy)]
pub struct CompiledModel<'a> {
    /// Name and text of TVM's C header, `tvmgen_<name>.h`.
    pub header: (&'a str, &'a str),
    /// Name and content of the static library, or of a single object file.
    pub library: (&'a str, &'a [u8]),
    /// Name and text of the facts file, if there is one: JSON, described in `docs/compiled.md` of the project.
    pub facts: Option<(&'a str, &'a str)>,
}

impl CompiledModel<'_> {
    /// Reads all facts of the model: a library of one module, and the archive without members that belongs to it.
    ///
    /// Types and sizes of tensors that nothing holds stay open, for [`Module::apply_tflite_io`].
    ///
    /// # Errors
    /// [`ErrorKind::Source`] for a header that can't be read, or whose facts contradict those of the facts file;
    /// [`ErrorKind::Metadata`] for a facts file that is wrong; [`ErrorKind::MissingFact`] with the line of the facts file that
    /// would give it; [`ErrorKind::Unsupported`] for a library that is not that of the header, is not machine code, or is for a
    /// core without bytes of 8 bits; [`ErrorKind::TooLarge`] beyond the limits. Each names its file.
    pub fn read(&self) -> Result<(Archive, Library)> {
        let header = Header::read(self.header.1).map_err(|error| error.in_file(self.header.0))?;
        let facts = match self.facts {
            None => FactsFile::default(),
            Some((name, text)) => facts::read(text).map_err(|error| error.in_file(name))?,
        };
        let code = static_library::read(self.library.1)
            .and_then(|code| checked(code, &header))
            .map_err(|error| error.in_file(self.library.0))?;
        let of_facts = |error: Error| match (error.kind(), self.facts) {
            (ErrorKind::Metadata, Some((name, _))) => error.in_file(name),
            _ => error.in_file(self.header.0),
        };
        let module = self.module(&header, &facts, &code).map_err(of_facts)?;
        let library = Library {
            archive: self.header.0.to_owned(),
            metadata_version: 0,
            tvm_version: facts.tvm_version,
            modules: vec![module],
            findings: Vec::new(),
        };
        Ok((Archive::empty(self.header.0), library))
    }

    fn module(&self, header: &Header<'_>, facts: &FactsFile, code: &StaticLibrary<'_>) -> Result<Module> {
        let mut findings = Vec::new();
        let pools = pools::read(header, facts, &mut findings)?;
        let inputs = tensors::read(header, "inputs", &facts.inputs, &pools)?;
        let outputs = tensors::read(header, "outputs", &facts.outputs, &pools)?;
        check_state(header, code, &pools)?;
        let allocates = code.undefined.contains("TVMBackendAllocWorkspace");
        let (workspace_size_bytes, workspace_alignment) = pools::workspace(header, &facts.workspace, allocates)?;
        let (tvm, needed) = needs(code);
        findings.extend(tensors::findings(&inputs.iter().chain(&outputs).collect::<Vec<_>>()));
        if facts.tvm_version.is_none() {
            let text = "neither the header nor the facts file says which TVM made the library";
            findings.push(Finding::new(Code::TvmVersionUnknown, Severity::Note, header.name(), text, ""));
        }
        let devices: Vec<String> = header.members("devices").iter().map(|(name, _)| (*name).to_owned()).collect();
        let own = code.defined.iter().filter(|name| name.starts_with(header.prefix));
        let run_symbol = format!("{}_run", header.prefix);
        Ok(Module {
            name: header.name().to_owned(),
            prefix: header.prefix.to_owned(),
            header_prefix: Some(header.prefix.to_owned()),
            header: Some(self.header.0.to_owned()),
            included_header: None,
            sources: Vec::new(),
            interface: Interface::C,
            operators: Operators::Unpacked,
            targets: Vec::new(),
            internal_pools: Vec::new(),
            workspace_mode: match (pools.is_empty(), allocates, code.writable > 0) {
                (false, _, _) => WorkspaceMode::UsmpExternal,
                (true, true, _) => WorkspaceMode::Runtime,
                (true, false, true) => WorkspaceMode::UsmpInternal,
                (true, false, false) => WorkspaceMode::None,
            },
            allocates_at_run_time: allocates,
            io_in_workspace: header.has_places(),
            main_symbol: run_symbol.clone(),
            run_symbol,
            main_parameters: parameters(header, [inputs.len(), outputs.len(), pools.len(), devices.len()]),
            workspace_size_bytes,
            workspace_alignment,
            constants_size_bytes: 0,
            io_size_bytes: 0,
            embedded_constants_bytes: 0,
            operator_functions: Vec::new(),
            defined_symbols: own.map(|name| (*name).to_owned()).collect(),
            called_symbols: tvm,
            looked_up: Vec::new(),
            includes: Vec::new(),
            extension: None,
            compiled: Some(self.compiled(header, code, needed)),
            inputs,
            outputs,
            pools,
            devices,
            findings,
        })
    }

    fn compiled(&self, header: &Header<'_>, code: &StaticLibrary<'_>, needed: Vec<String>) -> CompiledLibrary {
        let finished = format!("{}_finished", header.prefix);
        CompiledLibrary {
            file: self.library.0.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
            content: Bytes::from(self.library.1.to_vec()),
            machine: code.machine,
            writable_bytes: code.writable,
            needed,
            finished: header.facts.statics.contains_key(finished.as_str()).then_some(finished),
        }
    }
}

/// What the entry point takes, in its order: the members of its structs, whose numbers are given.
fn parameters(header: &Header<'_>, [inputs, outputs, pools, devices]: [usize; 4]) -> Vec<MainParameter> {
    let tensors = (0..inputs).map(MainParameter::Input).chain((0..outputs).map(MainParameter::Output));
    let others = (0..pools).map(MainParameter::Pool).chain((0..devices).map(MainParameter::Device));
    tensors.filter(|_| !header.has_places()).chain(others).collect()
}

/// The library, if it is that of the header.
fn checked<'a>(code: StaticLibrary<'a>, header: &Header<'_>) -> Result<StaticLibrary<'a>> {
    let refused = |text: String| Error::new(ErrorKind::Unsupported, text);
    if code.machine.has_wide_bytes() {
        let text = format!("is for {}, whose bytes have 16 bits", code.machine);
        return Err(refused(text).advise("only cores with bytes of 8 bits are supported"));
    }
    let mut wanted = vec![format!("{}_run", header.prefix)];
    if header.has_places() {
        wanted.extend(["inputs", "outputs"].map(|side| format!("{}_map_{side}", header.prefix)));
        wanted.retain(|name| header.declares(name));
    }
    let Some(absent) = wanted.iter().find(|name| !code.defined.contains(name.as_str())) else {
        return Ok(code);
    };
    let other = code.defined.iter().find(|name| name.starts_with("tvmgen_") && name.ends_with("_run"));
    let advice = match other {
        Some(other) => format!("it defines '{other}': give the header of that model"),
        None => "give the library that the model's compiler wrote together with the header".to_owned(),
    };
    Err(refused(format!("does not define '{absent}'")).advise(advice))
}

/// A model of this project's compiler with state has a function that initialises it.
fn check_state(header: &Header<'_>, code: &StaticLibrary<'_>, pools: &[Pool]) -> Result<()> {
    let reset = format!("{}_reset", header.prefix);
    if !code.defined.contains(reset.as_str()) || pools.iter().any(|pool| pool.state) || pools.is_empty() {
        return Ok(());
    }
    let text = format!("the library has '{reset}', but nothing says which pool keeps the model's state");
    let name = &pools[0].name;
    Err(members::missing(text, format!("\"pools\": {{ \"{name}\": {{ \"state\": true }} }}")))
}

/// What the library needs: functions of TVM, of devices and of kernel libraries, and all others that C does not have.
fn needs(code: &StaticLibrary<'_>) -> (Vec<String>, Vec<String>) {
    let known = |name: &str| {
        let own = name.starts_with('_') || names::is_declared(name) || names::is_taken(name);
        own && !name.starts_with("tvmgen_")
    };
    let is_tvm = |name: &str| ["TVM", "arm_", "ethosu_"].iter().any(|start| name.starts_with(start));
    let (tvm, others): (Vec<&str>, Vec<&str>) = code.undefined.iter().partition(|name| is_tvm(name));
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    (owned(tvm), owned(others.into_iter().filter(|name| !known(name)).collect()))
}
