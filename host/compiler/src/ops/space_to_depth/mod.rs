//! SPACE_TO_DEPTH and DEPTH_TO_SPACE: square blocks of an image as channels, and back: `move.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, OptionsReader, ReadOptions, Support, or_default, read};
use crate::ops::shared::moved::{self, Moved};
use crate::ops::shared::moves::{Level, Move};

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // Blocks to channels.
    definition(OpKind::SPACE_TO_DEPTH, space_options, "space_to_depth.cc"),
    // Channels to blocks.
    definition(OpKind::DEPTH_TO_SPACE, depth_options, "depth_to_space.cc"),
];

const SUPPORT: &[Support] = &[Support::bytes("int8, uint8, float32", Cores::Portable)];

const fn definition(kind: OpKind, options: OptionsReader, reference: &'static str) -> Definition {
    Definition {
        kind,
        versions: 1..=2,
        inputs: 1..=1,
        outputs: 1..=1,
        options: Some(options),
        check,
        kernels: &[],
        reference,
        support: SUPPORT,
    }
}

/// Options of both; a block of 0, which is refused, if the file has none.
#[derive(Debug, Default)]
struct Options {
    block: i32,
}

impl OpOptions for Options {}

fn space_options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Spacetodepth(o)) = table else { return or_default::<Options>(table) };
    read(Options { block: o.block_size()? })
}

fn depth_options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Depthtospace(o)) = table else { return or_default::<Options>(table) };
    read(Options { block: o.block_size()? })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let given = checker.options::<Options>()?.block;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    moved::types(checker, input, output, &[DType::Int8, DType::Uint8, DType::Float32]).then_some(())?;
    checker.rank(input, 4).then_some(())?;
    let to_depth = checker.op.kind == OpKind::SPACE_TO_DEPTH;
    let block = usize::try_from(given).unwrap_or(0);
    let Some(expected) = result(&input.shape, block, to_depth) else {
        let what = if to_depth { "height and width" } else { "the depth, squared" };
        checker.bad(format!("blocks of {given} of {:?}", input.shape), format!("a block that divides {what}"));
        return None;
    };
    checker.shape(output, &expected).then_some(())?;
    // Of the two, the image and the tensor whose channels hold the blocks.
    let image = if to_depth { &input.tensor.shape } else { &output.tensor.shape };
    let pixel = image[3] * input.dtype.size();
    let (row, run) = ((image[2] * pixel) as i64, block * pixel);
    let loops = [
        (image[0] * image[1] / block, row * block as i64, row * block as i64),
        (image[2] / block, run as i64, (run * block) as i64),
        (block, row, run as i64),
    ];
    let level = |(count, space, depth)| match to_depth {
        true => Level { count, input: space, output: depth },
        false => Level { count, input: depth, output: space },
    };
    let all = Move::new(&loops.map(level), run, 0, 0)?;
    Some(Box::new(Moved::new(input, output, vec![all])))
}

/// The shape of the output.
fn result(shape: &[usize], block: usize, to_depth: bool) -> Option<[usize; 4]> {
    let &[batches, height, width, depth] = shape else { return None };
    let area = block.checked_mul(block).filter(|&area| area > 0)?;
    if to_depth {
        let whole = height.is_multiple_of(block) && width.is_multiple_of(block);
        whole.then(|| [batches, height / block, width / block, depth * area])
    } else {
        depth.is_multiple_of(area).then(|| [batches, height * block, width * block, depth / area])
    }
}
