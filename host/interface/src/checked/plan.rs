//! Everything for the output: the module's facts, checked against the limits of a descriptor, with names and calls.

use crate::archive_copies::copy::{Source, check_file_name};
use crate::checked::check::{Check, Place, split_pools};
use crate::checked::names;
use crate::checked::symbols::{self, Symbols};
use crate::error::{Error, Result};
use crate::facts::{ABI_VERSION, Facts, macro_prefix};
use crate::options::Options;
use crate::text::shown;
use tvm_embedded_mlf::{Archive, Library, MainParameter, Module, Operators, PoolKind, TvmVersion};

/// Everything the writers need.
pub struct Plan<'a> {
    pub module: &'a Module,
    pub facts: Facts,
    /// The name of the source in the generated files.
    pub source_name: String,
    /// The argument for each parameter of the main function.
    pub arguments: Vec<Argument>,
    /// Data of each parameter that the files contain.
    pub data: Vec<Option<&'a [u8]>>,
    /// Index of the workspace that serves allocations at run time.
    pub arena: Option<usize>,
    /// True when a run uses static memory, so that two must not overlap.
    pub exclusive: bool,
    pub symbols: Symbols,
    /// The archive's C files.
    pub sources: Vec<Source<'a>>,
    /// Kernels of this project's compiler, which determine the order of constants.
    pub kernels: Vec<&'a str>,
}

/// The argument for a parameter of the main function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    Input(usize),
    Output(usize),
    /// Index of a workspace of the facts.
    Workspace(usize),
    /// Index of a parameter of the facts.
    Parameter(usize),
    /// Index into the module's internal pools.
    Internal(usize),
    Device(usize),
}

impl<'a> Plan<'a> {
    pub fn new(archive: &'a Archive, library: &Library, module: &'a Module, options: &Options) -> Result<Self> {
        let symbol = names::symbol(&module.name, options.symbol.as_deref())?;
        let sources = module
            .sources
            .iter()
            .map(|path| {
                let name = path.rsplit('/').next().unwrap_or(path);
                Ok(Source { name, text: archive.text(path)? })
            })
            .collect::<Result<Vec<_>>>()?;
        check_file_names(module, &sources)?;
        if let Some(library) = &module.compiled {
            check_file_name(module, &library.file)?;
        }
        check_state(module)?;
        symbols::check_called(module)?;
        let symbols = Symbols::new(module, &symbol)?;
        let pools = split_pools(module, options.parameters);
        let mut check = Check::new(module, &symbol);
        let mut facts = Facts {
            symbol,
            name: check.name("its", &module.name)?.to_owned(),
            abi_version: ABI_VERSION,
            tvm_version: version(module, library.tvm_version.as_ref())?,
            stack_bytes: module.extension.as_ref().and_then(|extension| u32::try_from(extension.stack?).ok()),
            layer_count: layer_count(module),
            inputs: Vec::new(),
            outputs: Vec::new(),
            workspaces: Vec::new(),
            parameters: Vec::new(),
            devices: Vec::new(),
        };
        check.reserve(&facts, pools.workspaces.len() + usize::from(module.allocates_at_run_time));
        facts.inputs = check.tensors("INPUT", &module.inputs, &pools.places)?;
        facts.outputs = check.tensors("OUTPUT", &module.outputs, &pools.places)?;
        facts.workspaces = check.workspaces(&pools.workspaces)?;
        let arena = match module.allocates_at_run_time {
            true => Some(check.arena(&mut facts.workspaces, &sources)?),
            false => None,
        };
        facts.parameters = check.parameters(&pools.parameters)?;
        facts.devices = check.devices()?;
        let internal = |kind| module.internal_pools.iter().any(|pool| pool.kind == kind);
        Ok(Plan {
            source_name: options.source_name.clone().unwrap_or_else(|| file_name(&library.archive)),
            arguments: module.main_parameters.iter().map(|&parameter| argument(parameter, &pools.places)).collect(),
            data: pools.parameters.iter().map(|(_, data)| *data).collect(),
            exclusive: arena.is_some() || internal(PoolKind::Workspace) || has_memory(module),
            arena,
            symbols,
            kernels: kernels(archive, module)?,
            sources,
            facts,
            module,
        })
    }

    pub fn symbol(&self) -> &str {
        &self.facts.symbol
    }

    /// `TVM_MY_MODEL`.
    pub fn macro_prefix(&self) -> String {
        macro_prefix(&self.facts.symbol)
    }

    /// True when static data of the archive's C is an argument of the call, which only the same file can name.
    pub fn calls_from_archive(&self) -> bool {
        !self.module.internal_pools.is_empty()
    }

    /// True for archives of this project's own compiler: its C compiles without warnings, and needs no flag and no library.
    pub fn is_own(&self) -> bool {
        self.module.extension.is_some()
    }

    /// A text that is different for another library with the model's code; empty without one.
    pub fn library_digest(&self) -> String {
        self.module.compiled.as_ref().map_or(String::new(), |library| format!("{:08x}", library.digest()))
    }

    pub fn is_packed(&self) -> bool {
        self.module.operators == Operators::Packed
    }

