//! The facts that `inspect` shows, in the form of its JSON.

use serde::Serialize;
use serde_json::Value;
use tvm_embedded_mlf::{Finding, Interface, Library, Module, Operators, PoolKind, Tensor as MlfTensor, WorkspaceMode};

use crate::load::Loaded;

/// Everything about an archive.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Path of the archive, as given.
    pub archive: String,
    /// `version` of the archive's `metadata.json`; 7 is what TVM 0.9 to 0.18 wrote.
    pub metadata_version: u32,
    /// Version of TVM that made it, where recorded.
    pub tvm_version: Option<String>,
    /// The models.
    pub models: Vec<Model>,
    /// What is odd about the archive as a whole.
    pub findings: Vec<Finding>,
}

/// One model.
#[derive(Debug, Serialize)]
pub struct Model {
    /// Module name.
    pub name: String,
    /// What wrote it, where recorded.
    pub compiler: Option<String>,
    /// Call convention of the entry point.
    pub interface: Interface,
    /// Call convention of the operators.
    pub operators: Operators,
    /// How TVM's compiler was told to plan intermediate memory.
    pub workspace_mode: WorkspaceMode,
    /// Target strings.
    pub targets: Vec<String>,
    /// Inputs in call order.
    pub inputs: Vec<Tensor>,
    /// Outputs in call order.
    pub outputs: Vec<Tensor>,
    /// Memory that the firmware gives.
    pub workspaces: Vec<Workspace>,
    /// Constants outside the model's code.
    pub parameters: Vec<Parameter>,
    /// Memory that the model's C brings itself: not to be allocated a second time.
    #[serde(rename = "static")]
    pub static_memory: Vec<Static>,
    /// Accelerators the model calls, by the names of their handles.
    pub devices: Vec<String>,
    /// Sums over the above.
    pub totals: Totals,
    /// Functions of other libraries that the code calls.
    pub needs: Vec<String>,
    /// What the compiler says of each layer.
    pub layers: Vec<Value>,
    /// Defects, and facts that could not be found.
    pub findings: Vec<Finding>,
}

/// An input or output.
#[derive(Debug, Serialize)]
pub struct Tensor {
    /// The model's own name.
    pub name: String,
    /// Member of the C structs.
    pub c_name: String,
    /// Element type, where known.
    pub dtype: Option<String>,
    /// Dimensions, where known.
    pub shape: Option<Vec<i64>>,
    /// Size, where known.
    pub bytes: Option<u64>,
    /// What its address must be a multiple of.
    pub alignment: u64,
    /// Size of a quantisation step, where known.
    pub scale: Option<f32>,
    /// Stored value that means 0, where known.
    pub zero_point: Option<i32>,
    /// Workspace that holds it; `None` for memory of the caller's.
    pub workspace: Option<String>,
    /// Offset in that workspace.
    pub offset: Option<u64>,
}

/// Memory that the firmware gives.
#[derive(Debug, Serialize)]
pub struct Workspace {
    /// Member of the C struct.
    pub name: String,
    /// Size of an array without alignment: room to align inside is counted.
    pub bytes: u64,
    /// Size of an array that is aligned.
    pub aligned_bytes: u64,
    /// Alignment.
    pub alignment: u64,
    /// Whether it keeps the model's state between runs.
    pub state: bool,
}

/// Constants outside the model's code.
#[derive(Debug, Serialize)]
pub struct Parameter {
    /// Member of the C struct.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// Alignment.
    pub alignment: u64,
    /// Whether the archive holds the data.
    pub in_archive: bool,
}

/// Memory that the model's C brings itself.
#[derive(Debug, Serialize)]
pub struct Static {
    /// Name of the variable.
    pub name: String,
    /// What for.
    pub kind: PoolKind,
    /// Size.
    pub bytes: u64,
    /// Alignment.
    pub alignment: u64,
    /// C file of the archive that holds it.
    pub source: String,
}

