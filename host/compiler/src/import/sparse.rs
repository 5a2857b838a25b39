//! Constants whose contents a file has as sparse, as those of pruned models: here they become dense.
//!
//! The dimensions of a tensor, and of its blocks if any, are levels, in an order that the file gives. A level is dense, or has a list of
//! positions for each entry of the level above it. As `sparsity/internal/sparsity_format_converter.cc` of TensorFlow Lite has it, but
//! the file is not believed: each level has the length of its dimension, and each element is there at most once.

use crate::format::reading::{Broken, Budget, few};
use crate::format::schema::{SparseIndexVectorRef, SparsityParametersRef};

/// Maximum number of levels: dimensions of a tensor, and of its blocks.
const MAX_LEVELS: usize = 16;

/// Dense contents, or what is wrong with the sparse ones.
pub type Dense = Result<Vec<u8>, String>;

/// The positions of a level.
#[derive(Debug)]
enum Positions {
    /// All.
    Dense,
    /// For each entry of the level above, its positions: from where to where they are in a list.
    Listed { segments: Vec<usize>, list: Vec<usize> },
}

/// A level.
#[derive(Debug)]
struct Level {
    positions: Positions,
    /// Its length: all positions are below it.
    length: usize,
    /// How far apart two neighbouring positions are in the dense contents, in elements.
    step: usize,
}

/// The dense contents of a constant of this shape with elements of `size` bytes.
pub fn dense(
    source: &SparsityParametersRef<'_>,
    shape: &[usize],
    size: usize,
    data: &[u8],
    budget: &mut Budget,
) -> Result<Dense, Broken> {
    let order = budget.numbers(source.traversal_order()?, MAX_LEVELS, "levels of sparse contents")?;
    let blocks = budget.numbers(source.block_map()?, MAX_LEVELS, "dimensions of blocks")?;
    let (mut sizes, mut listed) = (Vec::new(), Vec::new());
    for level in few(source.dim_metadata()?, MAX_LEVELS, "levels of sparse contents")? {
        let level = level?;
        sizes.push(level.dense_size()?);
        let is_dense = level.format()? == 0;
        let mut numbers = |list| if is_dense { Ok(None) } else { indices(list, budget).map(Some) };
        listed.push((numbers(level.array_segments()?)?, numbers(level.array_indices()?)?));
    }
    let Some(dimensions) = dimensions(shape, &order, &blocks, &sizes) else {
        let found = format!("sparse contents of order {order:?}, blocks of {blocks:?} and lengths {sizes:?}");
        return Ok(Err(found));
    };
    let mut levels = Vec::new();
    let mut entries = 1;
    for (((length, step), (segments, list)), size) in dimensions.into_iter().zip(listed).zip(sizes) {
        let positions = match (segments, list) {
            (Some(segments), Some(list)) => Positions::Listed { segments, list },
            _ => Positions::Dense,
        };
        let stated = matches!(positions, Positions::Listed { .. }) || usize::try_from(size) == Ok(length);
        let Some(count) = positions.entries(entries, length).filter(|_| stated) else {
            return Ok(Err(format!("sparse contents whose level {} does not fit its dimension", levels.len())));
        };
        entries = count;
        levels.push(Level { positions, length, step });
    }
    if entries.checked_mul(size) != Some(data.len()) {
        return Ok(Err(format!("{} bytes of sparse contents for {entries} positions", data.len())));
    }
    let bytes = size * shape.iter().product::<usize>();
    if bytes == 0 || bytes > budget.0 {
        return Ok(Err(format!("sparse contents for {bytes} bytes in a file that is far smaller")));
    }
    budget.spend(bytes)?;
    let mut contents = vec![0; bytes];
    let mut values = data.chunks_exact(size);
    place(&levels, 0, 0, &mut |element| {
        if let Some(value) = values.next() {
            contents[element * size..][..size].copy_from_slice(value);
        }
    });
    Ok(Ok(contents))
}

