//! STRIDED_SLICE of any type: `move.h`.

use crate::ir::graph::{OpKind, OpOptions, Operator, StridedSliceOptions, Subgraph, Tensor};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::shared::moves::{self, Level, Move};
use crate::ops::{OpDefinition, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::STRIDED_SLICE, versions: 1..=8, arity: (4..=4, 1..=1), check, lower };

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::StridedSlice(options) = &checker.op.options else {
        checker.bad("no options", "options of STRIDED_SLICE");
        return None;
    };
    if options.ellipsis_mask != 0 || options.new_axis_mask != 0 || options.offset {
        checker.bad("an ellipsis, a new axis or relative ends", "masks of begin, end and shrunk axes");
    }
    let (input, source) = checker.input(0)?;
    let (output, _) = checker.output(0)?;
    checker.dtype(output, &[source.dtype]);
    let mut parameters = Vec::new();
    for i in 1..4 {
        let (id, _) = checker.input(i)?;
        let values = checker.constant_i32(id)?;
        if values.len() != source.shape.len() {
            checker.bad_tensor(id, format!("{} values", values.len()), format!("one for each of {:?}", source.shape));
            return None;
        }
        parameters.push(values);
    }
    if parameters[2].contains(&0) {
        checker.bad("a stride of 0", "any other stride");
        return None;
    }
    let ranges = ranges(options, source, &parameters);
    let kept = ranges.iter().enumerate().filter(|(i, _)| options.shrink_axis_mask >> i & 1 == 0);
    let expected: Vec<usize> = kept.map(|(_, range)| range.count).collect();
    if ranges.iter().any(|range| range.count == 0 || range.start >= range.length) || source.dtype.size() == 0 {
        checker.bad_tensor(input, format!("a slice without elements of {:?}", source.shape), "at least one element");
        return None;
    }
    checker.shape(output, &expected);
    Some(())
}

/// What a slice takes of one dimension.
struct Range {
    start: usize,
    count: usize,
    stride: i32,
    length: usize,
}

/// The reference's `StartForAxis` and `StopForAxis` for each dimension. Strides are not 0.
fn ranges(options: &StridedSliceOptions, source: &Tensor, parameters: &[Vec<i32>]) -> Vec<Range> {
    let range = |(i, &length): (usize, &usize)| {
        let (begin, end, stride) = (parameters[0][i], parameters[1][i], parameters[2][i]);
        let masked = |mask: i32| mask >> i & 1 == 1;
        let size = length as i64;
        let clamp = |x: i32| {
            let x = i64::from(x) + if x < 0 { size } else { 0 };
            if stride > 0 { x.clamp(0, size) } else { x.clamp(-1, size - 1) }
        };
        let start = match (masked(options.begin_mask), stride > 0) {
            (true, true) => 0,
            (true, false) => size - 1,
            _ => clamp(begin),
        };
        let stop = match (masked(options.shrink_axis_mask), masked(options.end_mask), stride > 0) {
            (true, ..) => start + 1,
            (_, true, true) => size,
            (_, true, false) => -1,
            _ => clamp(end),
        };
        let distance = if stride > 0 { stop - start } else { start - stop };
        // A shrunk dimension counts once, whichever way its stride points.
        let count = if masked(options.shrink_axis_mask) { 1 } else { distance.max(0).div_ceil_by(stride) };
        // A start before the first element is no element.
        Range { start: usize::try_from(start).unwrap_or(usize::MAX), count, stride, length }
    };
    source.shape.iter().enumerate().map(range).collect()
}

trait DivCeil {
    fn div_ceil_by(self, stride: i32) -> usize;
}

impl DivCeil for i64 {
    fn div_ceil_by(self, stride: i32) -> usize {
        (self as u64).div_ceil(u64::from(stride.unsigned_abs())) as usize
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let OpOptions::StridedSlice(options) = &op.options else { return Err(fail()) };
    let (input, source) = lowering.input(op, 0).ok_or_else(fail)?;
    let output = *op.outputs.first().ok_or_else(fail)?;
    let mut parameters = Vec::new();
    for i in 1..4 {
        parameters.push(lowering.input(op, i).and_then(|(_, tensor)| tensor.i32_data()).ok_or_else(fail)?);
    }
    let ranges = ranges(options, source, &parameters);
    let counts: Vec<usize> = ranges.iter().map(|range| range.count).collect();
    let element = source.dtype.size();
    let from = moves::steps(&source.shape, element);
    let to = moves::steps(&counts, element);
    let first: usize = ranges.iter().zip(&from).map(|(range, &step)| range.start * step as usize).sum();
    let levels: Vec<Level> = (0..ranges.len())
        .map(|i| Level { count: counts[i], input: from[i] * i64::from(ranges[i].stride), output: to[i] })
        .collect();
    let slice = Move::new(&levels, element, first, 0).ok_or_else(|| {
        Problem::operator(graph, op, "a slice with strides in six dimensions", format!("{} dimensions", moves::LEVELS))
    })?;
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("STRIDED_SLICE {:?} of {:?}", counts, source.shape),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        headers: vec!["move.h"],
        body: slice.statements("layer", "input", "output"),
        ..Layer::default()
    }))
}
