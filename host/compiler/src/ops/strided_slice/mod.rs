//! STRIDED_SLICE of any type: `move.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{OpKind, OpOptions};
use crate::ir::layer::{Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, or_default, read};
use crate::ops::shared::moves::{self, Level, Move};
use crate::ops::shared::{ahead, moved};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::STRIDED_SLICE,
    versions: 1..=8,
    inputs: 4..=4,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: &[],
    reference: "strided_slice.cc",
    support: &[Support::bytes("any", Cores::Portable)],
};

/// Its options: one bit for each dimension in every mask.
#[derive(Debug, Default)]
struct Options {
    begin_mask: i32,
    end_mask: i32,
    ellipsis_mask: i32,
    new_axis_mask: i32,
    shrink_axis_mask: i32,
    offset: bool,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Stridedslice(o)) = table else { return or_default::<Options>(table) };
    read(Options {
        begin_mask: o.begin_mask()?,
        end_mask: o.end_mask()?,
        ellipsis_mask: o.ellipsis_mask()?,
        new_axis_mask: o.new_axis_mask()?,
        shrink_axis_mask: o.shrink_axis_mask()?,
        offset: o.offset()?,
    })
}

struct Slice<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    counts: Vec<usize>,
    taken: Move,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    if options.ellipsis_mask != 0 || options.new_axis_mask != 0 || options.offset {
        checker.bad("an ellipsis, a new axis or relative ends", "masks of begin, end and shrunk axes");
    }
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    checker.dtype(output, &[input.dtype]);
    let mut parameters = Vec::new();
    for i in 1..4 {
        let parameter = checker.input(i)?;
        let values = checker.constant_i32(parameter)?;
        if values.len() != input.shape.len() {
            let expected = format!("one for each of {:?}", input.shape);
            checker.bad_tensor(parameter.id, format!("{} values", values.len()), expected);
            return None;
        }
        parameters.push(values);
    }
    if parameters[2].contains(&0) {
        checker.bad("a stride of 0", "any other stride");
        return None;
    }
    let ranges = ranges(options, &input.shape, &parameters);
    let kept = ranges.iter().enumerate().filter(|(i, _)| options.shrink_axis_mask >> i & 1 == 0);
    let expected: Vec<usize> = kept.map(|(_, range)| range.count).collect();
    if checker.ahead && expected == [0] {
        // A part of a shape that has no dimensions.
        return if checker.shape(output, &expected) { ahead::only(checker, Vec::new()) } else { None };
    }
    if ranges.iter().any(|range| range.count == 0 || range.start >= range.length) || input.dtype.size() == 0 {
        let found = format!("a slice without elements of {:?}", input.shape);
        checker.bad_tensor(input.id, found, "at least one element");
        return None;
    }
    checker.shape(output, &expected).then_some(())?;
    let counts: Vec<usize> = ranges.iter().map(|range| range.count).collect();
    let taken = taken(&ranges, &counts, &input);
    if taken.is_none() {
        checker.bad("a slice with strides in six dimensions", format!("{} dimensions", moves::LEVELS));
    }
    Some(Box::new(Slice { input, output, counts, taken: taken? }))
}

/// The loops over the elements of a slice.
fn taken(ranges: &[Range], counts: &[usize], input: &Operand<'_>) -> Option<Move> {
    let element = input.dtype.size();
    let (from, to) = (moves::steps(&input.shape, element), moves::steps(counts, element));
    let first: usize = ranges.iter().zip(&from).map(|(range, &step)| range.start * step as usize).sum();
    let level = |i: usize| Level { count: counts[i], input: from[i] * i64::from(ranges[i].stride), output: to[i] };
    Move::new(&(0..ranges.len()).map(level).collect::<Vec<_>>(), element, first, 0)
}

/// The part of one dimension that a slice takes.
struct Range {
    start: usize,
    count: usize,
    stride: i32,
    length: usize,
}

/// The reference's `StartForAxis` and `StopForAxis` for each dimension. Strides are not 0.
fn ranges(options: &Options, shape: &[usize], parameters: &[Vec<i32>]) -> Vec<Range> {
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
        // A shrunk dimension counts once, whatever the sign of its stride.
        let count = if masked(options.shrink_axis_mask) { 1 } else { distance.max(0).div_ceil_by(stride) };
        // A start before the first element is not an element.
        Range { start: usize::try_from(start).unwrap_or(usize::MAX), count, stride, length }
    };
    shape.iter().enumerate().map(range).collect()
}

trait DivCeil {
    fn div_ceil_by(self, stride: i32) -> usize;
}

impl DivCeil for i64 {
    fn div_ceil_by(self, stride: i32) -> usize {
        (self as u64).div_ceil(u64::from(stride.unsigned_abs())) as usize
    }
}

impl Checked for Slice<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let summary = format!("STRIDED_SLICE {:?} of {:?}", self.counts, self.input.shape);
        moved::block(lowering, summary, &self.taken, self.input, self.output)
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let mut bytes = vec![0; self.output.bytes()];
        self.taken.apply(&self.input.contents()?, &mut bytes);
        Some(Ok(vec![bytes.into()]))
    }
}
