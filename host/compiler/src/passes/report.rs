//! The cost of a model, layer by layer, and the memory plan as a picture.

use crate::cost::work::{self, Size};
use crate::ir::graph::TensorId;
use crate::ir::layer::{Constant, Control, Layer, Limit, Path};
use crate::ir::model::{Location, Model, PlannedLayer, shape_text};
use crate::ir::options::{Optimize, Target};
use crate::ir::program::Part;
use crate::ir::report::*;
use crate::ir::rows::Banded;
use crate::ir::schedule::Owner;
use crate::math::stored;
use crate::ops;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write;

impl Report {
    /// Collects the facts.
    pub fn new(model: &Model) -> Self {
        let shared: usize = model.constants.iter().map(|(_, constant)| constant.data.bytes()).sum();
        let mut layers: Vec<LayerReport> = model.layers.iter().map(|planned| layer_report(model, planned)).collect();
        work::name_costs(&mut layers);
        let name = |id: TensorId| model.tensor(id).name.clone();
        Report {
            module: model.module.clone(),
            optimize: model.optimize.name(),
            bands: model.bands.clone(),
            macs: layers.iter().map(|layer| layer.macs).sum(),
            constant_bytes: shared + layers.iter().map(|layer| layer.constant_bytes).sum::<usize>(),
            constant_bytes_dsp: shared + layers.iter().map(|layer| layer.constant_bytes_dsp).sum::<usize>(),
            constant_bytes_mve: shared + layers.iter().map(|layer| layer.constant_bytes_mve).sum::<usize>(),
            pools: model
                .pools
                .iter()
                .map(|pool| PoolReport { name: pool.name.clone(), bytes: pool.bytes, state: pool.state })
                .collect(),
            constant_pools: model
                .stored
                .pools
                .iter()
                .map(|pool| PoolReport { name: pool.name.clone(), bytes: pool.bytes, state: false })
                .collect(),
            live_bytes: model.plan.bound,
            loops: model.layers.iter().filter(|layer| layer.layer.control == Some(Control::LoopBegin)).count(),
            planned_bytes: model.plan.bytes,
            method: model.plan.method.to_owned(),
            stack_bytes: stack(model, &layers),
            layers,
            buffers: buffers(model),
            removed: model.removed.clone(),
            findings: findings(model),
            in_place: model
                .plan
                .in_place
                .iter()
                .map(|(output, input, reason)| InPlaceReport {
                    output: name(*output),
                    input: name(*input),
                    reason: (*reason).to_owned(),
                })
                .collect(),
        }
    }

    /// What was left out, in a few words; `None` for nothing.
    pub fn removed_text(&self) -> Option<String> {
        let of = |part: Part| self.removed.iter().filter(move |removed| removed.part == part);
        let channels: usize = of(Part::Channels).map(|removed| removed.channels).sum();
        let counts = [
            (channels, "channels that have one value or no reader"),
            (of(Part::Operator).count(), "operators that give back their input"),
            (of(Part::Clamp).count(), "clamps that never bind"),
        ];
        let parts: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        (!parts.is_empty()).then(|| format!("left out: {}", parts.join(", ")))
    }

    /// A line about the pools of constants, if there are any.
    fn constant_pools_text(&self) -> String {
        let pools: Vec<String> =
            self.constant_pools.iter().map(|pool| format!("{} {} bytes", pool.name, pool.bytes)).collect();
        if pools.is_empty() { String::new() } else { format!("constants in pools: {}\n", pools.join(", ")) }
    }

    fn stack_text(&self) -> String {
        self.stack_bytes.map_or_else(
            || "not known: that of a kernel or a device was not measured".to_owned(),
            |bytes| format!("at most {bytes} bytes, measured on Arm cores with gcc 12.2 -O2"),
        )
    }

