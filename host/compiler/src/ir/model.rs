//! Everything known about the code to write: what `emit`, `metadata` and `report` read.

use crate::ir::graph::{Tensor, TensorId};
use crate::ir::layer::{Constant, Layer};
use crate::ir::options::{Optimize, Target};
use crate::ir::program::Removed;
use crate::ir::rows::Banded;
use crate::ir::schedule::Owner;
use crate::ir::stored::ConstantPools;
use std::sync::Arc;

/// A compiled model before it becomes text.
#[derive(Debug, Clone)]
pub struct Model {
    /// Module name.
    pub module: String,
    /// The description in the file.
    pub description: String,
    /// All tensors of the main graph, and those the compiler made.
    pub tensors: Vec<Tensor>,
    /// Inputs, in the order of the file.
    pub inputs: Vec<Port>,
    /// Outputs, in the order of the file.
    pub outputs: Vec<Port>,
    /// Layers in execution order.
    pub layers: Vec<PlannedLayer>,
    /// Constant tensors that layers take as arguments, as arrays.
    pub constants: Vec<(TensorId, Constant)>,
    /// States, in the pool [`Model::state_pool`].
    pub states: Vec<PlannedState>,
    /// Workspace pools in the order of the C struct: by name.
    pub pools: Vec<PlannedPool>,
    /// Constants that are outside of the code, and their pools: in the C struct after [`Model::pools`].
    pub stored: ConstantPools,
    /// Where each tensor with bytes in memory is.
    pub places: Vec<Option<Location>>,
    /// The memory plan, and how it was found.
    pub plan: PlanFacts,
    /// Whether inputs and outputs are in the workspace.
    pub io_in_workspace: bool,
    /// The cores that the code is for.
    pub target: Target,
    /// What the code is optimised for.
    pub optimize: Optimize,
    /// What was left out because no result depends on it.
    pub removed: Vec<Removed>,
    /// What is computed in bands of rows.
    pub bands: Vec<Banded>,
}

/// An input or output.
#[derive(Debug, Clone)]
pub struct Port {
    /// The tensor.
    pub tensor: TensorId,
    /// Its member in the C struct.
    pub c_name: String,
}

/// A layer with its scratch memory placed.
#[derive(Debug, Clone)]
pub struct PlannedLayer {
    /// The layer.
    pub layer: Layer,
    /// Kinds of its operators, such as `CONV_2D`.
    pub kinds: Vec<String>,
    /// Where its scratch memory is.
    pub scratch: Option<Location>,
}

/// A state with its place.
#[derive(Debug, Clone)]
pub struct PlannedState {
    /// The tensor.
    pub tensor: TensorId,
    /// Offset in the state pool.
    pub offset: usize,
    /// Contents after a reset.
    pub initial: Arc<[u8]>,
}

/// A workspace pool.
#[derive(Debug, Clone)]
pub struct PlannedPool {
    /// Member of the C struct.
    pub name: String,
    /// Bytes used.
    pub bytes: usize,
    /// The limit the user set.
    pub limit: Option<usize>,
    /// Whether its contents are kept from run to run.
    pub state: bool,
}

/// Where a tensor's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// Who provides them.
    pub owner: Owner,
    /// Index into [`Model::pools`] for those in a pool.
    pub pool: usize,
    /// Offset in the pool.
    pub offset: usize,
    /// Size.
    pub bytes: usize,
    /// First layer in which they are needed.
    pub first: usize,
    /// Last layer in which they are needed.
    pub last: usize,
}

