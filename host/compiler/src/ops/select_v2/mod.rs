//! SELECT_V2 with broadcasting of the condition and both tensors, and SELECT: `select_v2.h`. Scales are ignored.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Argument, InPlace, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::kernels::{Kernel, kernels};
use crate::ops::shared::{moved, text};

/// The operators.
pub static DEFINITIONS: [Definition; 2] = [
    // With broadcasting.
    definition(OpKind::SELECT_V2, kernels!["select_v2.h"], SUPPORT),
    // Of equal shapes, or by a condition for each row. TensorFlow Lite Micro has none.
    definition(OpKind::SELECT, &[], ALL),
];

const SUPPORT: &[Support] = &[Support::bytes("int8, int16, float32, by bool", Cores::Portable)];
const ALL: &[Support] = &[Support::bytes("int8, uint8, int16, int32, int64, float32, bool, by bool", Cores::Portable)];

const fn definition(kind: OpKind, kernels: &'static [Kernel], support: &'static [Support]) -> Definition {
    Definition {
        kind,
        versions: 1..=4,
        inputs: 3..=3,
        outputs: 1..=1,
        options: None,
        check,
        kernels,
        reference: "select.cc",
        support,
    }
}

/// Loops of the kernel.
const LOOPS: usize = 5;

struct Select<'a> {
    /// The condition, and the tensors used where it is true and where it is false.
    inputs: [Operand<'a>; 3],
    output: Operand<'a>,
    /// Iterations of each loop, outermost first, and the steps of each input.
    shape: [usize; LOOPS],
    steps: [[usize; LOOPS]; 3],
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let inputs = [checker.input(0)?, checker.input(1)?, checker.input(2)?];
    let output = checker.output(0)?;
    let types: &[DType] = match checker.op.kind {
        OpKind::SELECT => moved::ALL,
        // As in the reference.
        _ => &[DType::Int8, DType::Int16, DType::Float32],
    };
    checker.dtype(inputs[1], types).then_some(())?;
    let same = [inputs[1].dtype];
    let types = checker.dtype(inputs[0], &[DType::Bool])
        & checker.dtype(inputs[2], &same)
        & checker.dtype(output, &same)
        & checker.bools(inputs[0]);
    types.then_some(())?;
    let mut shapes = inputs.map(|input| input.tensor.shape.as_slice());
    let mut each_row;
    if checker.op.kind == OpKind::SELECT {
        let rows = match shapes[0] {
            [] => true,
            [count] => shapes[1].first() == Some(count),
            _ => false,
        };
        if shapes[1] != shapes[2] || !(rows || shapes[0] == shapes[1]) {
            let found = format!("shapes {:?}, {:?} and {:?}", shapes[0], shapes[1], shapes[2]);
            checker.bad(found, "equal shapes, or one condition for all or for each row");
            return None;
        }
        // A condition for each row belongs to the first dimension, not at the last.
        each_row = shapes[0].to_vec();
        each_row.resize(shapes[1].len(), 1);
        shapes[0] = &each_row;
    }
    let one = inputs.iter().all(|input| input.elements() == 1) && output.elements() == 1;
    let alike = shapes.iter().all(|&shape| shape == shapes[0]);
    let common = if alike { Some(shapes[0].to_vec()) } else { broadcast(shapes) };
    let Some(common) = common else {
        let [condition, first, second] = shapes;
        checker.bad(
            format!("shapes {condition:?}, {first:?} and {second:?}"),
            "shapes that broadcast, of up to five dimensions",
        );
        return None;
    };
    checker.gives(output, &common);
    // If the output has one element, the reference keeps its number of dimensions.
    (one || checker.shape(output, &common)).then_some(())?;
    let (shape, steps) =
        if alike || one { ([1, 1, 1, 1, output.elements()], [[0, 0, 0, 0, 1]; 3]) } else { loops(shapes, &common) };
    Some(Box::new(Select { inputs, output, shape, steps }))
}

/// Dimension `i` of five, the last of which is the shape's last.
fn dimension(shape: &[usize], i: usize) -> usize {
    (i + shape.len()).checked_sub(LOOPS).and_then(|i| shape.get(i)).copied().unwrap_or(1)
}

fn broadcast(shapes: [&[usize]; 3]) -> Option<Vec<usize>> {
    let rank = shapes.iter().map(|shape| shape.len()).max().filter(|&rank| rank <= LOOPS)?;
    let dimensions = (LOOPS - rank..LOOPS).map(|i| {
        let sizes = shapes.map(|shape| dimension(shape, i));
        let size = sizes.iter().copied().find(|&size| size != 1).unwrap_or(1);
        sizes.iter().all(|&own| own == size || own == 1).then_some(size)
    });
    dimensions.collect()
}

fn loops(shapes: [&[usize]; 3], output: &[usize]) -> ([usize; LOOPS], [[usize; LOOPS]; 3]) {
    let steps = shapes.map(|shape| {
        let mut steps = [0; LOOPS];
        let mut stride = 1;
        for i in (0..LOOPS).rev() {
            let own = dimension(shape, i);
            steps[i] = if own == 1 { 0 } else { stride };
            stride *= own;
        }
        steps
    });
    (std::array::from_fn(|i| dimension(output, i)), steps)
}

impl Checked for Select<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let list =
            |values: &[usize]| format!("{{{}}}", values.iter().map(usize::to_string).collect::<Vec<_>>().join(", "));
        let [condition, first, second] = &self.steps;
        let fields = [
            ("shape", list(&self.shape)),
            ("condition", list(condition)),
            ("step_true", list(first)),
            ("step_false", list(second)),
        ];
        let names = ["condition", "input1", "input2"];
        let mut arguments: Vec<Argument> =
            names.iter().zip(&self.inputs).map(|(name, input)| Argument::input(name, input.id)).collect();
        arguments.push(Argument::output("output", self.output.id));
        let output = self.output.id;
        let in_place = |input: &Operand<'_>| InPlace { input: input.id, output, lead: 0, reason: "element by element" };
        let same = self.inputs[1..].iter().filter(|input| input.elements() == self.output.elements());
        let element = self.output.dtype.c_type();
        let call = format!("    tvmk_select_{element}(&layer, condition, input1, input2, output);\n");
        Lowered::Layer(Layer {
            arguments,
            in_place: same.map(in_place).collect(),
            headers: vec!["select_v2.h"],
            body: text::constant_struct("tvmk_select_t", "layer", &fields) + &call,
            ..lowering.layer(format!("{} to {:?}", lowering.op.kind, self.output.shape))
        })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let data = [self.inputs[0].contents()?, self.inputs[1].contents()?, self.inputs[2].contents()?];
        let size = self.output.dtype.size();
        let mut bytes = Vec::with_capacity(self.output.bytes());
        for mut n in 0..self.output.elements() {
            let mut places = [0; 3];
            for i in (0..LOOPS).rev() {
                let k = n % self.shape[i];
                n /= self.shape[i];
                places = std::array::from_fn(|input| places[input] + k * self.steps[input][i]);
            }
            let chosen = if *data[0].get(places[0])? != 0 { 1 } else { 2 };
            bytes.extend_from_slice(data[chosen].get(places[chosen] * size..(places[chosen] + 1) * size)?);
        }
        Some(Ok(vec![bytes.into()]))
    }
}
