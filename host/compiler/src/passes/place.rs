//! Between storages and the plan: what goes into which pool, and at which offset.

use crate::ir::graph::{Contents, DType, OpKind, Subgraph, Tensor, TensorId};
use crate::ir::layer::{Constant, ConstantData, Layer};
use crate::ir::model::*;
use crate::ir::names::{self, Names};
use crate::ir::options::{Options, Pool};
use crate::ir::problem::{Errors, Problem};
use crate::ir::program::Program;
use crate::ir::schedule::{Owner, Piece, Schedule, Storage};
use crate::ir::stored::ConstantPools;
use crate::math::plan::{self, Bytes, Plan, Request, Share};
use std::collections::{HashMap, HashSet};

/// Alignment of every buffer, in bytes: a word, since kernels load words.
const WORD: usize = 4;

/// Size of the mark that a reset leaves at the beginning of the state's pool ([`Model::state_mark`]).
const MARK_BYTES: usize = 4;

/// Plans memory and collects everything to be written.
pub fn place(module: String, program: Program, schedule: Schedule, options: &Options) -> Result<Model, Errors> {
    let pools = pools(options, !program.states.is_empty())?;
    let planned: Vec<usize> =
        (0..schedule.storages.len()).filter(|&i| is_planned(&schedule.storages[i], options)).collect();
    let end = schedule.layers.len();
    let mut requests: Vec<Request> = planned.iter().map(|&i| request(&schedule.storages[i], end, options)).collect();
    let scratch = scratch_requests(&schedule.layers);
    requests.extend(scratch.iter().map(|(_, request)| request.clone()));
    let candidates = if options.keep_all_tensors { Vec::new() } else { shares(&program.graph, &schedule, &planned) };
    let only_shares: Vec<Share> = candidates.iter().map(|(share, ..)| *share).collect();
    let limits: Vec<Option<usize>> = pools.iter().map(|pool| pool.bytes).collect();
    let plan = plan::plan(&requests, &only_shares, &limits).map_err(|misfit| too_small(&pools, &misfit))?;

    let (mut c_pools, index) = used_pools(&pools, &plan);
    let locate = |request: usize, owner: Owner| Location {
        owner,
        pool: index[plan.places[request].pool].unwrap_or(0),
        offset: plan.places[request].offset,
        bytes: requests[request].bytes,
        first: requests[request].pieces.iter().map(|piece| piece.first).min().unwrap_or(0),
        last: requests[request].pieces.iter().map(|piece| piece.last).max().unwrap_or(0),
    };
    let mut of_storage: Vec<Option<Location>> = schedule.storages.iter().map(outside).collect();
    for (request, &storage) in planned.iter().enumerate() {
        of_storage[storage] = Some(locate(request, schedule.storages[storage].owner));
    }
    let mut scratch_places: Vec<Option<Location>> = vec![None; schedule.layers.len()];
    for (i, (layer, _)) in scratch.iter().enumerate() {
        scratch_places[*layer] = Some(locate(planned.len() + i, Owner::Arena));
    }
    let states = states(&program, &schedule, &mut c_pools, &mut of_storage, &mut scratch_places);
    let places = (0..schedule.of_tensor.len())
        .map(|id| {
            let slot = schedule.of_tensor[id]?;
            let bytes = program.graph.tensors[id].bytes();
            let place = of_storage[slot.storage]?;
            let whole = schedule.storages[slot.storage].bytes == bytes || options.keep_all_tensors;
            let (first, last) = if whole {
                (place.first, place.last)
            } else {
                in_use(&schedule.storages[slot.storage], slot.at, bytes)
            };
            Some(Location { offset: place.offset + slot.at, bytes, first, last, ..place })
        })
        .collect();
    let facts = PlanFacts {
        bound: plan.bound,
        bytes: plan.pool_bytes.iter().sum(),
        method: plan.method,
        in_place: plan.shares.iter().map(|&i| (candidates[i].1, candidates[i].2, candidates[i].3)).collect(),
    };
    Ok(collect(
        module,
        program,
        schedule,
        options,
        Placed { places, scratch: scratch_places, pools: c_pools, states, facts },
    ))
}

fn too_small(pools: &[Pool], misfit: &plan::DoesNotFit) -> Problem {
    let given: Vec<String> = pools.iter().map(|p| format!("{} {}", p.name, p.bytes.unwrap_or(usize::MAX))).collect();
    let found = format!("pools too small ({}): {} bytes have no place", given.join(", "), misfit.left_over);
    Problem::file(found, format!("{} bytes if all is in one pool", misfit.needed))
}

struct Placed {
    places: Vec<Option<Location>>,
    scratch: Vec<Option<Location>>,
    pools: Vec<PlannedPool>,
    states: Vec<PlannedState>,
    facts: PlanFacts,
}

