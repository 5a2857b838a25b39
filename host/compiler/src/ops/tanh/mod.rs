//! TANH on int8: `table.h`.

use crate::ir::graph::OpKind;
use crate::math::gemmlowp;
use crate::math::quantize::rounding_divide_by_pot;
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::logistic;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::TANH,
    versions: 1..=3,
    inputs: 1..=1,
    outputs: 1..=1,
    options: None,
    check,
    kernels: &[],
    reference: "tanh.cc",
    support: &[Support::bytes("int8", Cores::Portable)],
};

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    logistic::check_table(checker, (1.0 / 128.0, 0), "scale 1/128 and zero point 0", |multiplied| {
        rounding_divide_by_pot(gemmlowp::tanh(multiplied), 24).clamp(-128, 127)
    })
}
