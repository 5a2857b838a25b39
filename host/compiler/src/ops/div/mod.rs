//! DIV with broadcasting, on int32, `div.h`, and float32, `div_float.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::ahead;
use crate::ops::shared::binary::{self, Binary};

/// The operator. On int8 the reference shifts by more than 31 bits if a quotient is small: its result is undefined.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::DIV,
    versions: 1..=3,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["div.h", "div_float.h"],
    reference: "div.cc",
    support: &[Support::bytes("int32, float32", Cores::Portable)],
};

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Div(o)) = table else { return or_default::<binary::Options>(table) };
    read(binary::Options { activation: o.fused_activation_function()?.into() })
}

struct Div<'a> {
    binary: Binary<'a>,
    range: (i32, i32),
    /// Whether every quotient exists in every run.
    safe: bool,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if ahead::is_arithmetic(checker) {
        return ahead::arithmetic(checker, i64::checked_div, |a, b| a / b);
    }
    if checker.first_type() == Some(DType::Float32) {
        return binary::check_float(checker, "div_float.h", "tvmk_float_div");
    }
    let binary = binary::check(checker, &[DType::Int32, DType::Float32])?;
    for input in binary.inputs.iter().filter(|input| input.quant.is_some()) {
        checker.bad_tensor(input.id, "int32 with a scale", "int32 without a scale");
    }
    let range = binary::integer_range(checker, binary.activation)?;
    let divisors = binary.inputs[1].i32_data();
    if divisors.iter().flatten().any(|&divisor| divisor == 0) {
        checker.bad_tensor(binary.inputs[1].id, "a divisor of 0", "other divisors");
    }
    let safe = divisors.is_some_and(|divisors| !divisors.contains(&-1));
    Some(Box::new(Div { binary, range, safe }))
}

impl Checked for Div<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let result = match (self.safe, self.binary.is_nested()) {
            (true, _) => "(void)",
            (false, true) => "status |= ",
            (false, false) => "return ",
        };
        let range = binary::integer_pair(self.range);
        let call = |tensors: &str| format!("    {result}tvmk_div({tensors}, {range});\n");
        match self.binary.lower(lowering, "div.h", "", call) {
            Lowered::Layer(mut layer) => {
                if result.starts_with("status") {
                    layer.body = format!("    int32_t status = 0;\n{}    return status;\n", layer.body);
                }
                Lowered::Layer(Layer { fails: !self.safe, ..layer })
            }
            other => other,
        }
    }
}