fn collect(module: String, program: Program, schedule: Schedule, options: &Options, placed: Placed) -> Model {
    let graph = program.graph;
    let mut names = Names::new();
    // Pools have macros of their own beside those of the tensors.
    placed.pools.iter().for_each(|pool| drop(names.unique(&pool.name)));
    options.constants.iter().for_each(|pool| drop(names.unique(&pool.name)));
    let mut port = |&tensor: &TensorId| Port { tensor, c_name: names.unique(&graph.tensor(tensor).name) };
    let inputs: Vec<Port> = graph.inputs.iter().map(&mut port).collect();
    let outputs: Vec<Port> = schedule.outputs.iter().map(&mut port).collect();
    let mut constant_names = Names::new();
    let mut constants: Vec<(TensorId, Constant)> = Vec::new();
    let mut known = HashSet::new();
    for argument in schedule.layers.iter().flat_map(|layer| &layer.arguments) {
        let tensor = graph.tensor(argument.tensor);
        if tensor.is_constant() && known.insert(argument.tensor.0) {
            let name = constant_names.unique(&format!("constant_{}", tensor.name));
            constants.push((argument.tensor, constant(name, tensor)));
        }
    }
    // For layers that no operator was lowered to: the first of those that came from one operator of the file.
    let of_index: HashMap<usize, &OpKind> = graph.operators.iter().rev().map(|op| (op.index, &op.kind)).collect();
    let kinds = |layer: &Layer| {
        let kind = |index: &usize| layer.kind.as_ref().or(of_index.get(index).copied()).map(OpKind::to_string);
        layer.operators.iter().filter_map(kind).collect()
    };
    let layers: Vec<PlannedLayer> = schedule
        .layers
        .into_iter()
        .zip(placed.scratch)
        .map(|(layer, scratch)| PlannedLayer { kinds: kinds(&layer), layer, scratch })
        .collect();
    Model {
        module,
        description: String::new(),
        inputs,
        outputs,
        layers,
        constants,
        states: placed.states,
        pools: placed.pools,
        stored: ConstantPools::default(),
        places: placed.places,
        plan: placed.facts,
        io_in_workspace: options.io_in_workspace,
        optimize: options.optimize,
        removed: program.removed,
        bands: program.bands,
        target: options.target,
        // What is written about them is in the layers and constants.
        tensors: graph.tensors.into_iter().map(|tensor| Tensor { data: None, ..tensor }).collect(),
    }
}

/// The requested pools, checked.
fn pools(options: &Options, has_state: bool) -> Result<Vec<Pool>, Errors> {
    if options.pools.is_empty() {
        return Ok(vec![Pool { name: "workspace".into(), bytes: None }]);
    }
    let mut problems = Vec::new();
    for (i, pool) in options.pools.iter().enumerate() {
        if !names::is_lower_identifier(&pool.name) && pool.name != "workspace" {
            problems.push(Problem::file(format!("a pool named {:?}", pool.name), "a C identifier in lower case"));
        }
        if options.pools[..i].iter().any(|other| other.name == pool.name) {
            problems.push(Problem::file(format!("two pools named {:?}", pool.name), "each name once"));
        }
        if has_state && pool.name == STATE_POOL {
            problems.push(Problem::file(
                format!("a pool named {STATE_POOL:?}"),
                "another name: the model's state has this one",
            ));
        }
    }
    if problems.is_empty() { Ok(options.pools.clone()) } else { Err(Errors(problems)) }
}

fn is_planned(storage: &Storage, options: &Options) -> bool {
    match storage.owner {
        Owner::Arena => true,
        Owner::Input(_) | Owner::Output(_) => options.io_in_workspace,
        Owner::State(_) | Owner::Constant => false,
    }
}

fn request(storage: &Storage, end: usize, options: &Options) -> Request {
    let align = storage.align.max(WORD);
    if options.keep_all_tensors {
        return Request::new(storage.bytes, align, 0, end);
    }
    Request { bytes: storage.bytes, align, pieces: storage.pieces.clone() }
}

/// First and last layer in which some of these bytes are needed.
fn in_use(storage: &Storage, at: usize, bytes: usize) -> (usize, usize) {
    let here = || storage.pieces.iter().filter(|piece| piece.at < at + bytes && at < piece.at + piece.bytes);
    (here().map(|piece| piece.first).min().unwrap_or(0), here().map(|piece| piece.last).max().unwrap_or(0))
}

fn scratch_requests(layers: &[Layer]) -> Vec<(usize, Request)> {
    let with_scratch = layers.iter().enumerate().filter(|(_, layer)| layer.scratch_bytes > 0);
    with_scratch
        .map(|(i, layer)| {
            let align = (layer.scratch_align as usize).clamp(WORD, POOL_ALIGN).next_power_of_two();
            (i, Request::new(layer.scratch_bytes, align, i, i))
        })
        .collect()
}

