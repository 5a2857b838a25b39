//! `metadata.json`: format version 7 as TVM writes it, and this project's extension with what TVM omits.

use crate::ir::graph::DType;
use crate::ir::model::{Model, POOL_ALIGN, Port};
use crate::ir::problem::{Errors, Problem};
use crate::ir::report::{LayerReport, Report};
use tvm_embedded_mlf as mlf;

/// Export date of every archive, so that the same model always gives the same bytes.
const DATE: &str = "1980-01-01 00:00:00Z";

/// The text of `metadata.json`.
pub fn metadata(model: &Model, report: &Report) -> Result<Vec<u8>, Errors> {
    let io: usize = model.inputs.iter().chain(&model.outputs).map(|port| model.tensor(port.tensor).bytes()).sum();
    let module = mlf::MetadataModule {
        name: model.module.clone(),
        targets: vec!["c -keys=cpu".to_owned()],
        export_datetime: DATE.to_owned(),
        workspace_size_bytes: model.workspace_bytes() as u64,
        constants_size_bytes: report.constant_bytes as u64,
        io_size_bytes: io as u64,
        inputs: tensors(model, &model.inputs)?,
        outputs: tensors(model, &model.outputs)?,
        operator_functions: report
            .layers
            .iter()
            .map(|layer| (layer.function.clone(), layer.scratch_bytes as u64))
            .collect(),
        extension: Some(mlf::Extension {
            abi: mlf::EXTENSION_ABI,
            compiler: format!("tvm-embedded {}", env!("CARGO_PKG_VERSION")),
            cores: model.target.name().map(ToOwned::to_owned),
            optimize: Some(model.optimize.name().to_owned()),
            inputs: extension_tensors(model, &model.inputs),
            outputs: extension_tensors(model, &model.outputs),
            pools: model
                .pools
                .iter()
                .map(|pool| mlf::ExtensionPool {
                    name: pool.name.clone(),
                    kind: mlf::PoolKind::Workspace,
                    size: pool.bytes as u64,
                    alignment: POOL_ALIGN as u64,
                    state: pool.state,
                })
                .chain(model.stored.pools.iter().map(|pool| mlf::ExtensionPool {
                    name: pool.name.clone(),
                    kind: mlf::PoolKind::Constant,
                    size: pool.bytes as u64,
                    alignment: pool.align as u64,
                    state: false,
                }))
                .collect(),
            stack: report.stack_bytes.map(|bytes| bytes as u64),
            layers: report.layers.iter().filter_map(layer).collect(),
            removed: report.removed.iter().filter_map(|removed| serde_json::to_value(removed).ok()).collect(),
            findings: report
                .findings
                .iter()
                .map(|finding| mlf::ExtensionFinding {
                    subject: finding.tensor.clone(),
                    text: finding.text.clone(),
                    advice: "look at the training: such values spread to everything computed from them".to_owned(),
                })
                .collect(),
        }),
    };
    mlf::metadata_json(&[module]).map_err(internal)
}

/// An archive that this project's own writer refuses; the message says why.
pub fn internal(error: impl std::fmt::Display) -> Errors {
    Problem::file(format!("the archive can't be written: {error}"), "").into()
}

fn tensors(model: &Model, ports: &[Port]) -> Result<Vec<mlf::MetadataTensor>, Errors> {
    let mut tensors = Vec::new();
    for port in ports {
        let tensor = model.tensor(port.tensor);
        // Readers of TVM's archives derive the C name by replacing characters: if that fails, the C name is given here.
        let name = if mlf::names::sanitize(&tensor.name) == port.c_name { &tensor.name } else { &port.c_name };
        let dtype = dtype(tensor.dtype).ok_or_else(|| {
            Problem::file(
                format!("input or output {:?} of type {}", tensor.name, tensor.dtype),
                "int8, uint8, float32 and the like",
            )
        })?;
        tensors.push(mlf::MetadataTensor { name: name.clone(), size_bytes: tensor.bytes() as u64, dtype });
    }
    Ok(tensors)
}

fn extension_tensors(model: &Model, ports: &[Port]) -> Vec<mlf::ExtensionTensor> {
    let tensor = |port: &Port| {
        let tensor = model.tensor(port.tensor);
        let quant = tensor.per_tensor();
        let place = model.places[port.tensor.0].filter(|_| model.io_in_workspace);
        mlf::ExtensionTensor {
            name: tensor.name.clone(),
            c_name: port.c_name.clone(),
            dtype: tensor.dtype.to_string(),
            shape: tensor.shape.iter().map(|&dimension| dimension as i64).collect(),
            scale: quant.map(|(scale, _)| scale),
            zero_point: quant.map(|(_, zero_point)| zero_point),
            alignment: tensor.dtype.size().max(1) as u64,
            workspace: place.map(|place| model.pools[place.pool].name.clone()),
            offset: place.map(|place| place.offset as u64),
        }
    };
    ports.iter().map(tensor).collect()
}

fn dtype(dtype: DType) -> Option<mlf::DType> {
    mlf::DType::parse(&dtype.to_string())
}

/// What an archive says about a layer: what its estimates are made from follows from the file.
fn layer(layer: &LayerReport) -> Option<serde_json::Value> {
    let mut facts = serde_json::to_value(layer).ok()?;
    let map = facts.as_object_mut()?;
    map.remove("work");
    map.remove("cost");
    Some(facts)
}