impl Positions {
    /// The number of entries below `above` entries of the level above; `None` if they are not in order, or not below `length`.
    fn entries(&self, above: usize, length: usize) -> Option<usize> {
        let Positions::Listed { segments, list } = self else { return above.checked_mul(length) };
        let is_whole =
            segments.len() == above + 1 && segments.first() == Some(&0) && segments.last() == Some(&list.len());
        let is_list = |pair: &[usize]| {
            let part = list.get(pair[0]..pair[1]);
            part.is_some_and(|part| {
                part.windows(2).all(|two| two[0] < two[1]) && part.last().is_none_or(|&i| i < length)
            })
        };
        (is_whole && segments.windows(2).all(is_list)).then_some(list.len())
    }
}

/// Calls `found` for each element below an entry of the level above, in the order of the file.
fn place(levels: &[Level], entry: usize, element: usize, found: &mut dyn FnMut(usize)) {
    let Some((level, below)) = levels.split_first() else { return found(element) };
    match &level.positions {
        Positions::Dense => {
            for i in 0..level.length {
                place(below, entry * level.length + i, element + i * level.step, found);
            }
        }
        Positions::Listed { segments, list } => {
            let part = segments[entry]..segments[entry + 1];
            for (i, position) in part.clone().zip(&list[part]) {
                place(below, i, element + position * level.step, found);
            }
        }
    }
}

/// The length of each level and its step in the dense contents. `None` if the file's levels are not those of the shape.
fn dimensions(shape: &[usize], order: &[i32], blocks: &[i32], sizes: &[i32]) -> Option<Vec<(usize, usize)>> {
    let index = |list: &[i32]| list.iter().map(|&i| usize::try_from(i).ok()).collect::<Option<Vec<usize>>>();
    let (order, blocks, sizes) = (index(order)?, index(blocks)?, index(sizes)?);
    let (rank, count) = (shape.len(), order.len());
    let mut sorted = order.clone();
    sorted.sort_unstable();
    // TensorFlow Lite finds the length of a block by the order twice.
    let is_order = sorted.into_iter().eq(0..count)
        && order.iter().take(rank).all(|&level| level < rank)
        && (rank..count).all(|i| order[order[i]] == i);
    let is_blocks = blocks.windows(2).all(|pair| pair[0] < pair[1]) && blocks.iter().all(|&dimension| dimension < rank);
    (is_order && is_blocks && count == rank + blocks.len() && sizes.len() == count).then_some(())?;
    // A level of the order is a dimension, or behind those a block's dimension.
    let level_of = |dimension: usize| order.iter().position(|&level| level == dimension);
    let block = |dimension: usize| blocks.iter().position(|&other| other == dimension);
    let step = |dimension: usize| shape[dimension + 1..].iter().product::<usize>();
    let mut found = Vec::new();
    for (&level, &size) in order.iter().zip(&sizes) {
        let (length, step) = match level.checked_sub(rank) {
            Some(of_block) => {
                let dimension = blocks[of_block];
                (size, step(dimension))
            }
            None => {
                let inside = match block(level) {
                    Some(i) => sizes[level_of(rank + i)?],
                    None => 1,
                };
                (
                    shape[level] / Some(inside).filter(|&inside| inside > 0 && shape[level].is_multiple_of(inside))?,
                    inside * step(level),
                )
            }
        };
        found.push((length, step));
    }
    Some(found)
}