    /// The report as a person reads it: totals, layers, memory plan.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let pools: Vec<String> = self.pools.iter().map(|pool| format!("{} {} bytes", pool.name, pool.bytes)).collect();
        let _ =
            writeln!(out, "model {}: {} layers, {} multiply-accumulates", self.module, self.layers.len(), self.macs);
        let _ = writeln!(
            out,
            "constants: {} bytes, {} bytes on cores with the DSP extension, {} bytes on cores with MVE",
            self.constant_bytes, self.constant_bytes_dsp, self.constant_bytes_mve
        );
        out.push_str(&self.constant_pools_text());
        let _ = writeln!(out, "code: {}", self.optimize);
        let _ = writeln!(out, "workspace: {}", if pools.is_empty() { "none".into() } else { pools.join(", ") });
        let _ = writeln!(out, "stack: {}", self.stack_text());
        let _ = writeln!(
            out,
            "plan: {} bytes by {}; at most {} bytes are alive at once",
            self.planned_bytes, self.method, self.live_bytes
        );
        for Banded { first, last, rows, bands } in &self.bands {
            let _ = writeln!(out, "operators {first} to {last}: {bands} bands of {rows} rows of the last one's output");
        }
        for finding in &self.findings {
            let _ = writeln!(out, "constant {:?}: {}", finding.tensor, finding.text);
        }
        for removed in &self.removed {
            let _ = writeln!(out, "left out of operator {} ({}): {}", removed.operator, removed.kind, removed.what);
        }
        for pair in &self.in_place {
            let _ = writeln!(out, "  {:?} overwrites {:?}: {}", pair.output, pair.input, pair.reason);
        }
        let width = self.layers.iter().map(|layer| layer.function.len()).max().unwrap_or(0).max(5);
        let _ = writeln!(out, "\n{:<width$}  {:>10}  {:>9}  {:>8}  output", "layer", "MACs", "constants", "scratch");
        for layer in &self.layers {
            let output = layer.outputs.first().map_or_else(String::new, |tensor| {
                let offset = tensor.offset.map_or_else(String::new, |offset| format!("+{offset}"));
                format!("{} {} in {}{offset}", tensor.dtype, shape_text(&tensor.shape), tensor.place)
            });
            let _ = writeln!(
                out,
                "{:<width$}  {:>10}  {:>9}  {:>8}  {output}",
                layer.function, layer.macs, layer.constant_bytes, layer.scratch_bytes
            );
        }
        let _ = writeln!(out, "\n{:<width$}  kernel", "layer");
        for layer in &self.layers {
            let _ = writeln!(out, "{:<width$}  {}", layer.function, layer.kernels.join(", "));
            for miss in &layer.misses {
                let _ = writeln!(out, "{:<width$}    {}: {}", "", miss.cores.join(", "), miss.why);
            }
        }
        for pool in self.pools.iter().filter(|pool| !pool.state) {
            out.push('\n');
            self.picture(&mut out, pool, width);
        }
        out
    }

    /// One line for each layer, one column for a part of the pool, one letter for each buffer.
    fn picture(&self, out: &mut String, pool: &PoolReport, width: usize) {
        const COLUMNS: usize = 64;
        let step = pool.bytes.div_ceil(COLUMNS).max(1);
        let columns = pool.bytes.div_ceil(step);
        let buffers: Vec<&BufferReport> = self.buffers.iter().filter(|buffer| buffer.pool == pool.name).collect();
        let letter = |i: usize| char::from(LETTERS[i % LETTERS.len()]);
        let _ = writeln!(out, "{}: {} bytes, {step} bytes a column", pool.name, pool.bytes);
        for (at, layer) in self.layers.iter().enumerate() {
            let mut line = vec!['.'; columns];
            for (i, buffer) in buffers.iter().enumerate().filter(|(_, b)| b.first <= at && at <= b.last && b.bytes > 0)
            {
                let end = (buffer.offset + buffer.bytes).div_ceil(step).min(columns);
                line[buffer.offset / step..end].fill(letter(i));
            }
            let _ = writeln!(out, "{:<width$}  {}", layer.function, line.into_iter().collect::<String>());
        }
        for (i, buffer) in buffers.iter().enumerate() {
            let _ = writeln!(
                out,
                "  {} {:>7} … {:<7} {}",
                letter(i),
                buffer.offset,
                buffer.offset + buffer.bytes,
                buffer.name
            );
        }
    }
}

