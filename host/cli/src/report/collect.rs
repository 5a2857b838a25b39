//! From a compiled model to a report's facts.

use tvm_embedded_compiler::ir::options::Target;
use tvm_embedded_compiler::ir::report::{BufferReport, InPlaceReport, LayerReport};
use tvm_embedded_mlf::ModelTensor;

use super::cores::concerns;
use super::document::{Buffer, Document, FORMAT, InPlace, Kind, Layer, Miss, Pool, Tensor, Totals};
use super::memory;
use crate::constants::Constants;
use crate::estimate::figures;
use crate::foreign_text::printable;
use crate::layer;
use crate::tflite;

/// The facts of a compiled model, without advice.
pub fn collect(
    file: &str,
    core: &str,
    report: &tvm_embedded_compiler::Report,
    (inputs, outputs): (&[ModelTensor], &[ModelTensor]),
) -> Document {
    let prefix = format!("tvmgen_{}_", report.module);
    let layers: Vec<Layer> = report.layers.iter().map(|layer| of_layer(layer, core, &prefix)).collect();
    let buffers: Vec<Buffer> = report.buffers.iter().map(|b| buffer(report, b, &prefix)).collect();
    let pool = |pool: &tvm_embedded_compiler::ir::report::PoolReport| {
        let of_pool: Vec<&Buffer> = buffers.iter().filter(|buffer| buffer.pool == pool.name).collect();
        let live = memory::live(&of_pool, layers.len());
        Pool { name: pool.name.clone(), bytes: pool.bytes as u64, state: pool.state, peak: memory::peak(&live), live }
    };
    let pools: Vec<Pool> = report.pools.iter().map(pool).collect();
    let sum = |state: bool| pools.iter().filter(|pool| pool.state == state).map(|pool| pool.bytes).sum();
    let removed =
        report.removed.iter().map(|r| format!("left out of operator {} ({}): {}", r.operator, r.kind, r.what));
    let odd =
        report.findings.iter().map(|finding| format!("constant {}: {}", printable(&finding.tensor), finding.text));
    let builds = [report.constant_bytes, report.constant_bytes_dsp, report.constant_bytes_mve];
    let each = Constants(builds.map(|bytes| bytes as u64));
    Document {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        file: file.to_owned(),
        model: report.module.clone(),
        core: core.to_owned(),
        options: Vec::new(),
        totals: Totals {
            macs: report.macs,
            constants: constants(core, builds) as u64,
            workspace: sum(false),
            live: report.live_bytes as u64,
            state: sum(true),
            inputs: tflite::outside(report, "input", inputs),
            outputs: tflite::outside(report, "output", outputs),
            stack: report.stack_bytes.map(|bytes| bytes as u64),
        },
        constants_by_core: if core == "all" && !each.are_equal() { each.text() } else { String::new() },
        inputs: inputs.iter().map(tensor).collect(),
        outputs: outputs.iter().map(tensor).collect(),
        layers,
        pools,
        buffers,
        in_place: in_place(report),
        advice: Vec::new(),
        findings: removed.chain(odd).collect(),
        modes: Vec::new(),
        cores: Vec::new(),
        board: Vec::new(),
        changes: None,
        validation: None,
    }
}

/// Which tensors overwrite which.
fn in_place(report: &tvm_embedded_compiler::Report) -> Vec<InPlace> {
    let pair = |pair: &InPlaceReport| InPlace {
        output: printable(&pair.output),
        input: printable(&pair.input),
        reason: pair.reason.clone(),
    };
    report.in_place.iter().map(pair).collect()
}

/// The size of the constants that a build for `core` holds; of those for all cores the largest. The sizes are those of a portable build,
/// one for Arm's DSP extension and one for MVE.
fn constants<T: Copy + Ord>(core: &str, [portable, dsp, mve]: [T; 3]) -> T {
    match Target::of_core(core) {
        Some(Target::Portable) => portable,
        Some(Target::Dsp) => dsp,
        Some(Target::Mve) => mve,
        _ => portable.max(dsp).max(mve),
    }
}

fn of_layer(layer: &LayerReport, core: &str, prefix: &str) -> Layer {
    let facts = serde_json::to_value(layer).unwrap_or_default();
    let builds = ["constant_bytes", "constant_bytes_dsp", "constant_bytes_mve"];
    let output = layer.outputs.first().map_or_else(String::new, |tensor| {
        let offset = tensor.offset.map_or_else(String::new, |offset| format!(" at {offset}"));
        format!("{} {:?} in {}{offset}", tensor.dtype, tensor.shape, tensor.place)
    });
    let kinds: Vec<String> = layer.kinds.iter().filter(|kind| !kind.is_empty()).map(|kind| printable(kind)).collect();
    Layer {
        name: layer.function.strip_prefix(prefix).unwrap_or(&layer.function).to_owned(),
        operators: kinds.join(" + "),
        summary: printable(&layer.summary),
        macs: layer.macs,
        flash: constants(core, builds.map(|key| layer::flash(&facts, key))),
        ram: layer::ram(&facts),
        scratch: layer.scratch_bytes as u64,
        kernels: figures::kernels(layer),
        misses: layer
            .misses
            .iter()
            .filter(|miss| concerns(&miss.cores, core))
            .map(|miss| Miss { cores: miss.cores.join(", "), why: printable(&miss.why) })
            .collect(),
        output,
        npu: layer.device,
    }
}

fn buffer(report: &tvm_embedded_compiler::Report, buffer: &BufferReport, prefix: &str) -> Buffer {
    let state = report.pools.iter().any(|pool| pool.name == buffer.pool && pool.state);
    let overwrites = |name: &str| report.in_place.iter().any(|pair| pair.output == name);
    let kind = match &buffer.name {
        _ if state => Kind::State,
        name if name.starts_with("scratch of ") => Kind::Scratch,
        name if name.split(" = ").any(overwrites) => Kind::InPlace,
        _ => Kind::Tensor,
    };
    Buffer {
        name: printable(&buffer.name.replace(prefix, "")),
        kind,
        pool: buffer.pool.clone(),
        offset: buffer.offset as u64,
        bytes: buffer.bytes as u64,
        first: buffer.first,
        last: buffer.last.min(report.layers.len().saturating_sub(1)),
    }
}

fn tensor(tensor: &ModelTensor) -> Tensor {
    let limits = match (tensor.dtype.code, tensor.dtype.bits) {
        (0, 8) => Some((-128.0, 127.0)),
        (0, 16) => Some((-32768.0, 32767.0)),
        (1, 8) => Some((0.0, 255.0)),
        _ => None,
    };
    let real = |q: tvm_embedded_mlf::Quantization, stored: f64| (stored - f64::from(q.zero_point)) * f64::from(q.scale);
    Tensor {
        name: printable(&tensor.name),
        dtype: tensor.dtype.to_string(),
        shape: tensor.shape.clone(),
        scale: tensor.quantization.map(|q| q.scale),
        zero_point: tensor.quantization.map(|q| q.zero_point),
        range: tensor.quantization.zip(limits).map(|(q, (least, most))| [real(q, least), real(q, most)]),
    }
}
