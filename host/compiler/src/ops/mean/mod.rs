//! MEAN on int8, `mean.h`, and float32, `mean_float.h`.

use crate::ir::graph::{DType, OpKind, OpOptions, Operator, Subgraph};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::Multiplier;
use crate::ops::shared::table;
use crate::ops::shared::text;
use crate::ops::{OpDefinition, is_float, resolve_axis, unchecked};
use crate::passes::check::Checker;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::MEAN, versions: 1..=3, arity: (2..=2, 1..=1), check, lower };

/// Loops of the kernel over what stays, and over what is averaged.
const LOOPS: usize = 3;
/// Sums of more elements might leave 32 bits.
const MAX_COUNT: usize = 1 << 22;

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    let OpOptions::Reducer { keep_dims } = checker.op.options else {
        checker.bad("no options", "options of MEAN");
        return None;
    };
    let (input, source) = checker.input(0)?;
    let (axes, _) = checker.input(1)?;
    let (output, _) = checker.output(0)?;
    checker.dtype(input, &[DType::Int8, DType::Float32]).then_some(())?;
    checker.dtype(output, &[source.dtype]);
    let given = checker.constant_i32(axes)?;
    let Some(reduced) = reduced(&given, source.shape.len()) else {
        checker.bad_tensor(axes, format!("axes {given:?}"), format!("dimensions of {:?}", source.shape));
        return None;
    };
    let expected: Vec<usize> = source
        .shape
        .iter()
        .zip(&reduced)
        .filter(|(_, reduced)| !**reduced || keep_dims)
        .map(|(&size, &reduced)| if reduced { 1 } else { size })
        .collect();
    checker.shape(output, &expected);
    match Loops::new(&source.shape, &reduced) {
        Some(loops) if loops.count <= MAX_COUNT => {}
        _ => checker.bad_tensor(
            input,
            format!("axes {given:?} of shape {:?}", source.shape),
            "fewer and smaller groups of axes",
        ),
    }
    if source.dtype == DType::Int8 {
        let (Some(_), Some(_)) = (checker.per_tensor(input), checker.per_tensor(output)) else { return None };
    }
    Some(())
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

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let fail = || unchecked(graph, op);
    let (input, source) = lowering.input(op, 0).ok_or_else(fail)?;
    let (_, axes) = lowering.input(op, 1).ok_or_else(fail)?;
    let output = *op.outputs.first().ok_or_else(fail)?;
    let reduced = reduced(&axes.i32_data().ok_or_else(fail)?, source.shape.len()).ok_or_else(fail)?;
    let loops = Loops::new(&source.shape, &reduced).ok_or_else(fail)?;
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
    if is_float(graph, op) {
        body += &format!("    tvmk_float_mean(&loops, input, output, {}.0f);\n", loops.count);
    } else {
        let ((in_scale, in_zero), (out_scale, out_zero)) =
            (table::quant(graph, op, input)?, table::quant(graph, op, output)?);
        let multiplier = averaging(Multiplier::new(f64::from(in_scale) / f64::from(out_scale)), loops.count);
        // What a sum can be at most, to prove that its shift to the left stays within 32 bits.
        let largest = i32::try_from(loops.count * 255).map_err(|_| fail())?;
        if multiplier.checked_apply(largest).is_none() {
            let found = format!("scales {in_scale} to {out_scale} over {} elements", loops.count);
            return Err(Problem::operator(graph, op, found, "scales of similar size"));
        }
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
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("MEAN of {:?} to {:?}", source.shape, graph.tensor(output).shape),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        headers: vec![if is_float(graph, op) { "mean_float.h" } else { "mean.h" }],
        body,
        ..Layer::default()
    }))
}

/// The multiplier with the division by `count` in it, as the reference's `QuantizedMeanOrSum` works it out.
fn averaging(multiplier: Multiplier, count: usize) -> Multiplier {
    let shift = (count.max(1).ilog2() as i32).min(32).min(31 + multiplier.shift);
    let mantissa = (i64::from(multiplier.mantissa) << shift.max(0)) / count.max(1) as i64;
    Multiplier { mantissa: mantissa as i32, shift: multiplier.shift - shift }
}
