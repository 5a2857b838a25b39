//! GATHER and EMBEDDING_LOOKUP: `gather.h`; of a table whose elements a run converts to float32 `gather_table.h`. Positions known at
//! compile time are checked here, others by each run.

mod operands;
mod table;

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand, resolve_axis};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::{moved, text};
use operands::Gather;

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // Along any dimension, with batches.
    Definition {
        kind: OpKind::GATHER,
        versions: 1..=7,
        inputs: 2..=2,
        outputs: 1..=1,
        options: Some(options),
        check: check_gather,
        kernels: kernels!["gather.h", "gather_table.h"],
        reference: "gather.cc",
        support: &[MOVED],
    },
    // Rows of a table.
    Definition {
        kind: OpKind::EMBEDDING_LOOKUP,
        versions: 1..=3,
        inputs: 2..=2,
        outputs: 1..=1,
        options: None,
        check: check_lookup,
        kernels: &[],
        reference: "embedding_lookup.cc",
        support: &[
            MOVED,
            Support::bytes(
                "float32, a constant table of int8 or int4 (dynamic range), positions of int32",
                Cores::Portable,
            ),
        ],
    },
];

const MOVED: Support = Support::bytes("int8, uint8, float32, positions of int32", Cores::Portable);
const TYPES: &[DType] = &[DType::Int8, DType::Uint8, DType::Float32];

/// Options of GATHER.
#[derive(Debug, Default)]
struct Options {
    axis: i32,
    batch_dims: i32,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Gather(o)) = table else { return or_default::<Options>(table) };
    read(Options { axis: o.axis()?, batch_dims: o.batch_dims()? })
}

fn check_gather<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let (input, positions, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    let axis = checker.axis(options.axis, input)?;
    // One more than the last dimension is allowed here.
    let batch_dims = resolve_axis(options.batch_dims, positions.shape.len() + 1);
    let batch_dims =
        if options.batch_dims < 0 { resolve_axis(options.batch_dims, positions.shape.len()) } else { batch_dims };
    let shared = batch_dims.filter(|&n| n <= axis && input.shape[..n] == positions.shape[..n]);
    let Some(shared) = shared else {
        let found = format!("{} batch dimensions of {:?} and {:?}", options.batch_dims, input.shape, positions.shape);
        checker.bad(found, "equal dimensions before the axis");
        return None;
    };
    check(checker, [input, positions, output], axis, shared)
}

fn check_lookup<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (positions, input, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.rank(positions, 1).then_some(())?;
    if input.shape.len() < 2 {
        checker.bad_tensor(input.id, format!("shape {:?}", input.shape), "two or more dimensions");
        return None;
    }
    let scales = input.tensor.quant.as_ref().map_or(0, |quant| quant.scales.len());
    if scales > 1 && (input.dtype == DType::Float32 || output.dtype != DType::Float32) {
        // TensorFlow Lite has scales of rows for tables that it converts to float32 only.
        checker.bad_tensor(input.id, format!("{scales} scales"), "one scale, or an output of float32");
        return None;
    }
    check(checker, [input, positions, output], 0, 0)
}

fn check<'a>(
    checker: &mut Checker<'a>,
    [input, positions, output]: [Operand<'a>; 3],
    axis: usize,
    shared: usize,
) -> Option<Box<dyn Checked + 'a>> {
    let converts = table::converts(checker, input, output);
    (converts || moved::types(checker, input, output, TYPES)).then_some(())?;
    checker.dtype(positions, &[DType::Int32]).then_some(())?;
    let expected = [&input.shape[..axis], &positions.shape[shared..], &input.shape[axis + 1..]].concat();
    checker.shape(output, &expected).then_some(())?;
    let length = input.shape[axis];
    let inside = |position: &i32| usize::try_from(*position).is_ok_and(|position| position < length);
    if let Some(wrong) = positions.i32_data().and_then(|values| values.into_iter().find(|value| !inside(value))) {
        checker.bad_tensor(positions.id, format!("position {wrong}"), format!("0 to {}", length - 1));
        return None;
    }
    let product = |shape: &[usize]| shape.iter().product();
    let gather = Gather {
        input,
        positions,
        output,
        batches: product(&input.shape[..shared]),
        outer: product(&input.shape[shared..axis]),
        length,
        count: product(&positions.shape[shared..]),
        block: product(&input.shape[axis + 1..]),
    };
    match table::stored(checker, &gather, axis, converts) {
        Some(stored) => Some(Box::new(table::Table { gather, stored, axis })),
        None => Some(Box::new(gather)),
    }
}

impl Checked for Gather<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let fields = self.fields(self.input.dtype.size());
        let fails = !self.positions.is_constant();
        let call = "tvmk_gather(&layer, (const int8_t *)input, positions, (int8_t *)output);\n";
        let body =
            text::constant_struct("tvmk_gather_t", "layer", &fields) + &format!("    {}{call}", table::how(fails));
        let summary = format!("{} {:?} of {:?}", lowering.op.kind, self.positions.shape, self.input.shape);
        let arguments = vec![
            Argument::input("input", self.input.id),
            Argument::input("positions", self.positions.id),
            Argument::output("output", self.output.id),
        ];
        Lowered::Layer(Layer { arguments, fails, headers: vec!["gather.h"], body, ..lowering.layer(summary) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let (data, positions) = (self.input.contents()?, self.positions.i32_data()?);
        let block = self.block * self.input.dtype.size();
        let mut bytes = Vec::with_capacity(self.output.bytes());
        for row in 0..self.batches * self.outer {
            let first = row / self.outer * self.count;
            for &position in positions.get(first..first + self.count)? {
                let from = (row * self.length + usize::try_from(position).ok()?) * block;
                bytes.extend_from_slice(data.get(from..from + block)?);
            }
        }
        Some(Ok(vec![bytes.into()]))
    }
}
