//! QUANTIZE: `table.h` between bytes, `quantize.h` for wider integers, `quantize_float.h` from float32.

use crate::ir::graph::{DType, OpKind, Operator, Subgraph};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::math::quantize::Multiplier;
use crate::ops::shared::table;
use crate::ops::shared::text;
use crate::ops::{OpDefinition, one_to_one};
use crate::passes::check::Checker;
use crate::passes::emit::float_literal;

/// The operator.
pub static DEFINITION: OpDefinition =
    OpDefinition { kind: OpKind::QUANTIZE, versions: 1..=3, arity: (1..=1, 1..=1), check, lower };

/// The conversions the reference has.
const CONVERSIONS: &[(DType, &[DType])] = &[
    (DType::Float32, &[DType::Int8, DType::Uint8, DType::Int16]),
    (DType::Int8, &[DType::Int8, DType::Uint8, DType::Int16, DType::Int32]),
    (DType::Uint8, &[DType::Int8]),
    (DType::Int16, &[DType::Int8, DType::Int16, DType::Int32]),
    (DType::Int32, &[DType::Int8, DType::Int16]),
];

fn check(graph: &Subgraph, op: &Operator, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(graph, op, problems);
    let _ = check_tensors(&mut checker);
}

fn check_tensors(checker: &mut Checker<'_>) -> Option<()> {
    let (input, tensor) = checker.input(0)?;
    let (output, _) = checker.output(0)?;
    let from: Vec<DType> = CONVERSIONS.iter().map(|(from, _)| *from).collect();
    checker.dtype(input, &from).then_some(())?;
    let to = CONVERSIONS.iter().find(|(from, _)| *from == tensor.dtype).map_or(&[] as &[DType], |(_, to)| to);
    (checker.dtype(output, to) & checker.shape(output, &tensor.shape)).then_some(())?;
    checker.per_tensor(output)?;
    if tensor.dtype != DType::Float32 {
        checker.per_tensor(input)?;
    }
    Some(())
}

/// The lowest and highest value of a type.
fn range(dtype: DType) -> (i32, i32) {
    match dtype {
        DType::Uint8 => (0, 255),
        DType::Int16 => (-32768, 32767),
        DType::Int32 => (i32::MIN, i32::MAX),
        _ => (-128, 127),
    }
}

fn lower(lowering: &Lowering<'_>, op: &Operator) -> Result<Lowered, Problem> {
    let graph = lowering.graph;
    let (input, output) = one_to_one(lowering, op)?;
    let (from, to) = (graph.tensor(input), graph.tensor(output));
    let (out_scale, out_zero) = table::quant(graph, op, output)?;
    let (low, high) = range(to.dtype);
    if from.dtype == DType::Float32 {
        let call = format!(
            "    tvmk_quantize_{}(input, output, {}, {}, {out_zero});\n",
            to.dtype,
            from.elements(),
            float_literal(out_scale)
        );
        return Ok(layer(lowering, op, "quantize_float.h", call, false));
    }
    let (in_scale, in_zero) = table::quant(graph, op, input)?;
    let multiplier = Multiplier::new(f64::from(in_scale) / f64::from(out_scale));
    if from.dtype == to.dtype && (in_scale, in_zero) == (out_scale, out_zero) {
        return Ok(Lowered::Alias { input, output });
    }
    if from.dtype.size() == 1 && to.dtype.size() == 1 {
        return table::lower(lowering, op, |x| {
            Some(multiplier.checked_apply(x - in_zero)?.checked_add(out_zero)?.clamp(low, high))
        });
    }
    let (least, most) = range(from.dtype);
    let overflows =
        |x: i32| x.checked_sub(in_zero).and_then(|x| multiplier.checked_apply(x)?.checked_add(out_zero)).is_none();
    if overflows(least) || overflows(most) {
        let found = format!("scales {in_scale} to {out_scale} from {} to {}", from.dtype, to.dtype);
        return Err(Problem::operator(graph, op, found, "scales whose ratio stays within 32 bits"));
    }
    let mut body = text::constant_struct(
        "tvmk_requantize_t",
        "layer",
        &[
            ("mantissa", multiplier.mantissa.to_string()),
            ("shift", multiplier.shift.to_string()),
            ("zero_point_in", in_zero.to_string()),
            ("zero_point_out", out_zero.to_string()),
        ],
    );
    body += &format!("    tvmk_requantize_{}_{}(&layer, input, output, {});\n", from.dtype, to.dtype, from.elements());
    Ok(layer(lowering, op, "quantize.h", body, from.dtype.size() >= to.dtype.size()))
}

fn layer(lowering: &Lowering<'_>, op: &Operator, header: &'static str, body: String, in_place: bool) -> Lowered {
    let graph = lowering.graph;
    let (Some(&Some(input)), Some(&output)) = (op.inputs.first(), op.outputs.first()) else { return Lowered::Nothing };
    let pair = InPlace { input, output, lead: 0, reason: "element by element, none larger than before" };
    Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("QUANTIZE from {} to {}", graph.tensor(input).dtype, graph.tensor(output).dtype),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        in_place: if in_place { vec![pair] } else { Vec::new() },
        headers: vec![header],
        body,
        ..Layer::default()
    })
}
