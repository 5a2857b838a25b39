//! DYNAMIC_UPDATE_SLICE: a tensor with a part of it replaced, at a position known at run time: `dynamic_update_slice.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::DYNAMIC_UPDATE_SLICE,
    versions: 1..=2,
    inputs: 3..=3,
    outputs: 1..=1,
    options: None,
    check,
    kernels: kernels!["dynamic_update_slice.h"],
    reference: "dynamic_update_slice.cc",
    support: &[Support::bytes("int8, int16, int32, float32, positions of int32 or int64", Cores::Portable)],
};

/// Maximum number of dimensions, in the reference and in the kernel.
const RANK: usize = 6;

struct Update<'a> {
    operand: Operand<'a>,
    update: Operand<'a>,
    start: Operand<'a>,
    output: Operand<'a>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let (operand, update, start) = (checker.input(0)?, checker.input(1)?, checker.input(2)?);
    let output = checker.output(0)?;
    let types = [DType::Int8, DType::Int16, DType::Int32, DType::Float32];
    checker.dtype(operand, &types).then_some(())?;
    let same = [operand.dtype];
    (checker.dtype(update, &same) & checker.dtype(output, &same)).then_some(())?;
    checker.dtype(start, &[DType::Int32, DType::Int64]);
    let (shape, part) = (&operand.tensor.shape, &update.tensor.shape);
    let fits = shape.len() == part.len() && shape.iter().zip(part).all(|(whole, part)| part <= whole);
    if !fits || !(1..=RANK).contains(&shape.len()) {
        checker.bad(format!("a part {part:?} of {shape:?}"), format!("one that fits, of up to {RANK} dimensions"));
    }
    (checker.shape(start, &[shape.len()]) & checker.shape(output, shape)).then_some(())?;
    Some(Box::new(Update { operand, update, start, output }))
}

impl Checked for Update<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let list = |shape: &[usize]| {
            // Leading dimensions of 1.
            let all = std::iter::repeat_n(&1, RANK - shape.len()).chain(shape).map(usize::to_string);
            format!("{{{}}}", all.collect::<Vec<_>>().join(", "))
        };
        let fields = [
            ("shape", list(&self.operand.shape)),
            ("part", list(&self.update.shape)),
            ("rank", self.operand.shape.len().to_string()),
            ("element", self.operand.dtype.size().to_string()),
            ("bytes", self.operand.bytes().to_string()),
        ];
        let kernel = if self.start.dtype == DType::Int64 { "int64" } else { "int32" };
        let body = text::constant_struct("tvmk_dynamic_update_slice_t", "layer", &fields)
            + &format!(
                "    tvmk_dynamic_update_slice_{kernel}(&layer, (const int8_t *)input, (const int8_t *)part, start,\n"
            )
            + "        (int8_t *)output);\n";
        let reason = "a copy from and to the same place is left out";
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input", self.operand.id),
                Argument::input("part", self.update.id),
                Argument::input("start", self.start.id),
                Argument::output("output", self.output.id),
            ],
            in_place: vec![InPlace { input: self.operand.id, output: self.output.id, lead: 0, reason }],
            headers: vec!["dynamic_update_slice.h"],
            body,
            ..lowering.layer(format!("DYNAMIC_UPDATE_SLICE {:?} within {:?}", self.update.shape, self.operand.shape))
        })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let (shape, part, size) = (&self.operand.shape, &self.update.shape, self.operand.dtype.size());
        let start = self.start.i64_data()?;
        let first: Vec<usize> = (0..shape.len())
            .map(|i| Some((*start.get(i)?).clamp(0, (shape[i] - part[i]) as i64) as usize))
            .collect::<Option<_>>()?;
        let (mut bytes, new) = (self.operand.contents()?.to_vec(), self.update.contents()?);
        for (n, element) in new.chunks_exact(size).enumerate() {
            let (mut rest, mut place, mut step) = (n, 0, 1);
            for i in (0..shape.len()).rev() {
                place += (first[i] + rest % part[i]) * step;
                rest /= part[i];
                step *= shape[i];
            }
            bytes.get_mut(place * size..(place + 1) * size)?.copy_from_slice(element);
        }
        Some(Ok(vec![bytes.into()]))
    }
}
