//! The facts that `inspect` shows, in the structure of its JSON.

use serde::Serialize;
use serde_json::Value;
use tvm_embedded_interface::{Facts, Generated, Named, Options, ParameterFacts, TensorFacts, WorkspaceFacts, generate};
use tvm_embedded_mlf::{Code, Finding, Interface, Library, Module, Operators, PoolKind, WorkspaceMode};

use crate::layer;
use crate::load::Loaded;

/// Everything about an archive.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Path of the archive or .tflite file, as given.
    pub archive: String,
    /// Whether it is a .tflite file, compiled in memory.
    pub compiled: bool,
    /// Notes about the .tflite file, for instance that it is a float32 model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// `version` of the archive's `metadata.json`; TVM 0.9 to 0.18 write 7.
    pub metadata_version: u32,
    /// Version of TVM that made it, if recorded.
    pub tvm_version: Option<String>,
    /// The models.
    pub models: Vec<Model>,
    /// Findings about the archive as a whole.
    pub findings: Vec<Finding>,
}

/// One model.
#[derive(Debug, Serialize)]
pub struct Model {
    /// Module name.
    pub name: String,
    /// Name of the descriptor in C without `--symbol`; `None` if no interface can be generated.
    pub symbol: Option<String>,
    /// Why no interface can be generated.
    pub refused: Option<String>,
    /// The program that wrote it, if recorded.
    pub compiler: Option<String>,
    /// The kind of cores that the C is for, if it is not for all: `portable`, `dsp` or `mve`.
    pub cores: Option<String>,
    /// What the compiler optimised for, if recorded.
    pub optimize: Option<String>,
    /// Call convention of the entry point.
    pub interface: Interface,
    /// Call convention of the operators.
    pub operators: Operators,
    /// How TVM's compiler was configured to plan intermediate memory.
    pub workspace_mode: WorkspaceMode,
    /// The library with its code, if it arrived compiled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<super::library::Library>,
    /// Target strings.
    pub targets: Vec<String>,
    /// Inputs in call order.
    pub inputs: Vec<Tensor>,
    /// Outputs in call order.
    pub outputs: Vec<Tensor>,
    /// Memory that the firmware provides.
    pub workspaces: Vec<Workspace>,
    /// Constants outside the model's code.
    pub parameters: Vec<Parameter>,
    /// Memory that the model's C contains: not to be allocated a second time.
    #[serde(rename = "static")]
    pub static_memory: Vec<Static>,
    /// Accelerators the model calls, by the names of their handles.
    pub devices: Vec<String>,
    /// Sums of the above.
    pub totals: Totals,
    /// The most bytes of stack that a run takes, if the compiler knows.
    pub stack_bytes: Option<u64>,
    /// Functions of drivers and kernel libraries that the code calls and the firmware links.
    pub needs: Vec<String>,
    /// What `generate` changes in its copies of the archive's C.
    pub repairs: Vec<Repair>,
    /// The compiler's facts of each layer, `ram_bytes` and `flash_bytes`.
    pub layers: Vec<Value>,
    /// What the compiler left out because no result depends on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Value>,
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
    /// Element type, if known.
    pub dtype: Option<String>,
    /// Dimensions, if known.
    pub shape: Option<Vec<i64>>,
    /// Size, if known.
    pub bytes: Option<u64>,
    /// Alignment of its address.
    pub alignment: u64,
    /// Size of a quantisation step, if known.
    pub scale: Option<f32>,
    /// Stored value that means 0, if known.
    pub zero_point: Option<i32>,
    /// Workspace that holds it; `None` for memory of the caller.
    pub workspace: Option<String>,
    /// Offset in that workspace.
    pub offset: Option<u64>,
}

