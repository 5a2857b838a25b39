//! CUMSUM on int8, `cumsum.h`, and float32, `cumsum_float.h`.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::CUMSUM,
    versions: 1..=1,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["cumsum.h", "cumsum_float.h"],
    reference: "cumsum.cc",
    support: &[
        Support::bytes("float32", Cores::Portable),
        Support::bytes("int8, sums below 4096 steps", Cores::Portable),
    ],
};

/// Its options.
#[derive(Debug, Default)]
struct Options {
    exclusive: bool,
    reverse: bool,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Cumsum(o)) = table else { return or_default::<Options>(table) };
    read(Options { exclusive: o.exclusive()?, reverse: o.reverse()? })
}

struct Cumsum<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    axis: usize,
    options: &'a Options,
    /// On int8, the factor to the output, and both zero points.
    multiplier: Multiplier,
    zero_points: [i32; 2],
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let (input, axis, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Float32]).then_some(())?;
    (checker.dtype(output, &[input.dtype]) & checker.shape(output, &input.shape)).then_some(())?;
    let axes = checker.constant_i32(axis)?;
    let [number] = axes[..] else {
        checker.bad_tensor(axis.id, format!("{} numbers", axes.len()), "one");
        return None;
    };
    let axis = checker.axis(number, input)?;
    let (mut multiplier, mut zero_points) = (Multiplier::default(), [0; 2]);
    if input.dtype == DType::Int8 {
        let ((scale, zero), (out_scale, out_zero)) = (checker.per_tensor(input)?, checker.per_tensor(output)?);
        let factor = 2.0 * f64::from(scale) / (f64::from(1 << 20) * f64::from(out_scale));
        (multiplier, zero_points) = (Multiplier::new(factor), [zero, out_zero]);
        if factor >= 1.0 || multiplier.shift > 0 {
            checker.bad(format!("scales {scale} to {out_scale}"), "an output scale above 2^-19 of the input's");
        }
        let (length, zero) = (input.shape[axis] as i64, i64::from(zero));
        if [-128, 127].iter().any(|x| (length.saturating_mul(x - zero) - zero).abs() >= 1 << 12) {
            checker.bad(format!("{length} elements of zero point {zero}"), "sums that stay below 4096 steps");
        }
    }
    Some(Box::new(Cumsum { input, output, axis, options, multiplier, zero_points }))
}

impl Checked for Cumsum<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (shape, axis, multiplier) = (&self.input.shape, self.axis, self.multiplier);
        let product = |sizes: &[usize]| sizes.iter().product::<usize>().to_string();
        let fields = [
            ("rows", product(&shape[..axis])),
            ("length", shape[axis].to_string()),
            ("step", product(&shape[axis + 1..])),
            ("exclusive", i32::from(self.options.exclusive).to_string()),
            ("reverse", i32::from(self.options.reverse).to_string()),
            ("mantissa", multiplier.mantissa.to_string()),
            ("shift", (-multiplier.shift).to_string()),
            ("zero_point", self.zero_points[0].to_string()),
            ("zero_point_out", self.zero_points[1].to_string()),
        ];
        let (header, function) = match self.input.dtype {
            DType::Float32 => ("cumsum_float.h", "tvmk_cumsum_float"),
            _ => ("cumsum.h", "tvmk_cumsum"),
        };
        let (input, output) = (self.input.id, self.output.id);
        let body = text::constant_struct("tvmk_cumsum_t", "layer", &fields);
        Lowered::Layer(Layer {
            headers: vec![header],
            body: body + &format!("    {function}(&layer, input, output);\n"),
            ..lowering.layer_of(format!("CUMSUM of {shape:?} along {axis}"), input, output)
        })
    }
}