fn layer_report(model: &Model, planned: &PlannedLayer) -> LayerReport {
    let layer = &planned.layer;
    let arguments = |written: bool| {
        let arguments = layer.arguments.iter().filter(|argument| argument.written == written);
        arguments.map(|argument| tensor_report(model, argument.tensor)).collect()
    };
    LayerReport {
        function: model.symbol(&layer.name),
        operators: layer.operators.clone(),
        kinds: planned.kinds.clone(),
        summary: layer.summary.clone(),
        macs: layer.macs,
        constant_bytes: layer.constant_bytes(of_builds(model, Target::Portable)),
        constant_bytes_dsp: layer.constant_bytes(of_builds(model, Target::Dsp)),
        constant_bytes_mve: layer.constant_bytes(of_builds(model, Target::Mve)),
        constant_pools: pools_of(model, layer),
        scratch_bytes: layer.scratch_bytes,
        cost: String::new(),
        work: work::work(layer, &sizes(model, layer, false), &sizes(model, layer, true)),
        kernels: kernels(layer),
        misses: misses(layer, model.optimize),
        device: layer.device,
        inputs: arguments(false),
        outputs: arguments(true),
    }
}

/// The most bytes of stack of a run: constants in pools have addresses that are not known when the code is compiled, so what holds
/// them is on the stack.
fn stack(model: &Model, layers: &[LayerReport]) -> Option<usize> {
    if model.uses_device() {
        return None;
    }
    let kernels = ops::stack::of_kernels(layers.iter().flat_map(|layer| &layer.kernels).map(String::as_str))?;
    let of_layer = |planned: &PlannedLayer| {
        let layer = &planned.layer;
        let arrays = stored::named(&model.stored, &layer.body);
        let names: Vec<&str> = arrays.iter().map(|(name, _)| *name).collect();
        let variables = stored::without_static(&layer.body, &names).1;
        ops::stack::of_variables(&layer.headers, &variables).map(|bytes| bytes + 4 * arrays.len())
    };
    if model.stored.pools.is_empty() {
        return Some(kernels);
    }
    let most = model.layers.iter().try_fold(0, |most: usize, layer| Some(most.max(of_layer(layer)?)))?;
    // Pointers to pools, and registers saved for them: 16 bytes at most in the models that were measured.
    Some(kernels + most + 4 * model.stored.pools.len() + 16)
}

/// The pools in which a layer's constants are.
fn pools_of(model: &Model, layer: &Layer) -> Vec<String> {
    let given = model.constants.iter().filter(|(id, _)| layer.arguments.iter().any(|argument| argument.tensor == *id));
    let given = given.filter_map(|(_, array)| model.stored.find(&array.name));
    let own = stored::named(&model.stored, &layer.body).into_iter().map(|(_, stored)| stored);
    let mut pools: Vec<usize> = own.chain(given).map(|stored| stored.pool).collect();
    pools.sort_unstable();
    pools.dedup();
    pools.iter().map(|&pool| model.stored.pools[pool].name.clone()).collect()
}

/// The tensors that a layer reads or writes.
fn sizes(model: &Model, layer: &Layer, written: bool) -> Vec<Size> {
    let arguments = layer.arguments.iter().filter(|argument| argument.written == written);
    let tensors = arguments.map(|argument| model.tensor(argument.tensor));
    tensors.map(|tensor| Size::new(&tensor.shape, tensor.bytes())).collect()
}

/// For builds for these cores if the model is for all, otherwise for the builds that exist.
fn of_builds(model: &Model, target: Target) -> Target {
    if model.target == Target::All { target } else { model.target }
}

fn tensor_report(model: &Model, id: TensorId) -> TensorReport {
    let (tensor, place) = (model.tensor(id), model.places[id.0]);
    TensorReport {
        index: id.0,
        name: tensor.name.clone(),
        dtype: tensor.dtype.to_string(),
        shape: tensor.shape.clone(),
        bytes: tensor.bytes(),
        place: place.map_or_else(|| "constant".to_owned(), |place| place_name(model, place)),
        offset: place.filter(|place| in_pool(model, place)).map(|place| place.offset),
    }
}

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn in_pool(model: &Model, place: &Location) -> bool {
    match place.owner {
        Owner::Arena | Owner::State(_) => true,
        Owner::Input(_) | Owner::Output(_) => model.io_in_workspace,
        Owner::Constant => false,
    }
}