/// What layers allow to share, in terms of requests, with the tensors and the reason.
fn shares(graph: &Subgraph, schedule: &Schedule, planned: &[usize]) -> Vec<(Share, TensorId, TensorId, &'static str)> {
    let mut of_storage = vec![None; schedule.storages.len()];
    planned.iter().enumerate().for_each(|(request, &storage)| of_storage[storage] = Some(request));
    let bytes = |id: TensorId| {
        let slot = schedule.of_tensor[id.0]?;
        Some(Bytes { request: of_storage[slot.storage]?, at: slot.at, bytes: graph.tensor(id).bytes() })
    };
    // Whether a test holds for all pieces of these bytes.
    let pieces = |bytes: Bytes, test: &dyn Fn(&Piece) -> bool| {
        let pieces = &schedule.storages[planned[bytes.request]].pieces;
        pieces.iter().filter(|piece| piece.at < bytes.at + bytes.bytes && bytes.at < piece.at + piece.bytes).all(test)
    };
    let mut shares = Vec::new();
    for (layer, code) in schedule.layers.iter().enumerate() {
        for pair in &code.in_place {
            let (Some(input), Some(output)) = (bytes(pair.input), bytes(pair.output)) else { continue };
            // A kernel's order holds for one input, not for other bytes that overlap with it.
            let others = code.arguments.iter().filter(|argument| !argument.written);
            let overlaps = |other: Bytes| {
                other.request == input.request
                    && (other.at, other.bytes) != (input.at, input.bytes)
                    && other.at < input.at + input.bytes
                    && input.at < other.at + other.bytes
            };
            let alone = !others.filter_map(|argument| bytes(argument.tensor)).any(overlaps);
            let ends = pieces(input, &|piece| piece.last == layer);
            let begins = pieces(output, &|piece| piece.first == layer);
            if alone && ends && begins && input.request != output.request {
                let share = Share { layer, input, output, lead: pair.lead };
                shares.push((share, pair.output, pair.input, pair.reason));
            }
        }
    }
    shares
}

/// Pools that are used, by name, and the index of each pool of the plan among them.
fn used_pools(pools: &[Pool], plan: &Plan) -> (Vec<PlannedPool>, Vec<Option<usize>>) {
    let mut order: Vec<usize> = (0..pools.len()).filter(|&i| plan.pool_bytes[i] > 0).collect();
    order.sort_by_key(|&i| &pools[i].name);
    let mut index = vec![None; pools.len()];
    let used = order.iter().enumerate().map(|(at, &i)| {
        index[i] = Some(at);
        PlannedPool { name: pools[i].name.clone(), bytes: plan.pool_bytes[i], limit: pools[i].bytes, state: false }
    });
    (used.collect(), index)
}

/// The location of bytes that the caller or the code itself holds.
fn outside(storage: &Storage) -> Option<Location> {
    let Storage { owner, bytes, first, last, .. } = *storage;
    (owner != Owner::Arena).then_some(Location { owner, pool: 0, offset: 0, bytes, first, last })
}

/// Adds the pool of the states, and shifts the index of the pools that come after it by name.
fn states(
    program: &Program,
    schedule: &Schedule,
    pools: &mut Vec<PlannedPool>,
    of_storage: &mut [Option<Location>],
    scratch: &mut [Option<Location>],
) -> Vec<PlannedState> {
    if program.states.is_empty() {
        return Vec::new();
    }
    let at = pools.partition_point(|pool| pool.name.as_str() < STATE_POOL);
    for place in of_storage.iter_mut().chain(scratch).flatten().filter(|place| place.pool >= at) {
        place.pool += 1;
    }
    let mut offset = MARK_BYTES;
    let mut planned = Vec::new();
    for (i, state) in program.states.iter().enumerate() {
        let tensor = program.graph.tensor(state.tensor);
        offset = usize::next_multiple_of(offset, tensor.dtype.size().max(WORD));
        planned.push(PlannedState { tensor: state.tensor, offset, initial: state.initial.clone() });
        let storage = schedule.of_tensor[state.tensor.0];
        if let Some(place) = storage.and_then(|slot| of_storage[slot.storage].as_mut()) {
            (place.owner, place.pool, place.offset) = (Owner::State(i), at, offset);
        }
        offset += tensor.bytes();
    }
    pools.insert(at, PlannedPool { name: STATE_POOL.into(), bytes: offset, limit: None, state: true });
    planned
}

/// A constant tensor as an array.
fn constant(name: String, tensor: &Tensor) -> Constant {
    let data = match tensor.dtype {
        DType::Int8 => ConstantData::I8(tensor.i8_data().unwrap_or_default()),
        DType::Int32 => ConstantData::I32(tensor.i32_data().unwrap_or_default()),
        DType::Int64 => ConstantData::I64(tensor.i64_data().unwrap_or_default()),
        DType::Float32 => match &tensor.data {
            Some(Contents::Stored(stored)) => ConstantData::Widened(stored.clone()),
            _ => ConstantData::F32(tensor.f32_data().unwrap_or_default()),
        },
        DType::Int16 => ConstantData::I16(tensor.i16_data().unwrap_or_default()),
        _ => ConstantData::U8(tensor.contents().unwrap_or_default().into_owned()),
    };
    Constant {
        name,
        align: tensor.dtype.size().max(WORD),
        row: 0,
        comment: format!("\"{}\" {}", tensor.name, shape_text(&tensor.shape)),
        core: crate::ir::layer::Core::Any,
        data,
    }
}
