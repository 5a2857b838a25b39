//! What is to be written: the module's facts checked against what a descriptor holds, names given, calls settled.

use crate::arena;
use crate::error::{Error, Result};
use crate::facts::{
    DeviceFacts, Facts, GROUP_KEYS, Named, ParameterFacts, PlacementFacts, TensorFacts, WORKSPACE_KEYS, WorkspaceFacts,
    macro_prefix,
};
use crate::names::{self, Used};
use crate::options::{Options, Parameters};
use crate::symbols::{self, Symbols};
use crate::text::shown;
use tvm_embedded_mlf::{
    Archive, Interface, Library, MainParameter, Module, Operators, PoolKind, Tensor, TvmVersion, WorkspaceMode,
};

/// Longest name of a tensor or pool: C promises string literals of 4095 characters.
const LONGEST_NAME: usize = 1024;

/// Everything the writers need.
pub struct Plan<'a> {
    pub module: &'a Module,
    pub facts: Facts,
    /// What the generated files call their source.
    pub source_name: String,
    /// What stands for each parameter of the main function.
    pub arguments: Vec<Argument>,
    /// Data of each parameter that the files carry.
    pub data: Vec<Option<&'a [u8]>>,
    /// Index of the workspace that serves allocations at run time.
    pub arena: Option<usize>,
    /// True when a run uses static memory, so that two must not overlap.
    pub exclusive: bool,
    pub symbols: Symbols,
    /// The archive's C files.
    pub sources: Vec<Source<'a>>,
}

/// One C file of the archive.
pub struct Source<'a> {
    /// File name without directory.
    pub name: &'a str,
    pub text: &'a str,
}

/// What stands for a parameter of the main function.
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
        let symbols = Symbols::new(module, &symbol)?;
        let pools = split_pools(module, options.parameters);
        let mut build = Build { module, used: Used::default(), prefix: macro_prefix(&symbol) };
        let mut facts = Facts {
            symbol,
            name: build.name("its", &module.name)?.to_owned(),
            abi_version: crate::ABI_VERSION,
            tvm_version: version(module, library.tvm_version.as_ref())?,
            inputs: Vec::new(),
            outputs: Vec::new(),
            workspaces: Vec::new(),
            parameters: Vec::new(),
            devices: Vec::new(),
        };
        build.reserve(&facts, pools.workspaces.len() + usize::from(module.allocates_at_run_time));
        facts.inputs = build.tensors("INPUT", &module.inputs, &pools.places)?;
        facts.outputs = build.tensors("OUTPUT", &module.outputs, &pools.places)?;
        facts.workspaces = build.workspaces(&pools.workspaces)?;
        let arena = match module.allocates_at_run_time {
            true => Some(build.arena(&mut facts.workspaces, &sources)?),
            false => None,
        };
        facts.parameters = build.parameters(&pools.parameters)?;
        facts.devices = build.devices()?;
        let internal = |kind| module.internal_pools.iter().any(|pool| pool.kind == kind);
        Ok(Plan {
            source_name: options.source_name.clone().unwrap_or_else(|| file_name(&library.archive)),
            arguments: module.main_parameters.iter().map(|&parameter| argument(parameter, &pools.places)).collect(),
            data: pools.parameters.iter().map(|(_, data)| *data).collect(),
            exclusive: arena.is_some() || internal(PoolKind::Workspace),
            arena,
            symbols,
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

    /// True when static data of the archive's C goes into the call, which only the same file can name.
    pub fn calls_from_archive(&self) -> bool {
        !self.module.internal_pools.is_empty()
    }

    pub fn is_packed(&self) -> bool {
        self.module.operators == Operators::Packed
    }

    /// True for the kind of model whose calls the library proves with fewer instructions (`TVM_MODEL_PLAIN`).
    pub fn is_plain(&self) -> bool {
        let Facts { inputs, outputs, workspaces, .. } = &self.facts;
        inputs.len() == 1 && outputs.len() == 1 && workspaces.len() == 1 && !self.has_placed_tensors()
    }

    /// True when a tensor lives inside a workspace.
    pub fn has_placed_tensors(&self) -> bool {
        self.facts.inputs.iter().chain(&self.facts.outputs).any(|tensor| tensor.facts.placement.is_some())
    }

    /// The largest alignment of any input or output.
    pub fn tensor_alignment(&self) -> u32 {
        self.facts.inputs.iter().chain(&self.facts.outputs).map(|tensor| tensor.facts.alignment).max().unwrap_or(1)
    }

    /// The name of the function that prepares the state of a model that has one.
    pub fn reset_symbol(&self) -> Option<String> {
        let symbol = format!("{}_reset", self.module.prefix);
        let state = self.module.pools.iter().any(|pool| pool.state);
        (state && self.module.defined_symbols.contains(&symbol)).then(|| self.symbols.renamed(&symbol))
    }
}

/// Where a pool of the module went.
#[derive(Debug, Clone, Copy)]
enum Place {
    Workspace(usize),
    Parameter(usize),
}

/// The module's pools by what they are.
struct Pools<'a> {
    workspaces: Vec<WorkspaceFacts>,
    parameters: Vec<(ParameterFacts, Option<&'a [u8]>)>,
    places: Vec<Place>,
    /// Sizes as the archive has them, which may be too large for the facts.
    sizes: Vec<(u64, u64)>,
}

fn split_pools(module: &Module, parameters: Parameters) -> Pools<'_> {
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let mut pools = Pools { workspaces: Vec::new(), parameters: Vec::new(), places: Vec::new(), sizes: Vec::new() };
    for pool in &module.pools {
        pools.sizes.push((pool.size, pool.alignment));
        match pool.kind {
            PoolKind::Workspace => {
                pools.places.push(Place::Workspace(pools.workspaces.len()));
                pools.workspaces.push(WorkspaceFacts {
                    name: pool.name.clone(),
                    index: index(pools.workspaces.len()),
                    aligned_bytes: narrow(pool.size),
                    alignment: narrow(pool.alignment),
                    state: pool.state,
                });
            }
            PoolKind::Constant => {
                let data = pool.data.as_deref().filter(|_| parameters == Parameters::Carried);
                pools.places.push(Place::Parameter(pools.parameters.len()));
                let facts = ParameterFacts {
                    name: pool.name.clone(),
                    index: index(pools.parameters.len()),
                    bytes: narrow(pool.size),
                    alignment: narrow(pool.alignment),
                    carried: data.is_some(),
                };
                pools.parameters.push((facts, data));
            }
        }
    }
    pools
}

