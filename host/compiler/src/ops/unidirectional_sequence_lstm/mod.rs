//! UNIDIRECTIONAL_SEQUENCE_LSTM on int8 and int16 with a cell state of int16, `unidirectional_sequence_lstm.h` and
//! `unidirectional_sequence_lstm_int16.h`, on float32, `unidirectional_sequence_lstm_float.h`, and on float32 with weights of int8,
//! `unidirectional_sequence_lstm_hybrid.h`. Its states are variable
//! tensors of the file; here they are what the layer keeps from run to run.

mod float;
mod gates;
mod hybrid;
mod int16;
mod int8;
mod operands;
mod unit;

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{Activation, DType, OpKind};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::kept;
use operands::{CELL, HIDDEN, INPUTS, Options, Sizes};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::UNIDIRECTIONAL_SEQUENCE_LSTM,
    versions: 1..=4,
    inputs: INPUTS..=INPUTS,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels![
        "lstm_unit.h",
        "unidirectional_sequence_lstm.h",
        "unidirectional_sequence_lstm_float.h",
        "unidirectional_sequence_lstm_hybrid.h",
        "unidirectional_sequence_lstm_int16.h"
    ],
    reference: "unidirectional_sequence_lstm.cc",
    support: &[
        Support::bytes("int8, weights of int8, biases of int32, cell state of int16", Cores::DspMve),
        Support::bytes("int16, weights of int8, biases of int64, cell state of int16", Cores::DspMve),
        Support::near("float32", Cores::Portable),
        Support::near("float32, weights of int8 (dynamic range)", Cores::DspMve),
    ],
};

/// What the reference does not compute, by the inputs that require it.
const VARIANTS: [(std::ops::Range<usize>, &str); 3] =
    [(9..12, "peepholes"), (16..18, "a projection"), (20..INPUTS, "layer normalisation")];

/// TANH among the fused activations.
const TANH: Activation = Activation::Other(4);

/// Longest row for which sums of products of any bytes fit int32.
const LONGEST: usize = 1 << 16;

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Unidirectionalsequencelstm(o)) = table else { return Ok(None) };
    read(Options {
        activation: o.fused_activation_function()?.into(),
        cell_clip: o.cell_clip()?,
        time_major: o.time_major()?,
        asymmetric: o.asymmetric_quantize_inputs()?,
        diagonal: o.diagonal_recurrent_tensors()?,
    })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let (hidden, cell) = (checker.input(HIDDEN)?, checker.input(CELL)?);
    check_variant(checker, options);
    checker.dtype(input, &[DType::Int8, DType::Int16, DType::Float32]).then_some(())?;
    for state in [hidden, cell] {
        if !kept::keeps(checker.graph, state.id) {
            checker.bad_tensor(state.id, "a state that is not this operator's own", "a variable tensor for each state");
        }
    }
    let sizes = sizes(checker, options, (input, output), (hidden, cell))?;
    match input.dtype {
        DType::Float32 if hybrid::is_hybrid(checker) => hybrid::check(checker, options, sizes),
        DType::Float32 => float::check(checker, options, sizes),
        DType::Int16 => int16::check(checker, options, sizes),
        _ => int8::check(checker, options, sizes),
    }
}

/// Forms of the operator that the reference refuses, or computes differently from their options.
fn check_variant(checker: &mut Checker<'_>, options: &Options) {
    for (inputs, what) in VARIANTS {
        if inputs.clone().any(|i| checker.optional_input(i).is_some()) {
            checker.bad(what, format!("an LSTM without {}", what.trim_start_matches("a ")));
        }
    }
    if options.activation != TANH {
        checker.bad(format!("fused activation {}", options.activation), "TANH");
    }
    if !(0.0..f32::INFINITY).contains(&options.cell_clip) {
        checker.bad(format!("cell_clip {}", options.cell_clip), "0 for none, or a positive finite number");
    }
    if options.diagonal {
        checker.bad("diagonal recurrent weights", "full recurrent weights");
    }
}

/// The sizes; `None` if shapes do not fit together. The reference copies the hidden state's bytes to the output, whatever the
/// output's own quantisation says.
fn sizes(
    checker: &mut Checker<'_>,
    options: &Options,
    (input, output): (Operand<'_>, Operand<'_>),
    (hidden, cell): (Operand<'_>, Operand<'_>),
) -> Option<Sizes> {
    (checker.rank(input, 3) & checker.rank(hidden, 2)).then_some(())?;
    let (&[first, second, inputs], &[_, units]) = (input.shape.as_slice(), hidden.shape.as_slice()) else {
        return None;
    };
    let (batches, steps) = if options.time_major { (second, first) } else { (first, second) };
    let fits = checker.shape(output, &[first, second, units]) & checker.shape(hidden, &[batches, units]);
    if cell.elements() != batches * units {
        checker.bad_tensor(cell.id, format!("shape {:?}", cell.shape), format!("{:?}", [batches, units]));
        return None;
    }
    if inputs.max(units) > LONGEST {
        checker.bad(format!("{inputs} inputs and {units} units"), format!("up to {LONGEST} of each"));
        return None;
    }
    fits.then_some(Sizes { time_major: options.time_major, batches, steps, inputs, units })
}
