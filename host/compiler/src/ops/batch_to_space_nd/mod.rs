//! SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: every n-th row and column becomes a batch of its own, and back: `move.h`.
//!
//! Row `y` of the image is row `h` of the batch for shift `s` if `y + before = h * block + s`, and columns likewise.

use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::shared::moved::{self, Gaps, Moved};
use crate::ops::shared::moves::{self, Level, Move};

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // Image to batches.
    definition(OpKind::SPACE_TO_BATCH_ND, "space_to_batch_nd.cc"),
    // Batches to image.
    definition(OpKind::BATCH_TO_SPACE_ND, "batch_to_space_nd.cc"),
];

const SUPPORT: &[Support] = &[Support::bytes("int8, uint8, float32", Cores::Portable)];

const fn definition(kind: OpKind, reference: &'static str) -> Definition {
    Definition {
        kind,
        versions: 1..=4,
        inputs: 3..=3,
        outputs: 1..=1,
        options: None,
        check,
        kernels: &[],
        reference,
        support: SUPPORT,
    }
}

/// Rows or columns: their number in the image and in a batch, the block, and how many are padded or cropped before.
struct Axis {
    space: usize,
    batch: usize,
    block: usize,
    before: usize,
}

/// Adjacent shifts with the same rows or columns.
struct Group {
    shift: usize,
    shifts: usize,
    first: usize,
    count: usize,
}

impl Axis {
    /// The shifts in groups, without those whose rows or columns are all outside.
    fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for shift in 0..self.block.min(self.before + self.space) {
            let first = self.before.saturating_sub(shift).div_ceil(self.block);
            let end = (self.before + self.space).saturating_sub(shift).div_ceil(self.block).min(self.batch);
            let count = end.saturating_sub(first);
            match groups.last_mut() {
                Some(last) if (last.first, last.count) == (first, count) => last.shifts += 1,
                _ => groups.push(Group { shift, shifts: 1, first, count }),
            }
        }
        groups.retain(|group| group.count > 0);
        groups
    }
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (input, block, around, output) = (checker.input(0)?, checker.input(1)?, checker.input(2)?, checker.output(0)?);
    moved::types(checker, input, output, &[DType::Int8, DType::Uint8, DType::Float32]).then_some(())?;
    let shape = &input.tensor.shape;
    if !(3..=4).contains(&shape.len()) {
        checker.bad_tensor(input.id, format!("shape {shape:?}"), "3 or 4 dimensions");
        return None;
    }
    let to_batch = checker.op.kind == OpKind::SPACE_TO_BATCH_ND;
    let axes = shape.len() - 2;
    let (sizes, amounts) = (parameters(checker, block, axes)?, parameters(checker, around, 2 * axes)?);
    let Some(expected) = result(shape, &sizes, &amounts, to_batch) else {
        let found = format!("blocks of {sizes:?} and amounts {amounts:?} for {shape:?}");
        checker.bad(found, "blocks and amounts that leave whole blocks");
        return None;
    };
    checker.shape(output, &expected).then_some(())?;
    let (space, batch) = if to_batch { (input, output) } else { (output, input) };
    let axis = |i: usize| match sizes.get(i) {
        Some(&block) => Axis { space: space.shape[i + 1], batch: batch.shape[i + 1], block, before: amounts[2 * i] },
        None => Axis { space: 1, batch: 1, block: 1, before: 0 },
    };
    let pixel = shape[axes + 1] * input.dtype.size();
    let moves = moves_of(space.shape[0], &axis(0), &axis(1), pixel, to_batch)?;
    let padded = to_batch && amounts.iter().any(|&n| n > 0);
    // The reference reads the padding byte from uninitialised memory: zero is intended.
    let byte = if input.dtype == DType::Float32 { 0 } else { output.per_tensor().map_or(0, |(_, zero)| zero as u8) };
    let gaps = if padded { Gaps::Byte(byte) } else { Gaps::None };
    Some(Box::new(Moved { gaps, ..Moved::new(input, output, moves) }))
}

/// This many numbers, each at least 0.
fn parameters(checker: &mut Checker<'_>, operand: Operand<'_>, count: usize) -> Option<Vec<usize>> {
    let given = checker.constant_i32(operand)?;
    let values: Vec<usize> = given.iter().filter_map(|&n| usize::try_from(n).ok()).collect();
    if values.len() != count || given.len() != count {
        checker.bad_tensor(operand.id, format!("{given:?}"), format!("{count} numbers of at least 0"));
        return None;
    }
    Some(values)
}

/// The shape of the output.
fn result(shape: &[usize], sizes: &[usize], amounts: &[usize], to_batch: bool) -> Option<Vec<usize>> {
    let mut result = shape.to_vec();
    let whole = |from: usize, by: usize| (by > 0 && from.is_multiple_of(by)).then(|| from / by);
    for (i, (&block, pair)) in sizes.iter().zip(amounts.chunks(2)).enumerate() {
        let around = pair[0].checked_add(pair[1])?;
        if to_batch {
            result[0] = result[0].checked_mul(block)?;
            result[i + 1] = whole(shape[i + 1].checked_add(around)?, block)?;
        } else {
            result[0] = whole(result[0], block)?;
            result[i + 1] = shape[i + 1].checked_mul(block)?.checked_sub(around)?;
        }
    }
    result.iter().all(|&n| n > 0).then_some(result)
}

fn moves_of(batches: usize, rows: &Axis, columns: &Axis, pixel: usize, to_batch: bool) -> Option<Vec<Move>> {
    let space = moves::steps(&[batches, rows.space, columns.space], pixel);
    let batch = moves::steps(&[rows.block, columns.block, batches, rows.batch, columns.batch], pixel);
    let place = |axis: &Axis, group: &Group| (group.first * axis.block + group.shift - axis.before) as i64;
    let mut moves = Vec::new();
    for row in rows.groups() {
        for column in columns.groups() {
            let levels = [
                (row.shifts, space[1], batch[0]),
                (column.shifts, space[2], batch[1]),
                (batches, space[0], batch[2]),
                (row.count, space[1] * rows.block as i64, batch[3]),
                (column.count, space[2] * columns.block as i64, batch[4]),
            ];
            let in_space = place(rows, &row) * space[1] + place(columns, &column) * space[2];
            let starts = [row.shift, column.shift, 0, row.first, column.first];
            let in_batch: i64 = starts.iter().zip(&batch).map(|(&start, step)| start as i64 * step).sum();
            let level = |(count, space, batch)| match to_batch {
                true => Level { count, input: space, output: batch },
                false => Level { count, input: batch, output: space },
            };
            let (from, to) = if to_batch { (in_space, in_batch) } else { (in_batch, in_space) };
            moves.push(Move::new(&levels.map(level), pixel, from as usize, to as usize)?);
        }
    }
    Some(moves)
}
