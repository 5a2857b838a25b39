//! ADD, with broadcasting: `add.h` on int8, `float_nn.h` on float32.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Activation, DType, OpKind};
use crate::ir::layer::{Argument, Constant, ConstantData, Core, InPlace, Layer, Lowered, Lowering};
use crate::math::broadcast::{self, Broadcast};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::flow::{self, Flow};
use crate::ops::kernels::kernels;
use crate::ops::shared::{ahead, binary, elements_int16, text};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::ADD,
    versions: 1..=5,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["add.h", "add_portable.h", "add_dsp.h", "add_mve.h", "add_int32.h"],
    reference: "add.cc",
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::DspMve),
        Support::bytes("float32, int32 without a scale", Cores::Portable),
    ],
};

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Add(o)) = table else { return or_default::<binary::Options>(table) };
    read(binary::Options { activation: o.fused_activation_function()?.into() })
}

/// On int8. The kernel's first input is the one with the larger scale.
struct Add<'a> {
    inputs: [Operand<'a>; 2],
    broadcast: Broadcast,
    output: Operand<'a>,
    zero_points: [i32; 3],
    /// Of the second input and the output.
    multipliers: [Multiplier; 2],
    activation: Activation,
    range: (i32, i32),
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let activation = checker.op.options::<binary::Options>().map_or(Activation::None, |options| options.activation);
    if checker.first_type() == Some(DType::Int32) && activation != Activation::None {
        // The reference does not compute it.
        checker.bad(format!("fused activation {activation} on int32"), "none");
    }
    if ahead::is_arithmetic(checker) {
        return ahead::arithmetic(checker, i64::checked_add, |a, b| a + b);
    }
    if checker.first_type() == Some(DType::Int16) {
        return elements_int16::check_arithmetic(checker);
    }
    if checker.first_type() == Some(DType::Float32) {
        return binary::check_float(checker, "float_nn.h", "tvmk_float_add");
    }
    if checker.first_type() == Some(DType::Int32) {
        return binary::check_int32(checker, "add_int32.h", "tvmk_add_int32");
    }
    let (mut inputs, output) = ([checker.input(0)?, checker.input(1)?], checker.output(0)?);
    for operand in [inputs[0], inputs[1], output] {
        checker.dtype(operand, &[DType::Int8]).then_some(())?;
    }
    let [first, second] = inputs.map(|input| input.tensor.shape.as_slice());
    if let Some(shape) = broadcast::common(first, second) {
        checker.gives(output, &shape);
    }
    if Broadcast::new([first, second], &output.shape).is_none() {
        let found = format!("shapes {first:?} and {second:?} to {:?}", output.shape);
        checker.bad(found, "shapes that broadcast, of up to six dimensions");
    }
    let (quant1, quant2) = (checker.per_tensor(inputs[0])?, checker.per_tensor(inputs[1])?);
    let (scale, zero_point) = checker.per_tensor(output)?;
    let multipliers = multipliers(quant1.0, quant2.0, scale);
    if multipliers.is_none() {
        checker.bad(
            format!("scales {} and {} to {scale}", quant1.0, quant2.0),
            "an output scale above 2^-19 of the larger input scale",
        );
    }
    let range = checker.activation(activation, output)?;
    let mut zero_points = [quant1.1, quant2.1, zero_point];
    if quant1.0 < quant2.0 {
        inputs.reverse();
        zero_points.swap(0, 1);
    }
    let broadcast = Broadcast::new([&inputs[0].shape, &inputs[1].shape], &output.shape)?;
    let multipliers = multipliers?;
    Some(Box::new(Add { inputs, broadcast, output, zero_points, multipliers, activation, range }))
}

