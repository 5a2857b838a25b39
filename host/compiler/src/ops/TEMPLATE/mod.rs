//! LEAKY_RELU of int8 with a slope of at least 0, as an example: copy this directory for a new operator. `template.h`.
//!
//! The line above names the operator, its types and its kernels. This directory is compiled only for tests, and compared
//! with `leaky_relu`, which computes the same with a table.

// What the archive's reader needs: the operator's table in the file.
use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
// The graph that is checked, the layer that is made.
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ir::layer::{InPlace, Layer, Lowered, Lowering};
// The reference's arithmetic.
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;

/// The operator. Its line in `ops/mod.rs` is `&template::DEFINITION`.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::LEAKY_RELU,
    versions: 1..=2,
    inputs: 1..=1,
    outputs: 1..=1,
    // `None` for an operator without options.
    options: Some(options),
    check,
    // `&[]` if kernels of `shared/` are enough.
    kernels: kernels!["template.h"],
    reference: "leaky_relu.cc",
    support: &[Support::bytes("int8", Cores::Portable)],
};

/// The fields of the operator's table, with the format's defaults.
#[derive(Debug, Default)]
struct Options {
    /// The slope below 0.
    alpha: f32,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    // The table of another operator gives `Ok(None)`, a missing table the defaults.
    let Some(BuiltinOptionsRef::Leakyrelu(table)) = table else { return or_default::<Options>(table) };
    read(Options { alpha: table.alpha()? })
}

/// Everything the lowering needs, so that nothing is read twice.
struct Slopes<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    in_zero: i32,
    out_zero: i32,
    rising: Multiplier,
    falling: Multiplier,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let alpha = checker.options::<Options>().map_or(0.0, |options| options.alpha);
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    // Each of these reports a problem of its own. `&` evaluates all of them, so that all problems are reported at once.
    let fits = checker.dtype(input, &[DType::Int8]) & checker.dtype(output, &[DType::Int8]);
    (fits & checker.shape(output, &input.shape)).then_some(())?;
    let ((in_scale, in_zero), (out_scale, out_zero)) = (checker.per_tensor(input)?, checker.per_tensor(output)?);
    // What was found, and what would be accepted.
    if !(0.0..f32::INFINITY).contains(&alpha) {
        checker.bad(format!("alpha {alpha}"), "a finite number of at least 0");
        return None;
    }
    let [in_scale, slope, out_scale] = [in_scale, alpha, out_scale].map(f64::from);
    let (rising, falling) = (Multiplier::new(in_scale / out_scale), Multiplier::new(in_scale * slope / out_scale));
    // Exact or refused: if the reference's arithmetic overflows, its result is undefined.
    let defined = |factor: Multiplier, x: i32| factor.checked_apply(x - in_zero)?.checked_add(out_zero);
    if defined(rising, 127).is_none() || defined(falling, -128).is_none() {
        checker.bad("scales so far apart that 32 bits overflow", "scales of similar size");
        return None;
    }
    Some(Box::new(Slopes { input, output, in_zero, out_zero, rising, falling }))
}

impl Checked for Slopes<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (input, output, count) = (self.input.id, self.output.id, self.input.elements());
        let Slopes { in_zero, out_zero, rising, falling, .. } = self;
        let body = format!(
            "    tvmk_template(input, output, {count}, {in_zero}, {out_zero}, {}, {}, {}, {});\n",
            rising.mantissa, rising.shift, falling.mantissa, falling.shift
        );
        Lowered::Layer(Layer {
            // Only what the kernel's comment promises.
            in_place: vec![InPlace { input, output, lead: 0, reason: "element by element" }],
            headers: vec!["template.h"],
            body,
            ..lowering.layer_of(format!("{} of {count} elements", lowering.op.kind), input, output)
        })
    }
}