/// Memory that the firmware provides.
#[derive(Debug, Serialize)]
pub struct Workspace {
    /// Member of the C struct.
    pub name: String,
    /// Size of an array without alignment, with room for alignment.
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

/// Memory that the model's C contains.
#[derive(Debug, Serialize)]
pub struct Static {
    /// Name of the variable.
    pub name: String,
    /// Its purpose.
    pub kind: PoolKind,
    /// Size.
    pub bytes: u64,
    /// Alignment.
    pub alignment: u64,
    /// C file of the archive that holds it.
    pub source: String,
}

/// A change to a copy of the archive's C.
#[derive(Debug, Serialize)]
pub struct Repair {
    /// C file of the archive.
    pub file: String,
    /// The defect that it repairs, if it is a known defect of TVM.
    pub code: Option<Code>,
    /// What is changed.
    pub text: String,
}

/// Sums in bytes.
#[derive(Debug, Default, Serialize)]
pub struct Totals {
    /// Inputs that the caller holds; `None` when a size is not known.
    pub input_bytes: Option<u64>,
    /// Outputs that the caller holds; `None` when a size is not known.
    pub output_bytes: Option<u64>,
    /// RAM for intermediate tensors and state, given by the firmware or static in the archive.
    pub workspace_bytes: u64,
    /// Constants: flash before code. In a portable build, if builds for cores differ.
    pub constant_bytes: u64,
    /// The same in a build for Arm's DSP extension.
    pub constant_bytes_dsp: u64,
    /// The same in a build for MVE.
    pub constant_bytes_mve: u64,
}

impl Report {
    /// Facts of all models, or of the one called `only`.
    pub fn new(loaded: &Loaded, only: Option<&str>) -> Self {
        let Library { archive, metadata_version, tvm_version, modules, findings } = &loaded.library;
        let chosen = modules.iter().filter(|module| only.is_none_or(|name| module.name == name));
        Report {
            archive: archive.clone(),
            compiled: loaded.compiled,
            note: loaded.note.clone(),
            metadata_version: *metadata_version,
            tvm_version: tvm_version.as_ref().map(|version| version.text.clone()),
            models: chosen.map(|module| Model::new(loaded, module)).collect(),
            findings: findings.clone(),
        }
    }
}

impl Model {
    fn new(loaded: &Loaded, module: &Module) -> Self {
        // The interface has the facts that the firmware will see; without an interface, the archive's own facts are used.
        let generated = generate(&loaded.archive, &loaded.library, module, &Options::default());
        let mut model = match &generated {
            Ok(generated) => Model::of_interface(module, generated),
            Err(error) => Model { refused: Some(error.to_string()), ..Model::of_archive(module) },
        };
        let constant_bytes = model.parameters.iter().map(|p| p.bytes).sum::<u64>() + module.embedded_constants_bytes;
        let in_build = |key: &str| {
            let of_layers = |key: &str| layer::sum(&model.layers, key);
            let own = if model.layers.iter().all(|layer| layer.get(key).is_some()) { key } else { "constant_bytes" };
            constant_bytes.saturating_add(of_layers(own)).saturating_sub(of_layers("constant_bytes"))
        };
        model.totals = Totals {
            input_bytes: callers(&model.inputs),
            output_bytes: callers(&model.outputs),
            workspace_bytes: model.workspaces.iter().map(|w| w.aligned_bytes).sum::<u64>()
                + model.static_memory.iter().filter(|s| s.kind == PoolKind::Workspace).map(|s| s.bytes).sum::<u64>(),
            constant_bytes,
            constant_bytes_dsp: in_build("constant_bytes_dsp"),
            constant_bytes_mve: in_build("constant_bytes_mve"),
        };
        model
    }

    fn of_interface(module: &Module, generated: &Generated) -> Self {
        let facts = &generated.facts;
        let repair =
            |r: &tvm_embedded_interface::Repair| Repair { file: r.file.clone(), code: r.code, text: r.text.clone() };
        Model {
            symbol: Some(facts.symbol.clone()),
            inputs: facts.inputs.iter().map(|t| Tensor::of_interface(t, facts)).collect(),
            outputs: facts.outputs.iter().map(|t| Tensor::of_interface(t, facts)).collect(),
            workspaces: facts.workspaces.iter().map(Workspace::new).collect(),
            parameters: facts.parameters.iter().map(Parameter::new).collect(),
            devices: facts.devices.iter().map(|device| device.c_name.clone()).collect(),
            needs: generated.brought.clone(),
            repairs: generated.repairs.iter().map(repair).collect(),
            findings: generated.findings.clone(),
            ..Model::of_archive(module)
        }
    }