fn index(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
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

/// Checks numbers and gives names.
struct Build<'a> {
    module: &'a Module,
    used: Used,
    prefix: String,
}

impl Build<'_> {
    /// Marks all macros whose names do not depend on tensors and pools.
    fn reserve(&mut self, facts: &Facts, workspaces: usize) {
        let mut whole = facts.clone();
        // Only how many workspaces there are decides which macros the group has.
        whole.workspaces.clear();
        self.used.reserve_all(&whole.macros());
        for name in ["H", "INPUTS", "OUTPUTS", "WORKSPACES", "PARAMETERS", "DEVICES", "CONTEXT", "PARAMETER_SECTION"] {
            self.used.reserve(&format!("{}_{name}", self.prefix));
        }
        if workspaces == 1 {
            for key in WORKSPACE_KEYS {
                self.used.reserve(&format!("{}_WORKSPACE_{}", self.prefix, key.to_ascii_uppercase()));
            }
        }
    }

    fn limit(&self, what: String) -> Error {
        Error::Limit { module: shown(&self.module.name), what }
    }

    fn name<'n>(&self, whose: &str, name: &'n str) -> Result<&'n str> {
        if name.len() > LONGEST_NAME {
            return Err(self.limit(format!("{whose} name has {} bytes, {LONGEST_NAME} are the limit", name.len())));
        }
        if name.contains('\0') {
            return Err(self.limit(format!("{whose} name '{}' holds a NUL character", shown(name))));
        }
        Ok(name)
    }

    fn narrow(&self, what: &str, name: &str, value: u64) -> Result<u32> {
        // Sizes stay below 2^31, so that they are an `int` in C and arithmetic on them can't wrap.
        match u32::try_from(value) {
            Ok(small) if small <= i32::MAX as u32 => Ok(small),
            _ => Err(self.limit(format!("{what} of '{}' is {value}; {} is the limit", shown(name), i32::MAX))),
        }
    }

    fn alignment(&self, name: &str, value: u64) -> Result<u32> {
        if value.is_power_of_two() && value <= 1 << 16 {
            return self.narrow("the alignment", name, value);
        }
        Err(self.limit(format!("the alignment of '{}' is {value}, no power of two up to 65536", shown(name))))
    }

    fn count(&self, what: &str, count: usize) -> Result<()> {
        match u16::try_from(count) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.limit(format!("it has {count} {what}; {} are the limit", u16::MAX))),
        }
    }

    fn tensors(&mut self, place: &str, tensors: &[Tensor], places: &[Place]) -> Result<Vec<Named<TensorFacts>>> {
        self.count("inputs or outputs", tensors.len())?;
        let at = format!("{}_{place}", self.prefix);
        let mut found = Vec::new();
        for (i, tensor) in tensors.iter().enumerate() {
            let facts = self.tensor(tensor, index(i), places)?;
            // Without a header of the archive's, there is no member's name that a user may know.
            let name = if self.module.header.is_some() { &tensor.c_name } else { &tensor.name };
            let c_name = self.used.unique(&at, GROUP_KEYS, name, |_| facts.tree());
            found.push(Named { c_name, facts });
        }
        Ok(found)
    }

    fn tensor(&self, tensor: &Tensor, index: u16, places: &[Place]) -> Result<TensorFacts> {
        let name = self.name("a tensor's", &tensor.name)?;
        let missing = |what: &str| Error::MissingFact {
            module: shown(&self.module.name),
            what: format!(
                "the archive does not hold {what} of tensor '{}'; give the original model with --tflite",
                shown(name)
            ),
        };
        let bytes = self.narrow("the size", name, tensor.size_bytes.ok_or_else(|| missing("the size"))?)?;
        if bytes == 0 {
            return Err(self.limit(format!("tensor '{}' has no elements", shown(name))));
        }
        let shape = match &tensor.shape {
            Some(shape) => Some(self.shape(name, shape)?),
            None => None,
        };
        let elements = match (&shape, tensor.dtype) {
            (Some(shape), _) => shape.iter().fold(1u64, |n, &d| n.saturating_mul(u64::from(d.unsigned_abs()))),
            (None, Some(dtype)) => {
                u64::from(bytes) * 8 / (u64::from(dtype.bits.next_multiple_of(4)) * u64::from(dtype.lanes)).max(8)
            }
            (None, None) => u64::from(bytes),
        };
        if tensor.quantization.is_some_and(|q| !q.scale.is_finite()) {
            return Err(self.limit(format!("the scale of tensor '{}' is not finite", shown(name))));
        }
        let placement = match tensor.placement {
            None => None,
            Some(place) => match places.get(place.pool) {
                Some(&Place::Workspace(i)) => Some(PlacementFacts {
                    workspace: self::index(i),
                    offset: self.narrow("the offset", name, place.offset)?,
                }),
                _ => {
                    let what = format!("tensor '{}' lies in a pool of constants", shown(name));
                    return Err(Error::Unsupported { module: shown(&self.module.name), what });
                }
            },
        };
        Ok(TensorFacts {
            name: name.to_owned(),
            index,
            bytes,
            elements: self.narrow("the number of elements", name, elements)?,
            alignment: self.alignment(name, tensor.alignment)?,
            dtype: tensor.dtype,
            shape,
            quantization: tensor.quantization,
            placement,
        })
    }

    fn shape(&self, name: &str, shape: &[i64]) -> Result<Vec<i32>> {
        if shape.len() > usize::from(u8::MAX) {
            return Err(self.limit(format!("tensor '{}' has {} dimensions", shown(name), shape.len())));
        }
        shape
            .iter()
            .map(|&dimension| match i32::try_from(dimension) {
                Ok(small) if small > 0 => Ok(small),
                _ => Err(self.limit(format!("tensor '{}' has a dimension of {dimension}", shown(name)))),
            })
            .collect()
    }

    fn workspaces(&mut self, workspaces: &[WorkspaceFacts]) -> Result<Vec<Named<WorkspaceFacts>>> {
        workspaces.iter().map(|facts| self.workspace(facts.clone())).collect()
    }

    fn workspace(&mut self, facts: WorkspaceFacts) -> Result<Named<WorkspaceFacts>> {
        self.name("a workspace's", &facts.name)?;
        self.alignment(&facts.name, facts.alignment.into())?;
        let most = u64::from(facts.aligned_bytes) + u64::from(facts.alignment);
        self.narrow("the size", &facts.name, most)?;
        if facts.aligned_bytes == 0 {
            return Err(self.limit(format!("workspace '{}' has no bytes", shown(&facts.name))));
        }
        let at = format!("{}_WORKSPACE", self.prefix);
        let c_name = self.used.unique(&at, WORKSPACE_KEYS, &facts.name, |_| facts.tree());
        Ok(Named { c_name, facts })
    }

    /// Adds the workspace that serves allocations at run time.
    fn arena(&mut self, workspaces: &mut Vec<Named<WorkspaceFacts>>, sources: &[Source<'_>]) -> Result<usize> {
        let texts: Vec<&str> = sources.iter().map(|source| source.text).collect();
        let mut size = arena::peak(self.module, &texts)?;
        if self.module.workspace_mode == WorkspaceMode::Runtime {
            // The archive's own figure, where it is larger, leaves room for what the text does not show.
            size = size.max(self.module.workspace_size_bytes);
        }
        let facts = WorkspaceFacts {
            name: "workspace".to_owned(),
            index: index(workspaces.len()),
            aligned_bytes: self.narrow("the size", "workspace", size.max(1))?,
            alignment: self.alignment("workspace", self.module.workspace_alignment)?,
            state: false,
        };
        workspaces.push(self.workspace(facts)?);
        self.count("workspaces", workspaces.len())?;
        Ok(workspaces.len() - 1)
    }

    fn parameters(&mut self, parameters: &[(ParameterFacts, Option<&[u8]>)]) -> Result<Vec<Named<ParameterFacts>>> {
        let at = format!("{}_PARAMETER", self.prefix);
        let mut found = Vec::new();
        for (facts, _) in parameters {
            self.name("a parameter's", &facts.name)?;
            self.narrow("the size", &facts.name, facts.bytes.into())?;
            self.alignment(&facts.name, facts.alignment.into())?;
            if facts.bytes == 0 {
                return Err(self.limit(format!("parameter '{}' has no bytes", shown(&facts.name))));
            }
            let c_name = self.used.unique(&at, GROUP_KEYS, &facts.name, |_| facts.tree());
            found.push(Named { c_name, facts: facts.clone() });
        }
        Ok(found)
    }

    fn devices(&mut self) -> Result<Vec<Named<DeviceFacts>>> {
        self.count("devices", self.module.devices.len())?;
        let at = format!("{}_DEVICE", self.prefix);
        let mut found = Vec::new();
        for (i, name) in self.module.devices.iter().enumerate() {
            let facts = DeviceFacts { name: self.name("a device's", name)?.to_owned(), index: index(i) };
            let c_name = self.used.unique(&at, GROUP_KEYS, name, |_| facts.tree());
            found.push(Named { c_name, facts });
        }
        Ok(found)
    }
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

/// All copies go into one directory.
fn check_file_names(module: &Module, sources: &[Source<'_>]) -> Result<()> {
    for (i, source) in sources.iter().enumerate() {
        let plain = source.name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'+'));
        if !plain || source.name.starts_with(['-', '.']) || source.name.len() > 200 {
            // The name goes into build files, where other characters have a meaning.
            let what = format!("a C file of the archive has the name '{}'; rename the module", shown(source.name));
            return Err(Error::Unsupported { module: shown(&module.name), what });
        }
        if sources[..i].iter().any(|other| other.name.eq_ignore_ascii_case(source.name)) {
            let what = format!("two C files of the archive have the name '{}'", shown(source.name));
            return Err(Error::Unsupported { module: shown(&module.name), what });
        }
    }
    symbols::check_called(module)?;
    debug_assert!(matches!(module.interface, Interface::C | Interface::Packed));
    Ok(())
}