fn place_name(model: &Model, place: Location) -> String {
    match place.owner {
        _ if in_pool(model, &place) => model.pools[place.pool].name.clone(),
        Owner::Input(_) => "input".into(),
        Owner::Output(_) => "output".into(),
        _ => "constant".into(),
    }
}

/// Names of the kernels that the statements of a layer call, in order.
fn kernels(layer: &Layer) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (at, _) in layer.body.match_indices("tvmk_") {
        let rest = &layer.body[at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = &rest[..end];
        // A function beside each kernel returns the scratch memory it needs.
        let is_call = rest[end..].starts_with('(') && !name.ends_with("_scratch");
        if is_call && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Why the kernels of a layer are not the best ones.
fn misses(layer: &Layer, optimize: Optimize) -> Vec<MissReport> {
    let files = ops::kernels_for(layer.headers.iter().copied());
    // `base.h` defines the macros; every kernel includes it.
    let asks = |name: &str| files.iter().any(|kernel| kernel.name != "base.h" && kernel.text.contains(name));
    let has_code = |path: &Path| path.macro_name().is_some_and(asks);
    let lacks_code = |path: &Path| !files.is_empty() && path.macro_name().is_some() && !has_code(path);
    let names = |paths: &[Path]| paths.iter().map(|path| path.name()).collect();
    let limit =
        |limit: &Limit| MissReport { cores: names(limit.paths), general: limit.general, why: limit.reason.clone() };
    let mut misses: Vec<MissReport> = layer.limits.iter().map(limit).collect();
    let without: Vec<Path> = Path::ALL.iter().copied().filter(lacks_code).collect();
    let given_up: Vec<Path> = Path::ALL.iter().copied().filter(has_code).collect();
    if optimize == Optimize::Size && !given_up.is_empty() {
        let why = "short loops of C, as asked for by optimising for size".to_owned();
        misses.push(MissReport { cores: names(&given_up), general: false, why });
    }
    if !without.is_empty() {
        let why = "the same C as on other cores, without instructions of their own".to_owned();
        misses.push(MissReport { cores: names(&without), general: false, why });
    }
    misses
}

/// Constants of float32 that are infinite or not a number.
fn findings(model: &Model) -> Vec<ConstantReport> {
    let odd = |(id, constant): &(TensorId, Constant)| {
        let values = || constant.data.floats().into_iter().flatten();
        let nans = values().filter(|value| value.is_nan()).count();
        let infinite = values().filter(|value| value.is_infinite()).count();
        let parts: Vec<String> = [(nans, "not a number (NaN)"), (infinite, "infinite")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let text = format!("of {} constants {}", constant.data.len(), parts.join(", "));
        (!parts.is_empty()).then(|| ConstantReport { tensor: model.tensor(*id).name.clone(), text })
    };
    model.constants.iter().filter_map(odd).collect()
}

/// Buffers by pool, offset and time.
fn buffers(model: &Model) -> Vec<BufferReport> {
    let mut buffers: Vec<BufferReport> = Vec::new();
    let mut known: HashMap<(usize, usize, usize, usize), usize> = HashMap::new();
    let mut add = |place: Location, name: String| {
        let Location { offset, bytes, first, last, .. } = place;
        match known.entry((place.pool, offset, bytes, first)) {
            // Another name of the same bytes.
            Entry::Occupied(at) => {
                let buffer = &mut buffers[*at.get()];
                buffer.name.push_str(" = ");
                buffer.name.push_str(&name);
            }
            Entry::Vacant(at) => {
                at.insert(buffers.len());
                let pool = model.pools[place.pool].name.clone();
                buffers.push(BufferReport { name, pool, offset, bytes, first, last });
            }
        }
    };
    for (id, place) in model.places.iter().enumerate() {
        if let Some(place) = place.filter(|place| in_pool(model, place)) {
            add(place, model.tensors[id].name.clone());
        }
    }
    for planned in &model.layers {
        if let Some(place) = planned.scratch {
            add(place, format!("scratch of {}", planned.layer.name));
        }
    }
    buffers.sort_by(|a, b| (&a.pool, a.offset, a.first).cmp(&(&b.pool, b.offset, b.first)));
    buffers
}
