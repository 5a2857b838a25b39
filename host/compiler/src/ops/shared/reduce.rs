//! Operators that reduce some dimensions to one element: `reduce.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::OpOptions;
use crate::ops::checker::{Checker, Operand, resolve_axis};
use crate::ops::definition::{ReadOptions, or_default, read};
use crate::ops::shared::text;

/// Number of loops in the kernels, over kept and over reduced dimensions each.
const LOOPS: usize = 3;
/// Sums of more int8 elements might overflow 32 bits.
const MAX_COUNT: usize = 1 << 22;

/// Options of MEAN, SUM, REDUCE_MAX and others.
#[derive(Debug, Default)]
pub struct Options {
    /// Whether the dimensions stay, with one element each.
    pub keep_dims: bool,
}

impl OpOptions for Options {}

/// Reads the options.
///
/// # Errors
/// A table that is broken.
pub fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Reducer(o)) = table else { return or_default::<Options>(table) };
    read(Options { keep_dims: o.keep_dims()? })
}

/// A checked reduction.
pub struct Reduce<'a> {
    /// The input.
    pub input: Operand<'a>,
    /// The output.
    pub output: Operand<'a>,
    /// How many elements become one.
    pub count: usize,
    /// Whether the last dimension stays.
    pub keeps_channels: bool,
    kept: Vec<(usize, usize)>,
    reduced: Vec<(usize, usize)>,
}

/// Checks axes and shapes; the types are left to the operator.
pub fn check<'a>(checker: &mut Checker<'a>) -> Option<Reduce<'a>> {
    let keep_dims = checker.options::<Options>()?.keep_dims;
    let (input, axes, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    let given = checker.constant_i32(axes)?;
    let Some(reduced) = reduced(&given, input.shape.len()) else {
        checker.bad_tensor(axes.id, format!("axes {given:?}"), format!("dimensions of {:?}", input.shape));
        return None;
    };
    let kept = input.shape.iter().zip(&reduced).filter(|(_, reduced)| !**reduced || keep_dims);
    let expected: Vec<usize> = kept.map(|(&size, &reduced)| if reduced { 1 } else { size }).collect();
    checker.shape(output, &expected);
    let found = Reduce::new(input, output, &reduced).filter(|reduce| reduce.count <= MAX_COUNT);
    if found.is_none() {
        let found = format!("axes {given:?} of shape {:?}", input.shape);
        checker.bad_tensor(input.id, found, "fewer and smaller groups of axes");
    }
    found
}

fn reduced(axes: &[i32], rank: usize) -> Option<Vec<bool>> {
    let mut reduced = vec![false; rank];
    for &axis in axes {
        reduced[resolve_axis(axis, rank)?] = true;
    }
    Some(reduced)
}

/// The positions that nested loops of a size and a step visit.
fn places(loops: &[(usize, usize)]) -> Vec<usize> {
    loops.iter().fold(vec![0], |places, &(size, step)| {
        places.into_iter().flat_map(|place| (0..size).map(move |i| place + i * step)).collect()
    })
}

impl<'a> Reduce<'a> {
    /// Merges adjacent dimensions of one kind into loops; outermost first, padded with loops of one.
    fn new(input: Operand<'a>, output: Operand<'a>, reduced: &[bool]) -> Option<Self> {
        let mut merged: Vec<(usize, usize, bool)> = Vec::new();
        let mut step = 1;
        for (&size, &reduced) in input.shape.iter().zip(reduced).rev() {
            if size > 1 {
                match merged.last_mut() {
                    Some((inner, _, kind)) if *kind == reduced => *inner *= size,
                    _ => merged.push((size, step, reduced)),
                }
            }
            step *= size;
        }
        let side = |wanted: bool| {
            let mut side: Vec<(usize, usize)> =
                merged.iter().rev().filter(|(.., kind)| *kind == wanted).map(|&(size, step, _)| (size, step)).collect();
            let missing = LOOPS.checked_sub(side.len())?;
            side.splice(0..0, std::iter::repeat_n((1, 0), missing));
            Some(side)
        };
        let keeps_channels = reduced.last() == Some(&false);
        let (kept, reduced) = (side(false)?, side(true)?);
        let count = reduced.iter().map(|(size, _)| size).product();
        Some(Reduce { input, output, count, keeps_channels, kept, reduced })
    }

    /// For each element of the output, the positions of the elements it is computed from, in order.
    pub fn groups(&self) -> impl Iterator<Item = Vec<usize>> {
        let reduced = places(&self.reduced);
        places(&self.kept).into_iter().map(move |first| reduced.iter().map(|place| first + place).collect())
    }

    /// `static const tvmk_reduce_t loops = …;`
    pub fn statements(&self) -> String {
        let list = |side: &[(usize, usize)], pick: fn(&(usize, usize)) -> usize| {
            format!("{{{}}}", side.iter().map(|level| pick(level).to_string()).collect::<Vec<_>>().join(", "))
        };
        let fields = [
            ("kept", list(&self.kept, |level| level.0)),
            ("kept_step", list(&self.kept, |level| level.1)),
            ("reduced", list(&self.reduced, |level| level.0)),
            ("reduced_step", list(&self.reduced, |level| level.1)),
        ];
        text::constant_struct("tvmk_reduce_t", "loops", &fields)
    }
}
