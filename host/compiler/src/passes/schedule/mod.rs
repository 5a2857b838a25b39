//! Pass 5: which tensors always share bytes (aliases and parts), what owns the bytes, and their first and last
//! use.
//!
//! A [`Storage`] is a run of bytes that one or more tensors name: a reshaped tensor is its input, a variable read is the
//! variable, the outputs of a SPLIT are bytes of its input, and the inputs of a CONCATENATION are computed where its output is. Where
//! two names can't share the same bytes (an input that is also an output) a copying layer is inserted.

mod join;

use crate::ir::graph::*;
use crate::ir::layer::{Argument, Layer, Lowered};
use crate::ir::model::POOL_ALIGN;
use crate::ir::names::Names;
use crate::ir::program::Program;
use crate::ir::schedule::{Piece, Schedule, Slot, Storage};
use join::Joiner;

/// Finds the storages of a program whose operators were lowered; `lowered` corresponds to the program's operators.
/// With `keep_all` variables are copied when read and assigned, so that no tensor changes after it was written. With `io_in_workspace`
/// inputs and outputs can be in the memory of a device.
pub fn schedule(
    program: &mut Program,
    lowered: Vec<Lowered>,
    names: &mut Names,
    keep_all: bool,
    io_in_workspace: bool,
) -> Schedule {
    let copies = separate_outputs(program);
    let mut joiner = Joiner::new(program, &lowered, io_in_workspace);
    let copied = joiner.join(program, &lowered, keep_all);

    let mut layers = Vec::new();
    for (i, lowered) in lowered.into_iter().enumerate() {
        match lowered {
            Lowered::Layer(layer) => layers.push(layer),
            Lowered::Alias { input, output } if copied[i][0] => {
                layers.push(copy(program, names, Some(program.graph.operators[i].index), input, output));
            }
            Lowered::Parts(parts) => layers.extend(parts.into_layer(&copied[i])),
            Lowered::Alias { .. } | Lowered::Nothing => {}
        }
    }
    for (input, output) in copies {
        layers.push(copy(program, names, None, input, output));
    }
    let (storages, of_tensor) = lifetimes(program, &joiner, &layers);
    Schedule { layers, storages, of_tensor, outputs: program.graph.outputs.clone() }
}

/// Gives each output of the graph a tensor of its own. Returns the copies this takes at the end of a run.
fn separate_outputs(program: &mut Program) -> Vec<(TensorId, TensorId)> {
    let mut copies = Vec::new();
    for i in 0..program.graph.outputs.len() {
        let id = program.graph.outputs[i];
        let shared = program.graph.outputs[..i].contains(&id)
            || program.graph.inputs.contains(&id)
            || program.graph.tensor(id).is_constant()
            || program.state_of(id).is_some();
        if shared {
            let clone = Tensor { data: None, ..program.graph.tensor(id).clone() };
            let new = TensorId(program.graph.tensors.len());
            program.graph.tensors.push(clone);
            program.graph.outputs[i] = new;
            copies.push((id, new));
        }
    }
    copies
}

/// When each storage is in use, counted in layers.
fn lifetimes(program: &Program, joiner: &Joiner, layers: &[Layer]) -> (Vec<Storage>, Vec<Option<Slot>>) {
    let graph = &program.graph;
    let mut uses: Vec<Vec<Piece>> = vec![Vec::new(); graph.tensors.len()];
    let mut touch = |id: TensorId, at: usize| {
        let (class, start) = joiner.place(id);
        uses[class].push(Piece { at: start, bytes: graph.tensor(id).bytes(), first: at, last: at });
    };
    graph.inputs.iter().for_each(|&id| touch(id, 0));
    for (at, layer) in layers.iter().enumerate() {
        layer.arguments.iter().for_each(|argument| touch(argument.tensor, at));
    }
    // Outputs and states are needed after the last layer, so nothing may overwrite them.
    let end = layers.len();
    graph.outputs.iter().for_each(|&id| touch(id, end));
    for state in &program.states {
        touch(state.tensor, 0);
        touch(state.tensor, end);
    }
    let (mut storages, mut of_class) = (Vec::new(), vec![None; graph.tensors.len()]);
    for (class, uses) in uses.into_iter().enumerate().filter(|(_, uses)| !uses.is_empty()) {
        of_class[class] = Some(storages.len());
        let (first, last) =
            uses.iter().fold((end, 0), |(first, last), piece| (first.min(piece.first), last.max(piece.last)));
        let tensors: Vec<TensorId> = joiner.members(class).map(TensorId).collect();
        let least = if joiner.of_device(class) { POOL_ALIGN } else { 1 };
        storages.push(Storage {
            bytes: tensors.iter().map(|&id| joiner.place(id).1 + graph.tensor(id).bytes()).max().unwrap_or(0),
            align: tensors.iter().map(|&id| graph.tensor(id).dtype.size()).max().unwrap_or(1).max(least),
            owner: joiner.owner(class),
            pieces: pieces(uses),
            first,
            last,
            tensors,
        });
    }
    let slot = |id: usize| {
        let (class, at) = joiner.place(TensorId(id));
        Some(Slot { storage: of_class[class]?, at })
    };
    (storages, (0..graph.tensors.len()).map(slot).collect())
}

