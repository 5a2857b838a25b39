//! What operators on two tensors have in common: broadcasting, in-place results, the call.

use crate::ir::graph::{Activation, DType, OpOptions};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::math::broadcast::{self, Broadcast};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::text;
use std::sync::Arc;

/// Options of ADD, SUB, MUL and DIV.
#[derive(Debug, Default)]
pub struct Options {
    /// The fused activation.
    pub activation: Activation,
}

impl OpOptions for Options {
    fn with_activation(&self, activation: Activation) -> Option<Arc<dyn OpOptions>> {
        (self.activation == Activation::None).then(|| Arc::new(Options { activation }) as _)
    }

    fn without_activation(&self) -> Option<(Activation, Arc<dyn OpOptions>)> {
        Some((self.activation, Arc::new(Options::default())))
    }
}

/// A checked operator on two tensors.
pub struct Binary<'a> {
    /// Both inputs, in the order of the file.
    pub inputs: [Operand<'a>; 2],
    /// The output.
    pub output: Operand<'a>,
    /// The fused activation; none if the file has no options.
    pub activation: Activation,
    broadcast: Broadcast,
}

/// Checks types and shapes: both inputs and the output of one of these types, shapes that broadcast.
pub fn check<'a>(checker: &mut Checker<'a>, types: &[DType]) -> Option<Binary<'a>> {
    check_to(checker, types, None)
}

/// Checks types and shapes: both inputs of one of these types, the output of type `to` or of theirs.
pub fn check_to<'a>(checker: &mut Checker<'a>, types: &[DType], to: Option<DType>) -> Option<Binary<'a>> {
    let (inputs, output) = ([checker.input(0)?, checker.input(1)?], checker.output(0)?);
    checker.dtype(inputs[0], types).then_some(())?;
    let same = [inputs[0].dtype];
    (checker.dtype(inputs[1], &same) & checker.dtype(output, &[to.unwrap_or(inputs[0].dtype)])).then_some(())?;
    (checker.bools(inputs[0]) & checker.bools(inputs[1])).then_some(())?;
    if let Some(shape) = broadcast::common(&inputs[0].shape, &inputs[1].shape) {
        checker.gives(output, &shape);
    }
    let Some(broadcast) = Broadcast::new([&inputs[0].shape, &inputs[1].shape], &output.shape) else {
        let [a, b, to] = [inputs[0], inputs[1], output].map(|operand| &operand.tensor.shape);
        checker.bad(format!("shapes {a:?} and {b:?} to {to:?}"), "shapes that broadcast, of up to six dimensions");
        return None;
    };
    let activation = checker.op.options::<Options>().map_or(Activation::None, |options| options.activation);
    Some(Binary { inputs, output, activation, broadcast })
}

impl Binary<'_> {
    /// Whether the kernel is called more than once.
    pub fn is_nested(&self) -> bool {
        !self.broadcast.outer.is_empty()
    }

    /// For each element of the output, the elements of both inputs from which it is computed.
    pub fn pairs(&self) -> impl Iterator<Item = [usize; 2]> {
        let Broadcast { outer, shape, steps } = &self.broadcast;
        let inner = (0..shape.len()).map(|i| (shape[i], [steps[0][i], steps[1][i]]));
        let loops: Vec<(usize, [usize; 2])> = outer.iter().copied().chain(inner).collect();
        (0..loops.iter().map(|(size, _)| size).product()).map(move |mut n: usize| {
            let mut pair = [0; 2];
            for (size, steps) in loops.iter().rev() {
                let k = n % size;
                n /= size;
                pair = [pair[0] + k * steps[0], pair[1] + k * steps[1]];
            }
            pair
        })
    }

    /// The layer with the call that `call(input1, input2)` returns: the kernel's call, and what it needs besides the shapes.
    pub fn lower(
        &self,
        lowering: &Lowering<'_>,
        header: &'static str,
        body: &str,
        call: impl Fn(&str) -> String,
    ) -> Lowered {
        let (inputs, output) = (&self.inputs, self.output);
        let same =
            inputs.iter().filter(|input| input.elements() == output.elements() && input.bytes() == output.bytes());
        let in_place =
            |input: &Operand<'_>| InPlace { input: input.id, output: output.id, lead: 0, reason: "element by element" };
        let shapes = [&inputs[0].shape, &inputs[1].shape];
        let (kind, activation) = (lowering.op.kind, self.activation);
        let summary = format!("{kind} {:?} and {:?}, activation {activation:?}", shapes[0], shapes[1]);
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("input1", inputs[0].id),
                Argument::input("input2", inputs[1].id),
                Argument::output("output", output.id),
            ],
            in_place: same.map(in_place).collect(),
            headers: vec![header],
            body: body.to_owned() + &statements(&self.broadcast, ["input1", "input2"], call),
            ..lowering.layer(summary)
        })
    }
}