/// How the memory plan was found.
#[derive(Debug, Clone, Default)]
pub struct PlanFacts {
    /// The most bytes in use in one layer: no plan can need less.
    pub bound: usize,
    /// Bytes planned, in all pools except the state's.
    pub bytes: usize,
    /// The method that found it.
    pub method: &'static str,
    /// Tensors that overwrite another: output, input, why that is safe.
    pub in_place: Vec<(TensorId, TensorId, &'static str)>,
}

/// Name of the pool for states.
pub const STATE_POOL: &str = "state";

/// Name of the device that layers call, and of its member in the C struct.
pub const DEVICE: &str = "ethos_u";

/// Alignment of every pool, in bytes.
pub const POOL_ALIGN: usize = 16;

impl Model {
    /// The tensor with this id.
    pub fn tensor(&self, id: TensorId) -> &Tensor {
        &self.tensors[id.0]
    }

    /// Whether a layer calls a device's functions.
    pub fn uses_device(&self) -> bool {
        self.layers.iter().any(|planned| planned.layer.device)
    }

    /// Index of the pool that holds the states.
    pub fn state_pool(&self) -> Option<usize> {
        self.pools.iter().position(|pool| pool.state)
    }

    /// What a reset writes into the first word of the state's pool, and each run checks: a number computed from the
    /// model, so that memory that another model has reset is refused.
    pub fn state_mark(&self) -> u32 {
        let mut hash = Fnv::new();
        hash.add(self.module.as_bytes());
        for tensor in &self.tensors {
            hash.add(tensor.name.as_bytes());
            hash.add(tensor.dtype.to_string().as_bytes());
            tensor.shape.iter().for_each(|extent| hash.add(&(*extent as u64).to_le_bytes()));
        }
        for state in &self.states {
            hash.add(&(state.offset as u64).to_le_bytes());
            hash.add(&state.initial);
        }
        // Memory in which all bytes are equal was never reset.
        let mark = hash.0;
        if mark.to_le_bytes().iter().all(|&byte| byte == mark as u8) { mark ^ 0x5453_4554 } else { mark }
    }

    /// Name of the C parameter for a pool in the TIR-style main function.
    pub fn pool_parameter(&self, pool: usize) -> String {
        format!("{}_{pool}_var", self.pools[pool].name)
    }

    /// Name of the C parameter for a pool of constants.
    pub fn constant_pool_parameter(&self, pool: usize) -> String {
        format!("{}_{}_var", self.stored.pools[pool].name, self.pools.len() + pool)
    }

    /// Every array of constants.
    pub fn arrays(&self) -> impl Iterator<Item = &Constant> {
        let of_layers = self.layers.iter().flat_map(|planned| &planned.layer.constants);
        self.constants.iter().map(|(_, constant)| constant).chain(of_layers)
    }

    /// Size of all workspace pools, states included.
    pub fn workspace_bytes(&self) -> usize {
        self.pools.iter().map(|pool| pool.bytes).sum()
    }

    /// Bytes of all workspaces, and of the inputs and outputs that the caller holds.
    pub fn ram_bytes(&self) -> usize {
        self.workspace_bytes() + self.caller_bytes()
    }

    /// Bytes of the inputs and outputs that the caller holds.
    pub fn caller_bytes(&self) -> usize {
        let ports = self.inputs.iter().chain(&self.outputs).filter(|_| !self.io_in_workspace);
        ports.map(|port| self.tensor(port.tensor).bytes()).sum()
    }

    /// `name` with the module's prefix, as all symbols with external linkage have it.
    pub fn symbol(&self, name: &str) -> String {
        format!("tvmgen_{}_{name}", self.module)
    }

    /// The prefix of all macros.
    pub fn macro_prefix(&self) -> String {
        format!("TVMGEN_{}", self.module.to_ascii_uppercase())
    }
}

/// The hash FNV-1a, with the length of each part.
struct Fnv(u32);

impl Fnv {
    fn new() -> Self {
        Fnv(0x811c_9dc5)
    }

    fn add(&mut self, bytes: &[u8]) {
        let length = (bytes.len() as u64).to_le_bytes();
        for byte in length.iter().chain(bytes) {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }
}

/// Shape as usually written: `1×49×10×8`, `scalar` for none.
pub fn shape_text(shape: &[usize]) -> String {
    if shape.is_empty() {
        return "scalar".to_owned();
    }
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}