/// Maximum number of uses of a storage for which pieces are computed; beyond, it is one piece.
const MAX_USES: usize = 512;

/// The parts of a storage with the layers from the first use of each to the last.
fn pieces(uses: Vec<Piece>) -> Vec<Piece> {
    let mut borders: Vec<usize> = uses.iter().flat_map(|piece| [piece.at, piece.at + piece.bytes]).collect();
    borders.sort_unstable();
    borders.dedup();
    if uses.len() > MAX_USES {
        borders.drain(1..borders.len() - 1);
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for border in borders.windows(2) {
        let (at, end) = (border[0], border[1]);
        let here = || uses.iter().filter(|piece| piece.at < end && at < piece.at + piece.bytes);
        let (Some(first), Some(last)) = (here().map(|piece| piece.first).min(), here().map(|piece| piece.last).max())
        else {
            continue;
        };
        match pieces.last_mut() {
            Some(before) if (before.at + before.bytes, before.first, before.last) == (at, first, last) => {
                before.bytes += end - at;
            }
            _ => pieces.push(Piece { at, bytes: end - at, first, last }),
        }
    }
    pieces
}

fn copy(program: &Program, names: &mut Names, operator: Option<usize>, input: TensorId, output: TensorId) -> Layer {
    let (tensor, bytes) = (program.graph.tensor(output), program.graph.tensor(output).bytes());
    Layer {
        name: names.unique(&format!("copy_{}", tensor.name)),
        operators: operator.into_iter().collect(),
        summary: format!("copy of {bytes} bytes"),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        headers: vec!["base.h"],
        body: format!("    tvmk_copy((int8_t *)output, (const int8_t *)input, {bytes});\n"),
        ..Layer::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::layer::{Block, Part, Parts};
    use crate::ir::program::State;
    use crate::ir::schedule::Owner;

    /// A program with this many tensors of four bytes.
    fn program(tensors: usize, inputs: &[usize], outputs: &[usize]) -> Program {
        let tensor = Tensor { shape: vec![4], ..Tensor::default() };
        let ids = |ids: &[usize]| ids.iter().map(|&id| TensorId(id)).collect();
        let graph = Subgraph {
            tensors: vec![tensor; tensors],
            inputs: ids(inputs),
            outputs: ids(outputs),
            ..Subgraph::default()
        };
        Program { graph, ..Program::default() }
    }

    fn layer(program: &mut Program, inputs: &[usize], output: usize) -> Lowered {
        operator(program);
        let mut arguments: Vec<Argument> = inputs.iter().map(|&id| Argument::input("input", TensorId(id))).collect();
        arguments.push(Argument::output("output", TensorId(output)));
        Lowered::Layer(Layer { arguments, ..Layer::default() })
    }

    fn alias(program: &mut Program, input: usize, output: usize) -> Lowered {
        operator(program);
        Lowered::Alias { input: TensorId(input), output: TensorId(output) }
    }

    fn operator(program: &mut Program) {
        let index = program.graph.operators.len();
        let (inputs, outputs) = (Vec::new(), Vec::new());
        let options = std::sync::Arc::new(());
        program.graph.operators.push(Operator { index, kind: OpKind::RESHAPE, version: 1, options, inputs, outputs });
    }

    fn owners(schedule: &Schedule, ids: &[usize]) -> Vec<Option<Owner>> {
        ids.iter().map(|&id| schedule.of_tensor[id].map(|slot| schedule.storages[slot.storage].owner)).collect()
    }

    #[test]
    fn aliases_share_bytes_for_their_whole_lifetime() {
        let mut program = program(4, &[0], &[3]);
        let lowered = vec![layer(&mut program, &[0], 1), alias(&mut program, 1, 2), layer(&mut program, &[2], 3)];
        let schedule = schedule(&mut program, lowered, &mut Names::new(), false, false);
        assert_eq!(schedule.layers.len(), 2);
        assert_eq!(schedule.of_tensor[1], schedule.of_tensor[2]);
        let shared = &schedule.storages[schedule.of_tensor[1].unwrap().storage];
        assert_eq!((shared.owner, shared.first, shared.last), (Owner::Arena, 0, 1));
        assert_eq!(owners(&schedule, &[0, 3]), [Some(Owner::Input(0)), Some(Owner::Output(0))]);
    }

    #[test]
    fn an_input_that_is_an_output_is_copied() {
        let mut program = program(2, &[0], &[0, 1, 1]);
        let lowered = vec![alias(&mut program, 0, 1)];
        let schedule = schedule(&mut program, lowered, &mut Names::new(), false, false);
        // The alias itself, the input as an output, and the second of two equal outputs.
        assert_eq!(schedule.layers.len(), 3);
        assert_eq!(schedule.outputs, [TensorId(2), TensorId(1), TensorId(3)]);
    }

    /// Reads variable 3 as 1, computes 2 of 1 and the input, assigns 2 to the variable.
    fn stream(late_reader: bool) -> Schedule {
        let mut program = program(5, &[0], &[4]);
        program.states.push(State { tensor: TensorId(3), initial: vec![0; 4].into() });
        let mut lowered = vec![
            alias(&mut program, 3, 1),
            layer(&mut program, &[0, 1], 4),
            layer(&mut program, &[0], 2),
            alias(&mut program, 2, 3),
        ];
        if late_reader {
            program.graph.tensors.push(program.graph.tensors[0].clone());
            program.graph.outputs.push(TensorId(5));
            lowered.push(layer(&mut program, &[1], 5));
        }
        schedule(&mut program, lowered, &mut Names::new(), false, false)
    }

    #[test]
    fn a_variable_is_read_and_computed_in_place() {
        let schedule = stream(false);
        assert_eq!(schedule.layers.len(), 2);
        assert_eq!(owners(&schedule, &[1, 2, 3]), [Some(Owner::State(0)); 3]);
    }

    #[test]
    fn a_variable_read_after_its_assignment_is_copied_before() {
        let schedule = stream(true);
        assert_eq!(owners(&schedule, &[1, 3]), [Some(Owner::Arena), Some(Owner::State(0))]);
        assert_eq!(schedule.layers.len(), 4);
    }

    /// Parts of one tensor, one after another, that become or that were tensors of their own.
    fn parts(program: &mut Program, whole: usize, parts: &[usize], joins: bool) -> Lowered {
        operator(program);
        let part = |(i, &part): (usize, &usize)| {
            let (input, output) = if joins { (part, whole) } else { (whole, part) };
            let at = 4 * i;
            Part {
                input: Argument::input(&format!("input{input}"), TensorId(input)),
                output: Argument::output(&format!("output{output}"), TensorId(output)),
                block: Some(Block { input: if joins { 0 } else { at }, output: if joins { at } else { 0 }, bytes: 4 }),
                statements: format!("{input} to {output};"),
            }
        };
        Lowered::Parts(Parts { layer: Layer::default(), parts: parts.iter().enumerate().map(part).collect() })
    }

    fn places(schedule: &Schedule, ids: &[usize]) -> Vec<(usize, usize)> {
        ids.iter().filter_map(|&id| schedule.of_tensor[id].map(|slot| (slot.storage, slot.at))).collect()
    }

    #[test]
    fn parts_are_read_and_written_in_place() {
        // 0 of 8 bytes is split to 1 and 2, which become 3 and 4, which are joined to 5, the output.
        let mut program = program(6, &[0], &[5]);
        program.graph.tensors[0].shape = vec![8];
        program.graph.tensors[5].shape = vec![8];
        let lowered = vec![
            parts(&mut program, 0, &[1, 2], false),
            layer(&mut program, &[1], 3),
            layer(&mut program, &[2], 4),
            parts(&mut program, 5, &[3, 4], true),
        ];
        let schedule = schedule(&mut program, lowered, &mut Names::new(), false, false);
        assert_eq!(schedule.layers.len(), 2);
        assert_eq!(places(&schedule, &[0, 1, 2]), [(0, 0), (0, 0), (0, 4)]);
        assert_eq!(places(&schedule, &[5, 3, 4]), [(1, 0), (1, 0), (1, 4)]);
        assert_eq!(owners(&schedule, &[2, 3]), [Some(Owner::Input(0)), Some(Owner::Output(0))]);
        let piece = |at, first, last| Piece { at, bytes: 4, first, last };
        assert_eq!(schedule.storages[1].pieces, [piece(0, 0, 2), piece(4, 1, 2)]);
    }

    #[test]
    fn parts_that_are_needed_elsewhere_are_copied() {
        // 1 twice, the input 0 and the computed 2 are joined to 3; then 2 and 1 to 4. Both are outputs.
        let mut program = program(5, &[0], &[3, 4]);
        program.graph.tensors[3].shape = vec![16];
        program.graph.tensors[4].shape = vec![8];
        let lowered = vec![
            layer(&mut program, &[0], 1),
            layer(&mut program, &[0], 2),
            parts(&mut program, 3, &[1, 1, 0, 2], true),
            parts(&mut program, 4, &[2, 1], true),
        ];
        let schedule = schedule(&mut program, lowered, &mut Names::new(), false, false);
        // 2 and 1 are computed in the last output, and copied to the first.
        assert_eq!(schedule.layers.len(), 3);
        assert_eq!(schedule.layers[2].body, "1 to 3;1 to 3;0 to 3;2 to 3;");
        assert_eq!(
            places(&schedule, &[2, 1]),
            places(&schedule, &[4]).iter().flat_map(|&(s, _)| [(s, 0), (s, 4)]).collect::<Vec<_>>()
        );
    }

    #[test]
    fn parts_split_and_joined_again_do_not_move_adjacent_bytes() {
        // 3 is split to 1 and 2; they are joined the other way round: one of them can stay.
        let mut program = program(6, &[0], &[5]);
        for id in [0, 3, 4, 5] {
            program.graph.tensors[id].shape = vec![8];
        }
        let lowered = vec![
            layer(&mut program, &[0], 3),
            parts(&mut program, 3, &[1, 2], false),
            parts(&mut program, 4, &[2, 1], true),
            layer(&mut program, &[4], 5),
        ];
        let schedule = schedule(&mut program, lowered, &mut Names::new(), false, false);
        let [.., moved, _] = schedule.layers.as_slice() else { panic!("{:?}", schedule.layers) };
        assert_eq!(moved.body, "3 to 2;");
    }

    /// 0 to 1, which is moved into the memory 2 of a device, that changes it; 3 is moved out of it. With `late` 1 is read again.
    fn with_device(late: bool, keep_all: bool) -> Schedule {
        let mut program = program(6, &[0], &[4]);
        program.graph.tensors[2].shape = vec![16];
        let at = |input: usize, output: usize, [from, to]: [usize; 2]| Part {
            input: Argument::input("a", TensorId(input)),
            output: Argument::output("b", TensorId(output)),
            block: Some(Block { input: from, output: to, bytes: 4 }),
            statements: String::new(),
        };
        let moved = |part| Lowered::Parts(Parts { layer: Layer::default(), parts: vec![part] });
        let call = Layer { arguments: vec![Argument::output("c", TensorId(2))], device: true, ..Layer::default() };
        let mut lowered = vec![layer(&mut program, &[0], 1)];
        lowered.extend([moved(at(1, 2, [0, 8])), Lowered::Layer(call), moved(at(2, 3, [4, 0]))]);
        (0..3).for_each(|_| operator(&mut program));
        let inputs: &[usize] = if late { &[3, 1] } else { &[3] };
        lowered.push(layer(&mut program, inputs, 4));
        schedule(&mut program, lowered, &mut Names::new(), keep_all, false)
    }

    #[test]
    fn only_what_a_device_may_overwrite_is_in_its_memory() {
        let plain = with_device(false, false);
        assert_eq!((plain.layers.len(), places(&plain, &[2, 1, 3])), (3, vec![(1, 0), (1, 8), (1, 4)]));
        assert_eq!(plain.storages[1].align, POOL_ALIGN);
        let piece = |at, bytes, first, last| Piece { at, bytes, first, last };
        assert_eq!(
            plain.storages[1].pieces,
            [piece(0, 4, 1, 1), piece(4, 4, 1, 2), piece(8, 4, 0, 1), piece(12, 4, 1, 1)]
        );
        let late = with_device(true, false);
        assert_eq!((late.layers.len(), places(&late, &[2, 3])), (4, vec![(2, 0), (2, 4)]));
        assert_eq!(with_device(false, true).layers.len(), 5);
    }
}