/// A list of numbers of any of the file format's widths.
fn indices(list: Option<SparseIndexVectorRef<'_>>, budget: &mut Budget) -> Result<Vec<usize>, Broken> {
    let count = match &list {
        Some(SparseIndexVectorRef::Int32(list)) => list.values()?.map_or(0, |values| values.len()),
        Some(SparseIndexVectorRef::Uint16(list)) => list.values()?.map_or(0, |values| values.len()),
        Some(SparseIndexVectorRef::Uint8(list)) => list.values()?.map_or(0, |values| values.len()),
        None => 0,
    };
    budget.spend(size_of::<usize>().saturating_mul(count))?;
    Ok(match list {
        // Negative numbers are never below a length.
        Some(SparseIndexVectorRef::Int32(list)) => {
            list.values()?.into_iter().flatten().map(|i| usize::try_from(i).unwrap_or(usize::MAX)).collect()
        }
        Some(SparseIndexVectorRef::Uint16(list)) => list.values()?.into_iter().flatten().map(usize::from).collect(),
        Some(SparseIndexVectorRef::Uint8(list)) => {
            list.values()?.into_iter().flatten().map(|&i| usize::from(i)).collect()
        }
        None => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Segments and positions of a level that is not dense.
    type Listed<'a> = Option<(&'a [usize], &'a [usize])>;

    fn levels(shape: &[usize], order: &[i32], blocks: &[i32], sizes: &[i32], listed: &[Listed<'_>]) -> Vec<Level> {
        let dimensions = dimensions(shape, order, blocks, sizes).expect("levels of the shape");
        let level = |((length, step), listed): ((usize, usize), &Listed<'_>)| {
            let positions = match listed {
                Some((segments, list)) => Positions::Listed { segments: segments.to_vec(), list: list.to_vec() },
                None => Positions::Dense,
            };
            Level { positions, length, step }
        };
        dimensions.into_iter().zip(listed).map(level).collect()
    }

    fn placed(levels: &[Level]) -> Vec<usize> {
        let mut found = Vec::new();
        place(levels, 0, 0, &mut |element| found.push(element));
        found
    }

    #[test]
    fn rows_and_blocks_have_their_places() {
        // Rows of a matrix of 3 by 4: columns 1 and 3, none, and 0.
        let rows = levels(&[3, 4], &[0, 1], &[], &[3, 0], &[None, Some((&[0, 2, 2, 3], &[1, 3, 0]))]);
        assert_eq!(placed(&rows), [1, 3, 8]);
        // Columns first.
        let columns = levels(&[3, 2], &[1, 0], &[], &[2, 0], &[None, Some((&[0, 1, 3], &[2, 0, 1]))]);
        assert_eq!(placed(&columns), [4, 1, 3]);
        // Blocks of 1 by 2.
        let blocks = levels(&[2, 4], &[0, 1, 2], &[1], &[2, 0, 2], &[None, Some((&[0, 1, 2], &[1, 0])), None]);
        assert_eq!(placed(&blocks), [2, 3, 4, 5]);
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for (order, blocks, sizes) in [
            (&[0, 0][..], &[][..], &[3, 4][..]),
            (&[0, 2], &[], &[3, 4]),
            (&[0, -1], &[], &[3, 4]),
            (&[0], &[], &[3]),
            (&[0, 1], &[], &[3]),
            (&[0, 2, 1], &[1], &[3, 2, 2]),
            (&[0, 1, 2], &[1], &[3, 4, 0]),
            (&[0, 1, 2], &[1], &[3, 4, 3]),
            (&[0, 1, 2], &[2], &[3, 4, 2]),
            (&[0, 1, 2, 3], &[1, 1], &[3, 4, 2, 2]),
        ] {
            assert_eq!(dimensions(&[3, 4], order, blocks, sizes), None, "{order:?} {blocks:?} {sizes:?}");
        }
        for (segments, list) in [
            (&[0, 1][..], &[1][..]),
            (&[1, 1, 1, 1], &[1]),
            (&[0, 1, 1, 2], &[1]),
            (&[0, 2, 1, 1], &[1]),
            (&[0, 0, 0, 1], &[4]),
            (&[0, 2, 2, 2], &[1, 1]),
            (&[0, usize::MAX, 2, 2], &[1, 2]),
            (&[], &[]),
        ] {
            let wrong = Positions::Listed { segments: segments.to_vec(), list: list.to_vec() };
            assert_eq!(wrong.entries(3, 4), None, "{segments:?} {list:?}");
        }
        assert_eq!(Positions::Dense.entries(usize::MAX, 2), None);
    }
}