/// Multipliers of the input with the smaller scale and of the output, as the reference's Prepare computes them. That of the
/// larger scale is always exactly 1/2, since the common scale is twice the larger one.
fn multipliers(scale1: f32, scale2: f32, scale: f32) -> Option<[Multiplier; 2]> {
    let twice_max = 2.0 * f64::from(scale1.max(scale2));
    let smaller = Multiplier::new(f64::from(scale1.min(scale2)) / twice_max);
    let out = twice_max / (f64::from(1 << LEFT_SHIFT) * f64::from(scale));
    // So small that the input becomes 0: a shift of 0 would mean equal scales.
    let smaller = if smaller.mantissa == 0 { Multiplier { mantissa: 0, shift: -1 } } else { smaller };
    (out < 1.0 && smaller.shift <= 0 && Multiplier::new(out).shift <= 0).then_some([smaller, Multiplier::new(out)])
}

impl Checked for Add<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (output, [second, out]) = (self.output, self.multipliers);
        let mut body = text::constant_struct(
            "tvmk_add_t",
            "layer",
            &[
                ("mantissa2", second.mantissa.to_string()),
                ("mantissa_out", out.mantissa.to_string()),
                ("shift2", (-second.shift).to_string()),
                ("shift_out", (-out.shift).to_string()),
                ("zero_point1", self.zero_points[0].to_string()),
                ("zero_point2", self.zero_points[1].to_string()),
                ("zero_point_out", self.zero_points[2].to_string()),
                ("low", self.range.0.to_string()),
                ("high", self.range.1.to_string()),
            ],
        );
        let mut layer = lowering.layer(format!(
            "ADD {:?} and {:?}, activation {:?}",
            self.inputs[0].shape, self.inputs[1].shape, self.activation
        ));
        let names = self.arguments(lowering, &mut layer);
        let whole = self.inputs.iter().all(|input| input.elements() == output.elements());
        let short = (-22..=-1).contains(&out.shift);
        if whole && short {
            body += &format!("    tvmk_add(&layer, {}, output, {});\n", names.join(", "), output.elements());
        } else {
            let function = if short { "tvmk_add_broadcast" } else { "tvmk_add_general" };
            let call = |tensors: &str| format!("    {function}(&layer, {tensors});\n");
            body += &binary::statements(&self.broadcast, [&names[0], &names[1]], call);
        }
        Lowered::Layer(Layer { scratch_align: 1, headers: vec!["add.h"], body, ..layer })
    }

    fn flow(&self) -> Flow<'_> {
        flow::lanes(self.inputs.to_vec(), self.output, true, |ranges| {
            flow::corners(ranges, |first, second| Some(self.sum(first, second)))
        })
    }
}

/// Bits by which inputs are first shifted to the left.
const LEFT_SHIFT: u32 = 20;

impl Add<'_> {
    /// The output of two bytes.
    fn sum(&self, first: i32, second: i32) -> i32 {
        let [zero1, zero2, zero] = self.zero_points;
        let [smaller, out] = self.multipliers;
        // Half of the first, see `multipliers`.
        let sum = ((first - zero1) << (LEFT_SHIFT - 1)) + smaller.apply((second - zero2) << LEFT_SHIFT);
        (out.apply(sum) + zero).clamp(self.range.0, self.range.1)
    }

    /// Adds the arguments to the layer, and constants for inputs that are constant. Returns the C names of both inputs.
    fn arguments(&self, lowering: &Lowering<'_>, layer: &mut Layer) -> [String; 2] {
        let mut names = ["input1", "input2"].map(str::to_owned);
        for (input, name) in self.inputs.iter().zip(&mut names) {
            let what = name.clone();
            if let Some(data) = input.i8_data() {
                *name = lowering.constant(&what);
                layer.constants.push(Constant {
                    name: name.clone(),
                    data: ConstantData::I8(data),
                    align: 1,
                    row: 0,
                    comment: format!("{:?}", input.shape),
                    core: Core::Any,
                });
                continue;
            }
            layer.arguments.push(Argument::input(&what, input.id));
            if input.elements() == self.output.elements() {
                let (output, reason) = (self.output.id, "element by element");
                layer.in_place.push(InPlace { input: input.id, output, lead: 0, reason });
            }
        }
        layer.arguments.push(Argument::output("output", self.output.id));
        names
    }
}