    fn of_archive(module: &Module) -> Self {
        let extension = module.extension.as_ref();
        Model {
            name: module.name.clone(),
            symbol: None,
            refused: None,
            compiler: extension.map(|e| e.compiler.clone()),
            cores: extension.and_then(|e| e.cores.clone()),
            optimize: extension.and_then(|e| e.optimize.clone()),
            interface: module.interface,
            operators: module.operators,
            workspace_mode: module.workspace_mode,
            library: module.compiled.as_ref().map(super::library::Library::new),
            targets: module.targets.clone(),
            inputs: module.inputs.iter().map(Tensor::of_archive).collect(),
            outputs: module.outputs.iter().map(Tensor::of_archive).collect(),
            workspaces: Vec::new(),
            parameters: Vec::new(),
            static_memory: module.internal_pools.iter().map(Static::new).collect(),
            devices: module.devices.clone(),
            totals: Totals::default(),
            stack_bytes: extension.and_then(|e| e.stack),
            needs: Vec::new(),
            repairs: Vec::new(),
            layers: extension.map(|e| e.layers.iter().map(layer::with_bytes).collect()).unwrap_or_default(),
            removed: extension.map(|e| e.removed.clone()).unwrap_or_default(),
            findings: module.findings.clone(),
        }
    }
}

/// Bytes of the tensors in memory of the caller.
fn callers(tensors: &[Tensor]) -> Option<u64> {
    tensors.iter().filter(|t| t.workspace.is_none()).map(|t| t.bytes).sum()
}

impl Tensor {
    fn of_interface(tensor: &Named<TensorFacts>, model: &Facts) -> Self {
        let facts = &tensor.facts;
        let workspace = facts.placement.and_then(|place| model.workspaces.get(usize::from(place.workspace)));
        Tensor {
            name: facts.name.clone(),
            c_name: tensor.c_name.clone(),
            dtype: facts.dtype.map(|dtype| dtype.to_string()),
            shape: facts.shape.as_ref().map(|shape| shape.iter().map(|&d| d.into()).collect()),
            bytes: Some(facts.bytes.into()),
            alignment: facts.alignment.into(),
            scale: facts.quantization.map(|q| q.scale),
            zero_point: facts.quantization.map(|q| q.zero_point),
            workspace: workspace.map(|workspace| workspace.c_name.clone()),
            offset: facts.placement.map(|place| place.offset.into()),
        }
    }

    fn of_archive(tensor: &tvm_embedded_mlf::Tensor) -> Self {
        Tensor {
            name: tensor.name.clone(),
            c_name: tensor.c_name.clone(),
            dtype: tensor.dtype.map(|dtype| dtype.to_string()),
            shape: tensor.shape.clone(),
            bytes: tensor.size_bytes,
            alignment: tensor.alignment,
            scale: tensor.quantization.map(|q| q.scale),
            zero_point: tensor.quantization.map(|q| q.zero_point),
            workspace: None,
            offset: None,
        }
    }
}

impl Workspace {
    fn new(pool: &Named<WorkspaceFacts>) -> Self {
        Workspace {
            name: pool.c_name.clone(),
            bytes: pool.facts.bytes().into(),
            aligned_bytes: pool.facts.aligned_bytes.into(),
            alignment: pool.facts.alignment.into(),
            state: pool.facts.state,
        }
    }
}

impl Parameter {
    fn new(pool: &Named<ParameterFacts>) -> Self {
        Parameter {
            name: pool.c_name.clone(),
            bytes: pool.facts.bytes.into(),
            alignment: pool.facts.alignment.into(),
            in_archive: pool.facts.carried,
        }
    }
}

impl Static {
    fn new(pool: &tvm_embedded_mlf::InternalPool) -> Self {
        Static {
            name: pool.name.clone(),
            kind: pool.kind,
            bytes: pool.size,
            alignment: pool.alignment,
            source: pool.source.clone(),
        }
    }
}
