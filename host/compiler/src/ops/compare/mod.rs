//! Comparisons of two tensors to bool, with broadcasting: `compare.h`, and on float32 `compare_float.h`.

use crate::ir::graph::{DType, OpKind, Tensor};
use crate::ir::layer::{Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::binary::{self, Binary};
use crate::ops::shared::text;
use std::cmp::Ordering;

/// The operators.
pub static DEFINITIONS: [Definition; 6] = [
    // x == y.
    definition(OpKind::EQUAL, WITH_BOOL),
    // x != y.
    definition(OpKind::NOT_EQUAL, WITH_BOOL),
    // x > y.
    definition(OpKind::GREATER, OTHERS),
    // x >= y.
    definition(OpKind::GREATER_EQUAL, OTHERS),
    // x < y.
    definition(OpKind::LESS, OTHERS),
    // x <= y.
    definition(OpKind::LESS_EQUAL, OTHERS),
];

const WITH_BOOL: &[Support] = &[Support::bytes("int8, int32, int64, float32 or bool to bool", Cores::Portable)];
const OTHERS: &[Support] = &[Support::bytes("int8, int32, int64 or float32 to bool", Cores::Portable)];

const fn definition(kind: OpKind, support: &'static [Support]) -> Definition {
    Definition {
        kind,
        versions: 1..=4,
        inputs: 2..=2,
        outputs: 1..=1,
        options: None,
        check,
        kernels: kernels!["compare.h", "compare_float.h"],
        reference: "comparisons.cc",
        support,
    }
}

struct Compare<'a> {
    kind: OpKind,
    binary: Binary<'a>,
    /// Of types with a scale, that of each input times 256, and its zero point.
    scales: Option<[(Multiplier, i32); 2]>,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    // GREATER of int16 is not supported: the reference computes it with multipliers that its Prepare sets for int8 only, so its
    // result depends on uninitialised memory (all false in a new process).
    let mut types = vec![DType::Int8, DType::Int32, DType::Int64, DType::Float32];
    if matches!(checker.op.kind, OpKind::EQUAL | OpKind::NOT_EQUAL) {
        types.push(DType::Bool);
    }
    let binary = binary::check_to(checker, &types, Some(DType::Bool))?;
    let scales = if binary.inputs[0].dtype == DType::Int8 {
        let [first, second] = binary.inputs.map(|input| scale(checker, input));
        Some([first?, second?])
    } else {
        None
    };
    Some(Box::new(Compare { kind: checker.op.kind, binary, scales }))
}

/// The scale as a multiplier. The reference aborts if it is not below 1.
fn scale(checker: &mut Checker<'_>, input: Operand<'_>) -> Option<(Multiplier, i32)> {
    let (scale, zero) = checker.per_tensor(input)?;
    let multiplier = Multiplier::new(f64::from(scale));
    if scale <= 0.0 || scale >= 1.0 || multiplier.shift > 0 {
        checker.bad_tensor(input.id, format!("scale {scale}"), "a scale between 0 and 1");
        return None;
    }
    Some((multiplier, zero))
}

impl Checked for Compare<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let name = lowering.op.kind.to_string().to_lowercase();
        let (header, element) = match self.binary.inputs[0].dtype {
            DType::Float32 => ("compare_float.h", "float"),
            DType::Int8 => ("compare.h", "scaled_int8"),
            DType::Int64 => ("compare.h", "int64"),
            DType::Bool => ("compare.h", "bool"),
            _ => ("compare.h", "int32"),
        };
        let Some([(first, zero1), (second, zero2)]) = self.scales else {
            return self
                .binary
                .lower(lowering, header, "", |tensors| format!("    tvmk_{name}_{element}({tensors});\n"));
        };
        let fields = [
            ("mantissa1", first.mantissa.to_string()),
            ("mantissa2", second.mantissa.to_string()),
            ("shift1", first.shift.to_string()),
            ("shift2", second.shift.to_string()),
            ("zero_point1", zero1.to_string()),
            ("zero_point2", zero2.to_string()),
        ];
        let body = text::constant_struct("tvmk_compare_t", "layer", &fields);
        self.binary.lower(lowering, header, &body, |tensors| format!("    tvmk_{name}_{element}(&layer, {tensors});\n"))
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let [a, b] = self.binary.inputs.map(|input| input.tensor);
        let orders: Vec<Option<Ordering>> = if let Some(scales) = self.scales {
            let scaled = |input: &Tensor, (multiplier, zero): (Multiplier, i32)| -> Option<Vec<i32>> {
                Some(input.i8_data()?.iter().map(|&x| multiplier.apply((i32::from(x) - zero) * 256)).collect())
            };
            let (a, b) = (scaled(a, scales[0])?, scaled(b, scales[1])?);
            self.binary.pairs().map(|[i, j]| a[i].partial_cmp(&b[j])).collect()
        } else if a.dtype == DType::Float32 {
            let (a, b) = (a.f32_data()?, b.f32_data()?);
            self.binary.pairs().map(|[i, j]| a[i].partial_cmp(&b[j])).collect()
        } else if a.dtype == DType::Bool {
            let (a, b) = (a.contents()?, b.contents()?);
            self.binary.pairs().map(|[i, j]| a[i].partial_cmp(&b[j])).collect()
        } else {
            let (a, b) = (a.i64_data()?, b.i64_data()?);
            self.binary.pairs().map(|[i, j]| a[i].partial_cmp(&b[j])).collect()
        };
        Some(Ok(vec![orders.into_iter().map(|order| u8::from(holds(self.kind, order))).collect()]))
    }
}

/// Whether a comparison holds for two numbers in this order; `None` if one of them is NaN.
fn holds(kind: OpKind, order: Option<Ordering>) -> bool {
    match kind {
        OpKind::EQUAL => order == Some(Ordering::Equal),
        OpKind::NOT_EQUAL => order != Some(Ordering::Equal),
        OpKind::GREATER => order == Some(Ordering::Greater),
        OpKind::GREATER_EQUAL => order.is_some_and(Ordering::is_ge),
        OpKind::LESS => order == Some(Ordering::Less),
        _ => order.is_some_and(Ordering::is_le),
    }
}
