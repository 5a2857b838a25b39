//! MEAN on int8, `mean.h`, and float32, `mean_float.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand, resolve_axis};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::MEAN,
    versions: 1..=3,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["mean.h", "mean_float.h"],
    reference: "reduce.cc",
    support: &[Support::bytes("int8", Cores::Portable), Support::bytes("float32", Cores::Portable)],
};

/// Loops of the kernel over what stays, and over what is averaged.
const LOOPS: usize = 3;
/// Sums of more elements might leave 32 bits.
const MAX_COUNT: usize = 1 << 22;

/// Its options.
#[derive(Debug, Default)]
struct Options {
    keep_dims: bool,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Reducer(o)) = table else { return or_default::<Options>(table) };
    read(Options { keep_dims: o.keep_dims()? })
}

struct Mean<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    loops: Loops,
    /// On int8, the multiplier of a sum, and zero points of input and output.
    quantized: Option<(Multiplier, i32, i32)>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let keep_dims = checker.options::<Options>()?.keep_dims;
    let (input, axes, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Float32]).then_some(())?;
    checker.dtype(output, &[input.dtype]);
    let given = checker.constant_i32(axes)?;
    let Some(reduced) = reduced(&given, input.shape.len()) else {
        checker.bad_tensor(axes.id, format!("axes {given:?}"), format!("dimensions of {:?}", input.shape));
        return None;
    };
    let kept = input.shape.iter().zip(&reduced).filter(|(_, reduced)| !**reduced || keep_dims);
    let expected: Vec<usize> = kept.map(|(&size, &reduced)| if reduced { 1 } else { size }).collect();
    checker.shape(output, &expected);
    let loops = Loops::new(&input.shape, &reduced).filter(|loops| loops.count <= MAX_COUNT);
    if loops.is_none() {
        let found = format!("axes {given:?} of shape {:?}", input.shape);
        checker.bad_tensor(input.id, found, "fewer and smaller groups of axes");
    }
    let quantized = if input.dtype == DType::Int8 {
        let ((in_scale, in_zero), (out_scale, out_zero)) = (checker.per_tensor(input)?, checker.per_tensor(output)?);
        let count = loops.as_ref()?.count;
        let multiplier = averaging(Multiplier::new(f64::from(in_scale) / f64::from(out_scale)), count);
        // What a sum can be at most, to prove that its shift to the left stays within 32 bits.
        if multiplier.checked_apply((count * 255) as i32).is_none() {
            let found = format!("scales {in_scale} to {out_scale} over {count} elements");
            checker.bad(found, "scales of similar size");
        }
        Some((multiplier, in_zero, out_zero))
    } else {
        None
    };
    Some(Box::new(Mean { input, output, loops: loops?, quantized }))
}

fn reduced(axes: &[i32], rank: usize) -> Option<Vec<bool>> {
    let mut reduced = vec![false; rank];
    for &axis in axes {
        reduced[resolve_axis(axis, rank)?] = true;
    }
    Some(reduced)
}

/// Loops over elements, with neighbouring dimensions of one kind merged; outermost first, padded with loops of one.
struct Loops {
    kept: Vec<(usize, usize)>,
    averaged: Vec<(usize, usize)>,
    count: usize,
}

impl Loops {
    fn new(shape: &[usize], reduced: &[bool]) -> Option<Loops> {
        let mut merged: Vec<(usize, usize, bool)> = Vec::new();
        let mut step = 1;
        for (&size, &reduced) in shape.iter().zip(reduced).rev() {
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
        let (kept, averaged) = (side(false)?, side(true)?);
        let count = averaged.iter().map(|(size, _)| size).product();
        Some(Loops { kept, averaged, count })
    }
}

impl Checked for Mean<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, loops) = (self.input, self.output, &self.loops);
        let list = |side: &[(usize, usize)], pick: fn(&(usize, usize)) -> usize| {
            format!("{{{}}}", side.iter().map(|level| pick(level).to_string()).collect::<Vec<_>>().join(", "))
        };
        let mut body = text::constant_struct(
            "tvmk_mean_loops_t",
            "loops",
            &[
                ("kept", list(&loops.kept, |level| level.0)),
                ("kept_step", list(&loops.kept, |level| level.1)),
                ("averaged", list(&loops.averaged, |level| level.0)),
                ("averaged_step", list(&loops.averaged, |level| level.1)),
            ],
        );
        let header = if self.quantized.is_some() { "mean.h" } else { "mean_float.h" };
        match self.quantized {
            None => body += &format!("    tvmk_float_mean(&loops, input, output, {}.0f);\n", loops.count),
            Some((multiplier, in_zero, out_zero)) => {
                body += &text::constant_struct(
                    "tvmk_mean_t",
                    "layer",
                    &[
                        ("mantissa", multiplier.mantissa.to_string()),
                        ("shift", multiplier.shift.to_string()),
                        ("zeros", (in_zero * loops.count as i32).to_string()),
                        ("zero_point", out_zero.to_string()),
                    ],
                );
                body += "    tvmk_mean(&layer, &loops, input, output);\n";
            }
        }
        let summary = format!("MEAN of {:?} to {:?}", input.shape, output.shape);
        Lowered::Layer(Layer { headers: vec![header], body, ..lowering.layer_of(summary, input.id, output.id) })
    }
}

/// The multiplier with the division by `count` in it, as the reference's `QuantizedMeanOrSum` works it out.
fn averaging(multiplier: Multiplier, count: usize) -> Multiplier {
    let shift = (count.max(1).ilog2() as i32).min(32).min(31 + multiplier.shift);
    let mantissa = (i64::from(multiplier.mantissa) << shift.max(0)) / count.max(1) as i64;
    Multiplier { mantissa: mantissa as i32, shift: multiplier.shift - shift }
}