    /// True for the kind of model whose calls the library checks with fewer instructions (`TVM_MODEL_PLAIN`).
    pub fn is_plain(&self) -> bool {
        let Facts { inputs, outputs, workspaces, .. } = &self.facts;
        inputs.len() == 1 && outputs.len() == 1 && workspaces.len() == 1 && !self.has_placed_tensors()
    }

    /// True when a tensor is inside a workspace.
    pub fn has_placed_tensors(&self) -> bool {
        self.facts.inputs.iter().chain(&self.facts.outputs).any(|tensor| tensor.facts.placement.is_some())
    }

    /// The largest alignment of any input or output.
    pub fn tensor_alignment(&self) -> u32 {
        self.facts.inputs.iter().chain(&self.facts.outputs).map(|tensor| tensor.facts.alignment).max().unwrap_or(1)
    }

    /// The name of the second form of the main function, with calls around each layer, if the archive's C has it.
    pub fn layers_symbol(&self) -> Option<String> {
        self.facts.layer_count.map(|_| self.symbols.renamed(&layers_symbol(self.module)))
    }

    /// The name of the function that describes layers, if there is a [`Plan::layers_symbol`].
    pub fn layer_symbol(&self) -> String {
        self.symbols.renamed(&format!("{}___tvm_layer__", self.module.prefix))
    }

    /// The name of the function that initialises the state, if the model has state.
    pub fn reset_symbol(&self) -> Option<String> {
        let symbol = format!("{}_reset", self.module.prefix);
        let state = self.module.pools.iter().any(|pool| pool.state);
        (state && self.module.defined_symbols.contains(&symbol)).then(|| self.symbols.renamed(&symbol))
    }
}

/// True for a library with memory of its own.
fn has_memory(module: &Module) -> bool {
    module.compiled.as_ref().is_some_and(|library| library.writable_bytes > 0)
}

fn layers_symbol(module: &Module) -> String {
    format!("{}___tvm_layers__", module.prefix)
}

/// Number of layers, if the archive's C can run them one by one. A function of that name does not count in an archive of
/// another compiler, or where the main function needs memory of the wrapper.
fn layer_count(module: &Module) -> Option<u32> {
    let extension = module.extension.as_ref()?;
    let handed = |parameter: &MainParameter| !matches!(parameter, MainParameter::InternalPool(_));
    let callable = module.operators != Operators::Packed
        && !module.allocates_at_run_time
        && module.main_parameters.iter().all(handed)
        && module.defined_symbols.contains(&layers_symbol(module));
    u32::try_from(extension.layers.len()).ok().filter(|&count| callable && count > 0)
}

fn argument(parameter: MainParameter, places: &[Place]) -> Argument {
    match parameter {
        MainParameter::Input(i) => Argument::Input(i),
        MainParameter::Output(i) => Argument::Output(i),
        MainParameter::Device(i) => Argument::Device(i),
        MainParameter::InternalPool(i) => Argument::Internal(i),
        MainParameter::Pool(i) => match places[i] {
            Place::Workspace(i) => Argument::Workspace(i),
            Place::Parameter(i) => Argument::Parameter(i),
        },
    }
}

/// The headers that this project's compiler writes beside the model's own, which has the content of pools.
fn kernels<'a>(archive: &'a Archive, module: &Module) -> Result<Vec<&'a str>> {
    let Some(header) = module.header.as_deref().filter(|_| module.extension.is_some()) else {
        return Ok(Vec::new());
    };
    let beginning = format!("{}_", header.trim_end_matches(".h"));
    let members = archive.members().iter().filter(|member| member.path.starts_with(&beginning));
    members.map(|member| Ok(archive.text(&member.path)?)).collect()
}

fn version(module: &Module, version: Option<&TvmVersion>) -> Result<Option<[u16; 3]>> {
    let Some(version) = version else {
        return Ok(None);
    };
    let part = |n: u32| u16::try_from(n).ok().filter(|&n| n != u16::MAX);
    match (part(version.major), part(version.minor), part(version.patch)) {
        (Some(major), Some(minor), Some(patch)) => Ok(Some([major, minor, patch])),
        _ => Err(Error::Limit {
            module: shown(&module.name),
            what: format!("TVM version '{}' has a number that is too large", shown(&version.text)),
        }),
    }
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

/// State without initial contents would begin with arbitrary memory.
fn check_state(module: &Module) -> Result<()> {
    let reset = format!("{}_reset", module.prefix);
    match module.pools.iter().find(|pool| pool.state) {
        Some(pool) if !module.defined_symbols.contains(&reset) => {
            let what = format!(
                "pool '{}' keeps its contents from run to run, and the archive's C has no function '{reset}' that gives it the \
                 first ones; compile the model again",
                shown(&pool.name)
            );
            Err(Error::Unsupported { module: shown(&module.name), what })
        }
        _ => Ok(()),
    }
}

/// All copies are written to one directory.
fn check_file_names(module: &Module, sources: &[Source<'_>]) -> Result<()> {
    for (i, source) in sources.iter().enumerate() {
        check_file_name(module, source.name)?;
        if sources[..i].iter().any(|other| other.name.eq_ignore_ascii_case(source.name)) {
            let what = format!("two C files of the archive have the name '{}'", shown(source.name));
            return Err(Error::Unsupported { module: shown(&module.name), what });
        }
    }
    Ok(())
}