/// Sums in bytes.
#[derive(Debug, Serialize)]
pub struct Totals {
    /// Inputs that the caller holds; `None` when a size is not known.
    pub input_bytes: Option<u64>,
    /// Outputs that the caller holds; `None` when a size is not known.
    pub output_bytes: Option<u64>,
    /// RAM for intermediate tensors and state, given by the firmware or static in the archive.
    pub workspace_bytes: u64,
    /// Constants: flash before code.
    pub constant_bytes: u64,
}

impl Report {
    /// Facts of all models, or of the one called `only`.
    pub fn new(loaded: &Loaded, only: Option<&str>) -> Self {
        let Library { archive, metadata_version, tvm_version, modules, findings } = &loaded.library;
        Report {
            archive: archive.clone(),
            metadata_version: *metadata_version,
            tvm_version: tvm_version.as_ref().map(|version| version.text.clone()),
            models: modules.iter().filter(|m| only.is_none_or(|name| m.name == name)).map(Model::new).collect(),
            findings: findings.clone(),
        }
    }
}

impl Model {
    fn new(module: &Module) -> Self {
        let workspaces: Vec<Workspace> = module
            .pools
            .iter()
            .filter(|pool| pool.kind == PoolKind::Workspace)
            .map(|pool| Workspace {
                name: pool.name.clone(),
                bytes: pool.size.saturating_add(pool.alignment.saturating_sub(1)),
                aligned_bytes: pool.size,
                alignment: pool.alignment,
                state: pool.state,
            })
            .collect();
        let parameters: Vec<Parameter> = module
            .pools
            .iter()
            .filter(|pool| pool.kind == PoolKind::Constant)
            .map(|pool| Parameter {
                name: pool.name.clone(),
                bytes: pool.size,
                alignment: pool.alignment,
                in_archive: pool.data.is_some(),
            })
            .collect();
        let static_memory: Vec<Static> = module
            .internal_pools
            .iter()
            .map(|pool| Static {
                name: pool.name.clone(),
                kind: pool.kind,
                bytes: pool.size,
                alignment: pool.alignment,
                source: pool.source.clone(),
            })
            .collect();
        let totals = Totals {
            input_bytes: callers(&module.inputs),
            output_bytes: callers(&module.outputs),
            workspace_bytes: workspaces.iter().map(|w| w.aligned_bytes).sum::<u64>()
                + static_memory.iter().filter(|s| s.kind == PoolKind::Workspace).map(|s| s.bytes).sum::<u64>(),
            constant_bytes: parameters.iter().map(|p| p.bytes).sum::<u64>() + module.embedded_constants_bytes,
        };
        let extension = module.extension.as_ref();
        Model {
            name: module.name.clone(),
            compiler: extension.map(|e| e.compiler.clone()),
            interface: module.interface,
            operators: module.operators,
            workspace_mode: module.workspace_mode,
            targets: module.targets.clone(),
            inputs: module.inputs.iter().map(|t| Tensor::new(t, module)).collect(),
            outputs: module.outputs.iter().map(|t| Tensor::new(t, module)).collect(),
            workspaces,
            parameters,
            static_memory,
            devices: module.devices.clone(),
            totals,
            needs: module.called_symbols.clone(),
            layers: extension.map(|e| e.layers.clone()).unwrap_or_default(),
            findings: module.findings.clone(),
        }
    }
}

/// Bytes of the tensors that live in memory of the caller's.
fn callers(tensors: &[MlfTensor]) -> Option<u64> {
    tensors.iter().filter(|t| t.placement.is_none()).map(|t| t.size_bytes).sum()
}

impl Tensor {
    fn new(tensor: &MlfTensor, module: &Module) -> Self {
        let pool = tensor.placement.and_then(|place| module.pools.get(place.pool));
        Tensor {
            name: tensor.name.clone(),
            c_name: tensor.c_name.clone(),
            dtype: tensor.dtype.map(|dtype| dtype.to_string()),
            shape: tensor.shape.clone(),
            bytes: tensor.size_bytes,
            alignment: tensor.alignment,
            scale: tensor.quantization.map(|q| q.scale),
            zero_point: tensor.quantization.map(|q| q.zero_point),
            workspace: pool.map(|pool| pool.name.clone()),
            offset: tensor.placement.map(|place| place.offset),
        }
    }
}
