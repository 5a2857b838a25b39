//! Functions of one byte: computed here for all 256 bytes, looked up on the target: `table.h`. Exact by construction.

use crate::ir::graph::{DType, Operator, Subgraph, TensorId};
use crate::ir::layer::{Argument, Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::ir::problem::Problem;
use crate::ops::one_to_one;
use crate::passes::check::Checker;

/// The kernel's file.
const HEADER: &str = "table.h";

/// Checks input and output of a function of one element: same shape, each of one of these types, one scale each.
/// Gives scale and zero point of input and output.
pub fn check(checker: &mut Checker<'_>, input: &[DType], output: &[DType]) -> Option<[(f32, i32); 2]> {
    let (from, tensor) = checker.input(0)?;
    let (to, _) = checker.output(0)?;
    (checker.dtype(from, input) & checker.dtype(to, output) & checker.shape(to, &tensor.shape)).then_some(())?;
    Some([checker.per_tensor(from)?, checker.per_tensor(to)?])
}

/// Scale and zero point of a tensor that passed its check.
pub fn quant(graph: &Subgraph, op: &Operator, id: TensorId) -> Result<(f32, i32), Problem> {
    let missing = || Problem::tensor(graph, op, id, "no quantisation", "one scale and zero point");
    graph.tensor(id).per_tensor().ok_or_else(missing)
}

/// The layer that looks up `function`. It gets the input as stored and gives the output as stored; `None` where the
/// reference's arithmetic would overflow.
pub fn lower(
    lowering: &Lowering<'_>,
    op: &Operator,
    function: impl Fn(i32) -> Option<i32>,
) -> Result<Lowered, Problem> {
    let (input, output) = one_to_one(lowering, op)?;
    let tensor = lowering.graph.tensor(input);
    let signed = tensor.dtype == DType::Int8;
    let mut table = Vec::with_capacity(256);
    for byte in 0..=255u8 {
        let stored = if signed { i32::from(byte as i8) } else { i32::from(byte) };
        let value = function(stored).ok_or_else(|| {
            let found = format!("scales so far apart that {stored} overflows 32 bits");
            Problem::operator(lowering.graph, op, found, "scales of similar size")
        })?;
        table.push(value as u8);
    }
    let name = lowering.constant("table");
    let body = format!("    tvmk_table({name}, (const uint8_t *)input, (uint8_t *)output, {});\n", tensor.elements());
    Ok(Lowered::Layer(Layer {
        name: lowering.name.clone(),
        operators: vec![op.index],
        summary: format!("{} of {} elements by table", op.kind, tensor.elements()),
        arguments: vec![Argument::input("input", input), Argument::output("output", output)],
        in_place: vec![InPlace { input, output, lead: 0, reason: "element by element" }],
        constants: vec![Constant {
            name,
            data: ConstantData::U8(table),
            align: 1,
            row: 16,
            comment: "output byte for each input byte".into(),
            core: Core::Any,
        }],
        headers: vec![HEADER],
        body,
        ..Layer::default()
    }))
}

/// The table of a layer made by [`lower`].
fn table_of(layer: &Layer) -> Option<&[u8]> {
    match layer.constants.as_slice() {
        [Constant { data: ConstantData::U8(table), .. }] if layer.headers == [HEADER] => Some(table),
        _ => None,
    }
}

/// Makes one table of two where a table's result goes into another table and nowhere else.
pub fn compose(graph: &Subgraph, lowered: &mut [Lowered]) {
    for second in 0..lowered.len() {
        let Lowered::Layer(layer) = &lowered[second] else { continue };
        let (Some(table), Some(between)) = (table_of(layer), layer.arguments.first().map(|argument| argument.tensor))
        else {
            continue;
        };
        let reads = |lowered: &Lowered| match lowered {
            Lowered::Layer(layer) => layer.arguments.iter().filter(|a| !a.written && a.tensor == between).count(),
            Lowered::Alias { input, .. } => usize::from(*input == between),
            Lowered::Nothing => 0,
        };
        if graph.outputs.contains(&between) || lowered.iter().map(reads).sum::<usize>() != 1 {
            continue;
        }
        let writes = |lowered: &Lowered| match lowered {
            Lowered::Layer(layer) => layer.arguments.iter().any(|a| a.written && a.tensor == between),
            _ => false,
        };
        let Some(first) = lowered.iter().position(writes) else { continue };
        let Lowered::Layer(before) = &lowered[first] else { continue };
        let Some(inner) = table_of(before) else { continue };
        let both: Vec<u8> = inner.iter().map(|&byte| table[usize::from(byte)]).collect();
        let mut joined = layer.clone();
        joined.operators.splice(0..0, before.operators.iter().copied());
        joined.summary = format!("{}, then {}", before.summary, layer.summary);
        joined.arguments[0] = before.arguments[0].clone();
        joined.in_place.iter_mut().for_each(|pair| pair.input = before.arguments[0].tensor);
        joined.constants[0].data = ConstantData::U8(both);
        lowered[first] = Lowered::Nothing;
        lowered[second] = Lowered::Layer(joined);
    }
}
