//! Numbers and names of a module, checked against the limits of a descriptor, and converted to facts.

use crate::archive_copies::copy::Source;
use crate::checked::arena;
use crate::checked::missing;
use crate::checked::names::Used;
use crate::error::{Error, Result};
use crate::facts::{
    DeviceFacts, Facts, GROUP_KEYS, Named, ParameterFacts, PlacementFacts, TensorFacts, WORKSPACE_KEYS, WorkspaceFacts,
    macro_prefix,
};
use crate::options::Parameters;
use crate::text::shown;
use tvm_embedded_mlf::{Module, PoolKind, Tensor, WorkspaceMode};

/// Longest name of a tensor or pool: C guarantees string literals of 4095 characters.
const LONGEST_NAME: usize = 1024;

/// Checks numbers and assigns names.
pub struct Check<'a> {
    module: &'a Module,
    used: Used,
    prefix: String,
}

impl<'a> Check<'a> {
    pub fn new(module: &'a Module, symbol: &str) -> Self {
        Check { module, used: Used::default(), prefix: macro_prefix(symbol) }
    }

    /// Marks all macros whose names do not depend on tensors and pools.
    pub fn reserve(&mut self, facts: &Facts, workspaces: usize) {
        let mut whole = facts.clone();
        // The macros of the group depend only on the number of workspaces.
        whole.workspaces.clear();
        self.used.reserve_all(&whole.macros());
        for name in [
            "H",
            "INPUTS",
            "OUTPUTS",
            "WORKSPACES",
            "PARAMETERS",
            "DEVICES",
            "CONTEXT",
            "STATIC_CONTEXT",
            "PARAMETER_SECTION",
        ] {
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

    pub fn name<'n>(&self, whose: &str, name: &'n str) -> Result<&'n str> {
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
        Err(self
            .limit(format!("the alignment of '{}' is {value}, which is not a power of two up to 65536", shown(name))))
    }

    fn count(&self, what: &str, count: usize) -> Result<()> {
        match u16::try_from(count) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.limit(format!("it has {count} {what}; {} are the limit", u16::MAX))),
        }
    }

    pub fn tensors(&mut self, place: &str, tensors: &[Tensor], places: &[Place]) -> Result<Vec<Named<TensorFacts>>> {
        self.count("inputs or outputs", tensors.len())?;
        let at = format!("{}_{place}", self.prefix);
        let mut found = Vec::new();
        for (i, tensor) in tensors.iter().enumerate() {
            let facts = self.tensor(place, tensor, index_of(i), places)?;
            // Without a header in the archive, there is no member name that a user may know.
            let name = if self.module.header.is_some() { &tensor.c_name } else { &tensor.name };
            let c_name = self.used.unique(&at, GROUP_KEYS, name, |_| facts.tree());
            found.push(Named { c_name, facts });
        }
        Ok(found)
    }

    fn tensor(&self, place: &str, tensor: &Tensor, index: u16, places: &[Place]) -> Result<TensorFacts> {
        let name = self.name("a tensor's", &tensor.name)?;
        let bytes = self.narrow("the size", name, missing::size(self.module, place, tensor)?)?;
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
                // A bool takes one byte, as in TVM.
                let bits = match u64::from(dtype.bits) * u64::from(dtype.lanes) {
                    0 | 1 => 8,
                    bits => bits,
                };
                u64::from(bytes) * 8 / bits
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
                    workspace: index_of(i),
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

    pub fn workspaces(&mut self, workspaces: &[WorkspaceFacts]) -> Result<Vec<Named<WorkspaceFacts>>> {
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
    pub fn arena(&mut self, workspaces: &mut Vec<Named<WorkspaceFacts>>, sources: &[Source<'_>]) -> Result<usize> {
        let texts: Vec<&str> = sources.iter().map(|source| source.text).collect();
        let mut size = arena::peak(self.module, &texts)?;
        if self.module.workspace_mode == WorkspaceMode::Runtime {
            // The archive's own figure, if it is larger, covers memory that the text does not show.
            size = size.max(self.module.workspace_size_bytes);
        }
        let facts = WorkspaceFacts {
            name: "workspace".to_owned(),
            index: index_of(workspaces.len()),
            aligned_bytes: self.narrow("the size", "workspace", size.max(1))?,
            alignment: self.alignment("workspace", self.module.workspace_alignment)?,
            state: false,
        };
        workspaces.push(self.workspace(facts)?);
        self.count("workspaces", workspaces.len())?;
        Ok(workspaces.len() - 1)
    }

    pub fn parameters(&mut self, parameters: &[(ParameterFacts, Option<&[u8]>)]) -> Result<Vec<Named<ParameterFacts>>> {
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

    pub fn devices(&mut self) -> Result<Vec<Named<DeviceFacts>>> {
        self.count("devices", self.module.devices.len())?;
        let at = format!("{}_DEVICE", self.prefix);
        let mut found = Vec::new();
        for (i, name) in self.module.devices.iter().enumerate() {
            let facts = DeviceFacts { name: self.name("a device's", name)?.to_owned(), index: index_of(i) };
            let c_name = self.used.unique(&at, GROUP_KEYS, name, |_| facts.tree());
            found.push(Named { c_name, facts });
        }
        Ok(found)
    }
}

/// What a pool of the module became.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    Workspace(usize),
    Parameter(usize),
}

/// The module's pools by kind. Numbers too large for the facts become the largest possible value and are refused later.
pub struct Pools<'a> {
    pub workspaces: Vec<WorkspaceFacts>,
    pub parameters: Vec<(ParameterFacts, Option<&'a [u8]>)>,
    /// For each pool of the module.
    pub places: Vec<Place>,
}

pub fn split_pools(module: &Module, parameters: Parameters) -> Pools<'_> {
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let mut pools = Pools { workspaces: Vec::new(), parameters: Vec::new(), places: Vec::new() };
    for pool in &module.pools {
        match pool.kind {
            PoolKind::Workspace => {
                pools.places.push(Place::Workspace(pools.workspaces.len()));
                pools.workspaces.push(WorkspaceFacts {
                    name: pool.name.clone(),
                    index: index_of(pools.workspaces.len()),
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
                    index: index_of(pools.parameters.len()),
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

fn index_of(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}