/// `static const tvmk_broadcast_t shapes = …;` and the call of the kernel with these inputs, inside the loops that the kernel does not have.
pub fn statements(broadcast: &Broadcast, inputs: [&str; 2], call: impl Fn(&str) -> String) -> String {
    let list = |values: &[usize]| format!("{{{}}}", values.iter().map(usize::to_string).collect::<Vec<_>>().join(", "));
    let [step1, step2] = &broadcast.steps;
    let fields = [("shape", list(&broadcast.shape)), ("step1", list(step1)), ("step2", list(step2))];
    let mut text = text::constant_struct("tvmk_broadcast_t", "shapes", &fields);
    let (mut places, mut indent) = ([inputs[0], inputs[1], "output"].map(str::to_owned), String::new());
    let mut step: usize = broadcast.outer.iter().map(|(size, _)| size).chain(&broadcast.shape).product();
    for ((size, steps), index) in broadcast.outer.iter().zip(["outer1", "outer2"]) {
        text += &format!("    {indent}for (int32_t {index} = 0; {index} < {size}; {index}++) {{\n");
        indent += "    ";
        step /= size;
        for (place, step) in places.iter_mut().zip([steps[0], steps[1], step]).filter(|(_, step)| *step > 0) {
            *place += &format!(" + {index} * {step}");
        }
    }
    for line in call(&format!("&shapes, {}", places.join(", "))).lines() {
        text += &format!("{indent}{line}\n");
    }
    for depth in (1..=broadcast.outer.len()).rev() {
        text += &format!("{}}}\n", "    ".repeat(depth));
    }
    text
}

/// An operator on two tensors that is one call.
struct Call<'a> {
    binary: Binary<'a>,
    /// Of its activation, as C literals.
    range: String,
    header: &'static str,
    function: &'static str,
}

/// The check of a float32 operator on two tensors that is a call of `function`, with the range of its activation.
pub fn check_float<'a>(
    checker: &mut Checker<'a>,
    header: &'static str,
    function: &'static str,
) -> Option<Box<dyn Checked + 'a>> {
    let binary = check(checker, &[DType::Float32])?;
    let range = text::float_pair(checker.float_activation(binary.activation)?);
    Some(Box::new(Call { binary, range, header, function }))
}

/// The check of an operator on two tensors of int32 without scale that is a call of `function`, with the range of its activation.
pub fn check_int32<'a>(
    checker: &mut Checker<'a>,
    header: &'static str,
    function: &'static str,
) -> Option<Box<dyn Checked + 'a>> {
    let binary = check(checker, &[DType::Int32])?;
    for operand in binary.inputs.iter().chain([&binary.output]).filter(|operand| operand.quant.is_some()) {
        checker.bad_tensor(operand.id, "int32 with a scale", "int32 without a scale");
    }
    let range = integer_pair(integer_range(checker, binary.activation)?);
    Some(Box::new(Call { binary, range, header, function }))
}

/// The range of an int32 output without scale after its activation.
pub fn integer_range(checker: &mut Checker<'_>, activation: Activation) -> Option<(i32, i32)> {
    let (low, high) = checker.float_activation(activation)?;
    // A float32 above the type's range becomes its limit.
    Some(if activation == Activation::None { (i32::MIN, i32::MAX) } else { (low as i32, high as i32) })
}

/// Both ends of a range of int32 as C.
pub fn integer_pair((low, high): (i32, i32)) -> String {
    // INT32_MIN has no literal.
    let low = if low == i32::MIN { "INT32_MIN".to_owned() } else { low.to_string() };
    format!("{low}, INT32_C({high})")
}

impl Checked for Call<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (function, range) = (self.function, &self.range);
        self.binary.lower(lowering, self.header, "", |tensors| format!("    {function}({tensors}, {range});\n"))
    }
}
